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

extension RetrievalMetric {
    /// MRR, `mrr`: see ``reciprocalRank(ranks:)``.
    public static let reciprocalRank = RetrievalMetric(name: "mrr", title: "MRR") { _, ranks in
        Retrieval.reciprocalRank(ranks: ranks)
    }
}

extension MetricFamily {
    static let reciprocalRank = MetricFamily(.reciprocalRank, isStandard: true)
}
