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

    /// The metrics that are reported unless others are asked for, in the order of the report.
    public static let standard: [RetrievalMetric] = [
        .recall(1), .recall(2), .recall(4), .recall(8), .rPrecision, .averagePrecisionAtR, .averagePrecision(1000),
        .fullAveragePrecision, .reciprocalRank,
    ]

    /// The name in files, as in `recall@1`, `r_precision`, `map@r`, `map@1000`, `map`, `mrr`.
    public var name: String {
        switch self {
        case .recall(let k): "recall@\(k)"
        case .rPrecision: "r_precision"
        case .averagePrecisionAtR: "map@r"
        case .averagePrecision(let k): "map@\(k)"
        case .fullAveragePrecision: "map"
        case .reciprocalRank: "mrr"
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
        }
    }

    /// The metric of a name in files, or nil for any other name.
    public init?(name: String) {
        switch name {
        case "r_precision": self = .rPrecision
        case "map@r": self = .averagePrecisionAtR
        case "map": self = .fullAveragePrecision
        case "mrr": self = .reciprocalRank
        default:
            let parts = name.split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count == 2, let k = Int(parts[1]), k > 0, String(k) == parts[1] else { return nil }
            switch parts[0] {
            case "recall": self = .recall(k)
            case "map": self = .averagePrecision(k)
            default: return nil
            }
        }
    }

    /// The metric's value for one query.
    ///
    /// - Parameter ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
    public func score(ranks: some RandomAccessCollection<Int32>) -> Double {
        switch self {
        case .recall(let k): Evaluation.recall(at: k, ranks: ranks)
        case .rPrecision: Evaluation.rPrecision(ranks: ranks)
        case .averagePrecisionAtR: Evaluation.averagePrecisionAtR(ranks: ranks)
        case .averagePrecision(let k): Evaluation.averagePrecision(at: k, ranks: ranks)
        case .fullAveragePrecision: Evaluation.averagePrecision(ranks: ranks)
        case .reciprocalRank: Evaluation.reciprocalRank(ranks: ranks)
        }
    }
}
