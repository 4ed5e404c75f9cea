/// The reciprocal rank of one query: 1 divided by the rank of its nearest relevant item; its mean over queries is MRR.
///
/// Source: Voorhees, "The TREC-8 Question Answering Track Report", 1999.
///
/// - Parameter ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
/// - Complexity: O(1).
public func reciprocalRank(ranks: some RandomAccessCollection<Int32>) -> Double {
    guard let best = ranks.first else { preconditionFailure("a query needs at least one relevant item") }
    return 1 / Double(best)
}

/// The reciprocal rank at k of one query: 1 divided by the rank of its nearest relevant item if that is among the k nearest
/// items, otherwise 0; its mean over queries is MRR@k.
///
/// - Parameters:
///   - k: how many neighbours to look at.
///   - ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(1).
public func reciprocalRank(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(k > 0, "the reciprocal rank at k needs k > 0, not \(k)")
    guard let best = ranks.first else { preconditionFailure("a query needs at least one relevant item") }
    return Int(best) <= k ? 1 / Double(best) : 0
}

extension RetrievalMetric {
    /// MRR, `mrr`: see ``reciprocalRank(ranks:)``.
    public static let reciprocalRank = RetrievalMetric(name: "mrr", title: "MRR") { _, ranks in
        Retrieval.reciprocalRank(ranks: ranks)
    }

    /// MRR@k, `mrr@10` for k = 10: see ``reciprocalRank(at:ranks:)``.
    ///
    /// - Precondition: `k > 0`.
    public static func reciprocalRank(_ k: Int) -> RetrievalMetric {
        precondition(k > 0, "the reciprocal rank at k needs k > 0, not \(k)")
        return RetrievalMetric(name: "mrr@\(k)", title: "MRR@\(k)", k: k) { k, ranks in
            Retrieval.reciprocalRank(at: k, ranks: ranks)
        }
    }
}

extension MetricFamily {
    static let reciprocalRank = MetricFamily(.reciprocalRank, isStandard: true)
    static let reciprocalRankAtK = MetricFamily(forEachK: { .reciprocalRank($0) }, standard: [])
}
