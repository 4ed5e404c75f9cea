public import DenseLinearAlgebra
import Parallel

/// The directions along which a set of embeddings varies most, for reducing embeddings to fewer dimensions.
///
/// The rows are centred, not scaled. Squared distances between projected rows are those between the original rows minus
/// the part outside the directions. So if there are as many directions as the rows vary along, every Euclidean distance
/// stays the same. Cosines change even then: they belong to angles seen from the mean of the fitted rows, not from the
/// origin. To reduce embeddings that are compared by cosine, fit and project rows of length 1
/// (``normalizedRows(of:)``); ranking by cosine then normalises the projections again, as is usual in image retrieval.
///
/// Components fitted to the test rows use information from the test set; fit them to training rows if that matters, and
/// report such scores beside the plain ones, never instead of them.
///
/// ```swift
/// let components = try PrincipalComponents(of: normalizedRows(of: embeddings), count: 64)
/// let reduced = components.projection(of: normalizedRows(of: embeddings))
/// ```
public struct PrincipalComponents: Sendable, Equatable {
    /// The mean of the fitted rows, d values.
    public let mean: [Double]
    /// The directions, D × d: orthonormal rows by descending variance; in each, the value of largest magnitude is
    /// positive.
    public let directions: Matrix<Double>
    /// The variance along each direction, with divisor n − 1, descending.
    public let variances: [Double]

    /// Fits the leading `count` directions to rows (n × d).
    ///
    /// They are eigenvectors of the covariance, or, if n < d, are computed from the eigenvectors of the rows' inner
    /// products. A variance below max(n, d)·ε times the largest cannot be distinguished from rounding and counts as
    /// zero.
    ///
    /// - Precondition: `count` is at least 1 and at most d.
    /// - Complexity: O(n·d·min(n, d) + min(n, d)³) operations, on one thread so that the number of processors does not
    ///   change a single bit; O(min(n, d)²) memory, and n·d more if n < d.
    /// - Throws: ``RetrievalError/tooFewDirections(found:expected:)`` if the rows vary along fewer directions;
    ///   ``RetrievalError/nonFiniteEmbedding(row:column:)``; `LinearAlgebraError`.
    public init(of rows: Matrix<Float>, count: Int) throws {
        let (n, d) = (rows.rowCount, rows.columnCount)
        precondition(count >= 1 && count <= d, "\(count) principal components of rows of \(d) values")
        if let (row, column) = rows.firstNonFinite {
            throw RetrievalError.nonFiniteEmbedding(row: row, column: column)
        }
        guard n > 1 else { throw RetrievalError.tooFewDirections(found: 0, expected: count) }
        let mean = columnMeans(of: rows)
        let (values, vectors) = try withSerialBLAS {
            n < d
                ? try eigenvectorsFromInnerProducts(of: rows, mean: mean, count: count)
                : try eigenvectorsOfScatter(of: rows, mean: mean, count: count)
        }
        let threshold = Double(max(n, d)) * .ulpOfOne * values[0]
        let rank = values.count { $0 > threshold }
        guard rank >= count else { throw RetrievalError.tooFewDirections(found: rank, expected: count) }
        self.mean = mean
        variances = values[..<count].map { $0 / Double(n - 1) }
        directions = withSignsOfLargest(vectors)
    }

    /// The coordinates of rows (n × d) along the directions, seen from the mean: n × D.
    ///
    /// - Precondition: the rows have as many columns as the fitted ones.
    /// - Complexity: O(n·d·D) operations, on all processors.
    public func projection(of rows: Matrix<Float>) -> Matrix<Float> {
        let (n, d, count) = (rows.rowCount, mean.count, directions.rowCount)
        precondition(rows.columnCount == d, "rows of \(rows.columnCount) values for components of \(d)")
        let blocks = concurrentMap(count: (n + blockSize - 1) / blockSize) { block in
            let range = block * blockSize..<min((block + 1) * blockSize, n)
            let projected = product(rows.centred(rows: range, about: mean), directions, transposingRight: true)
            return projected.elements.map { Float($0) }
        }
        return Matrix(rowCount: n, columnCount: count, elements: blocks.flatMap(\.self))
    }
}

/// How many rows are centred at a time, which limits the memory for centred rows.
private let blockSize = 1024

private func columnMeans(of rows: Matrix<Float>) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.columnCount)
    for i in 0..<rows.rowCount {
        for (j, value) in rows.row(i).enumerated() { sums[j] += Double(value) }
    }
    return sums.map { $0 / Double(rows.rowCount) }
}

/// The eigenvalues of XᵀX, descending, and the leading eigenvectors as rows, for centred rows X.
private func eigenvectorsOfScatter(
    of rows: Matrix<Float>, mean: [Double], count: Int
) throws -> (values: [Double], vectors: Matrix<Double>) {
    let (n, d) = (rows.rowCount, rows.columnCount)
    var scatter = Matrix<Double>(rowCount: d, columnCount: d)
    for start in stride(from: 0, to: n, by: blockSize) {
        let block = rows.centred(rows: start..<min(start + blockSize, n), about: mean)
        block.withElements {
            addGramMatrix(ofRows: $0, count: block.rowCount, toUpperTriangleOf: &scatter)
        }
    }
    let (values, vectors) = try symmetricEigendecomposition(scatter)
    return (values.reversed(), vectors.selectingRows((d - count..<d).reversed()))
}

/// The same from the eigenvectors u of XXᵀ: those of XᵀX are Xᵀu divided by their norms.
private func eigenvectorsFromInnerProducts(
    of rows: Matrix<Float>, mean: [Double], count: Int
) throws -> (values: [Double], vectors: Matrix<Double>) {
    let n = rows.rowCount
    let x = rows.centred(rows: 0..<n, about: mean)
    let (values, vectors) = try symmetricEigendecomposition(product(x, x, transposingRight: true))
    let leading = vectors.selectingRows((max(0, n - count)..<n).reversed())
    var directions = product(leading, x)
    for k in 0..<directions.rowCount {
        let norm = directions.row(k).reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm > 0 else { continue }
        for j in 0..<directions.columnCount { directions[k, j] /= norm }
    }
    return (values.reversed(), directions)
}

/// Negates each row whose value of largest magnitude, the first of several, is negative.
private func withSignsOfLargest(_ directions: Matrix<Double>) -> Matrix<Double> {
    var result = directions
    for k in 0..<directions.rowCount {
        var largest = 0.0
        for value in directions.row(k) where abs(value) > abs(largest) { largest = value }
        if largest < 0 {
            for j in 0..<directions.columnCount { result[k, j] = -directions[k, j] }
        }
    }
    return result
}
