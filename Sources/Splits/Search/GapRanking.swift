internal import Datasets
internal import DenseLinearAlgebra

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
        return elements.withUnsafeBufferPointer { values in
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
