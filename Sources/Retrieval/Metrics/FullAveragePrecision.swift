/// Average precision of one query over the whole ranking; its mean over queries is mAP.
///
/// `(1/R) Σ i / rankᵢ` over all R relevant items, the area under the query's precision–recall steps (Manning, Raghavan,
/// Schütze, "Introduction to Information Retrieval", 2008, §8.4). Nothing is interpolated.
///
/// - Parameter ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Complexity: O(R).
public func averagePrecision(ranks: some RandomAccessCollection<Int32>) -> Double {
    averagePrecision(at: .max, ranks: ranks)
}

extension RetrievalMetric {
    /// mAP, `map`: see ``averagePrecision(ranks:)``.
    public static let fullAveragePrecision = RetrievalMetric(name: "map", title: "mAP") { _, ranks in
        Retrieval.averagePrecision(ranks: ranks)
    }
}

extension MetricFamily {
    static let fullAveragePrecision = MetricFamily(.fullAveragePrecision, isStandard: true)
}
