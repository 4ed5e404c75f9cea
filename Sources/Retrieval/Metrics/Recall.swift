/// Recall@k of one query: 1 if at least one of its k nearest items is relevant, otherwise 0.
///
/// This is what metric learning calls recall (Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor Search",
/// TPAMI 2011; Oh Song et al., "Deep Metric Learning via Lifted Structured Feature Embedding", CVPR 2016), and others
/// call hit rate or k-accuracy; it is not the fraction of relevant items found.
///
/// - Parameters:
///   - k: how many neighbours to look at; if the gallery holds fewer, all of them.
///   - ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(1).
public func recall(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(k > 0, "Recall@k needs k > 0, not \(k)")
    guard let best = ranks.first else { preconditionFailure("a query needs at least one relevant item") }
    return Int(best) <= k ? 1 : 0
}

extension RetrievalMetric {
    /// Recall@k, `recall@1` for k = 1: see ``recall(at:ranks:)``.
    ///
    /// - Precondition: `k > 0`.
    public static func recall(_ k: Int) -> RetrievalMetric {
        precondition(k > 0, "Recall@k needs k > 0, not \(k)")
        return RetrievalMetric(name: "recall@\(k)", title: "Recall@\(k)", k: k) { k, ranks in
            Retrieval.recall(at: k, ranks: ranks)
        }
    }

    /// The standard metrics, with Recall@k at these values of k instead.
    ///
    /// - Precondition: every k is positive.
    public static func standard(recallAt ks: some Sequence<Int>) -> [RetrievalMetric] {
        let others = standard.filter { MetricFamily.recall.metric(named: $0.name) == nil }
        return (Set(ks).map { recall($0) } + others).sorted()
    }
}

extension MetricFamily {
    static let recall = MetricFamily(forEachK: { .recall($0) }, standard: [1, 2, 4, 8])
}
