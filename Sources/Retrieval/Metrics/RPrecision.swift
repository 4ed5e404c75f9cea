/// R-precision of one query: the share of relevant items among its R nearest, where R is the number of relevant items.
///
/// `#{i : rankᵢ ≤ R} / R`. R is the number of other items of the query's class; the query itself is not one of them
/// (Musgrave, Belongie, Lim, "A Metric Learning Reality Check", ECCV 2020; Manning, Raghavan, Schütze, "Introduction to
/// Information Retrieval", 2008, §8.4).
///
/// - Parameter ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Complexity: O(R).
public func rPrecision(ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(!ranks.isEmpty, "a query needs at least one relevant item")
    let r = ranks.count
    return Double(ranks.prefix { Int($0) <= r }.count) / Double(r)
}

extension RetrievalMetric {
    /// R-precision, `r_precision`: see ``rPrecision(ranks:)``.
    public static let rPrecision = RetrievalMetric(name: "r_precision", title: "R-precision") { _, ranks in
        Retrieval.rPrecision(ranks: ranks)
    }
}

extension MetricFamily {
    static let rPrecision = MetricFamily(.rPrecision, isStandard: true)
}
