internal import DenseLinearAlgebra
internal import Foundation
internal import Parallel

/// A vector over all samples that stores only its nonzero values.
struct SparseVector: Sendable {
    /// The indices of the values, ascending.
    let places: [Int32]
    let values: [Float]
}

/// The vectors V by which k-reciprocal re-ranking compares samples; see ``ReciprocalReranking``.
struct ReciprocalEncodings: Sendable {
    /// A vector for each sample; its values sum to 1.
    let vectors: [SparseVector]
    /// For each sample, its largest squared distance from another, or 1 if that is 0.
    let largestDistances: [Float]

    /// Encodes the samples of one set.
    ///
    /// - Complexity: O(n²·d) operations for the neighbours, and memory for O(n·k₁) numbers, or O(n·k₁·k₂) with k₂ > 1.
    init(of samples: PreparedEmbeddings, similarity: Similarity, settings: ReciprocalReranking) {
        let n = samples.queryCount
        let offsets = similarity == .cosine ? [Float](repeating: 2, count: n) : samples.halfSquaredNorms.map { 2 * $0 }
        let lists = NeighbourLists(of: samples, k: max(settings.k1, settings.k2 - 1), offsets: offsets)
        let half = Int((Double(settings.k1) / 2).rounded(.toNearestOrEven))
        let narrow = concurrentMap(count: n) { lists.reciprocalNeighbours(of: $0, k: half) }
        let vectors = concurrentMap(count: n) { sample in
            let core = lists.reciprocalNeighbours(of: sample, k: settings.k1)
            var members = core
            for candidate in core {
                let others = narrow[Int(candidate)]
                if 3 * others.count(where: core.contains) > 2 * others.count { members += others }
            }
            let places = Set(members).sorted()
            let weights = places.map { item -> Double in
                let distance = samples.squaredDistance(sample, Int(item), similarity: similarity)
                return exp(-distance / Double(lists.largestDistances[sample]))
            }
            let sum = weights.reduce(0, +)
            return SparseVector(places: places, values: weights.map { Float($0 / sum) })
        }
        largestDistances = lists.largestDistances
        guard settings.k2 > 1 else {
            self.vectors = vectors
            return
        }
        self.vectors = concurrentMap(count: n) { sample in
            mean(of: ([Int32(sample)] + lists.nearest(settings.k2 - 1, to: sample)).map { vectors[Int($0)] })
        }
    }
}

extension NeighbourLists {
    /// The sample itself, and those of its k nearest others that have it among their own k nearest.
    fileprivate func reciprocalNeighbours(of sample: Int, k: Int) -> [Int32] {
        let own = Int32(sample)
        return [own] + nearest(k, to: sample).filter { nearest(k, to: Int($0)).contains(own) }
    }
}

extension PreparedEmbeddings {
    /// The squared distance between two samples of one set; for the cosine, the rows have length 1.
    ///
    /// It does not use a matrix product, so identical rows are exactly 0 apart.
    fileprivate func squaredDistance(_ i: Int, _ j: Int, similarity: Similarity) -> Double {
        guard i != j else { return 0 }
        let d = queries.columnCount
        return queries.withElements { values in
            var (sum, product) = (0.0, 0.0)
            for k in 0..<d {
                let (x, y) = (Double(values[i * d + k]), Double(values[j * d + k]))
                sum += (x - y) * (x - y)
                product += x * y
            }
            // The zero vector has no direction; its cosine is 0. Otherwise the sum is as accurate, and more so near 0.
            return similarity == .cosine && product == 0 ? 2 : sum
        }
    }
}

/// The mean of some vectors, summed in their order.
private func mean(of vectors: [SparseVector]) -> SparseVector {
    var entries: [(place: Int32, order: Int, value: Float)] = []
    for (order, vector) in vectors.enumerated() {
        for (place, value) in zip(vector.places, vector.values) { entries.append((place, order, value)) }
    }
    entries.sort { ($0.place, $0.order) < ($1.place, $1.order) }
    var places: [Int32] = []
    var sums: [Double] = []
    for entry in entries {
        if places.last == entry.place {
            sums[sums.count - 1] += Double(entry.value)
        } else {
            places.append(entry.place)
            sums.append(Double(entry.value))
        }
    }
    return SparseVector(places: places, values: sums.map { Float($0 / Double(vectors.count)) })
}
