/// A measure of how well similarities tell genuine pairs from impostors.
public enum VerificationMetric: Sendable, Hashable {
    /// TAR at FAR, the part of genuine pairs that is accepted where at most this part of the impostors is; higher is better.
    /// What is missing to 1 is the FNMR at this FMR.
    case acceptRate(falseAcceptRate: Double)
    /// EER, where as large a part of the impostors is accepted as of the genuine pairs is refused; lower is better.
    case equalErrorRate
    /// AUROC, how often a genuine pair is more similar than an impostor, ties counted half; higher is better.
    case area
    /// DIR at FAR, the part of the known queries that is identified, by the item that is most similar, where at most this part
    /// of the unknown ones is accepted; higher is better.
    case identificationRate(falseAcceptRate: Double)
    /// How often a known query is more similar to its nearest item than an unknown one, ties counted half; higher is better.
    case rejectionArea
    /// FPR95, the part of the unknown queries that is accepted where 95 % of the known ones are; lower is better.
    case acceptedUnknown

    /// The false accept rates that are reported by default: 10⁻¹ to 10⁻⁶.
    public static let standardRates = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6]

    /// The rates that thresholds are found for: those given, each once.
    ///
    /// - Precondition: they are above 0 and below 1.
    static func wantedRates(_ rates: [Double]) -> [Double] {
        precondition(
            rates.allSatisfy { $0 > 0 && $0 < 1 }, "false accept rates \(rates); expected them between 0 and 1")
        var seen: Set<Double> = []
        return rates.filter { seen.insert($0).inserted }
    }

    /// The name in files, such as `tar@0.001`.
    public var name: String {
        switch self {
        case .acceptRate(let rate): "tar@\(rate)"
        case .equalErrorRate: "eer"
        case .area: "auroc"
        case .identificationRate(let rate): "dir@\(rate)"
        case .rejectionArea: "rejection_auroc"
        case .acceptedUnknown: "fpr95"
        }
    }

    /// The name for readers.
    public var title: String {
        switch self {
        case .acceptRate(let rate): "TAR at FAR \(rate)"
        case .equalErrorRate: "EER"
        case .area: "AUROC"
        case .identificationRate(let rate): "DIR at FAR \(rate)"
        case .rejectionArea: "AUROC of rejection"
        case .acceptedUnknown: "FPR95"
        }
    }

    /// Whether a higher value is better.
    public var isHigherBetter: Bool { self != .equalErrorRate && self != .acceptedUnknown }
}
