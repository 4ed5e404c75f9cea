package import DenseLinearAlgebra

/// Embeddings prepared so that similarities are inner products in single precision.
struct PreparedEmbeddings: Sendable {
    /// The rows of the queries, n × d.
    let queries: Matrix<Float>
    /// The rows that are ranked, m × d; the same as the queries in one-vs-rest retrieval.
    let gallery: Matrix<Float>
    /// For the Euclidean distance, half the squared norm of each row of the gallery; empty for the cosine.
    let halfSquaredNorms: [Float]
    /// Each row of the gallery that equals an earlier one in every bit, with the first such row.
    let duplicates: [(row: Int, original: Int)]

    /// Prepares one set, in which each row is ranked for every other.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    init(_ embeddings: Matrix<Float>, similarity: Similarity) throws {
        try requireFinite(embeddings)
        let rows =
            switch similarity {
            case .cosine: normalizedRows(of: embeddings)
            case .euclidean: Centring(of: [embeddings]).applied(to: embeddings)
            case .innerProduct: embeddings
            }
        self.init(ready: rows, rows, similarity: similarity)
    }

    /// Prepares two sets: the rows of the gallery are ranked for each query.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query
    ///   rows.
    init(queries: Matrix<Float>, gallery: Matrix<Float>, similarity: Similarity) throws {
        try requireFinite(queries, gallery)
        switch similarity {
        case .cosine:
            self.init(ready: normalizedRows(of: queries), normalizedRows(of: gallery), similarity: similarity)
        case .euclidean:
            let centring = Centring(of: [queries, gallery])
            self.init(ready: centring.applied(to: queries), centring.applied(to: gallery), similarity: similarity)
        case .innerProduct: self.init(ready: queries, gallery, similarity: similarity)
        }
    }

    /// Some rows of one prepared set as queries against its first rows.
    func selecting(queries rows: [Int], galleryCount: Int, similarity: Similarity) -> PreparedEmbeddings {
        PreparedEmbeddings(
            ready: queries.selectingRows(rows), gallery.selectingRows(0..<galleryCount), similarity: similarity)
    }

    private init(ready queries: Matrix<Float>, _ gallery: Matrix<Float>, similarity: Similarity) {
        self.queries = queries
        self.gallery = gallery
        halfSquaredNorms =
            similarity != .euclidean ? [] : (0..<gallery.rowCount).map { Float(squaredNorm(gallery.row($0)) / 2) }
        duplicates = findDuplicates(in: gallery)
    }
}

/// Rejects NaN and infinities.
///
/// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``; rows are numbered continuously through all matrices.
package func requireFinite(_ matrices: Matrix<Float>...) throws {
    try requireFinite(matrices.map(RowValues.single))
}

extension PreparedEmbeddings: SimilaritySource {
    typealias Counter = RankCounter

    var queryCount: Int { queries.rowCount }
    var itemCount: Int { gallery.rowCount }
    var columnCount: Int { gallery.columnCount }

    func makeScratch() {}

    func fill(_ similarities: inout [Float], rows: Range<Int>) {
        innerProducts(ofRows: rows, of: queries, with: gallery, into: &similarities)
    }

    /// Subtracts half the squared norms, and gives duplicates the similarity of the first of them.
    ///
    /// BLAS does not promise that equal columns give equal products. With the Haswell and Zen kernels of OpenBLAS
    /// 0.3.21, such products differ for every d ≥ 17 depending on a column's position in a tile, and padding to
    /// multiples of 16, 48, 64 or 96 does not help. So a duplicate row takes the product of the row that it equals, and
    /// ties between duplicates are exact by construction.
    func finish(_ row: UnsafeMutableBufferPointer<Float>, query: Int, scratch: inout Void) {
        for (duplicate, original) in duplicates { row[duplicate] = row[original] }
        halfSquaredNorms.withUnsafeBufferPointer { norms in
            for item in norms.indices { row[item] -= norms[item] }
        }
    }
}

/// The rows that equal an earlier row in every bit.
///
/// - Complexity: O(n·d) expected.
private func findDuplicates(in a: Matrix<Float>) -> [(row: Int, original: Int)] {
    // Rows with the same hash are chained, newest first: this takes less memory than a list for each hash.
    var newest: [UInt64: Int32] = [:]
    newest.reserveCapacity(a.rowCount)
    var older = [Int32](repeating: -1, count: a.rowCount)
    var duplicates: [(row: Int, original: Int)] = []
    for i in 0..<a.rowCount {
        let row = a.row(i)
        let hash = row.withUnsafeBufferPointer { values in
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for value in values { hash = (hash ^ UInt64(value.bitPattern)) &* 0x9E37_79B9_7F4A_7C15 }
            return hash ^ (hash >> 32)
        }
        let last = newest[hash] ?? -1
        var original = last
        while original >= 0, !a.row(Int(original)).elementsEqual(row) { original = older[Int(original)] }
        if original >= 0 {
            duplicates.append((i, Int(original)))
        } else {
            older[i] = last
            newest[hash] = Int32(i)
        }
    }
    return duplicates
}
