internal import DenseLinearAlgebra

/// Similarities after k-reciprocal re-ranking; see ``ReciprocalReranking`` for their definition.
///
/// Items do not rank by the distance `(1 − λ)·J + λ·d` itself. With p the plain similarity, `d = (offset − 2p) / M` and
/// `J = 1 − S` for the Jaccard similarity S, the distance falls as `p + (1 − λ)/λ · M/2 · S` rises. A row holds that
/// value, or S if λ is 0. So nothing is added for items that share no neighbours with the query: they rank among
/// themselves by p alone, and tie where p ties. p is in single precision, so plain retrieval in double precision or by
/// tiles can order near ties differently.
struct RerankedSimilarities: SimilaritySource {
    typealias Counter = RankCounter

    /// The plain similarities of the queries to the gallery.
    private let plain: PreparedEmbeddings
    private let encodings: ReciprocalEncodings
    /// For each query, its index among the encoded samples.
    private let sampleOfQuery: [Int]
    private let index: InvertedIndex
    private let lambda: Double

    /// One-vs-rest retrieval.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    init(_ embeddings: Matrix<Float>, similarity: Similarity, settings: ReciprocalReranking) throws {
        let prepared = try PreparedEmbeddings(embeddings, similarity: similarity)
        self.init(
            samples: prepared, plain: prepared, sampleOfQuery: Array(0..<embeddings.rowCount), similarity: similarity,
            settings: settings)
    }

    /// Queries against a gallery: the samples are those of the gallery, followed by the queries that are not in the
    /// gallery.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query
    ///   rows.
    init(
        queries: Matrix<Float>, gallery: Matrix<Float>, ownItems: [Int?], similarity: Similarity,
        settings: ReciprocalReranking
    ) throws {
        try requireFinite(queries, gallery)
        var sampleCount = gallery.rowCount
        var elements = gallery.elements
        let sampleOfQuery = ownItems.enumerated().map { query, item in
            if let item { return item }
            elements += queries.row(query)
            sampleCount += 1
            return sampleCount - 1
        }
        let samples = try PreparedEmbeddings(
            Matrix(rowCount: sampleCount, columnCount: gallery.columnCount, elements: elements), similarity: similarity)
        self.init(
            samples: samples,
            plain: samples.selecting(
                queries: sampleOfQuery, galleryCount: gallery.rowCount, similarity: similarity),
            sampleOfQuery: sampleOfQuery, similarity: similarity, settings: settings)
    }

    private init(
        samples: PreparedEmbeddings, plain: PreparedEmbeddings, sampleOfQuery: [Int], similarity: Similarity,
        settings: ReciprocalReranking
    ) {
        self.plain = plain
        self.sampleOfQuery = sampleOfQuery
        encodings = ReciprocalEncodings(of: samples, similarity: similarity, settings: settings)
        index = InvertedIndex(of: encodings.vectors, rowCount: plain.itemCount)
        lambda = settings.lambda
    }

    var queryCount: Int { plain.queryCount }
    var itemCount: Int { plain.itemCount }
    var columnCount: Int { plain.columnCount }

    /// The sum for each item, all zero between two rows, and the items whose sums are not zero.
    struct Scratch {
        fileprivate var sums: [Double]
        fileprivate var items: [Int32] = []
    }

    func makeScratch() -> Scratch {
        Scratch(sums: Array(repeating: 0, count: itemCount))
    }

    func fill(_ similarities: inout [Float], rows: Range<Int>) {
        plain.fill(&similarities, rows: rows)
    }

    func finish(_ row: UnsafeMutableBufferPointer<Float>, query: Int, scratch: inout Scratch) {
        var nothing: Void = ()
        plain.finish(row, query: query, scratch: &nothing)
        let sample = sampleOfQuery[query]
        addSharedParts(of: encodings.vectors[sample], to: &scratch)
        var factor = 1.0
        if lambda > 0 {
            factor = (1 - lambda) / lambda * Double(encodings.largestDistances[sample]) / 2
        } else {
            row.update(repeating: 0)
        }
        for item in scratch.items {
            let shared = scratch.sums[Int(item)]
            row[Int(item)] = Float(Double(row[Int(item)]) + factor * (shared / (2 - shared)))
            scratch.sums[Int(item)] = 0
        }
        scratch.items.removeAll(keepingCapacity: true)
    }

    /// Adds `Σ min(V[query], V[item])` to each item, over the indices where neither is zero.
    private func addSharedParts(of vector: SparseVector, to scratch: inout Scratch) {
        for (place, value) in zip(vector.places, vector.values) {
            for entry in index.entries(at: Int(place)) {
                let item = Int(index.rows[entry])
                if scratch.sums[item] == 0 { scratch.items.append(Int32(item)) }
                scratch.sums[item] += Double(min(value, index.values[entry]))
            }
        }
    }
}

/// For each index, the rows whose vectors are nonzero there, ascending.
private struct InvertedIndex: Sendable {
    private let starts: [Int]
    let rows: [Int32]
    let values: [Float]

    /// Indexes the first rows of all vectors.
    init(of vectors: [SparseVector], rowCount: Int) {
        var starts = [Int](repeating: 0, count: vectors.count + 1)
        for vector in vectors[..<rowCount] {
            for place in vector.places { starts[Int(place) + 1] += 1 }
        }
        for place in vectors.indices { starts[place + 1] += starts[place] }
        var next = starts
        var rows = [Int32](repeating: 0, count: starts[vectors.count])
        var values = [Float](repeating: 0, count: rows.count)
        for (row, vector) in vectors[..<rowCount].enumerated() {
            for (place, value) in zip(vector.places, vector.values) {
                rows[next[Int(place)]] = Int32(row)
                values[next[Int(place)]] = value
                next[Int(place)] += 1
            }
        }
        self.starts = starts
        self.rows = rows
        self.values = values
    }

    func entries(at place: Int) -> Range<Int> {
        starts[place]..<starts[place + 1]
    }
}
