internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// The distances between the means of all classes, by which the nearest class of the other side is found.
///
/// Distances are plain sums in double precision, rounded to single, so that they do not depend on the processor.
struct NearestClasses: Sendable {
    /// With more classes than this, the table of distances takes more than 256 MiB.
    static let greatestCount = 8192

    /// The number of classes.
    let count: Int
    /// The distance of each two class means, row by row; infinite for a class of no vectors, and for each to itself.
    let distances: [Float]

    /// Measures all pairs of classes.
    ///
    /// - Complexity: O(c²·d) for c classes in d dimensions; 4·c² bytes.
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)`` for too many classes.
    init(of vectors: UnitVectors) throws {
        let n = vectors.unitCount
        try requireSetting(
            n <= Self.greatestCount, "the number of classes", n, "\(Self.greatestCount) or fewer, along the axis near")
        let d = vectors.dimension
        let rows = concurrentMap(count: n) { i -> [Float] in
            vectors.means.withElements { values in
                let own = values[i * d..<(i + 1) * d]
                return (0..<n).map { j in
                    guard j != i, !vectors.rows[i].isEmpty, !vectors.rows[j].isEmpty else { return .infinity }
                    let other = values[j * d..<(j + 1) * d]
                    // Both orders of the pair give the same bits.
                    return Float(zip(own, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
                }
            }
        }
        count = n
        distances = rows.flatMap(\.self)
    }

    /// The nearest class of the other side for each class; nil for classes that have no side, or no other to go to.
    func nearest(in partition: ClassPartition) -> [(number: Int, distance: Double)?] {
        let others = Side.allCases.map { partition.classes(on: $0.opposite) }
        return distances.withUnsafeBufferPointer { distances in
            partition.sides.indices.map { number in
                guard let side = partition.sides[number] else { return nil }
                var best: (number: Int, distance: Float)?
                for other in others[side == .train ? 0 : 1] {
                    let distance = distances[number * count + other]
                    if distance < best?.distance ?? .infinity { best = (other, distance) }
                }
                return best.map { ($0.number, Double($0.distance)) }
            }
        }
    }

    /// The mean distance of a class to the nearest one of the other side, over the classes of both sides.
    func novelty(of partition: ClassPartition) -> Double {
        let found = nearest(in: partition).compactMap { $0?.distance }
        return found.isEmpty ? 0 : found.reduce(0, +) / Double(found.count)
    }
}
