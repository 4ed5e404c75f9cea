/// MAP@R of one query: its average precision over the R nearest items, where R is the number of relevant items.
///
/// `(1/R) Σ P(rankᵢ)` over the relevant items with `rankᵢ ≤ R`, where P(rankᵢ) = i / rankᵢ is the precision at the i-th
/// relevant item (Musgrave, Belongie, Lim, "A Metric Learning Reality Check", ECCV 2020, §2.3). It is 1 only if the R
/// nearest items are all relevant, and never above R-precision.
///
/// - Parameter ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Complexity: O(R).
public func averagePrecisionAtR(ranks: some RandomAccessCollection<Int32>) -> Double {
    averagePrecision(at: ranks.count, ranks: ranks)
}

extension RetrievalMetric {
    /// MAP@R, `map@r`: see ``averagePrecisionAtR(ranks:)``.
    public static let averagePrecisionAtR = RetrievalMetric(name: "map@r", title: "MAP@R") { _, ranks in
        Retrieval.averagePrecisionAtR(ranks: ranks)
    }
}

extension MetricFamily {
    static let averagePrecisionAtR = MetricFamily(.averagePrecisionAtR, isStandard: true)
}
