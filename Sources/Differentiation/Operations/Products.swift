/// The matrix product a·b (m × n), with either factor transposed on request.
///
/// - Complexity: O(m·n·k), by BLAS.
public func product<Scalar>(
    _ a: Variable<Scalar>, _ b: Variable<Scalar>, transposingLeft: Bool = false, transposingRight: Bool = false
) -> Variable<Scalar> {
    let (m, k) = transposingLeft ? (a.columnCount, a.rowCount) : (a.rowCount, a.columnCount)
    let (inner, n) = transposingRight ? (b.columnCount, b.rowCount) : (b.rowCount, b.columnCount)
    precondition(k == inner, "the inner sizes of a product differ: \(k) and \(inner)")
    return a.recording(
        .product(transposingFirst: transposingLeft, transposingSecond: transposingRight), rowCount: m, columnCount: n, b
    )
}

/// The inner products of the rows of `a` (m × d) with those of `b` (n × d): m × n.
public func innerProducts<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    product(a, b, transposingRight: true)
}

/// The inner products of each row with the rows of its group, where each `count` neighbouring rows of `a` (g·count × d) are a
/// group: g·count × count.
///
/// - Complexity: O(g · count² · d), by BLAS.
public func groupedInnerProducts<Scalar>(_ a: Variable<Scalar>, groupsOf count: Int) -> Variable<Scalar> {
    precondition(count > 0 && a.rowCount % count == 0, "\(a.rowCount) rows in groups of \(count)")
    return a.recording(.groupedInnerProducts(count), columnCount: count)
}

/// log Σⱼ exp (aᵢ · bⱼ) of each row of `a` (m × d), over all rows of `b` (n × d): m × 1, without overflow.
///
/// The m × n inner products are not kept: blocks of them are computed here, and once more for the derivative, so the memory is
/// that of a block of 64 rows or of a million values. The value without rows of `b` is 0.
///
/// - Complexity: O(m·n·d), by BLAS.
public func logSumExpOfInnerProducts<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    precondition(
        a.columnCount == b.columnCount, "inner products of rows of \(a.columnCount) and of \(b.columnCount) values")
    return a.recording(.logSumExpOfInnerProducts, columnCount: 1, b)
}

/// The cosines of the rows of `a` (m × d) with those of `b` (n × d): m × n; 0 for rows of zeros.
public func cosines<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    innerProducts(a.normalizedRows(), b.normalizedRows())
}

/// The squared Euclidean distances of the rows of `a` (m × d) from those of `b` (n × d): m × n.
///
/// They are computed as ‖aᵢ‖² + ‖bⱼ‖² − 2aᵢ·bⱼ, but never below 0; so of rows nearer to each other than about a
/// thousandth of their length, single precision leaves few digits.
///
/// - Complexity: O(m·n·d), by BLAS.
public func squaredDistances<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    precondition(
        a.columnCount == b.columnCount, "distances of rows of \(a.columnCount) and of \(b.columnCount) values")
    return a.recording(.squaredDistances, rowCount: a.rowCount, columnCount: b.rowCount, b)
}

/// The Euclidean distances of the rows of `a` (m × d) from those of `b` (n × d): m × n; the derivative at 0 is taken as
/// 0.
public func distances<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    squaredDistances(a, b).squareRoot()
}
