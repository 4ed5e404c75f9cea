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
    /// The settings of re-ranking by neighbours, in single precision; nil for no re-ranking.
    ///
    /// It needs the cosine or the distance.
    public var reranking: ReciprocalReranking?

    /// Sets the rules; omitted ones take their defaults.
    public init(
        similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder, reranking: ReciprocalReranking? = nil
    ) {
        self.similarity = similarity
        self.ties = ties
        self.reranking = reranking
    }

    /// Where the similarities of a set come from: the only place that chooses how to compute them.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    func source(for set: RetrievalSet) throws -> RankingSource {
        // With all weight on the plain distance, ranking is plain. The products of re-ranking would order near ties
        // differently.
        if let reranking, reranking.lambda < 1 {
            precondition(similarity != .innerProduct, "re-ranking needs a distance, not \(similarity.rawValue)")
            return .reranked(
                set.isOneSet
                    ? try RerankedSimilarities(set.gallery.rounded, similarity: similarity, settings: reranking)
                    : try RerankedSimilarities(
                        queries: set.queries.rounded, gallery: set.gallery.rounded, ownItems: set.ownItems,
                        similarity: similarity,
                        settings: reranking))
        }
        try requireFinite(set.isOneSet ? [set.gallery] : [set.queries, set.gallery])
        return .exact(set, similarity)
    }
}
