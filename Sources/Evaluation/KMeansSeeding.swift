internal import Datasets
internal import DenseLinearAlgebra
internal import Dispatch
internal import Foundation

/// Draws different rows as the first centres of k-means, by k-means++; fewer than `count` if there are no more.
///
/// - Parameters:
///   - rows: of magnitudes about 1, so that no square overflows.
///   - candidateCount: how many rows are drawn for each centre, of which the best one is taken.
/// - Complexity: O(n·k·d) operations at most for each candidate.
func kMeansSeeds(in rows: Matrix<Float>, count: Int, candidateCount: Int, seed: UInt64, start: Int) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: "k-means/\(start)")
    var seeding = KMeansSeeding(rows: rows)
    seeding.addBest(of: [generator.below(rows.rowCount)])
    while seeding.seeds.count < count, seeding.total > 0 {
        seeding.addBest(of: seeding.draw(candidateCount, using: &generator))
    }
    return seeding.seeds
}

/// Some seeds, and the nearest of them to each row.
///
/// A new seed at least twice as far from a row's nearest seed as the row is cannot be nearer to the row (the triangle
/// inequality), so that in clustered data most distances need no computing.
private struct KMeansSeeding {
    private(set) var seeds: [Int] = []
    /// The sum of `distances`.
    private(set) var total = Double.infinity
    private let rows: Matrix<Float>
    /// The squared distance of each row from the nearest seed.
    private var distances: [Float]
    /// The position of that in `seeds`.
    private var nearest: [Int32]

    init(rows: Matrix<Float>) {
        self.rows = rows
        distances = Array(repeating: .infinity, count: rows.rowCount)
        nearest = Array(repeating: 0, count: rows.rowCount)
    }

    /// Draws rows, each independently with a probability proportional to its squared distance from the nearest seed.
    func draw(_ count: Int, using generator: inout SeededGenerator) -> [Int] {
        let thresholds = (0..<count).map { _ in Double(generator.next() >> 11) * 0x1p-53 * total }.sorted()
        var (drawn, last, sum) = ([Int](), 0, 0.0)
        for (i, distance) in distances.enumerated() where distance > 0 {
            sum += Double(distance)
            last = i
            while drawn.count < count, sum > thresholds[drawn.count] { drawn.append(i) }
            if drawn.count == count { break }
        }
        // Rounding may keep the sum from reaching the largest threshold.
        return drawn + Array(repeating: last, count: count - drawn.count)
    }

    /// Adds that row of some which leaves the smallest sum of squared distances, the first of equally good ones.
    mutating func addBest(of candidates: [Int]) {
        let n = rows.rowCount
        let (trials, sums) = distances(withEachOf: candidates)
        guard let smallest = sums.min(), let best = sums.firstIndex(of: smallest) else { return }
        for i in 0..<n where trials[best * n + i] < distances[i] {
            distances[i] = trials[best * n + i]
            nearest[i] = Int32(seeds.count)
        }
        seeds.append(candidates[best])
        total = smallest
    }

    /// For each candidate, the squared distances of all rows from the nearest seed if it were one, and their sum.
    ///
    /// Sums are taken over blocks of rows and added in their order, so that they do not depend on the number of cores.
    private func distances(withEachOf candidates: [Int]) -> (trials: [Float], sums: [Double]) {
        let (n, d, count) = (rows.rowCount, rows.columnCount, candidates.count)
        // There is no nearest seed yet when the first one comes, but a distance from it is asked for.
        let stride = max(1, seeds.count)
        let blockSize = 512
        let blockCount = (n + blockSize - 1) / blockSize
        var partialSums = [Double](repeating: 0, count: blockCount * count)
        let trials = [Float](unsafeUninitializedCapacity: count * n) { trials, initializedCount in
            rows.elements.withUnsafeBufferPointer { values in
                var between = [Float](repeating: 0, count: count * stride)
                for (c, candidate) in candidates.enumerated() {
                    for (s, seed) in seeds.enumerated() {
                        between[c * stride + s] = squaredDistance(values, candidate * d, seed * d, count: d)
                    }
                }
                partialSums.withUnsafeMutableBufferPointer { partialSums in
                    // Each block is one thread's.
                    nonisolated(unsafe) let (trials, values, partialSums) = (trials, values, partialSums)
                    let between = between
                    let visit: @Sendable (Int) -> Void = { block in
                        for i in block * blockSize..<min((block + 1) * blockSize, n) {
                            for c in 0..<count {
                                var distance = distances[i]
                                // The margin is for rounding.
                                if between[c * stride + Int(nearest[i])] < distance * 4.001 {
                                    distance = min(
                                        distance, squaredDistance(values, i * d, candidates[c] * d, count: d))
                                }
                                trials.initializeElement(at: c * n + i, to: distance)
                                partialSums[block * count + c] += Double(distance)
                            }
                        }
                    }
                    if n * d * count < 1 << 16 {
                        for block in 0..<blockCount { visit(block) }
                    } else {
                        DispatchQueue.concurrentPerform(iterations: blockCount, execute: visit)
                    }
                }
            }
            initializedCount = count * n
        }
        let sums = (0..<count).map { c in (0..<blockCount).reduce(0) { $0 + partialSums[$1 * count + c] } }
        return (trials, sums)
    }
}

/// The squared Euclidean distance of `count` values from one offset on and as many from another on.
///
/// It is 0 for equal values, and not by luck, as it would be if it were computed from inner products.
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
