internal import DenseLinearAlgebra
public import Retrieval
internal import Statistics

/// One metric over levels of increasing shift between train and test.
///
/// ```swift
/// let curve = DifficultyCurve(
///     points: [
///         .init(level: "level-1", shift: 10, estimate: Estimate(value: 0.9)),
///         .init(level: "level-2", shift: 20, estimate: Estimate(value: 0.8)),
///         .init(level: "level-3", shift: 60, estimate: Estimate(value: 0.5)),
///     ])
/// print(curve.aggregatedGeneralizationScore?.value ?? 0)  // 0.69 = 0.2 · 0.85 + 0.8 · 0.65
/// print(curve.slope?.value ?? 0)  // about −0.4 from the easiest to the hardest
/// ```
public struct DifficultyCurve: Sendable, Equatable {
    /// The metric at one level.
    public struct Point: Sendable, Equatable {
        /// The level's id.
        public let level: String
        /// The level's shift.
        public let shift: Double
        /// The metric's value on the level's test side, with its error.
        public let estimate: Estimate

        /// Combines a level's shift and its score.
        ///
        /// - Precondition: `shift` is finite.
        public init(level: String, shift: Double, estimate: Estimate) {
            precondition(shift.isFinite, "the shift of level \(level) is \(shift)")
            self.level = level
            self.shift = shift
            self.estimate = estimate
        }
    }

    /// The points by increasing shift; points of equal shift keep the given order.
    public let points: [Point]

    /// Makes a curve from points in any order.
    public init(points: [Point]) {
        // Swift's sort happens to be stable, but does not promise it.
        self.points = points.enumerated().sorted { ($0.element.shift, $0.offset) < ($1.element.shift, $1.offset) }
            .map(\.element)
    }

    /// Each point's shift scaled to [0, 1] by the smallest and the largest, or nil if there is no range to scale by.
    var scaledShifts: [Double]? {
        guard let first = points.first, let last = points.last, last.shift > first.shift else { return nil }
        return points.map { ($0.shift - first.shift) / (last.shift - first.shift) }
    }

    /// The aggregated generalisation score (AGS): the area under the metric against the shift.
    ///
    /// Shifts are scaled to [0, 1] by the smallest and the largest one, and the area follows the trapezoidal rule, so
    /// AGS is a weighted mean of the values and lies in the metric's own range; higher is better. Source: Milbich et
    /// al., "Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning", NeurIPS 2021, §4.
    ///
    /// Nil if there is no range to scale by: no point, one point, or equal shifts.
    ///
    /// - Complexity: O(number of points).
    public var aggregatedGeneralizationScore: Estimate? {
        guard let x = scaledShifts else { return nil }
        return .combination(
            x.indices.map { i in
                ((x[min(i + 1, x.count - 1)] - x[max(i - 1, 0)]) / 2, points[i].estimate)
            })
    }

    /// The slope of the least-squares line of the metric over the scaled shifts.
    ///
    /// It is the line's change from the easiest to the hardest level, negative if the metric falls.
    ///
    /// Nil if there is no range to scale by.
    public var slope: Estimate? {
        guard let x = scaledShifts else { return nil }
        let mean = x.reduce(0, +) / Double(x.count)
        let spread = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        // The weights sum to 0, so values enter as differences from the first: equal ones have a slope of exactly 0.
        return .combination(x.indices.map { ((x[$0] - mean) / spread, points[$0].estimate - points[0].estimate) })
    }

    /// The level with the lowest value, the first if several are equal; nil without points.
    public var worst: Point? {
        points.min { $0.estimate.value < $1.estimate.value }
    }

    /// Spearman's rank correlation of the metric and the shift: −1 where it falls from every level to the next.
    ///
    /// Nil for fewer than three levels, or if all values or all shifts are equal.
    public var rankCorrelation: Double? {
        spearmanCorrelation(points.map(\.shift), points.map(\.estimate.value))
    }
}
