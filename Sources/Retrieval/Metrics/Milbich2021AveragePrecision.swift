/// Average precision at k of one query with the divisor used in the code of the ooDML paper (Milbich, Roth, Sinha,
/// Schmidt, Ghassemi and Ommer, NeurIPS 2021).
///
/// `(1/c) Σ P(rankᵢ)` over the relevant items with `rankᵢ ≤ k`, where c = R + 1 is the size of the class including the
/// query. No ranking scores 1: a perfect one scores `min(R, k) / (R + 1)`, which is one half for classes of two, so
/// values for datasets with different class sizes are not comparable. It is ``averagePrecision(at:ranks:)`` times that
/// bound. Use it to compare with published numbers: `mAP_1000` is k = 1000, `mAP_c` is k = c, one place more than MAP@R
/// looks at.
///
/// If the gallery does not hold the query, c still counts it: the query and the R items of its class.
///
/// That code differs in three more ways, which are not followed here: it assumes that the first item is the query,
/// although it may be a duplicate; if there are fewer than k items, it counts the missing ones as items of the last
/// row's class; and queries without any relevant item score 0 (``LoneQueryPolicy/zero``).
///
/// - Parameters:
///   - k: how many neighbours to look at.
///   - ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(min(R, k)).
public func milbich2021AveragePrecision(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    averagePrecision(at: k, ranks: ranks) * Double(min(ranks.count, k)) / Double(ranks.count + 1)
}

extension RetrievalMetric {
    /// What the code of the ooDML paper (NeurIPS 2021) calls `mAP_c` and `mAP_1000`, for comparison with it.
    public static let milbich2021: [RetrievalMetric] = [
        .milbich2021AveragePrecisionAtClassSize, .milbich2021AveragePrecision(1000),
    ]

    /// That code's average precision at k, `map@1000_milbich2021` for k = 1000: see
    /// ``milbich2021AveragePrecision(at:ranks:)``.
    ///
    /// - Precondition: `k > 0`.
    public static func milbich2021AveragePrecision(_ k: Int) -> RetrievalMetric {
        precondition(k > 0, "average precision at k needs k > 0, not \(k)")
        return RetrievalMetric(
            name: "map@\(k)_milbich2021", title: "mAP@\(k) (Milbich 2021)", k: k
        ) { k, ranks in
            Retrieval.milbich2021AveragePrecision(at: k, ranks: ranks)
        }
    }

    /// The same with the size of the class including the query as k, `map@c_milbich2021`: that code's `mAP_c`.
    public static let milbich2021AveragePrecisionAtClassSize = RetrievalMetric(
        name: "map@c_milbich2021", title: "mAP@c (Milbich 2021)"
    ) { _, ranks in
        Retrieval.milbich2021AveragePrecision(at: ranks.count + 1, ranks: ranks)
    }
}

extension MetricFamily {
    static let milbich2021AveragePrecisionAtClassSize = MetricFamily(
        .milbich2021AveragePrecisionAtClassSize, isStandard: false)
    static let milbich2021AveragePrecision = MetricFamily(
        forEachK: { .milbich2021AveragePrecision($0) }, standard: [])
}
