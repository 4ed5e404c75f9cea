internal import CLAPACK
internal import Parallel

/// The product `left · right`, with either factor transposed on request.
///
/// - Precondition: the inner dimensions agree.
/// - Complexity: O(m·n·k), by BLAS `dgemm` on all its threads.
public func product(
    _ left: Matrix<Double>, _ right: Matrix<Double>, transposingLeft: Bool = false, transposingRight: Bool = false
) -> Matrix<Double> {
    let (m, k) = transposingLeft ? (left.columnCount, left.rowCount) : (left.rowCount, left.columnCount)
    let (inner, n) = transposingRight ? (right.columnCount, right.rowCount) : (right.rowCount, right.columnCount)
    precondition(k == inner, "the inner sizes of a product differ: \(k) and \(inner)")
    var result = Matrix<Double>(rowCount: m, columnCount: n)
    guard m > 0, n > 0, k > 0 else { return result }
    provideBLASThreads(forOperations: 2 * Double(m) * Double(n) * Double(k))
    cblas_dgemm(
        CblasRowMajor, transposingLeft ? CblasTrans : CblasNoTrans, transposingRight ? CblasTrans : CblasNoTrans,
        Int32(m), Int32(n), Int32(k), 1, left.elements, Int32(left.columnCount), right.elements,
        Int32(right.columnCount), 0, &result.elements, Int32(n))
    return result
}

/// The Gram matrix `AᵀA` (d × d) of the columns of `A` (n × d).
///
/// - Complexity: O(n·d²), by BLAS `dsyrk`, half the work of a product.
public func gramMatrix(_ a: Matrix<Double>) -> Matrix<Double> {
    let d = a.columnCount
    var result = Matrix<Double>(rowCount: d, columnCount: d)
    guard d > 0, a.rowCount > 0 else { return result }
    provideBLASThreads(forOperations: Double(a.rowCount) * Double(d) * Double(d))
    cblas_dsyrk(
        CblasRowMajor, CblasUpper, CblasTrans, Int32(d), Int32(a.rowCount), 1, a.elements, Int32(d), 0,
        &result.elements, Int32(d))
    result.copyUpperTriangleToLower()
    return result
}

/// Adds `sign · AᵀA` to the upper triangle of a d × d matrix, where `A` is given as `count` contiguous rows of d
/// values.
///
/// - Complexity: O(`count`·d²), by BLAS `dsyrk`.
public func addGramMatrix(
    ofRows rows: UnsafeBufferPointer<Double>, count: Int, sign: Double = 1,
    toUpperTriangleOf result: inout Matrix<Double>
) {
    let d = result.columnCount
    precondition(result.rowCount == d, "a Gram matrix is square, not \(result.rowCount) × \(d)")
    precondition(rows.count >= count * d, "\(count) rows of \(d) values need \(count * d), not \(rows.count)")
    guard d > 0, count > 0, let base = rows.baseAddress else { return }
    provideBLASThreads(forOperations: Double(count) * Double(d) * Double(d))
    cblas_dsyrk(
        CblasRowMajor, CblasUpper, CblasTrans, Int32(d), Int32(count), sign, base, Int32(d), 1, &result.elements,
        Int32(d))
}

/// The inner products of rows `range` of `queries` (n × d) with rows of `gallery` (m × d), into `result`.
///
/// The first `range.count × galleryRange.count` values of `result` are written in row-major order; it grows if it is
/// too short and never shrinks, so one buffer serves all blocks.
///
/// - Parameter galleryRange: the rows of the gallery; nil for all.
/// - Complexity: O(`range.count`·`galleryRange.count`·d), by BLAS `sgemm`.
public func innerProducts(
    ofRows range: Range<Int>, of queries: Matrix<Float>, with gallery: Matrix<Float>,
    rows galleryRange: Range<Int>? = nil, into result: inout [Float]
) {
    precondition(
        queries.columnCount == gallery.columnCount,
        "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
    let galleryRange = galleryRange ?? 0..<gallery.rowCount
    for (range, matrix) in [(range, queries), (galleryRange, gallery)] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= matrix.rowCount, "rows \(range) of \(matrix.rowCount)")
    }
    let d = queries.columnCount
    let m = galleryRange.count
    if result.count < range.count * m {
        result = Array(repeating: 0, count: range.count * m)
    }
    guard !range.isEmpty, m > 0, d > 0 else { return }
    provideBLASThreads(forOperations: 2 * Double(range.count) * Double(m) * Double(d))
    queries.withElements { queries in
        gallery.withElements { gallery in
            guard let queries = queries.baseAddress, let gallery = gallery.baseAddress else { return }
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(range.count), Int32(m), Int32(d), 1,
                queries + range.lowerBound * d, Int32(d), gallery + galleryRange.lowerBound * d, Int32(d), 0, &result,
                Int32(m))
        }
    }
}

/// The inner products of some columns of the rows of one table with those of another.
///
/// - Parameters:
///   - x: the rows of the one, one after the other.
///   - count: how many they are.
///   - y: those of the other.
///   - width: the number of values in each row.
///   - columns: the columns that are multiplied and summed up.
///   - result: receives `count × otherCount` values in row-major order.
/// - Complexity: O(`count`·`otherCount`·`columns.count`), by BLAS `sgemm`.
package func innerProducts(
    ofRows x: UnsafePointer<Float>, count: Int, withRows y: UnsafePointer<Float>, count otherCount: Int, width: Int,
    columns: Range<Int>, into result: UnsafeMutablePointer<Float>
) {
    precondition(columns.lowerBound >= 0 && columns.upperBound <= width, "columns \(columns) of \(width)")
    guard count > 0, otherCount > 0 else { return }
    cblas_sgemm(
        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(otherCount), Int32(columns.count), 1,
        x + columns.lowerBound, Int32(width), y + columns.lowerBound, Int32(width), 0, result, Int32(otherCount))
}

/// The inner products of some rows of `queries` with some of `gallery` in double precision, row after row.
///
/// - Parameter result: room for a value for each pair of rows.
package func innerProducts(
    ofRows range: Range<Int>, of queries: Matrix<Double>, with gallery: Matrix<Double>, rows galleryRange: Range<Int>,
    into result: UnsafeMutablePointer<Double>
) {
    precondition(
        queries.columnCount == gallery.columnCount,
        "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
    for (range, matrix) in [(range, queries), (galleryRange, gallery)] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= matrix.rowCount, "rows \(range) of \(matrix.rowCount)")
    }
    guard !range.isEmpty, !galleryRange.isEmpty else { return }
    let d = queries.columnCount
    guard d > 0 else { return result.update(repeating: 0, count: range.count * galleryRange.count) }
    queries.withElements { queries in
        gallery.withElements { gallery in
            guard let queries = queries.baseAddress, let gallery = gallery.baseAddress else { return }
            cblas_dgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(range.count), Int32(galleryRange.count), Int32(d), 1,
                queries + range.lowerBound * d, Int32(d), gallery + galleryRange.lowerBound * d, Int32(d), 0, result,
                Int32(galleryRange.count))
        }
    }
}

/// `A·U⁻ᵀ` (n × d) for `A` (n × d) and an upper triangular `U` (d × d) without zeros on its diagonal.
///
/// - Complexity: n·d² operations, by BLAS `dtrsm`.
public func solve(_ a: Matrix<Double>, byTransposeOfUpperTriangular u: Matrix<Double>) -> Matrix<Double> {
    solve(a, byUpperTriangular: u, transposed: CblasTrans)
}

/// `A·U⁻¹` (n × d) for `A` (n × d) and an upper triangular `U` (d × d) without zeros on its diagonal.
///
/// - Complexity: n·d² operations, by BLAS `dtrsm`.
public func solve(_ a: Matrix<Double>, byUpperTriangular u: Matrix<Double>) -> Matrix<Double> {
    solve(a, byUpperTriangular: u, transposed: CblasNoTrans)
}

private func solve(
    _ a: Matrix<Double>, byUpperTriangular u: Matrix<Double>, transposed: CBLAS_TRANSPOSE
) -> Matrix<Double> {
    precondition(
        u.rowCount == a.columnCount && u.columnCount == a.columnCount,
        "a \(u.rowCount) × \(u.columnCount) factor for rows of \(a.columnCount) values")
    var result = a
    guard a.rowCount > 0, a.columnCount > 0 else { return a }
    provideBLASThreads(forOperations: Double(a.rowCount) * Double(a.columnCount) * Double(a.columnCount))
    cblas_dtrsm(
        CblasRowMajor, CblasRight, CblasUpper, transposed, CblasNonUnit, Int32(a.rowCount), Int32(a.columnCount), 1,
        u.elements, Int32(a.columnCount), &result.elements, Int32(a.columnCount))
    return result
}
