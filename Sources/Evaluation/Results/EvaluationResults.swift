public import Retrieval

/// The contents of `results.json`: a model's scores at every level of a manifest, and the values derived from them.
public struct EvaluationResults: Sendable, Equatable {
    /// The version of the schema that this code writes.
    public static let currentSchemaVersion = 4
    /// The earliest version of the schema that it reads.
    public static let earliestSchemaVersion = 2

    /// The version of the schema.
    public let schemaVersion: Int
    /// The tool that wrote the results, with its version.
    public let tool: String
    /// The dataset's name.
    public let dataset: String
    /// The model as the user named it, for example a path template with `{level}` and `{direction}`.
    public let model: String
    /// Which training run of the model this is, if the path distinguishes several.
    public let seed: String?
    /// The rules that produced the results.
    public let settings: EvaluationSettings
    /// Which networks were scored; nil for embeddings from files, and in older results.
    public let provenance: ModelProvenance?
    /// The metrics, in report order.
    public let metrics: [RetrievalMetric]
    /// What the levels follow in place of the distance; nil for splits that follow the distance.
    public let order: LevelOrder?
    /// The levels by increasing distance, or in the order of ordered splits.
    public let levels: [LevelEvaluation]

    /// What the levels stand in the order of, and curves are over unless asked for otherwise.
    public var mainAxis: ShiftAxis { order == nil ? .fid : .order }

    /// Combines levels, given in any order.
    ///
    /// - Precondition: with an `order`, each level says how far it is along it.
    public init(
        tool: String, dataset: String, model: String, seed: String? = nil, settings: EvaluationSettings = .init(),
        provenance: ModelProvenance? = nil, order: LevelOrder? = nil, levels: [LevelEvaluation]
    ) {
        precondition(
            order == nil || levels.allSatisfy { $0.axisValue != nil }, "a level without its place in the order")
        schemaVersion = Self.currentSchemaVersion
        self.tool = tool
        self.dataset = dataset
        self.model = model
        self.seed = seed
        self.settings = settings
        self.provenance = provenance
        self.order = order
        func place(_ level: LevelEvaluation) -> Double { order == nil ? level.fid : level.axisValue ?? 0 }
        self.levels = levels.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
            .map(\.element)
        metrics = self.levels.first?.scores(of: .model)?.mean.scores.metrics ?? []
    }

    /// What the model is called: of heads the objective and the seed, of others ``model`` with the training run.
    public var title: String {
        provenance?.training?.title ?? model + (seed.map { ", seed \($0)" } ?? "")
    }

    /// What a curve shows.
    public struct CurveKey: Sendable, Hashable {
        /// Whose scores.
        public var subject: Subject
        /// In which gallery.
        public var gallery: GalleryKind
        /// In which direction.
        public var direction: DirectionOrMean
        /// Over which measure of shift; nil for the results' ``EvaluationResults/mainAxis``.
        public var axis: ShiftAxis?

        /// Names a curve; by default that of the model, averaged over both directions, in the full gallery, over what the levels
        /// stand in the order of.
        public init(
            _ subject: Subject = .model, gallery: GalleryKind = .full, direction: DirectionOrMean = .mean,
            over axis: ShiftAxis? = nil
        ) {
            self.subject = subject
            self.gallery = gallery
            self.direction = direction
            self.axis = axis
        }
    }

    /// A metric's curve over the levels that have it.
    public func curve(of metric: RetrievalMetric, _ key: CurveKey = .init()) -> DifficultyCurve {
        DifficultyCurve(
            points: levels.compactMap { level in
                guard let shift = level.shift(key.axis ?? mainAxis),
                    let scores = level.scores(of: key.subject, gallery: key.gallery)?[key.direction],
                    let estimate = scores.estimates[metric]
                else { return nil }
                return DifficultyCurve.Point(level: level.id, shift: shift, estimate: estimate)
            })
    }

    /// A metric's curve, or nil unless all levels have it in the same directions: if the directions differed between
    /// levels, a summary over the levels would compare different things.
    public func completeCurve(of metric: RetrievalMetric, _ key: CurveKey = .init()) -> DifficultyCurve? {
        let curve = curve(of: metric, key)
        let all = levels.compactMap { $0.scores(of: key.subject, gallery: key.gallery) }
        guard !levels.isEmpty, curve.points.count == levels.count,
            all.allSatisfy({ ($0.forward == nil) == (all[0].forward == nil) }),
            all.allSatisfy({ ($0.reverse == nil) == (all[0].reverse == nil) })
        else { return nil }
        return curve
    }

    /// The model's lead over the backbone at the hardest level less that at the easiest, or nil if there is no lead or if
    /// all levels are at the same place; negative if the lead fades.
    ///
    /// It shrinks for embeddings that were never trained, too: see ``costOfShift(of:over:)``.
    public func leadChange(
        of metric: RetrievalMetric, gallery: GalleryKind = .full, direction: DirectionOrMean = .mean
    ) -> Estimate? {
        let curves = [Subject.backbone, .model].map {
            completeCurve(of: metric, CurveKey($0, gallery: gallery, direction: direction))?.points.map(\.estimate)
        }
        guard let backbone = curves[0], let model = curves[1], let last = backbone.indices.last, last > 0,
            let start = levels[0].shift(mainAxis), let end = levels[last].shift(mainAxis), end > start
        else { return nil }
        return (model[last] - backbone[last]) - (model[0] - backbone[0])
    }
}
