internal import DenseLinearAlgebra

/// How well the similarities of pairs tell genuine pairs from impostors.
///
/// A pair is accepted if its similarity is at least a threshold. Rates are steps of it, ties are accepted together, as by
/// scikit-learn's `roc_curve`.
public struct VerificationScores: Sendable, Equatable {
    /// A threshold for a false accept rate.
    public struct Operation: Sendable, Equatable {
        /// The largest part of the impostors that may be accepted.
        public let falseAcceptRate: Double
        /// The lowest multiple of 2⁻³⁰ at which no more of them are: accept pairs whose similarity is this or higher.
        public let threshold: Double
        /// How many impostors are accepted.
        public let acceptedImpostorCount: Int
        /// How many genuine pairs are accepted.
        public let acceptedGenuineCount: Int
        /// TAR, the part of the genuine pairs that is accepted.
        public let acceptRate: Double
        /// FNMR, the part of the genuine pairs that is refused.
        public let falseNonMatchRate: Double
    }

    /// A point of the ROC and the DET curve.
    public struct CurvePoint: Sendable, Equatable {
        /// Pairs of this similarity or a higher one are accepted.
        public let threshold: Double
        /// FAR, the part of the impostors that is accepted.
        public let falseAcceptRate: Double
        /// TAR, the part of the genuine pairs that is accepted.
        public let acceptRate: Double
    }

    /// How many genuine pairs there are.
    public let genuineCount: Int
    /// How many impostors there are.
    public let impostorCount: Int
    /// The thresholds for the wanted rates, in their order; nil for a rate that so few impostors cannot tell from 0, which are
    /// rates below 1/``impostorCount``.
    public let operations: [Operation?]
    /// The wanted false accept rates, each once.
    public let rates: [Double]
    /// The EER, by a line between the points of the ROC curve on both sides of it.
    public let equalErrorRate: Double
    /// The highest similarity that, as a threshold, lets no smaller part of the impostors pass than it refuses of the genuine pairs.
    public let equalErrorThreshold: Double
    /// The area under the ROC curve, with ties counted half.
    public let area: Double
    /// How far the area can be from that of all similarities, since pairs within 2⁻²⁰ of each other may have been counted as
    /// tied: 0 if all pairs were sorted.
    public let areaError: Double

    private let counts: PairCounts
    private let levels: GroupLevels?

    init(counts: PairCounts, rates: [Double], levels: GroupLevels?) {
        (self.counts, self.levels, self.rates) = (counts, levels, rates)
        (genuineCount, impostorCount) = (counts.genuineCount, counts.impostorCount)
        let accepted = AcceptedPairs(counts)
        operations = rates.map { Self.operation(at: $0, counts, accepted) }
        equalErrorRate = accepted.equalErrorRate ?? 0
        equalErrorThreshold = accepted.crossing.map { SimilarityGrid.similarity(counts.runs[$0].low) } ?? 0
        area = accepted.area ?? 0
        let unknown = counts.runs.reduce(UInt128(0)) {
            $0 + ($1.isResolved ? 0 : UInt128($1.genuineCount) * UInt128($1.impostorCount))
        }
        areaError = Double(unknown) / 2 / Double(genuineCount) / Double(impostorCount)
    }

    private static func operation(at rate: Double, _ counts: PairCounts, _ accepted: AcceptedPairs) -> Operation? {
        let allowed = allowedCount(rate, of: counts.impostorCount)
        guard allowed > 0, let run = counts.runOfImpostor(number: allowed + 1) else { return nil }
        // The next impostor, and all pairs as similar, must be refused.
        precondition(counts.runs[run].low == counts.runs[run].high, "the bin of a threshold was not refined")
        let genuine = accepted.genuine[run]
        return Operation(
            falseAcceptRate: rate, threshold: SimilarityGrid.similarity(counts.runs[run].high + 1),
            acceptedImpostorCount: accepted.impostors[run], acceptedGenuineCount: genuine,
            acceptRate: Double(genuine) / Double(counts.genuineCount),
            falseNonMatchRate: Double(counts.genuineCount - genuine) / Double(counts.genuineCount))
    }

    /// The metrics there are values of.
    public var metrics: [VerificationMetric] {
        zip(rates, operations).compactMap { $1 == nil ? nil : .acceptRate(falseAcceptRate: $0) } + [
            .equalErrorRate, .area,
        ]
    }

    /// The value of a metric; nil for a false accept rate that is not among the wanted ones or cannot be told from 0.
    public subscript(metric: VerificationMetric) -> Double? {
        switch metric {
        case .acceptRate(let rate):
            rates.firstIndex(of: rate).flatMap { operations[$0]?.acceptRate }
        case .equalErrorRate: equalErrorRate
        case .area: area
        case .identificationRate, .rejectionArea, .acceptedUnknown: nil
        }
    }

    /// The values with their errors over other classes, by a jackknife that leaves out a group of classes in turn, with all pairs
    /// that one of them has a part in; no errors without groups, or where fewer than two have genuine pairs.
    ///
    /// The values without a group are found on about a thousand levels of similarity, with lines between them, and held against
    /// the value on the same levels. Every left-out group moves the threshold, too. The contributions have the scale of the
    /// delete-a-group jackknife, `√((G − 1)/G)`.
    public var estimates: [VerificationMetric: Estimate] {
        let values = metrics.map { (metric: $0, value: self[$0] ?? 0) }
        guard let levels else { return jackknifed(values, groupCount: 0) { _, _ in nil } }
        let left = (0..<levels.groupCount).map { levels.accepted(without: $0) }
        let whole = levels.accepted(without: nil)
        return jackknifed(values, groupCount: left.count) { metric, group in
            // A group without pairs of one class says nothing about other classes.
            left[group].genuineCount < whole.genuineCount ? metric.value(of: left[group]) : nil
        }
    }

    /// Points of the ROC and the DET curve, about a thousand at most, between which lines may be drawn.
    ///
    /// There is one where impostors or refused genuine pairs have grown by a fiftieth, or genuine pairs by a 512th; all where
    /// there are fewer.
    public var curve: [CurvePoint] {
        let accepted = AcceptedPairs(counts)
        func point(_ threshold: Double, _ place: Int) -> CurvePoint {
            CurvePoint(
                threshold: threshold, falseAcceptRate: Double(accepted.impostors[place]) / Double(impostorCount),
                acceptRate: Double(accepted.genuine[place]) / Double(genuineCount))
        }
        var points: [CurvePoint] = []
        var (lastGenuine, lastImpostors) = (0, 0)
        for (place, run) in counts.runs.enumerated() {
            let (genuine, impostors) = (accepted.genuine[place + 1], accepted.impostors[place + 1])
            let refused = genuineCount - genuine
            guard
                place == 0 || place == counts.runs.count - 1 || (impostors - lastImpostors) * 50 > lastImpostors
                    || (genuine - lastGenuine) * 512 > genuineCount || (genuine - lastGenuine) * 50 > refused
            else { continue }
            points.append(point(SimilarityGrid.similarity(run.low), place + 1))
            (lastGenuine, lastImpostors) = (genuine, impostors)
        }
        return points
    }
}

extension VerificationMetric {
    /// The value for the pairs that are accepted as the threshold falls, on lines between them.
    func value(of accepted: AcceptedPairs) -> Double? {
        switch self {
        case .acceptRate(let rate): accepted.acceptRate(atFalseAcceptRate: rate)
        case .equalErrorRate: accepted.equalErrorRate
        case .area: accepted.area
        case .identificationRate, .rejectionArea, .acceptedUnknown: nil
        }
    }
}

/// Values with the errors of a delete-a-group jackknife (Kott, "The delete-a-group jackknife", Journal of Official Statistics
/// 17, 2001).
///
/// - Parameter value: the value of a metric without a group; nil where it has none, and does not count.
func jackknifed(
    _ values: [(metric: VerificationMetric, value: Double)], groupCount: Int,
    without value: (VerificationMetric, Int) -> Double?
) -> [VerificationMetric: Estimate] {
    Dictionary(
        uniqueKeysWithValues: values.map { metric, whole in
            let others = (0..<groupCount).map { value(metric, $0) }
            let known = others.compactMap(\.self)
            guard known.count > 1 else { return (metric, Estimate(value: whole)) }
            let mean = known.reduce(0, +) / Double(known.count)
            let scale = (Double(known.count - 1) / Double(known.count)).squareRoot()
            return (
                metric,
                Estimate(
                    value: whole, contributions: others.map { $0.map { ($0 - mean) * scale } ?? 0 },
                    degreesOfFreedom: Double(known.count - 1))
            )
        })
}
