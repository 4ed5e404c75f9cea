internal import Datasets
internal import DenseLinearAlgebra
internal import Dispatch
internal import Foundation

/// Draws different rows as the first centres of k-means, by k-means++; fewer than `count` if there are no more.
///
/// A row keeps the centre nearest to it so far. A new centre at least twice as far from that one as the row is cannot be
/// nearer to the row (the triangle inequality), so that in clustered data most distances need no computing.
///
/// - Parameter rows: of magnitudes about 1, so that no square overflows.
/// - Complexity: O(n·k·d) at most.
func kMeansSeeds(in rows: Matrix<Float>, count: Int, seed: UInt64, start: Int) -> [Int] {
    var generator = SeededGenerator(seed: seed, stream: "k-means/\(start)")
    let n = rows.rowCount
    var seeds = [generator.below(n)]
    var distances = [Float](repeating: .infinity, count: n)
    var nearest = [Int32](repeating: 0, count: n)
    while true {
        update(&distances, &nearest, in: rows, seeds: seeds)
        guard seeds.count < count else { return seeds }
        let total = distances.reduce(0.0) { $0 + Double($1) }
        guard total > 0 else { return seeds }
        let threshold = Double(generator.next() >> 11) * 0x1p-53 * total
        var sum = 0.0
        var chosen: Int?
        for (i, distance) in distances.enumerated() where distance > 0 {
            sum += Double(distance)
            // Should rounding keep the sum from reaching the threshold, the last candidate is chosen.
            chosen = i
            if sum > threshold { break }
        }
        guard let chosen else { preconditionFailure("a positive sum has a positive term") }
        seeds.append(chosen)
    }
}

/// Takes the last of the seeds into account in each row's squared distance from the nearest seed.
private func update(_ distances: inout [Float], _ nearest: inout [Int32], in rows: Matrix<Float>, seeds: [Int]) {
    let (n, d) = (rows.rowCount, rows.columnCount)
    let newest = seeds[seeds.count - 1]
    rows.elements.withUnsafeBufferPointer { values in
        let between = seeds.map { squaredDistance(values, $0 * d, newest * d, count: d) }
        distances.withUnsafeMutableBufferPointer { distances in
            nearest.withUnsafeMutableBufferPointer { nearest in
                // Each row is one thread's, and its distance does not depend on which.
                nonisolated(unsafe) let values = values
                nonisolated(unsafe) let distances = distances
                nonisolated(unsafe) let nearest = nearest
                let parts = n * d < 1 << 18 ? 1 : ProcessInfo.processInfo.activeProcessorCount
                DispatchQueue.concurrentPerform(iterations: parts) { part in
                    for i in n * part / parts..<n * (part + 1) / parts
                    where between[Int(nearest[i])] < distances[i] * 4.001 {
                        let distance = squaredDistance(values, i * d, newest * d, count: d)
                        if distance < distances[i] {
                            distances[i] = distance
                            nearest[i] = Int32(seeds.count - 1)
                        }
                    }
                }
            }
        }
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
    var lanes = SIMD8<Float>.zero
    var j = 0
    while j &+ 8 <= count {
        let difference =
            first.loadUnaligned(fromByteOffset: 4 &* j, as: SIMD8<Float>.self)
            - second.loadUnaligned(fromByteOffset: 4 &* j, as: SIMD8<Float>.self)
        lanes += difference * difference
        j &+= 8
    }
    var sum = lanes.sum()
    while j < count {
        let difference = base[a &+ j] - base[b &+ j]
        sum += difference * difference
        j &+= 1
    }
    return sum
}
