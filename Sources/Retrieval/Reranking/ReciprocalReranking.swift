/// The settings of k-reciprocal re-ranking, which ranks by shared neighbours as well as by distance.
///
/// Source: Zhong, Zheng, Cao, Li, "Re-ranking Person Re-identification with k-reciprocal Encoding", CVPR 2017, as in
/// the widely used implementations, since published numbers come from these. It works on all samples, queries and
/// gallery together, where `d(i, j)` is the squared distance of i and j divided by the largest that i has:
///
/// 1. `N(i, k)`: i and its k nearest others; `R(i, k)`: those j in it that have i in `N(j, k)`.
/// 2. `R*(i)`: `R(i, k₁)`, and for each candidate q in it, all of `R(q, k₁/2)` if more than two thirds of `R(q, k₁/2)`
///    are in `R(i, k₁)`.
/// 3. `V(i)`: a vector over samples, `exp(−d(i, j))` for j in `R*(i)` and otherwise 0, divided by its sum.
/// 4. Each `V(i)` is replaced by the mean of those of i and its k₂ − 1 nearest others.
/// 5. `J(i, j) = 1 − Σ min(V(i), V(j)) / Σ max(V(i), V(j))`, and items rank by `(1 − λ)·J + λ·d`.
///
/// Where these implementations differ from the paper, this follows the implementations: distances are squared and
/// divided by each sample's largest, sets contain the sample itself (also when counting the two thirds), V sums to 1,
/// and k₁/2 is rounded half to even. It differs from them only in details: a sample is always first in its own list,
/// before its duplicates; ties are ordered by row, gallery before queries; and V is in single precision, where some use
/// half precision.
///
/// The squared distance is that of the similarity: `2 − 2·cos` or the Euclidean one.
///
/// With a separate gallery, neighbours are found among all queries and items together; a query that is also an item is
/// one sample, the item's row. When ``JackknifedScores`` leaves out a group of classes, neighbours are still those
/// among all samples: finding them again would take as many passes as there are groups. So these errors treat the
/// distances as given, and miss the effect that the group's samples have on the distances of others.
///
/// It takes twice the operations of plain retrieval, in single precision, and memory for O(n·k₁·k₂) numbers for n
/// samples.
///
/// Re-ranking looks at all test samples at once, including the queries, so its scores are not those of a model that
/// answers one query at a time: report them beside the plain ones, never instead of them.
///
/// ```swift
/// let rows = (0..<240).map { [Float($0 % 60) / 2, 4 * Float($0 / 60)] }  // four lines, each a class
/// let set = RetrievalSet(Matrix(rows: rows), classNumbers: (0..<240).map { $0 / 60 })
/// var rules = RankingRules(similarity: .euclidean)
/// print(try set.scores(by: rules).mean()[.averagePrecisionAtR] ?? 0)  // about 0.34
/// rules.reranking = ReciprocalReranking()
/// print(try set.scores(by: rules).mean()[.averagePrecisionAtR] ?? 0)  // about 0.49: neighbours share a line
/// ```
public struct ReciprocalReranking: Sendable, Hashable {
    /// The number k₁ of neighbours to look at.
    public let k1: Int
    /// The number k₂ of samples, including i, over which vectors are averaged; 1 for only i's own vector.
    public let k2: Int
    /// The weight λ of the plain distance; 1 gives the plain ranking.
    public let lambda: Double

    /// Creates settings; the defaults are those of the paper.
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
