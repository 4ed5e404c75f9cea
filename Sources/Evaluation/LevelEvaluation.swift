/// The scores of one task: a model on one side of a level.
public struct TaskScores: Sendable, Equatable, Codable {
    /// The metrics and the number of queries.
    public let scores: RetrievalScores
    /// The number of classes on the side, those of a single sample included.
    public let classCount: Int

    /// Joins scores and the number of classes.
    public init(scores: RetrievalScores, classCount: Int) {
        self.scores = scores
        self.classCount = classCount
    }

    enum CodingKeys: String, CodingKey {
        case classCount = "class_count"
    }

    /// Reads the flat object of the scores with one more key, `class_count`.
    public init(from decoder: any Decoder) throws {
        scores = try RetrievalScores(from: decoder)
        classCount = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .classCount)
    }

    /// Writes the flat object of the scores with one more key, `class_count`.
    public func encode(to encoder: any Encoder) throws {
        try scores.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(classCount, forKey: .classCount)
    }

    static func mean(of tasks: [TaskScores]) -> TaskScores {
        TaskScores(
            scores: .mean(of: tasks.map(\.scores)), classCount: tasks.map(\.classCount).reduce(0, +))
    }
}

/// A model, and if wanted the frozen backbone it started from, on one side of a level.
public struct TaskEvaluation: Sendable, Equatable {
    /// The model's scores.
    public let model: TaskScores
    /// The backbone's scores on the same samples.
    public let backbone: TaskScores?
    /// The gap between them.
    public let gap: RecallGap?

    /// Takes the means of scores by query.
    ///
    /// - Throws: ``EvaluationError/noQueries(loneQueryCount:)``; ``EvaluationError/differentQueries(first:second:)`` if
    ///   the backbone was not scored on the same samples.
    public init(
        model: QueryScores, backbone: QueryScores? = nil, loneQueries policy: LoneQueryPolicy = .excluded
    ) throws {
        self.model = TaskScores(scores: try model.mean(loneQueries: policy), classCount: model.classCount)
        if let backbone {
            gap = try RecallGap(backbone: backbone, model: model, loneQueries: policy)
            self.backbone = TaskScores(
                scores: try backbone.mean(loneQueries: policy), classCount: backbone.classCount)
        } else {
            gap = nil
            self.backbone = nil
        }
    }
}

/// The results at one level of a manifest.
public struct LevelEvaluation: Sendable, Equatable, Codable {
    /// The level's id in the manifest.
    public let id: String
    /// How the level came about, as in the manifest: `start`, `swap`, `easier` or `removal`.
    public let origin: String
    /// The level's step in the manifest's progression.
    public let step: Int
    /// The Fréchet distance between the level's sides, squared.
    public let fid: Double
    /// The model's scores.
    public let scores: Directions<TaskScores>
    /// The frozen backbone's scores on the same samples.
    public let backbone: Directions<TaskScores>?
    /// The backbone's lead over the model in Recall@1.
    public let gap: Directions<RecallGap>?

    /// Joins what is known of a level.
    ///
    /// - Precondition: `fid` is finite.
    public init(
        id: String, origin: String, step: Int, fid: Double, scores: Directions<TaskScores>,
        backbone: Directions<TaskScores>? = nil, gap: Directions<RecallGap>? = nil
    ) {
        precondition(fid.isFinite, "the distance of level \(id) is \(fid)")
        self.id = id
        self.origin = origin
        self.step = step
        self.fid = fid
        self.scores = scores
        self.backbone = backbone
        self.gap = gap
    }

    /// Joins the tasks of a level; the backbone and the gap are there if every task that was run has them.
    ///
    /// - Precondition: at least one direction was run, and `fid` is finite.
    public init(
        id: String, origin: String, step: Int, fid: Double, forward: TaskEvaluation?, reverse: TaskEvaluation?
    ) {
        guard
            let scores = Directions(forward: forward?.model, reverse: reverse?.model, average: TaskScores.mean(of:))
        else { preconditionFailure("level \(id) needs a direction") }
        let tasks = [forward, reverse].compactMap { $0 }
        let backbone = Directions(
            forward: forward?.backbone, reverse: reverse?.backbone, average: TaskScores.mean(of:))
        let gap = Directions(forward: forward?.gap, reverse: reverse?.gap, average: RecallGap.mean(of:))
        self.init(
            id: id, origin: origin, step: step, fid: fid, scores: scores,
            backbone: tasks.allSatisfy { $0.backbone != nil } ? backbone : nil,
            gap: tasks.allSatisfy { $0.gap != nil } ? gap : nil)
    }
}
