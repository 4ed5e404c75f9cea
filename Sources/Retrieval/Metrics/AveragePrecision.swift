/// MAP@R of one query: its average precision over the R nearest items, R being how many are relevant.
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

/// Average precision at k of one query; its mean over queries is mAP@k.
///
/// `(1/min(R, k)) Σ P(rankᵢ)` over the relevant items with `rankᵢ ≤ k`, where P(rankᵢ) = i / rankᵢ. The divisor is the
/// largest number of relevant items that k places can hold, so that a perfect ranking scores 1 for any k. Others divide
/// by R (which punishes a k below R), by the number found (which rewards finding few), or by the class size with the
/// query in it (``milbich2021AveragePrecision(at:ranks:)``); their numbers differ from these wherever R > k, some item is
/// missed, or always.
///
/// - Parameters:
///   - k: how many neighbours are looked at.
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

/// Average precision at k of one query with the divisor that the code of the ooDML paper has (Milbich, Roth, Sinha,
/// Schmidt, Ghassemi and Ommer, NeurIPS 2021).
///
/// `(1/c) Σ P(rankᵢ)` over the relevant items with `rankᵢ ≤ k`, where c = R + 1 is the size of the class with the query in
/// it. No ranking scores 1: a perfect one scores `min(R, k) / (R + 1)`, which is half for classes of two, so that values
/// of datasets with different classes are not comparable. It is ``averagePrecision(at:ranks:)`` times that bound. Its use
/// is comparison with published numbers: `mAP_1000` is k = 1000, `mAP_c` is k = c, one place more than MAP@R looks at.
///
/// Where a gallery does not hold the query, c still counts it: the query and the R items of its class.
///
/// That code differs in three more ways, which are not followed here: it takes for the query whatever comes first, the
/// query's duplicate perhaps; where there are fewer than k items, it counts the missing ones as items of the last row's
/// class; and queries without any relevant item score 0 (``LoneQueryPolicy/zero``).
///
/// - Parameters:
///   - k: how many neighbours are looked at.
///   - ranks: the 1-based ranks of all R relevant items, ascending, at least one.
/// - Precondition: `k > 0`.
/// - Complexity: O(min(R, k)).
public func milbich2021AveragePrecision(at k: Int, ranks: some RandomAccessCollection<Int32>) -> Double {
    averagePrecision(at: k, ranks: ranks) * Double(min(ranks.count, k)) / Double(ranks.count + 1)
}

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
