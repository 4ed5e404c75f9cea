internal import DenseLinearAlgebra

/// The mean of a number over few-shot episodes, with a 95 % interval.
///
/// The interval is mean ± t·s/√m for m episodes, with s the sample standard deviation (divisor m − 1) and t the 97.5 %
/// quantile of Student's t with m − 1 degrees of freedom. It tells how far the mean over other draws of supports from the
/// *same* classes may be from this one. Of other classes it tells nothing, and the episodes share almost all queries: it
/// is narrower than an interval over classes, and no substitute for one. It may leave the metric's range.
public struct EpisodeInterval: Sendable, Equatable, Codable {
    /// The mean over episodes.
    public let mean: Double
    /// The sample standard deviation over episodes, or nil for a single one.
    public let standardDeviation: Double?
    /// The lower bound, or nil for a single episode.
    public let low: Double?
    /// The upper bound, or nil for a single episode.
    public let high: Double?

    private enum CodingKeys: String, CodingKey {
        case mean, low, high
        case standardDeviation = "standard_deviation"
    }

    /// Takes the mean of the values of the episodes.
    ///
    /// - Precondition: there is at least one value.
    /// - Complexity: O(number of values).
    public init(over values: [Double]) {
        precondition(!values.isEmpty, "a mean needs at least one episode")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        self.mean = mean
        guard values.count > 1 else {
            (standardDeviation, low, high) = (nil, nil, nil)
            return
        }
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
        let margin = studentTQuantile(0.975, degreesOfFreedom: count - 1) * deviation / count.squareRoot()
        (standardDeviation, low, high) = (deviation, mean - margin, mean + margin)
    }
}

/// Few-shot scores of one model on one task, over the draws of the support.
///
/// Source: Milbich et al., "Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning",
/// NeurIPS 2021, §4.5, where the last layer is trained further; here a linear map in closed form is fitted, for which
/// embeddings are enough (``LinearAdaptation``).
public struct FewShotScores: Sendable, Equatable, Codable {
    /// The number of support samples a class.
    public let shots: Int
    /// The number of episodes.
    public let episodeCount: Int
    /// The number of classes with a support.
    public let classCount: Int
    /// The number of test classes that have too few samples for one, which are in none of the scores.
    public let leftOutClassCount: Int
    /// The number of queries, the mean over episodes.
    public let queryCount: Double
    /// The number of samples of the complement that have no other of their class there, the mean over episodes.
    public let loneQueryCount: Double
    /// Each metric without adaptation, on the complement of each episode's support.
    public let baseline: [RetrievalMetric: EpisodeInterval]
    /// Each metric after adaptation to the support, on the same complements.
    public let adapted: [RetrievalMetric: EpisodeInterval]
    /// Each metric's difference, adapted less baseline, taken episode by episode.
    ///
    /// Its interval is the one to judge the gain by: the luck of which samples are queries is in both scores, and cancels.
    public let gain: [RetrievalMetric: EpisodeInterval]

    private enum CodingKeys: String, CodingKey {
        case shots, baseline, adapted, gain
        case episodeCount = "episode_count"
        case classCount = "class_count"
        case leftOutClassCount = "left_out_class_count"
        case queryCount = "query_count"
        case loneQueryCount = "lone_query_count"
    }

    /// Takes means over episodes.
    ///
    /// - Precondition: there is at least one episode, and all have the same classes and metrics.
    /// - Complexity: O(episodes × metrics).
    public init(shots: Int, episodes: [FewShotEpisodeScores]) {
        guard let first = episodes.first else { preconditionFailure("few-shot scores need at least one episode") }
        for episode in episodes {
            precondition(
                episode.baseline.metrics == first.baseline.metrics && episode.classCount == first.classCount
                    && episode.leftOutClassCount == first.leftOutClassCount,
                "an episode of \(episode.classCount) classes and another of \(first.classCount)")
        }
        self.shots = shots
        episodeCount = episodes.count
        classCount = first.classCount
        leftOutClassCount = first.leftOutClassCount
        func mean(_ count: (FewShotEpisodeScores) -> Int) -> Double {
            Double(episodes.map(count).reduce(0, +)) / Double(episodes.count)
        }
        queryCount = mean(\.baseline.queryCount)
        loneQueryCount = mean(\.baseline.loneQueryCount)
        var (baseline, adapted, gain): Intervals = ([:], [:], [:])
        for (number, metric) in first.baseline.metrics.enumerated() {
            let before = episodes.map { $0.baseline.values[number] }
            let after = episodes.map { $0.adapted.values[number] }
            baseline[metric] = EpisodeInterval(over: before)
            adapted[metric] = EpisodeInterval(over: after)
            gain[metric] = EpisodeInterval(over: zip(after, before).map { $0 - $1 })
        }
        (self.baseline, self.adapted, self.gain) = (baseline, adapted, gain)
    }

    private typealias Intervals = (
        [RetrievalMetric: EpisodeInterval], [RetrievalMetric: EpisodeInterval], [RetrievalMetric: EpisodeInterval]
    )
}
