/// How far a frozen backbone's Recall@1 is above a model's on the same queries; negative where the model is better.
public struct RecallGap: Sendable, Equatable, Codable {
    /// Recall@1 of the backbone minus that of the model, both as means over queries.
    public let recallAt1: Double
    /// The standard error of the gap with classes as units and the gallery fixed, or nil for fewer than two classes.
    ///
    /// The standard deviation over classes of (the backbone's mean Recall@1 in the class − the model's), divided by the
    /// square root of the number of classes. Queries of a class stand and fall together, so they are no units of their
    /// own. The classes are also one another's distractors, and this estimate leaves that out: it says how the gap would
    /// vary with other query classes in front of this gallery, which is less than how it varies with other data.
    public let standardError: Double?

    /// Joins a gap and its standard error.
    public init(recallAt1: Double, standardError: Double?) {
        self.recallAt1 = recallAt1
        self.standardError = standardError
    }

    enum CodingKeys: String, CodingKey {
        case recallAt1 = "recall@1"
        case standardError = "gap_standard_error"
    }

    /// The gap between two models' scores of the same queries, or nil where one lacks Recall@1 or there is no query.
    ///
    /// - Throws: ``EvaluationError/differentQueries(first:second:)`` unless both cover the same queries and classes.
    public init?(backbone: QueryScores, model: QueryScores, loneQueries policy: LoneQueryPolicy = .excluded) throws {
        guard backbone.queries == model.queries, backbone.classNumbers == model.classNumbers,
            backbone.loneQueries == model.loneQueries
        else {
            throw EvaluationError.differentQueries(first: backbone.queries.count, second: model.queries.count)
        }
        guard !model.queries.isEmpty, let own = model.classMeans(of: .recall(1)),
            let other = backbone.classMeans(of: .recall(1)),
            let score = try model.mean(loneQueries: policy)[.recall(1)],
            let reference = try backbone.mean(loneQueries: policy)[.recall(1)]
        else { return nil }
        recallAt1 = reference - score
        standardError = standardErrorOfMean(zip(other, own).map { $0.mean - $1.mean })
    }

    /// The mean of the gaps of both directions, whose query classes differ, so that their errors are independent.
    static func mean(of gaps: [RecallGap]) -> RecallGap {
        let count = Double(gaps.count)
        let errors = gaps.compactMap(\.standardError)
        return RecallGap(
            recallAt1: gaps.map(\.recallAt1).reduce(0, +) / count,
            standardError: errors.count == gaps.count
                ? errors.map { $0 * $0 }.reduce(0, +).squareRoot() / count : nil)
    }
}

/// How the gap in Recall@1 changes from the easiest to the hardest level.
public struct GapGrowth: Sendable, Equatable, Codable {
    /// The gap at the hardest level minus the gap at the easiest.
    public let difference: Double
    /// The root of the sum of both gaps' squared standard errors, as if the levels were independent.
    ///
    /// Levels share classes, so this is an approximation; it takes classes as units and the galleries as fixed, as
    /// ``RecallGap/standardError`` does.
    public let standardError: Double?

    /// The growth between two gaps.
    public init(easiest: RecallGap, hardest: RecallGap) {
        difference = hardest.recallAt1 - easiest.recallAt1
        if let first = easiest.standardError, let second = hardest.standardError {
            standardError = (first * first + second * second).squareRoot()
        } else {
            standardError = nil
        }
    }

    enum CodingKeys: String, CodingKey {
        case difference = "recall@1"
        case standardError = "gap_standard_error"
    }
}

/// The sample standard deviation divided by the square root of the count; nil for fewer than two values.
private func standardErrorOfMean(_ values: [Double]) -> Double? {
    guard values.count > 1 else { return nil }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / (count - 1) / count).squareRoot()
}
