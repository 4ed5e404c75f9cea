internal import Files
package import Ranks
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
            guard parts.count == all.count else { continue }
            let mean = Estimate.mean(of: parts)
            // Without an error it is the score itself, as it is when read from a file; this sum may differ in the last bit.
            if mean.standardError != nil { estimates[metric] = mean }
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
    ///
    /// - Throws: `DecodingError`; an error of one sentence for numbers that no scores can have.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let scores = try RetrievalScores(from: decoder)
        let estimates = try container.decodeIfPresent([RetrievalMetric: Estimate].self, forKey: .confidence) ?? [:]
        let place = placeText(decoder.codingPath)
        for (metric, value) in zip(scores.metrics, scores.values) {
            try requireNumber(value, in: NumberRange.part, "\(place).\(metric.name)")
        }
        try requireNumber(scores.queryCount, in: NumberRange.count, "\(place).query_count")
        try requireNumber(scores.loneQueryCount, in: NumberRange.count, "\(place).lone_query_count")
        for (metric, estimate) in estimates.sorted(by: { $0.key < $1.key }) {
            try estimate.requirePlausibleValues("\(place).confidence.\(metric.name)")
        }
        self.init(
            scores: scores,
            classCount: try container.decode(Int.self, in: NumberRange.count, forKey: .classCount),
            estimates: estimates)
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

extension TaskScores {
    /// How many groups and pairs of groups the errors are made of, for every error that is known; errors of other numbers
    /// do not add.
    var groupCounts: [[Int]] {
        knownErrors.values.map { [$0.contributions.count, $0.pairContributions.count] }
    }
}

extension Estimate {
    /// Refuses a value that is no part of 1, or an error that no score can have.
    fileprivate func requirePlausibleValues(_ place: @autoclosure () -> String) throws {
        try requireNumber(value, in: NumberRange.part, place() + ".value")
        // A group of classes cannot change a score by more than all of it.
        for contribution in contributions {
            try requireNumber(contribution, in: -1e3...1e3, place() + ".contributions")
        }
        for pair in pairContributions { try requireNumber(pair, in: -1e3...1e3, place() + ".pair_contributions") }
        // The quantile of Student's t takes time in proportion to the root of this number.
        try requireNumber(degreesOfFreedom, in: 0...1_000_000, place() + ".degrees_of_freedom")
    }
}

extension TaskScores: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(scores, classCount, estimates) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(scores: try bytes.get(), classCount: try bytes.get(), estimates: try bytes.get())
    }
}
