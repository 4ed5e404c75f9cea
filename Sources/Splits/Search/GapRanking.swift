internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// The units of one side by decreasing gap, which compares their means with the means of the two sides.
///
/// With μ_c the mean of unit c, and μ_own and μ_other the means of its own and of the other side,
///
///     gap(c) = ‖μ_c − μ_own‖ − ‖μ_c − μ_other‖
///
/// is large for a unit that looks as if it belonged to the other side. (The reference code ranks by the same gap.)
///
/// - Complexity: O(C·d) for C units.
func unitsByGap(on side: Side, of partition: ClassPartition, in vectors: UnitVectors) -> [Int] {
    let own = vectors.sum(ofUnits: partition.classes(on: side)).mean
    let other = vectors.sum(ofUnits: partition.classes(on: side.opposite)).mean
    return partition.classes(on: side).filter { !vectors.rows[$0].isEmpty }.map { unit in
        let (toOwn, toOther) = (
            vectors.means.distance(ofRow: unit, to: own), vectors.means.distance(ofRow: unit, to: other)
        )
        return (unit, value: toOwn - toOther, scale: toOwn + toOther)
    }.rankedByFallingValue()
}

extension Matrix where Scalar == Double {
    /// The Euclidean distance of a row from a point, by a plain sum.
    func distance(ofRow row: Int, to point: [Double]) -> Double {
        let d = columnCount
        return withElements { values in
            point.withUnsafeBufferPointer { point in
                var sum = 0.0
                for j in 0..<d {
                    let difference = values[row * d + j] - point[j]
                    sum += difference * difference
                }
                return sum.squareRoot()
            }
        }
    }
}

extension ExtremeSearch {
    /// The units of one side by the distance that is left without each of them, greatest first; only those that first
    /// order and the gap find promising, and at least `count` of them.
    ///
    /// - Parameter byGap: all units of the side by gap.
    /// - Complexity: O(r³) for each of two dozen units.
    func unitsByDistanceLeft(
        on side: Side, of partition: ClassPartition, byGap: [Int], count: Int
    ) throws -> [Int] {
        let gains = try roughDistance(of: partition).gains(
            ofRemoving: byGap, from: side, items: moments.items)
        let scale = gains.reduce(0) { max($0, abs($1)) }
        let byGain = zip(byGap, gains).map { ($0, value: $1, scale: scale) }.rankedByFallingValue()
        let promising = 12
        guard count <= promising else { return byGain }
        var candidates = Array(byGain.prefix(promising))
        candidates += byGap.prefix(promising).filter { !candidates.contains($0) }
        let tried = candidates
        let left = try sharedMap(of: "trial removals", count: tried.count) { place in
            var next = partition
            next.remove(tried[place])
            // A side of one unit has no distance.
            guard next.classes(on: side).count > 1 else { return -1.0 }
            return try roughDistance(of: next).squared
        }
        return zip(tried, left).map { ($0, value: $1, scale: abs($1)) }.rankedByFallingValue()
    }
}
