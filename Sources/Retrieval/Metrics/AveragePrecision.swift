/// Average precision at k of one query; its mean over queries is mAP@k.
///
/// `(1/min(R, k)) Σ P(rankᵢ)` over the relevant items with `rankᵢ ≤ k`, where P(rankᵢ) = i / rankᵢ. The divisor is the
/// largest number of relevant items that k places can hold, so that a perfect ranking scores 1 for any k. Others divide
/// by R (which penalises a k below R), by the number found (which rewards finding few), or by the class size including
/// the query (``milbich2021AveragePrecision(at:ranks:)``). Their numbers differ from these if R > k, if some item is
/// missed, and always, respectively.
///
/// - Parameters:
///   - k: how many neighbours to look at.
///   - ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(min(R, k)).
public func averagePrecision(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    precondition(k > 0, "average precision at k needs k > 0, not \(k)")
    precondition(!ranks.isEmpty, "a query needs at least one relevant item")
    var sum = 0.0
    var found = 0
    for rank in ranks {
        guard Int(rank) <= k else { break }
        found += 1
        sum += Double(found) / Double(rank)
    }
    return sum / Double(min(ranks.count, k))
}

extension RetrievalMetric {
    /// mAP@k, `map@1000` for k = 1000: see ``averagePrecision(at:ranks:)``.
    ///
    /// - Precondition: `k > 0`.
    public static func averagePrecision(_ k: Int) -> RetrievalMetric {
        precondition(k > 0, "average precision at k needs k > 0, not \(k)")
        return RetrievalMetric(name: "map@\(k)", title: "mAP@\(k)", k: k) { k, ranks in
            Retrieval.averagePrecision(at: k, ranks: ranks)
        }
    }
}

extension MetricFamily {
    static let averagePrecision = MetricFamily(forEachK: { .averagePrecision($0) }, standard: [1000])
}
