internal import DenseLinearAlgebra

/// Embeddings prepared for similarities in double precision.
struct DoubleRows: Sendable {
    /// The rows of the queries, n × d.
    private let queries: Matrix<Double>
    /// The rows that are ranked, m × d.
    private let gallery: Matrix<Double>
    /// The factor for each row's product: 1/‖y‖ for the cosine, or 0 for the zero vector; empty for the distance.
    ///
    /// The rows themselves stay as they are, and the query's own norm does not matter. So small integers have exact
    /// products, and rows of equal length and product tie.
    private let factors: [Double]
    /// For the Euclidean distance, half the squared norm of each row of the gallery.
    private let halfSquaredNorms: [Double]
    /// Rows of the gallery that take the product of an earlier, equal row, as in ``PreparedEmbeddings``.
    private let duplicates: [(row: Int, original: Int)]

    var queryCount: Int { queries.rowCount }
    var itemCount: Int { gallery.rowCount }
    var columnCount: Int { gallery.columnCount }

    /// - Parameters:
    ///   - isOneSet: whether queries and gallery are the same set.
    ///   - duplicates: the rows of the gallery that must tie with an earlier one.
    init(
        queries: Matrix<Float>, gallery: Matrix<Float>, isOneSet: Bool, similarity: Similarity,
        duplicates: [(row: Int, original: Int)]
    ) {
        // Moving all rows by the same offset does not change distances.
        let offsets = similarity == .cosine ? [] : Centring(of: isOneSet ? [queries] : [queries, gallery]).offsets
        let gallery = doubles(of: gallery, less: offsets)
        self.queries = isOneSet ? gallery : doubles(of: queries, less: offsets)
        self.gallery = gallery
        self.duplicates = duplicates
        let squares = (0..<gallery.rowCount).map { i in gallery.row(i).reduce(0) { $0 + $1 * $1 } }
        switch similarity {
        case .cosine:
            factors = squares.map { $0 > 0 ? 1 / $0.squareRoot() : 0 }
            halfSquaredNorms = []
        case .euclidean:
            factors = []
            halfSquaredNorms = squares.map { $0 / 2 }
        }
    }
}

extension DoubleRows: SimilaritySource {
    typealias Counter = DoubleCounter

    func makeScratch() {}

    func fill(_ similarities: inout [Double], rows: Range<Int>) {
        similarities = product(queries.selectingRows(Array(rows)), gallery, transposingRight: true).elements
    }

    func finish(_ row: UnsafeMutableBufferPointer<Double>, query: Int, scratch: inout Void) {
        for (j, factor) in factors.enumerated() { row[j] *= factor }
        for (j, half) in halfSquaredNorms.enumerated() { row[j] -= half }
        for (duplicate, original) in duplicates { row[duplicate] = row[original] }
    }
}

/// Rows in double precision, minus an offset for each column if there are any.
private func doubles(of rows: Matrix<Float>, less offsets: [Double]) -> Matrix<Double> {
    var elements: [Double] = []
    elements.reserveCapacity(rows.elements.count)
    for i in 0..<rows.rowCount {
        for (j, value) in rows.row(i).enumerated() {
            // Adding zero turns −0 into +0, so that equal rows are equal in every bit.
            elements.append(Double(value) - (offsets.isEmpty ? 0 : offsets[j]) + 0)
        }
    }
    return Matrix(rowCount: rows.rowCount, columnCount: rows.columnCount, elements: elements)
}
