public import DenseLinearAlgebra
import Parallel

/// The count, the sum and the sum of outer products of a set of embeddings; rows can be added and removed.
///
/// They make it possible to refit a Gaussian after a change in O(d²) per row added or removed, instead of O(d²) per row
/// of the set. All sums are in double precision and relative to an `origin`, which should lie amid the data, so that a
/// common offset costs no digits.
public struct MomentSums: Sendable {
    /// The vector subtracted from each row (d values).
    public let origin: [Double]
    /// The number n of rows.
    public private(set) var count = 0
    /// Σ (x − origin), d values.
    private var sum: [Double]
    /// Σ (x − origin)(x − origin)ᵀ, of which only the upper triangle is stored.
    private var products: Matrix<Double>

    /// The number d of dimensions.
    public var dimension: Int { origin.count }

    /// The sums over no rows.
    public init(origin: [Double]) {
        self.origin = origin
        sum = Array(repeating: 0, count: origin.count)
        products = Matrix(rowCount: origin.count, columnCount: origin.count)
    }

    /// The sums over some rows of a matrix, or nil if there are no more rows than columns, since sums do not help then.
    ///
    /// - Throws: ``FrechetError/nonFinite(row:column:)``.
    init?(rows: [Int], of matrix: Matrix<Float>) throws {
        guard let origin = try Self.origin(amid: rows, of: matrix) else { return nil }
        self.init(origin: origin)
        add(rows, of: matrix)
        try requireFinite(rows, of: matrix)
    }

    /// The sums over some rows of a matrix, or nil if there are no more rows than columns, since sums do not help then.
    ///
    /// - Throws: ``FrechetError/nonFinite(row:column:)``.
    init?(rows: [Int], of matrix: Matrix<Double>) throws {
        guard let origin = try Self.origin(amid: rows, of: matrix) else { return nil }
        self.init(origin: origin)
        add(rows, of: matrix)
        try requireFinite(rows, of: matrix)
    }

    /// The sums over all rows of a matrix, or nil if there are no more rows than columns.
    ///
    /// - Throws: ``FrechetError/nonFinite(row:column:)``.
    init?(of matrix: Matrix<Float>) throws {
        try self.init(rows: Array(0..<matrix.rowCount), of: matrix)
    }

    /// The mean of a few of the rows, which is close enough to the mean of all and saves a pass over them.
    private static func origin<Scalar>(amid rows: [Int], of matrix: Matrix<Scalar>) throws -> [Double]? {
        guard rows.count > matrix.columnCount, rows.count >= 2 else { return nil }
        let few = stride(from: 0, to: rows.count, by: (rows.count + 63) / 64).map { rows[$0] }
        return try matrix.mean(ofRows: few).mean
    }

    private func requireFinite<Scalar>(_ rows: [Int], of matrix: Matrix<Scalar>) throws {
        // A value that is not finite makes its column's sum not finite; `mean(ofRows:)` then throws with its position.
        if !sum.allSatisfy(\.isFinite) { _ = try matrix.mean(ofRows: rows) }
    }

    /// Adds some rows of a matrix of d columns.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func add(_ rows: [Int], of matrix: Matrix<Float>) {
        accumulate(rows, of: matrix, sign: 1)
    }

    /// Adds some rows of a matrix of d columns.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func add(_ rows: [Int], of matrix: Matrix<Double>) {
        accumulate(rows, of: matrix, sign: 1)
    }

    /// Removes rows that were added before.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func subtract(_ rows: [Int], of matrix: Matrix<Float>) {
        accumulate(rows, of: matrix, sign: -1)
    }

    /// Removes rows that were added before.
    ///
    /// - Complexity: O(`rows.count`·d²), by BLAS `dsyrk`.
    public mutating func subtract(_ rows: [Int], of matrix: Matrix<Double>) {
        accumulate(rows, of: matrix, sign: -1)
    }

    /// The sums over the rows of `whole` that are not in `part`.
    ///
    /// - Precondition: both have the same origin.
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
    /// - Precondition: there is at least one row.
    public var mean: [Double] {
        precondition(count > 0, "no rows have no mean")
        return roundedSums(origin, sum.map { $0 / Double(count) }).mean
    }

    /// The rounding error of `mean`.
    var meanRemainder: [Double] {
        roundedSums(origin, sum.map { $0 / Double(count) }).remainder
    }

    /// The upper triangle of the covariance of the rows (d × d, divisor n − 1).
    ///
    /// - Precondition: there are at least two rows.
    var covariance: Matrix<Double> {
        precondition(count > 1, "\(count) rows have no covariance")
        var covariance = products
        covariance.scaleUpperTriangle(
            by: 1 / Double(count - 1), afterSubtractingOuterProductOf: sum, times: 1 / Double(count))
        return covariance
    }

    // Called only from this module with concrete matrix types, so that the compiler specialises it to plain loops.
    private mutating func accumulate<Scalar>(_ rows: [Int], of matrix: Matrix<Scalar>, sign: Double) {
        let d = dimension
        precondition(matrix.columnCount == d, "rows of \(matrix.columnCount) values for \(d) dimensions")
        precondition(rows.allSatisfy { $0 >= 0 && $0 < matrix.rowCount }, "rows outside of \(matrix.rowCount)")
        // Enough rows to keep BLAS's kernels busy, but few enough that their double-precision copies stay in the cache.
        let blockLength = max(64, min(2048, 1 << 22 / max(d, 1)))
        var block = [Double](repeating: 0, count: min(blockLength, rows.count) * d)
        for start in stride(from: 0, to: rows.count, by: blockLength) {
            let selected = rows[start..<min(start + blockLength, rows.count)]
            block.withUnsafeMutableBufferPointer { block in
                centre(selected, of: matrix, sign: sign, into: block)
                addGramMatrix(
                    ofRows: UnsafeBufferPointer(block), count: selected.count, sign: sign,
                    toUpperTriangleOf: &products)
            }
        }
        count += sign > 0 ? rows.count : -rows.count
    }

    /// Writes rows minus the origin contiguously into `block`, and adds them to `sum`.
    private mutating func centre<Scalar>(
        _ rows: ArraySlice<Int>, of matrix: Matrix<Scalar>, sign: Double, into block: UnsafeMutableBufferPointer<Double>
    ) {
        let (d, origin, block) = (dimension, origin, DisjointBuffer(block))
        sum.withUnsafeMutableBufferPointer { sum in
            let sum = DisjointBuffer(sum)
            inParallel(columnCount: d, work: rows.count * d) { columns in
                matrix.withElements { source in
                    origin.withUnsafeBufferPointer { origin in
                        for (i, row) in rows.enumerated() {
                            for j in columns {
                                let value = Double(source[row * d + j]) - origin[j]
                                block[i * d + j] = value
                                sum[j] += sign * value
                            }
                        }
                    }
                }
            }
        }
    }
}
