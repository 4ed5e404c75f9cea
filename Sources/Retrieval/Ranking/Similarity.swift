public import DenseLinearAlgebra

/// How similar two embeddings are; retrieval ranks by descending similarity.
public enum Similarity: String, Sendable, Hashable, Codable, CaseIterable {
    /// The cosine of the angle between two embeddings.
    ///
    /// The zero vector has no direction; its cosine with every vector, itself included, is defined as 0.
    case cosine
    /// The Euclidean distance, where smaller means more similar.
    ///
    case euclidean
    /// The inner product, which depends on the lengths of embeddings as well: for models that are trained without
    /// normalisation and searched by it.
    case innerProduct = "inner-product"
}

/// The sum of squares in double precision, which no finite Float embedding can overflow.
func squaredNorm(_ row: ArraySlice<Float>) -> Double {
    row.withUnsafeBufferPointer { values in
        var sum = 0.0
        for value in values { sum += Double(value) * Double(value) }
        return sum
    }
}

/// Every row divided by its Euclidean norm; the zero vector stays zero.
public func normalizedRows(of a: Matrix<Float>) -> Matrix<Float> {
    var elements: [Float] = []
    elements.reserveCapacity(a.rowCount * a.columnCount)
    for i in 0..<a.rowCount {
        let row = a.row(i)
        let norm = squaredNorm(row).squareRoot()
        let factor = norm > 0 ? 1 / norm : 0
        // Adding zero turns −0 into +0, so that equal rows are equal in every bit.
        for value in row { elements.append(Float(Double(value) * factor) + 0) }
    }
    return Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: elements)
}
