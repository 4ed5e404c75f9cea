/// A model's scores over levels of growing distance between train and test.
public struct DifficultyCurve: Sendable, Equatable {
    /// The scores at one level.
    public struct Point: Sendable, Equatable {
        /// The level's id.
        public let level: String
        /// The Fréchet distance between the level's train and test side, squared.
        public let fid: Double
        /// The scores on the level's test side.
        public let scores: RetrievalScores

        /// Joins a level's distance and scores.
        ///
        /// - Precondition: `fid` is finite.
        public init(level: String, fid: Double, scores: RetrievalScores) {
            precondition(fid.isFinite, "the distance of level \(level) is \(fid)")
            self.level = level
            self.fid = fid
            self.scores = scores
        }
    }

    /// The points by growing distance; at equal distances in the order given.
    public let points: [Point]

    /// Makes a curve of points in any order.
    public init(points: [Point]) {
        // Swift's sort happens to be stable, but does not promise it.
        self.points = points.enumerated().sorted { ($0.element.fid, $0.offset) < ($1.element.fid, $1.offset) }
            .map(\.element)
    }

    /// The aggregated generalisation score (AGS) of a metric: the area under the metric against the distance.
    ///
    /// The distances are scaled to [0, 1] by the smallest and the largest one, and the area is that of trapezoids, so AGS
    /// lies in the metric's own range; higher is better. Source: Milbich et al., "Characterizing Generalization under
    /// Out-Of-Distribution Shifts in Deep Metric Learning", NeurIPS 2021, §4.
    ///
    /// - Returns: nil if there is no range to scale by (no point, one point, or equal distances), or a point lacks the
    ///   metric.
    /// - Complexity: O(number of points).
    public func aggregatedGeneralizationScore(of metric: RetrievalMetric) -> Double? {
        let values = points.compactMap { $0.scores[metric] }
        guard values.count == points.count, let first = points.first, let last = points.last, last.fid > first.fid
        else { return nil }
        let range = last.fid - first.fid
        var area = 0.0
        for i in 1..<points.count {
            area += (points[i].fid - points[i - 1].fid) / range * (values[i] + values[i - 1]) / 2
        }
        return area
    }

    /// The AGS of every metric that has one.
    public func aggregatedGeneralizationScores() -> [RetrievalMetric: Double] {
        var scores: [RetrievalMetric: Double] = [:]
        for metric in points.first?.scores.metrics ?? [] {
            scores[metric] = aggregatedGeneralizationScore(of: metric)
        }
        return scores
    }
}
