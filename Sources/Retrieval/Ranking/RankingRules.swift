internal import DenseLinearAlgebra

/// By what rules items are ranked.
///
/// ```swift
/// let rules = RankingRules(similarity: .euclidean, ties: .relevantLast)
/// let lowest = try RetrievalSet(embeddings, classNumbers: classes).scores(by: rules).mean()
/// ```
public struct RankingRules: Sendable, Hashable {
    /// What items are ranked by.
    public var similarity: Similarity
    /// How items of equal similarity rank.
    public var ties: TieOrder
    /// In which precision similarities are computed.
    public var precision: RetrievalPrecision
    /// How neighbours re-rank, in single precision; nil if they do not.
    public var reranking: ReciprocalReranking?

    /// States the rules; those that are not given are the usual ones.
    public init(
        similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder, precision: RetrievalPrecision = .automatic,
        reranking: ReciprocalReranking? = nil
    ) {
        self.similarity = similarity
        self.ties = ties
        self.precision = precision
        self.reranking = reranking
    }

    /// Where the similarities of a set come from: the one place that chooses among the ways to compute them.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    func source(for set: RetrievalSet) throws -> RankingSource {
        // With all weight on the plain distance, ranking is plain. Products of re-ranking would order near ties otherwise.
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
