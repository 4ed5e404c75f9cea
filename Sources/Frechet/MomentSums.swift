public import DenseLinearAlgebra

/// The count, the sum and the sum of outer products of a set of embeddings, to which rows can be added and taken away.
///
/// With these a Gaussian is fitted anew after a change in O(d²) for each row that came or went, instead of O(d²) for
/// each row of the set. All sums are in double precision and about an `origin`, which should lie amid the data: a common
/// offset then costs no digits.
public struct MomentSums: Sendable {
    /// What is subtracted from each row (d values).
    public let origin: [Double]
    /// The number n of rows.
    public private(set) var count = 0
    /// Σ (x − origin), d values.
    private var sum: [Double]
    /// Σ (x − origin)(x − origin)ᵀ, of which only the upper triangle is kept.
    private var products: Matrix<Double>

    /// The number d of dimensions.
    public var dimension: Int { origin.count }

    /// The sums over no rows.
    public init(origin: [Double]) {
        self.origin = origin
        sum = Array(repeating: 0, count: origin.count)
        products = Matrix(rowCount: origin.count, columnCount: origin.count)
    }

    /// Adds some rows of a matrix of d columns.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func add(_ rows: some Collection<Int>, of matrix: Matrix<Float>) {
        accumulate(rows, of: matrix, sign: 1)
    }

    /// Adds some rows of a matrix of d columns.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func add(_ rows: some Collection<Int>, of matrix: Matrix<Double>) {
        accumulate(rows, of: matrix, sign: 1)
    }

    /// Takes away rows that were added before.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func subtract(_ rows: some Collection<Int>, of matrix: Matrix<Float>) {
        accumulate(rows, of: matrix, sign: -1)
    }

    /// Takes away rows that were added before.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func subtract(_ rows: some Collection<Int>, of matrix: Matrix<Double>) {
        accumulate(rows, of: matrix, sign: -1)
    }

    /// The sums over the rows of `whole` that are not in `part`.
    ///
    /// - Precondition: both are about the same origin.
    public static func - (whole: MomentSums, part: MomentSums) -> MomentSums {
        precondition(whole.origin == part.origin, "moment sums about two origins cannot be subtracted")
        var result = whole
        result.count -= part.count
        for j in result.sum.indices { result.sum[j] -= part.sum[j] }
        result.products.subtract(part.products)
        return result
    }

    /// The mean of the rows.
    ///
    /// - Precondition: there is a row.
    public var mean: [Double] {
        precondition(count > 0, "no rows have no mean")
        return roundedSums(origin, sum.map { $0 / Double(count) }).mean
    }

    /// What `mean` lacks through rounding.
    var meanRemainder: [Double] {
        roundedSums(origin, sum.map { $0 / Double(count) }).remainder
    }

    /// The upper triangle of the covariance of the rows (d × d, divisor n − 1).
    ///
    /// - Precondition: there are two rows.
    var covariance: Matrix<Double> {
        precondition(count > 1, "\(count) rows have no covariance")
        var covariance = products
        covariance.scaleUpperTriangle(
            by: 1 / Double(count - 1), afterSubtractingOuterProductOf: sum, times: 1 / Double(count))
        return covariance
    }

    private mutating func accumulate<Scalar>(_ rows: some Collection<Int>, of matrix: Matrix<Scalar>, sign: Double) {
        let d = dimension
        precondition(matrix.columnCount == d, "rows of \(matrix.columnCount) values for \(d) dimensions")
        let numbers = Array(rows)
        // So many rows at once fill BLAS's kernels, and their copies in double precision stay in the cache.
        let blockLength = max(64, min(2048, 1 << 22 / max(d, 1)))
        var block = [Double](repeating: 0, count: min(blockLength, numbers.count) * d)
        for start in stride(from: 0, to: numbers.count, by: blockLength) {
            let selected = numbers[start..<min(start + blockLength, numbers.count)]
            block.withUnsafeMutableBufferPointer { block in
                matrix.elements.withUnsafeBufferPointer { source in
                    origin.withUnsafeBufferPointer { origin in
                        sum.withUnsafeMutableBufferPointer { sum in
                            for (i, row) in selected.enumerated() {
                                precondition(row >= 0 && row < matrix.rowCount, "row \(row) of \(matrix.rowCount)")
                                for j in 0..<d {
                                    let value = Double(source[row * d + j]) - origin[j]
                                    block[i * d + j] = value
                                    sum[j] += sign * value
                                }
                            }
                        }
                    }
                }
                addGramMatrix(
                    ofRows: UnsafeBufferPointer(block), count: selected.count, sign: sign,
                    toUpperTriangleOf: &products)
            }
        }
        count += sign > 0 ? numbers.count : -numbers.count
    }
}
