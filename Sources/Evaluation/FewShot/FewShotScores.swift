internal import Files
public import Retrieval

/// Few-shot scores of one model on one task, over the draws of the support.
///
/// Source: Milbich et al., "Characterizing Generalization under Out-Of-Distribution Shifts in Deep Metric Learning",
/// NeurIPS 2021, §4.5. The paper trains the last layer further; here a closed-form linear map is fitted instead, which
/// needs only embeddings (``LinearAdaptation``).
public struct FewShotScores: Sendable, Equatable, Codable {
    /// The number of support samples per class.
    public let shots: Int
    /// The number of episodes.
    public let episodeCount: Int
    /// The number of classes with support samples.
    public let classCount: Int
    /// The number of test classes that have too few samples for a support, which none of the scores include.
    public let leftOutClassCount: Int
    /// The mean number of queries per episode.
    public let queryCount: Double
    /// The mean number per episode of complement samples with no other sample of their class in the complement.
    public let loneQueryCount: Double
    /// Each metric without adaptation, on the complement of each episode's support.
    public let baseline: [RetrievalMetric: StudentInterval]
    /// Each metric after adaptation to the support, on the same complements.
    public let adapted: [RetrievalMetric: StudentInterval]
    /// Each metric's difference, adapted minus baseline, taken episode by episode.
    ///
    /// Judge the gain by this interval: which samples happen to be queries affects both scores alike, and cancels.
    public let gain: [RetrievalMetric: StudentInterval]

    private enum CodingKeys: String, CodingKey {
        case shots, baseline, adapted, gain
        case episodeCount = "episode_count"
        case classCount = "class_count"
        case leftOutClassCount = "left_out_class_count"
        case queryCount = "query_count"
        case loneQueryCount = "lone_query_count"
    }

    /// Averages over episodes.
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
            baseline[metric] = StudentInterval(over: before)
            adapted[metric] = StudentInterval(over: after)
            gain[metric] = StudentInterval(over: zip(after, before).map { $0 - $1 })
        }
        (self.baseline, self.adapted, self.gain) = (baseline, adapted, gain)
    }

    private typealias Intervals = (
        [RetrievalMetric: StudentInterval], [RetrievalMetric: StudentInterval], [RetrievalMetric: StudentInterval]
    )
}

extension FewShotScores {
    /// Refuses counts and means that no scores can have.
    ///
    /// - Throws: ``/Files/ImplausibleValue``.
    func requirePlausibleValues(_ place: String) throws {
        for (name, count) in [
            ("shots", shots), ("episode_count", episodeCount), ("class_count", classCount),
            ("left_out_class_count", leftOutClassCount),
        ] {
            try requireNumber(count, in: NumberRange.count, "\(place).\(name)")
        }
        let counts = 0...Double(NumberRange.count.upperBound)
        try requireNumber(queryCount, in: counts, "\(place).query_count")
        try requireNumber(loneQueryCount, in: counts, "\(place).lone_query_count")
        for (name, intervals, means) in [
            ("baseline", baseline, NumberRange.part), ("adapted", adapted, NumberRange.part),
            ("gain", gain, -NumberRange.part.upperBound...NumberRange.part.upperBound),
        ] {
            for (metric, interval) in intervals.sorted(by: { $0.key < $1.key }) {
                let path = "\(place).\(name).\(metric.name)"
                try requireNumber(interval.mean, in: means, "\(path).mean")
                try requireNumber(interval.standardDeviation, in: 0...10, "\(path).standard_deviation")
                // Two episodes have intervals as wide as 13 of their deviations.
                try requireNumber(interval.low, in: -1e3...1e3, "\(path).low")
                try requireNumber(interval.high, in: -1e3...1e3, "\(path).high")
            }
        }
    }
}
