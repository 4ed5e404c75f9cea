internal import DenseLinearAlgebra

/// Embeddings made ready for similarities in double precision.
struct ExactRows: Sendable {
    /// The rows of the queries, n × d.
    private let queries: Matrix<Double>
    /// The rows that are ranked, m × d.
    private let gallery: Matrix<Double>
    /// What each row's product is multiplied by: 1/‖y‖ for the cosine, 0 for the zero vector; empty for the distance.
    ///
    /// The rows themselves stay as they are, and the query's own norm does not matter. So small integers have exact
    /// products, and rows of equal length and product tie.
    private let factors: [Double]
    /// For the Euclidean distance, half the squared norm of each row of the gallery.
    private let halfSquaredNorms: [Double]
    /// Rows of the gallery that take over the product of another, as in ``PreparedEmbeddings``.
    var duplicates: [(row: Int, original: Int)] = []

    var queryCount: Int { queries.rowCount }
    var itemCount: Int { gallery.rowCount }

    /// - Parameter similarity: for the Euclidean distance rows are centred, which it does not notice.
    init(queries: Matrix<Double>, gallery: Matrix<Double>, similarity: Similarity) {
        self.queries = queries
        self.gallery = gallery
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

extension ExactRows: SimilaritySource {
    typealias Counter = ExactCounter

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
