/// Recall@k of one query: 1 if at least one of its k nearest items is relevant, otherwise 0.
///
/// That is what metric learning calls recall (Jégou, Douze, Schmid, "Product Quantization for Nearest Neighbor Search",
/// TPAMI 2011; Oh Song et al., "Deep Metric Learning via Lifted Structured Feature Embedding", CVPR 2016), and others a
/// hit rate or k-accuracy; it is not the share of the relevant items that was found.
///
/// - Parameters:
///   - k: how many neighbours are looked at; where the gallery holds fewer, all of them.
///   - ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(1).
public func recall(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(k > 0, "Recall@k needs k > 0, not \(k)")
    guard let best = ranks.first else { preconditionFailure("a query needs at least one relevant item") }
    return Int(best) <= k ? 1 : 0
}
