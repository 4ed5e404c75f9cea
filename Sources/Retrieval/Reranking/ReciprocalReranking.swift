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
/// In a gallery, all queries and items together are the samples among which neighbours are found; a query that is an item
/// itself is one sample with it, the item's row. Where a group of classes is left out, for ``JackknifedScores``, neighbours
/// stay those among all samples: to look for them anew would take as many passes as there are groups. So those errors are
/// those of ranking with distances that are given, and miss what the group's samples did to the distances of others.
///
/// It takes twice the operations of plain retrieval, in single precision, and O(n·k₁·k₂) numbers of memory for n samples.
///
/// Re-ranking looks at all test samples at once, queries too, so that its scores are not those of a model that answers one
/// query at a time: report them beside the plain ones, never in their place.
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
