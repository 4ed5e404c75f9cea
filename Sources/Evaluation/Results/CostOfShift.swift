public import Retrieval

/// What shift costs a model: how much its score in the ``Catalogue`` falls from the easiest to the hardest level.
///
/// In the catalogue an embedding that never changes has the same score at every level, so the frozen features' curve is a
/// flat line, the model's lead over it is its *gain* from training, and the change of the gain is the change of the
/// model's own score. The cost is that change with the sign turned, and it is the only number from which oodml says that
/// shift costs a model something.
public struct CostOfShift: Sendable, Equatable {
    /// What can be said of a cost.
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        /// The model's gain falls along the levels.
        case costs
        /// The model's gain rises along the levels.
        case pays
        /// Neither is shown.
        case notShown = "not shown"
        /// Too few groups of classes are asked, or too few levels, or no errors were estimated.
        case none
    }

    /// The metric.
    public let metric: RetrievalMetric
    /// The change of the model's score from the easiest to the hardest level.
    public let trend: Trend
    /// The model's gain over the frozen features at each level; nil if the backbone was not scored.
    public let gains: [Estimate]?
    /// The cost: positive if the model's score falls.
    public var cost: Estimate { .combination([(-1, trend.change)]) }

    /// What can be said of the cost, at the level .05.
    public var verdict: Verdict {
        switch trend.shownSign {
        case nil: .none
        case -1: .costs
        case 1: .pays
        default: .notShown
        }
    }
}

extension EvaluationResults {
    /// What shift costs the model by a metric, or nil without the catalogue, or if all levels are at the same place of the axis.
    ///
    /// - Parameter axis: nil for ``mainAxis``.
    public func costOfShift(of metric: RetrievalMetric, over axis: ShiftAxis? = nil) -> CostOfShift? {
        guard let trend = completeCurve(of: metric, CurveKey(gallery: .catalogue, over: axis))?.trend else {
            return nil
        }
        let gains = levels.compactMap { $0.gain()?[metric] }
        return CostOfShift(metric: metric, trend: trend, gains: gains.count == levels.count ? gains : nil)
    }

    /// The metric by which the cost of shift is judged: MAP@R if it was scored, since it counts all images of a class and
    /// has room to fall where Recall@1 is close to 1; otherwise the first.
    public var headlineMetric: RetrievalMetric? {
        metrics.contains(.averagePrecisionAtR) ? .averagePrecisionAtR : metrics.first
    }

    /// Whether all levels have the model's scores in the catalogue.
    public var hasCatalogue: Bool {
        !levels.isEmpty && levels.allSatisfy { $0.scores(of: .model, gallery: .catalogue) != nil }
    }
}
