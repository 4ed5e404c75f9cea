/// A metric of a query's ranking; all lie in [0, 1], and higher is better.
public enum RetrievalMetric: Sendable, Hashable {
    /// Whether one of the k nearest items is relevant.
    case recall(Int)
    /// The precision at R.
    case rPrecision
    /// The average precision at R.
    case averagePrecisionAtR
    /// The average precision at a fixed k.
    case averagePrecision(Int)
    /// The average precision over the whole ranking.
    case fullAveragePrecision
    /// The reciprocal of the best rank.
    case reciprocalRank
    /// The average precision at k over the size of the class with the query in it, as the code of Milbich et al. (NeurIPS
    /// 2021) has it; below 1 for any ranking.
    case milbich2021AveragePrecision(Int)
    /// The same where k is the size of the class with the query in it: that code's `mAP_c`.
    case milbich2021AveragePrecisionAtClassSize

    /// The metrics that are reported unless others are asked for, in the order of the report.
    public static let standard: [RetrievalMetric] = [
        .recall(1), .recall(2), .recall(4), .recall(8), .rPrecision, .averagePrecisionAtR, .averagePrecision(1000),
        .fullAveragePrecision, .reciprocalRank,
    ]

    /// What the code of the ooDML paper (NeurIPS 2021) calls `mAP_c` and `mAP_1000`, for comparison with it.
    public static let milbich2021: [RetrievalMetric] = [
        .milbich2021AveragePrecisionAtClassSize, .milbich2021AveragePrecision(1000),
    ]

    /// The name in files, as in `recall@1`, `r_precision`, `map@r`, `map@1000`, `map`, `mrr`, `map@c_milbich2021`,
    /// `map@1000_milbich2021`.
    public var name: String {
        switch self {
        case .recall(let k): "recall@\(k)"
        case .rPrecision: "r_precision"
        case .averagePrecisionAtR: "map@r"
        case .averagePrecision(let k): "map@\(k)"
        case .fullAveragePrecision: "map"
        case .reciprocalRank: "mrr"
        case .milbich2021AveragePrecision(let k): "map@\(k)_milbich2021"
        case .milbich2021AveragePrecisionAtClassSize: "map@c_milbich2021"
        }
    }

    /// The name in prose and tables, as in `Recall@1` or `mAP@1000`.
    public var title: String {
        switch self {
        case .recall(let k): "Recall@\(k)"
        case .rPrecision: "R-precision"
        case .averagePrecisionAtR: "MAP@R"
        case .averagePrecision(let k): "mAP@\(k)"
        case .fullAveragePrecision: "mAP"
        case .reciprocalRank: "MRR"
        case .milbich2021AveragePrecision(let k): "mAP@\(k) (Milbich 2021)"
        case .milbich2021AveragePrecisionAtClassSize: "mAP@c (Milbich 2021)"
        }
    }

    /// The metric of a name in files, or nil for any other name.
    public init?(name: String) {
        switch name {
        case "r_precision": self = .rPrecision
        case "map@r": self = .averagePrecisionAtR
        case "map": self = .fullAveragePrecision
        case "mrr": self = .reciprocalRank
        case "map@c_milbich2021": self = .milbich2021AveragePrecisionAtClassSize
        default:
            let parts = name.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let suffix = "_milbich2021"
            let hasSuffix = parts[1].hasSuffix(suffix)
            let number = parts[1].dropLast(hasSuffix ? suffix.count : 0)
            guard let k = Int(number), k > 0, String(k) == number else { return nil }
            switch (parts[0], hasSuffix) {
            case ("recall", false): self = .recall(k)
            case ("map", false): self = .averagePrecision(k)
            case ("map", true): self = .milbich2021AveragePrecision(k)
            default: return nil
            }
        }
    }

    /// The metric's value for one query.
    ///
    /// - Parameter ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
    public func score(ranks: some RandomAccessCollection<Int32>) -> Double {
        switch self {
        case .recall(let k): Retrieval.recall(at: k, ranks: ranks)
        case .rPrecision: Retrieval.rPrecision(ranks: ranks)
        case .averagePrecisionAtR: Retrieval.averagePrecisionAtR(ranks: ranks)
        case .averagePrecision(let k): Retrieval.averagePrecision(at: k, ranks: ranks)
        case .fullAveragePrecision: Retrieval.averagePrecision(ranks: ranks)
        case .reciprocalRank: Retrieval.reciprocalRank(ranks: ranks)
        case .milbich2021AveragePrecision(let k): Retrieval.milbich2021AveragePrecision(at: k, ranks: ranks)
        case .milbich2021AveragePrecisionAtClassSize:
            Retrieval.milbich2021AveragePrecision(at: ranks.count + 1, ranks: ranks)
        }
    }
}
