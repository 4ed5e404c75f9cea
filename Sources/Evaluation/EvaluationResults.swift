/// What `results.json` holds: a model's scores at every level of a manifest, and what follows from them.
public struct EvaluationResults: Sendable, Equatable {
    /// The version of the schema that this code reads and writes.
    public static let currentSchemaVersion = 1

    /// The version of the schema.
    public let schemaVersion: Int
    /// The tool that wrote the results, with its version.
    public let tool: String
    /// The dataset's name.
    public let dataset: String
    /// The model as the user named it, for instance a path template with `{level}` and `{direction}`.
    public let model: String
    /// What retrieval ranked by.
    public let similarity: Similarity
    /// What became of queries without a relevant item.
    public let loneQueries: LoneQueryPolicy
    /// The metrics, in the order of the report.
    public let metrics: [RetrievalMetric]
    /// The levels by growing distance.
    public let levels: [LevelEvaluation]
    /// The model's aggregated generalisation scores.
    public let ags: Directions<[RetrievalMetric: Double]>?
    /// The backbone's aggregated generalisation scores.
    public let backboneAGS: Directions<[RetrievalMetric: Double]>?
    /// How the gap in Recall@1 grows from the easiest to the hardest level.
    public let gapGrowth: Directions<GapGrowth>?

    /// Joins levels, in any order, and computes what spans them.
    ///
    /// AGS and the growth of the gap exist if all levels have the same directions, and at least two distances differ:
    /// over other directions at one level than at another they would compare different things.
    public init(
        tool: String, dataset: String, model: String, similarity: Similarity = .cosine,
        loneQueries: LoneQueryPolicy = .excluded, levels: [LevelEvaluation]
    ) {
        schemaVersion = Self.currentSchemaVersion
        self.tool = tool
        self.dataset = dataset
        self.model = model
        self.similarity = similarity
        self.loneQueries = loneQueries
        self.levels = levels.enumerated().sorted { ($0.element.fid, $0.offset) < ($1.element.fid, $1.offset) }
            .map(\.element)
        metrics = self.levels.first?.scores.mean.scores.metrics ?? []
        ags = Self.ags(of: self.levels.map { ($0, $0.scores) })
        let withBackbone = self.levels.compactMap { level in level.backbone.map { (level, $0) } }
        backboneAGS = withBackbone.count == levels.count ? Self.ags(of: withBackbone) : nil
        gapGrowth = Self.gapGrowth(of: self.levels)
    }

    /// The points of a direction's curve, or nil if a level lacks it.
    private static func curve(
        _ direction: Direction, of levels: [(LevelEvaluation, Directions<TaskScores>)]
    ) -> DifficultyCurve? {
        let points = levels.compactMap { level, scores in
            scores[direction].map { DifficultyCurve.Point(level: level.id, fid: level.fid, scores: $0.scores) }
        }
        return points.count == levels.count ? DifficultyCurve(points: points) : nil
    }

    private static func ags(
        of levels: [(LevelEvaluation, Directions<TaskScores>)]
    ) -> Directions<[RetrievalMetric: Double]>? {
        func scores(_ direction: Direction) -> [RetrievalMetric: Double]? {
            let scores = curve(direction, of: levels)?.aggregatedGeneralizationScores() ?? [:]
            return scores.isEmpty ? nil : scores
        }
        guard haveSameDirections(levels.map(\.1)), let mean = scores(.mean) else { return nil }
        return Directions(forward: scores(.forward), reverse: scores(.reverse), mean: mean)
    }

    private static func gapGrowth(of levels: [LevelEvaluation]) -> Directions<GapGrowth>? {
        guard let first = levels.first, let last = levels.last, last.fid > first.fid,
            let easiest = first.gap, let hardest = last.gap, haveSameDirections([easiest, hardest])
        else { return nil }
        func growth(_ direction: Direction) -> GapGrowth? {
            guard let a = easiest[direction], let b = hardest[direction] else { return nil }
            return GapGrowth(easiest: a, hardest: b)
        }
        return Directions(
            forward: growth(.forward), reverse: growth(.reverse),
            mean: GapGrowth(easiest: easiest.mean, hardest: hardest.mean))
    }

    private static func haveSameDirections<Value>(_ all: [Directions<Value>]) -> Bool {
        all.allSatisfy { ($0.forward == nil) == (all[0].forward == nil) }
            && all.allSatisfy { ($0.reverse == nil) == (all[0].reverse == nil) }
    }
}

extension EvaluationResults {
    /// Whose scores a curve shows.
    public enum Subject: String, Sendable, Hashable, CaseIterable {
        /// The model under evaluation.
        case model
        /// The frozen backbone.
        case backbone
    }

    /// The scores of a level, or nil if there are none.
    public func scores(of subject: Subject, at level: LevelEvaluation) -> Directions<TaskScores>? {
        switch subject {
        case .model: level.scores
        case .backbone: level.backbone
        }
    }

    /// The curve of a subject over the levels that have the direction.
    public func curve(of subject: Subject, direction: Direction) -> DifficultyCurve {
        DifficultyCurve(
            points: levels.compactMap { level in
                scores(of: subject, at: level)?[direction]
                    .map { DifficultyCurve.Point(level: level.id, fid: level.fid, scores: $0.scores) }
            })
    }
}

extension EvaluationResults: Codable {
    enum CodingKeys: String, CodingKey {
        case schemaVersion = "schema_version"
        case tool, dataset, model, similarity
        case loneQueries = "lone_queries"
        case metrics, levels, ags
        case backboneAGS = "backbone_ags"
        case gapGrowth = "gap_growth"
    }

    /// Reads results.
    ///
    /// - Throws: ``EvaluationError/schemaVersion(found:expected:)`` for another version; `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        schemaVersion = try container.decode(Int.self, forKey: .schemaVersion)
        guard schemaVersion == Self.currentSchemaVersion else {
            throw EvaluationError.schemaVersion(found: schemaVersion, expected: Self.currentSchemaVersion)
        }
        tool = try container.decode(String.self, forKey: .tool)
        dataset = try container.decode(String.self, forKey: .dataset)
        model = try container.decode(String.self, forKey: .model)
        similarity = try container.decode(Similarity.self, forKey: .similarity)
        loneQueries = try container.decode(LoneQueryPolicy.self, forKey: .loneQueries)
        metrics = try container.decode([RetrievalMetric].self, forKey: .metrics)
        levels = try container.decode([LevelEvaluation].self, forKey: .levels)
        ags = try container.decodeIfPresent(Directions<[RetrievalMetric: Double]>.self, forKey: .ags)
        backboneAGS = try container.decodeIfPresent(Directions<[RetrievalMetric: Double]>.self, forKey: .backboneAGS)
        gapGrowth = try container.decodeIfPresent(Directions<GapGrowth>.self, forKey: .gapGrowth)
    }
}
