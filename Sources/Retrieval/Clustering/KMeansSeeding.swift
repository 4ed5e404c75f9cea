internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// The first centres of k-means: different rows drawn by k-means++, and the nearest of them to each row.
///
/// Almost all of the work is computing the distances of the candidates from all rows, and almost none of these is less
/// than the row's distance from its nearest seed. So candidates for many seeds are drawn at once, one matrix product
/// per block of rows gives their distances, and a distance that may be less is recomputed from the differences. The
/// products decide nothing else: the seeds do not depend on how BLAS rounds.
///
/// Candidates drawn ahead are not valid for a later step, when rows are nearer to a seed than they were. Rejection
/// makes them valid: each is kept with probability d/d₀, where d₀ is the squared distance of its row when it was drawn,
/// the weight by which it was chosen, and d is the distance now, the weight by which it would be chosen.
struct KMeansSeeding {
    /// The rows that are centres.
    private(set) var seeds: [Int] = []
    /// The position in `seeds` of the seed nearest to each row, the first of equally near ones.
    private(set) var nearest: [Int32]
    private let rows: Matrix<Float>
    /// The squared distance of each row from the nearest seed.
    private var distances: [Float]
    private var bounds: ProductBounds
    /// The neighbours of candidates that may be drawn again; they stay valid, since distances only decrease.
    private var neighbours: [Int: [Neighbour]] = [:]
    private var generator: SeededGenerator

    /// Draws `count` seeds, or fewer if there are fewer distinct rows.
    ///
    /// - Parameters:
    ///   - rows: of magnitudes about 1, so that no square overflows.
    ///   - candidateCount: how many rows are drawn for each centre; the best one is taken.
    /// - Complexity: at most O(n·k·d) operations for each candidate, and no more than O(n²·d) for all of them if each
    ///   has few rows near it; memory for a quarter of that of the rows, and for the rows near 256 candidates.
    init(in rows: Matrix<Float>, count: Int, candidateCount: Int, seed: UInt64, start: Int) {
        let n = rows.rowCount
        self.rows = rows
        distances = Array(repeating: .infinity, count: n)
        nearest = Array(repeating: 0, count: n)
        bounds = ProductBounds(rows)
        generator = SeededGenerator(seed: seed, stream: "k-means/\(start)")
        let first = generator.below(n)
        add(first, nearTo: findNeighbours(of: [first])[0])
        while seeds.count < count {
            let total = distances.reduce(0.0) { $0 + Double($1) }
            guard total > 0 else { break }
            // While there are few seeds, each one changes the distances a lot, and many candidates drawn ahead would be
            // rejected.
            let stepCount = max(1, min(count - seeds.count, seeds.count / 4, 256 / candidateCount))
            addSeeds(from: draw(stepCount * candidateCount, total: total), each: candidateCount, upTo: count)
        }
    }

    /// Draws rows, each independently with a probability proportional to its squared distance from the nearest seed.
    private mutating func draw(_ count: Int, total: Double) -> [Int] {
        let thresholds = (0..<count).map { _ in generator.unitInterval() * total }
        let order = thresholds.indices.sorted { (thresholds[$0], $0) < (thresholds[$1], $1) }
        var drawn = [Int](repeating: 0, count: count)
        var (next, last, sum) = (0, 0, 0.0)
        for (i, distance) in distances.enumerated() where distance > 0 {
            sum += Double(distance)
            last = i
            while next < count, sum > thresholds[order[next]] {
                drawn[order[next]] = i
                next += 1
            }
            if next == count { break }
        }
        // Rounding may keep the sum from reaching the largest threshold.
        for position in order[next...] { drawn[position] = last }
        return drawn
    }

    /// Makes the best of each `candidateCount` candidates a seed: the one that leaves the smallest sum of squared
    /// distances, the first of equally good ones.
    private mutating func addSeeds(from candidates: [Int], each candidateCount: Int, upTo count: Int) {
        let former = distances
        let found = neighbours(ofEach: candidates)
        var step: [Int] = []
        for candidate in candidates
        where generator.unitInterval() * Double(former[candidate]) < Double(distances[candidate]) {
            step.append(candidate)
            guard step.count == candidateCount else { continue }
            var (best, largest) = (candidate, 0.0)
            for candidate in step {
                let saving = (found[candidate] ?? []).reduce(0.0) { sum, neighbour in
                    sum + Double(max(0, distances[Int(neighbour.row)] - neighbour.distance))
                }
                if saving > largest { (best, largest) = (candidate, saving) }
            }
            add(best, nearTo: found[best] ?? [])
            guard seeds.count < count else { return }
            step.removeAll(keepingCapacity: true)
        }
    }

    private mutating func add(_ seed: Int, nearTo neighbours: [Neighbour]) {
        for neighbour in neighbours where neighbour.distance < distances[Int(neighbour.row)] {
            distances[Int(neighbour.row)] = neighbour.distance
            nearest[Int(neighbour.row)] = Int32(seeds.count)
        }
        seeds.append(seed)
    }

    /// The rows that are nearer to each candidate than to any seed, or were when the candidate was first drawn.
    private mutating func neighbours(ofEach candidates: [Int]) -> [Int: [Neighbour]] {
        var found: [Int: [Neighbour]] = [:]
        var unknown: [Int] = []
        for candidate in candidates where found[candidate] == nil {
            found[candidate] = neighbours[candidate] ?? []
            if neighbours[candidate] == nil { unknown.append(candidate) }
        }
        for (candidate, list) in zip(unknown, findNeighbours(of: unknown)) {
            found[candidate] = list
            // The lists of all rows would take at most a quarter of the rows' memory.
            if list.count <= rows.columnCount / 8 { neighbours[candidate] = list }
        }
        return found
    }

    /// Computes for each candidate which rows are nearer to it than to any seed, in ascending order.
    private mutating func findNeighbours(of candidates: [Int]) -> [[Neighbour]] {
        guard !candidates.isEmpty else { return [] }
        bounds.update(distances)
        let (rows, bounds, distances) = (rows, bounds, distances)
        let candidateRows = rows.selectingRows(candidates)
        let candidateBounds = candidates.map { bounds.ofCandidates[$0] }
        let blockSize = 512
        let blockCount = (rows.rowCount + blockSize - 1) / blockSize
        let blocks = concurrentMap(count: blockCount) {
            [Float]()
        } _: { products, block in
            let range = block * blockSize..<min((block + 1) * blockSize, rows.rowCount)
            innerProducts(ofRows: range, of: rows, with: candidateRows, into: &products)
            var found: [(candidate: Int, neighbour: Neighbour)] = []
            rows.withElements { values in
                products.withUnsafeBufferPointer { products in
                    candidateBounds.withUnsafeBufferPointer { candidateBounds in
                        for i in range {
                            let start = (i - range.lowerBound) * candidates.count
                            let row = UnsafeBufferPointer(rebasing: products[start..<start + candidates.count])
                            let bound = bounds.ofRows[i]
                            forEachIndex(of: row, and: candidateBounds) {
                                $0 .> $1 + bound
                            } _: {
                                $0 > $1 + bound
                            } _: { c in
                                let d = rows.columnCount
                                let distance = squaredDistance(values, i * d, candidates[c] * d, count: d)
                                guard distance < distances[i] else { return }
                                found.append((c, Neighbour(row: Int32(i), distance: distance)))
                            }
                        }
                    }
                }
            }
            return found
        }
        var lists = [[Neighbour]](repeating: [], count: candidates.count)
        for block in blocks {
            for (candidate, neighbour) in block { lists[candidate].append(neighbour) }
        }
        return lists
    }
}

/// A row near a candidate, with its squared distance from the candidate.
private struct Neighbour {
    let row: Int32
    let distance: Float
}

/// A lower bound on the inner product, as BLAS computes it, of a row x and a candidate c that is nearer to x than its
/// nearest seed is.
///
/// The bound is the sum of two terms, one for x and one for c.
///
/// ‖x − c‖² < D means x·c > (‖x‖² − D)/2 + ‖c‖²/2. In whatever order d products are added, the sum is off by no more
/// than d·2⁻²⁴ ‖x‖‖c‖ ≤ d·2⁻²⁴ (‖x‖² + ‖c‖²)/2 (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, §3.1).
/// Twice that leaves room for all other rounding.
private struct ProductBounds {
    /// The term of each row if it is the candidate.
    let ofCandidates: [Float]
    /// The term of each row.
    private(set) var ofRows: [Float] = []
    private let margin: Double

    init(_ rows: Matrix<Float>) {
        let margin = Double(rows.columnCount + 16) * 0x1p-23
        self.margin = margin
        ofCandidates = (0..<rows.rowCount).map { Float((1 - margin) * squaredNorm(rows.row($0)) / 2) }
    }

    /// - Parameter distances: the squared distance of each row from its nearest seed.
    mutating func update(_ distances: [Float]) {
        ofRows = zip(ofCandidates, distances).map { $0 - Float((1 + margin) * Double($1) / 2) }
    }
}

extension SeededGenerator {
    /// A multiple of 2⁻⁵³ from 0 up to but not including 1.
    fileprivate mutating func unitInterval() -> Double {
        Double(next() >> 11) * 0x1p-53
    }
}

/// The squared Euclidean distance between `count` values that start at offset `a` and as many that start at `b`.
///
/// It is exactly 0 for equal values; a distance from inner products would be so only by chance.
private func squaredDistance(_ values: UnsafeBufferPointer<Float>, _ a: Int, _ b: Int, count: Int) -> Float {
    precondition(
        a >= 0 && b >= 0 && max(a, b) + count <= values.count, "\(count) values from \(a) and \(b) of \(values.count)")
    guard let base = values.baseAddress else { return 0 }
    let (first, second) = (UnsafeRawPointer(base + a), UnsafeRawPointer(base + b))
    // Two sums, since each addition waits for the one before it.
    var (even, odd) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    var j = 0
    while j &+ 16 <= count {
        let low =
            first.loadUnaligned(fromByteOffset: 4 &* j, as: SIMD8<Float>.self)
            - second.loadUnaligned(fromByteOffset: 4 &* j, as: SIMD8<Float>.self)
        let high =
            first.loadUnaligned(fromByteOffset: 4 &* j &+ 32, as: SIMD8<Float>.self)
            - second.loadUnaligned(fromByteOffset: 4 &* j &+ 32, as: SIMD8<Float>.self)
        even += low * low
        odd += high * high
        j &+= 16
    }
    var sum = (even + odd).sum()
    while j < count {
        let difference = base[a &+ j] - base[b &+ j]
        sum += difference * difference
        j &+= 1
    }
    return sum
}
