internal import CLAPACK
internal import Parallel

/// A scalar whose matrices BLAS multiplies: Float and Double.
package protocol BLASScalar: BinaryFloatingPoint & Sendable {
    /// Turns `C` (m × n) into `scale · A·B + kept · C`, where all three are in row-major order without gaps.
    ///
    /// - Parameters:
    ///   - sizes: the rows m of `C`, its columns n, and the inner size k; none is negative.
    ///   - transposingLeft: whether `left` is given as Aᵀ (k × m).
    ///   - transposingRight: whether `right` is given as Bᵀ (n × k).
    ///   - kept: the part of `C` that stays; with 0, `C` may hold anything, also NaN.
    /// - Precondition: `result` overlaps neither factor.
    /// - Complexity: O(m·n·k), by BLAS `sgemm` or `dgemm`.
    static func addProduct(
        _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, to result: UnsafeMutablePointer<Self>,
        sizes: (rows: Int, columns: Int, inner: Int), transposingLeft: Bool, transposingRight: Bool, scale: Self,
        kept: Self)
}

extension Float: BLASScalar {
    package static func addProduct(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>,
        sizes: (rows: Int, columns: Int, inner: Int), transposingLeft: Bool, transposingRight: Bool, scale: Float,
        kept: Float
    ) {
        let (m, n, k) = sizes
        guard m > 0, n > 0 else { return }
        provideBLASThreads(forOperations: 2 * Double(m) * Double(n) * Double(k))
        cblas_sgemm(
            CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans, transposingRight ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), scale, left, Int32(max(transposingLeft ? m : k, 1)), right,
            Int32(max(transposingRight ? k : n, 1)), kept, result, Int32(n))
    }
}

extension Double: BLASScalar {
    package static func addProduct(
        _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, to result: UnsafeMutablePointer<Double>,
        sizes: (rows: Int, columns: Int, inner: Int), transposingLeft: Bool, transposingRight: Bool, scale: Double,
        kept: Double
    ) {
        let (m, n, k) = sizes
        guard m > 0, n > 0 else { return }
        provideBLASThreads(forOperations: 2 * Double(m) * Double(n) * Double(k))
        cblas_dgemm(
            CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans, transposingRight ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), scale, left, Int32(max(transposingLeft ? m : k, 1)), right,
            Int32(max(transposingRight ? k : n, 1)), kept, result, Int32(n))
    }
}
