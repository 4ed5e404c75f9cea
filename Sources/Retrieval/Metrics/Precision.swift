/// Precision at k of one query: the fraction of its k nearest items that are relevant.
///
/// The divisor is k, as in trec_eval, also where fewer items are relevant or in the gallery; so a query with R < k relevant
/// items scores at most R/k. ``rPrecision(ranks:)`` has no such ceiling.
///
/// - Parameters:
///   - k: how many neighbours to look at.
///   - ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(min(R, k)).
public func precision(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(k > 0, "precision at k needs k > 0, not \(k)")
    precondition(!ranks.isEmpty, "a query needs at least one relevant item")
    var found = 0
    for rank in ranks {
        guard Int(rank) <= k else { break }
        found += 1
    }
    return Double(found) / Double(k)
}

extension RetrievalMetric {
    /// Precision at k, `precision@10` for k = 10: see ``precision(at:ranks:)``.
    ///
    /// - Precondition: `k > 0`.
    public static func precision(_ k: Int) -> RetrievalMetric {
        precondition(k > 0, "precision at k needs k > 0, not \(k)")
        return RetrievalMetric(name: "precision@\(k)", title: "Precision@\(k)", k: k) { k, ranks in
            Retrieval.precision(at: k, ranks: ranks)
        }
    }
}

extension MetricFamily {
    static let precision = MetricFamily(forEachK: { .precision($0) }, standard: [])
}
