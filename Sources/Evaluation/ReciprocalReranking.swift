public import DenseLinearAlgebra

/// The settings of k-reciprocal re-ranking, which ranks by shared neighbours as well as by distance.
///
/// Source: Zhong, Zheng, Cao, Li, "Re-ranking Person Re-identification with k-reciprocal Encoding", CVPR 2017, as the
/// widely used implementations have it, since that is what others' numbers come from. Over all samples, those of queries
/// and gallery together, with `d(i, j)` for their squared distance over the largest one that i has:
///
/// 1. `N(i, k)`: i and its k nearest others; `R(i, k)`: those j in it that have i in `N(j, k)`.
/// 2. `R*(i)`: `R(i, k₁)`, and for each candidate q in it all of `R(q, k₁/2)` if more than two thirds of that are in
///    `R(i, k₁)`.
/// 3. `V(i)`: a vector over samples, `exp(−d(i, j))` for j in `R*(i)` and else 0, over its sum.
/// 4. Each `V(i)` is replaced by the mean of those of i and its k₂ − 1 nearest others.
/// 5. `J(i, j) = 1 − Σ min(V(i), V(j)) / Σ max(V(i), V(j))`, and what ranks is `(1 − λ)·J + λ·d`.
///
/// Where these implementations differ from the paper, this follows them: distances are squared and divided by each
/// sample's largest, sets contain the sample itself (in the two thirds too), V sums to 1, and half of an odd k₁ is rounded
/// to the even neighbour. It differs from them in details alone: a sample is always the first in its own list, before its
/// duplicates; ties go by row, gallery before queries; and V is in single precision where some have half precision.
///
/// The squared distance is that of the similarity: `2 − 2·cos` or the Euclidean one.
///
/// Re-ranking looks at all test samples at once, queries too, so that its scores are not those of a model that answers one
/// query at a time: report them beside the plain ones, never in their place.
public struct ReciprocalReranking: Sendable, Hashable {
    /// How many neighbours are looked at, k₁.
    public let k1: Int
    /// Over how many samples, i among them, vectors are averaged, k₂; 1 for none but its own.
    public let k2: Int
    /// The part λ of the plain distance; 1 is the plain ranking.
    public let lambda: Double

    /// The settings; those of the paper unless told otherwise.
    ///
    /// - Precondition: k₁ and k₂ are at least 1, and λ is in [0, 1].
    public init(k1: Int = 20, k2: Int = 6, lambda: Double = 0.3) {
        precondition(k1 >= 1 && k2 >= 1, "re-ranking needs k₁ and k₂ of 1 or more, not \(k1) and \(k2)")
        precondition((0...1).contains(lambda), "re-ranking needs λ in 0 … 1, not \(lambda)")
        self.k1 = k1
        self.k2 = k2
        self.lambda = lambda
    }
}

/// Ranks every item of each query's class among all other items after re-ranking.
///
/// Queries, items and ties are those of ``retrievalRanks(of:classNumbers:similarity:ties:)``.
///
/// - Parameters:
///   - embeddings: n × d, one row a sample.
///   - classNumbers: the class of each row; any integers.
///   - similarity: what neighbours are found by.
///   - ties: how items of equal distance rank.
///   - reranking: the settings.
/// - Precondition: there is one class number for each row.
/// - Complexity: O(n²·d) operations, twice as many as without; O(n·k₁·k₂) numbers of memory, of n² never more than the
///   blocks of rows that are worked on.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func retrievalRanks(
    of embeddings: Matrix<Float>, classNumbers: [Int], similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder,
    reranking: ReciprocalReranking
) throws -> RetrievalRanks {
    retrievalRanks(
        of: RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers),
        in: try RerankedSimilarities(embeddings, similarity: similarity, settings: reranking), ties: ties)
}

/// Ranks every item of each query's class among all items of a gallery after re-ranking.
///
/// All queries and items together are the samples among which neighbours are found. A query that is an item itself is one
/// sample with it, the item's row.
///
/// - Parameters: see ``retrievalRanks(of:classNumbers:inGallery:galleryClassNumbers:ownItems:similarity:ties:)``.
/// - Complexity: O((n + m)²·d) operations for n queries and m items; memory as for one-vs-rest retrieval.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
///   queries.
public func retrievalRanks(
    of queries: Matrix<Float>, classNumbers: [Int], inGallery gallery: Matrix<Float>, galleryClassNumbers: [Int],
    ownItems: [Int?] = [], similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder,
    reranking: ReciprocalReranking
) throws -> RetrievalRanks {
    let own = ownItems.isEmpty ? classNumbers.map { _ in nil } : ownItems
    return retrievalRanks(
        of: RetrievalQueries(classNumbers: classNumbers, galleryClassNumbers: galleryClassNumbers, ownItems: own),
        in: try RerankedSimilarities(
            queries: queries, gallery: gallery, ownItems: own, similarity: similarity, settings: reranking), ties: ties)
}

/// Scores one-vs-rest retrieval after re-ranking query by query, without keeping any ranks.
///
/// - Parameters: see ``retrievalRanks(of:classNumbers:similarity:ties:reranking:)``.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func queryScores(
    of embeddings: Matrix<Float>, classNumbers: [Int], similarity: Similarity = .cosine,
    metrics: [RetrievalMetric] = RetrievalMetric.standard, ties: TieOrder = .sampleOrder,
    reranking: ReciprocalReranking
) throws -> QueryScores {
    queryScores(
        of: RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers),
        in: try RerankedSimilarities(embeddings, similarity: similarity, settings: reranking), metrics: metrics,
        ties: ties)
}

/// Scores queries against a gallery after re-ranking query by query, without keeping any ranks.
///
/// - Parameters: see
///   ``retrievalRanks(of:classNumbers:inGallery:galleryClassNumbers:ownItems:similarity:ties:reranking:)``.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
///   queries.
public func queryScores(
    of queries: Matrix<Float>, classNumbers: [Int], inGallery gallery: Matrix<Float>, galleryClassNumbers: [Int],
    ownItems: [Int?] = [], similarity: Similarity = .cosine, metrics: [RetrievalMetric] = RetrievalMetric.standard,
    ties: TieOrder = .sampleOrder, reranking: ReciprocalReranking
) throws -> QueryScores {
    let own = ownItems.isEmpty ? classNumbers.map { _ in nil } : ownItems
    return queryScores(
        of: RetrievalQueries(classNumbers: classNumbers, galleryClassNumbers: galleryClassNumbers, ownItems: own),
        in: try RerankedSimilarities(
            queries: queries, gallery: gallery, ownItems: own, similarity: similarity, settings: reranking),
        metrics: metrics, ties: ties)
}

/// Scores one-vs-rest retrieval after re-ranking query by query, and without each group of classes, in one pass.
///
/// Neighbours are those among all samples, where a group is left out too: to look for them anew would take as many
/// passes as there are groups. So the errors are those of ranking with distances that are given, and miss what the group's
/// samples did to the distances of others.
///
/// - Parameters: see
///   ``jackknifedScores(of:classNumbers:groupNumbers:groupCount:similarity:metrics:)``.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func jackknifedScores(
    of embeddings: Matrix<Float>, classNumbers: [Int], groupNumbers: [Int], groupCount: Int,
    similarity: Similarity = .cosine, metrics: [RetrievalMetric] = RetrievalMetric.standard,
    reranking: ReciprocalReranking
) throws -> JackknifedScores {
    jackknifedScores(
        of: RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers),
        in: try RerankedSimilarities(embeddings, similarity: similarity, settings: reranking),
        groupNumbers: groupNumbers, groupCount: groupCount, metrics: metrics)
}
