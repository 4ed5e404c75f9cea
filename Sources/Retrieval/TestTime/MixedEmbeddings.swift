public import DenseLinearAlgebra

/// Each row divided by its Euclidean norm, plus `weight` times the original row.
///
/// Row x becomes `(1/‖x‖ + weight)·x`: its direction stays, and its length becomes `1 + weight·‖x‖`. So ranking by
/// cosine does not change at all, whatever the weight; ranking by Euclidean distance goes from the cosine ranking at
/// weight 0 to that of the original rows for large weights. The zero vector stays zero.
///
/// - Parameters:
///   - rows: n × d, finite; a value that is not finite stays so.
///   - weight: 0 for ``normalizedRows(of:)``.
/// - Precondition: `weight` is finite and not negative.
/// - Complexity: O(n·d).
public func mixingNormalizedWithRaw(_ rows: Matrix<Float>, weight: Double) -> Matrix<Float> {
    precondition(weight.isFinite && weight >= 0, "the weight of the raw rows is \(weight), not finite and 0 or more")
    let normalized = normalizedRows(of: rows)
    let mixed = zip(normalized.elements, rows.elements).map { Float(Double($0) + weight * Double($1)) }
    return Matrix(rowCount: rows.rowCount, columnCount: rows.columnCount, elements: mixed)
}
