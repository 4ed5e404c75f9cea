internal import DenseLinearAlgebra
internal import Parallel

/// The sum, over all pairs of two rows (n × d), of a function of their squared Euclidean distance.
///
/// Each pair of blocks of rows takes one matrix product in double precision. Every core works on its own blocks, and
/// the blocks' sums are added in block order, so the result is the same for any number of cores.
///
/// A squared distance computed from inner products has the rounding error of the norms, which can exceed the distance
/// of nearly equal rows. For a function that magnifies this error, such as the square root, set `isExactNearZero`:
/// small distances are then summed from the differences.
///
/// - Complexity: n²·d operations and n²/2 calls of `function`; memory per core for two blocks and their products.
func sumOverPairs(
    of rows: Matrix<Double>, isExactNearZero: Bool, _ function: @Sendable (_ squaredDistance: Double) -> Double
) -> Double {
    let n = rows.rowCount
    guard n > 1 else { return 0 }
    let blockSize = 256
    let blocks = stride(from: 0, to: n, by: blockSize).map { RowBlock(rows, $0..<min($0 + blockSize, n)) }
    let pairs = blocks.indices.flatMap { i in (i..<blocks.count).map { (i, $0) } }
    let sums = concurrentMap(count: pairs.count) { number in
        let (i, j) = pairs[number]
        return blocks[i].sumOverPairs(with: blocks[j], isSame: i == j, isExactNearZero: isExactNearZero, function)
    }
    return sums.reduce(0, +)
}

/// Some consecutive rows of a matrix, with their squared norms.
private struct RowBlock: Sendable {
    let rows: Matrix<Double>
    let squaredNorms: [Double]

    init(_ matrix: Matrix<Double>, _ range: Range<Int>) {
        let d = matrix.columnCount
        let elements = Array(matrix.elements[range.lowerBound * d..<range.upperBound * d])
        rows = Matrix(rowCount: range.count, columnCount: d, elements: elements)
        squaredNorms = range.map { matrix.row($0).reduce(0) { $0 + $1 * $1 } }
    }

    func sumOverPairs(
        with other: RowBlock, isSame: Bool, isExactNearZero: Bool, _ function: (Double) -> Double
    ) -> Double {
        let count = other.rows.rowCount
        return product(rows, other.rows, transposingRight: true).withElements { products in
            var sum = 0.0
            for i in 0..<rows.rowCount {
                let norm = squaredNorms[i]
                for j in (isSame ? i + 1 : 0)..<count {
                    let norms = norm + other.squaredNorms[j]
                    var distance = max(0, norms - 2 * products[i * count + j])
                    // Above this, ten digits are correct.
                    if isExactNearZero, distance < 1e-6 * norms {
                        distance = zip(rows.row(i), other.rows.row(j)).reduce(0) {
                            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
                        }
                    }
                    sum += function(distance)
                }
            }
            return sum
        }
    }
}
