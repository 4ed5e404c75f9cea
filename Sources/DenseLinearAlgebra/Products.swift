internal import CLAPACK

/// The product `left · right`, or with their transposes where asked.
///
/// - Precondition: the inner sizes agree.
/// - Complexity: O(m·n·k), by BLAS `dgemm` on all its threads.
public func product(
    _ left: Matrix<Double>, _ right: Matrix<Double>, transposingLeft: Bool = false, transposingRight: Bool = false
) -> Matrix<Double> {
    let (m, k) = transposingLeft ? (left.columnCount, left.rowCount) : (left.rowCount, left.columnCount)
    let (inner, n) = transposingRight ? (right.columnCount, right.rowCount) : (right.rowCount, right.columnCount)
    precondition(k == inner, "the inner sizes of a product differ: \(k) and \(inner)")
    var result = Matrix<Double>(rowCount: m, columnCount: n)
    guard m > 0, n > 0, k > 0 else { return result }
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
    cblas_dsyrk(
        CblasRowMajor, CblasUpper, CblasTrans, Int32(d), Int32(a.rowCount), 1, a.elements, Int32(d), 0,
        &result.elements, Int32(d))
    for i in 0..<d {
        for j in 0..<i {
            result.elements[i * d + j] = result.elements[j * d + i]
        }
    }
    return result
}

/// The inner products of rows `range` of `queries` (n × d) with every row of `gallery` (m × d), into `result`.
///
/// `result` is row-major with `range.count × m` leading values written; it is grown if it is shorter, and never shrunk,
/// so that one buffer serves block after block.
///
/// - Complexity: O(`range.count`·m·d), by BLAS `sgemm`.
public func innerProducts(
    ofRows range: Range<Int>, of queries: Matrix<Float>, with gallery: Matrix<Float>, into result: inout [Float]
) {
    precondition(
        queries.columnCount == gallery.columnCount,
        "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
    precondition(
        range.lowerBound >= 0 && range.upperBound <= queries.rowCount, "rows \(range) of \(queries.rowCount)")
    let d = queries.columnCount
    let m = gallery.rowCount
    if result.count < range.count * m {
        result = Array(repeating: 0, count: range.count * m)
    }
    guard !range.isEmpty, m > 0, d > 0 else { return }
    queries.elements.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(range.count), Int32(m), Int32(d), 1,
            base + range.lowerBound * d, Int32(d), gallery.elements, Int32(d), 0, &result, Int32(m))
    }
}
