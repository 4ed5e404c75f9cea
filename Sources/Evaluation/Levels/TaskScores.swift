public import Retrieval

/// The scores of one set of embeddings on one side of a level, with their errors.
public struct TaskScores: Sendable, Equatable {
    /// The metrics and the number of queries.
    public let scores: RetrievalScores
    /// The number of classes on the side, including classes with a single sample.
    public let classCount: Int
    /// Each metric's mean with its error; the contributions are rounded as in files.
    public let estimates: [RetrievalMetric: Estimate]

    /// Combines scores, the number of classes and the known errors of the scores.
    ///
    /// - Parameter estimates: a metric without an estimate here has no known error.
    public init(scores: RetrievalScores, classCount: Int, estimates: [RetrievalMetric: Estimate] = [:]) {
        self.scores = scores
        self.classCount = classCount
        var all: [RetrievalMetric: Estimate] = [:]
        for (metric, value) in zip(scores.metrics, scores.values) {
            all[metric] = estimates[metric]?.roundedForStorage ?? Estimate(value: value)
        }
        self.estimates = all
    }

    /// The mean over tasks whose classes differ: counts are summed.
    static func mean(ofTasks tasks: [TaskScores]) -> TaskScores {
        TaskScores(
            scores: .mean(of: tasks.map(\.scores)), classCount: tasks.map(\.classCount).reduce(0, +),
            estimates: meanEstimates(of: tasks))
    }

    /// The mean over draws of one task: counts are averages over the draws.
    static func mean(ofDraws draws: [TaskScores]) -> TaskScores {
        func average(_ count: (TaskScores) -> Int) -> Int {
            let sum = draws.map(count).reduce(0, +)
            return (2 * sum + draws.count) / (2 * draws.count)
        }
        let scores = RetrievalScores.mean(of: draws.map(\.scores))
        return TaskScores(
            scores: RetrievalScores(
                metrics: scores.metrics, values: scores.values, queryCount: average(\.scores.queryCount),
                loneQueryCount: average(\.scores.loneQueryCount)),
            classCount: average(\.classCount), estimates: meanEstimates(of: draws))
    }

    private static func meanEstimates(of all: [TaskScores]) -> [RetrievalMetric: Estimate] {
        var estimates: [RetrievalMetric: Estimate] = [:]
        for metric in all.first?.scores.metrics ?? [] {
            let parts = all.compactMap { $0.estimates[metric] }
            if parts.count == all.count { estimates[metric] = .mean(of: parts) }
        }
        return estimates
    }
}

extension TaskScores: Codable {
    enum CodingKeys: String, CodingKey {
        case classCount = "class_count"
        case confidence
    }

    /// Reads the flat object of the scores with two additional keys, `class_count` and `confidence`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            scores: try RetrievalScores(from: decoder),
            classCount: try container.decode(Int.self, forKey: .classCount),
            estimates: try container.decodeIfPresent([RetrievalMetric: Estimate].self, forKey: .confidence) ?? [:])
    }

    /// Writes the flat object of the scores with two additional keys, `class_count` and, if errors are known,
    /// `confidence`.
    public func encode(to encoder: any Encoder) throws {
        var container = try encodeScores(to: encoder)
        if !knownErrors.isEmpty { try container.encode(knownErrors, forKey: .confidence) }
    }

    /// Writes the same without the contributions to the errors, for scores whose contributions follow from others.
    func encodeSummary(to encoder: any Encoder) throws {
        var container = try encodeScores(to: encoder)
        let known = knownErrors.mapValues(EstimateRecord.init)
        if !known.isEmpty { try container.encode(known, forKey: .confidence) }
    }

    private var knownErrors: [RetrievalMetric: Estimate] {
        estimates.filter { $0.value.standardError != nil }
    }

    private func encodeScores(to encoder: any Encoder) throws -> KeyedEncodingContainer<CodingKeys> {
        try scores.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classCount, forKey: .classCount)
        return container
    }
}
