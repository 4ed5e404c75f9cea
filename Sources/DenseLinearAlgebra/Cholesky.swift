internal import CLAPACK
internal import Parallel

/// The upper triangular `U` with `A = UᵀU` for a symmetric positive definite `A` (d × d); only the upper triangle is
/// read.
///
/// - Complexity: d³/3 operations (LAPACK `dpotrf`).
/// - Throws: ``LinearAlgebraError/notPositiveDefinite(order:)``; ``LinearAlgebraError/nonFinite(row:column:)``.
public func choleskyFactor(_ a: consuming Matrix<Double>) throws -> Matrix<Double> {
    a.requireSquare("a Cholesky factorisation")
    try a.requireFinite()
    let d = a.rowCount
    guard d > 0 else { return a }
    provideBLASThreads(forOperations: Double(d) * Double(d) * Double(d) / 3)
    let info = LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, CChar.lower, Int32(d), &a.elements, Int32(d))
    try check(info: info, of: "dpotrf") { .notPositiveDefinite(order: $0) }
    a.clearStrictlyLowerTriangle()
    return a
}

/// A factor `F` (r × d) with `A = FᵀF` for a symmetric positive semidefinite `A` (d × d) of any rank r ≤ d.
///
/// Complete pivoting: the elimination stops where no remaining pivot exceeds `tolerance`. The default, d·ε·max aᵢᵢ, is
/// LAPACK's: below it a pivot is indistinguishable from rounding.
///
/// - Complexity: O(r·d²) operations (LAPACK `dpstrf`).
/// - Throws: ``LinearAlgebraError/nonFinite(row:column:)``.
public func pivotedCholeskyFactor(_ a: Matrix<Double>, tolerance: Double? = nil) throws -> Matrix<Double> {
    a.requireSquare("a pivoted Cholesky factorisation")
    try a.requireFinite()
    let d = a.rowCount
    guard d > 0 else { return a }
    var upper = a
    var pivots = [Int32](repeating: 0, count: d)
    var rank: Int32 = 0
    var work = [Double](repeating: 0, count: 2 * d)
    provideBLASThreads(forOperations: Double(d) * Double(d) * Double(d) / 3)
    // A row-major upper triangle is a column-major lower one, which avoids LAPACKE's transposed copy.
    let info = LAPACKE_dpstrf_work(
        LAPACK_COL_MAJOR, CChar.lower, Int32(d), &upper.elements, Int32(d), &pivots, &rank, tolerance ?? -1, &work)
    // A positive info only means that the matrix is rank-deficient.
    precondition(info >= 0, "dpstrf: argument \(-info) is invalid")
    var factor = Matrix<Double>(rowCount: Int(rank), columnCount: d)
    for i in 0..<Int(rank) {
        for j in i..<d {
            factor.elements[i * d + Int(pivots[j]) - 1] = upper.elements[i * d + j]
        }
    }
    return factor
}

/// `U·A·Uᵀ` (d × d) for a symmetric `A` and an upper triangular `U`; only upper triangles are read and only that of the
/// result is valid; below it are the old values of `A`.
///
/// - Complexity: d³ operations (LAPACK `dsygst`), half the work of two triangular products.
public func conjugate(_ a: consuming Matrix<Double>, byUpperTriangular u: Matrix<Double>) -> Matrix<Double> {
    a.requireSquare("a conjugation")
    precondition(
        u.rowCount == a.rowCount && u.columnCount == a.columnCount,
        "a \(u.rowCount) × \(u.columnCount) factor cannot conjugate a \(a.rowCount) × \(a.columnCount) matrix")
    let d = a.rowCount
    guard d > 0 else { return a }
    provideBLASThreads(forOperations: Double(d) * Double(d) * Double(d))
    // A row-major upper triangle is a column-major lower one, L = Uᵀ, and `itype` 2 gives LᵀAL.
    let info = LAPACKE_dsygst_work(
        LAPACK_COL_MAJOR, 2, CChar.lower, Int32(d), &a.elements, Int32(d), u.elements, Int32(d))
    precondition(info == 0, "dsygst: argument \(-info) is invalid")
    return a
}

extension CChar {
    /// LAPACK's `uplo` for the lower triangle in column-major order, which is the upper one in row-major order.
    static let lower = CChar(UInt8(ascii: "L"))
    /// LAPACK's `job` for values only.
    static let valuesOnly = CChar(UInt8(ascii: "N"))
    /// LAPACK's `job` for singular values and all vectors.
    static let allVectors = CChar(UInt8(ascii: "A"))
    /// LAPACK's `job` for values and vectors.
    static let withVectors = CChar(UInt8(ascii: "V"))
}

extension Matrix {
    fileprivate mutating func clearStrictlyLowerTriangle() {
        let (n, d) = (rowCount, columnCount)
        elements.withUnsafeMutableBufferPointer { values in
            for i in 0..<n {
                for j in 0..<min(i, d) { values[i * d + j] = 0 }
            }
        }
    }

    /// Copies the upper triangle of a square matrix to the lower one, in tiles that fit the cache.
    mutating func copyUpperTriangleToLower() {
        let (d, tile) = (rowCount, 32)
        elements.withUnsafeMutableBufferPointer { values in
            for rows in stride(from: 0, to: d, by: tile) {
                for columns in stride(from: 0, through: rows, by: tile) {
                    for i in rows..<min(rows + tile, d) {
                        for j in columns..<min(columns + tile, i) { values[i * d + j] = values[j * d + i] }
                    }
                }
            }
        }
    }
}
