internal import DenseLinearAlgebra

/// The rules by which items are ranked.
///
/// ```swift
/// let rules = RankingRules(similarity: .euclidean, ties: .relevantLast)
/// let lowest = try RetrievalSet(embeddings, classNumbers: classes).scores(by: rules).mean()
/// ```
public struct RankingRules: Sendable, Hashable {
    /// What items are ranked by.
    public var similarity: Similarity
    /// How items of equal similarity are ordered.
    public var ties: TieOrder
    /// The precision in which similarities are computed.
    public var precision: RetrievalPrecision
    /// The settings of re-ranking by neighbours, in single precision; nil for no re-ranking.
    public var reranking: ReciprocalReranking?

    /// Sets the rules; omitted ones take their defaults.
    public init(
        similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder, precision: RetrievalPrecision = .automatic,
        reranking: ReciprocalReranking? = nil
    ) {
        self.similarity = similarity
        self.ties = ties
        self.precision = precision
        self.reranking = reranking
    }

    /// Where the similarities of a set come from: the only place that chooses how to compute them.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    func source(for set: RetrievalSet) throws -> RankingSource {
        // With all weight on the plain distance, ranking is plain. The products of re-ranking would order near ties
        // differently.
        if let reranking, reranking.lambda < 1 {
            return .reranked(
                set.isOneSet
                    ? try RerankedSimilarities(set.gallery, similarity: similarity, settings: reranking)
                    : try RerankedSimilarities(
                        queries: set.queries, gallery: set.gallery, ownItems: set.ownItems, similarity: similarity,
                        settings: reranking))
        }
        let prepared =
            set.isOneSet
            ? try PreparedEmbeddings(set.gallery, similarity: similarity)
            : try PreparedEmbeddings(queries: set.queries, gallery: set.gallery, similarity: similarity)
        guard
            precision.isDouble(
                queryCount: set.queries.rowCount, itemCount: set.gallery.rowCount, dimension: set.gallery.columnCount)
        else { return .single(prepared) }
        return .double(
            DoubleRows(
                queries: set.queries, gallery: set.gallery, isOneSet: set.isOneSet, similarity: similarity,
                duplicates: prepared.duplicates))
    }
}
