internal import Files
package import Ranks
public import Retrieval

/// What the scores belong to.
public enum Subject: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    /// The model under evaluation.
    case model
    /// The frozen features: those of the backbone that measured the splits, or those that heads take.
    case backbone
    /// The model with the test-time tricks that the settings name.
    case tricked
}

/// What retrieval searches at a level.
public enum GalleryKind: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    /// All samples of the dataset, searched with the same queries at every level: see ``Catalogue``.
    case catalogue
    /// All samples of the level's test classes, the protocol of the paper.
    case full
    /// The same numbers of classes and samples at every level: see ``MatchedGallery``.
    case matched
}

/// The measure of shift on the horizontal axis of a curve.
public enum ShiftAxis: String, Sendable, Hashable, Codable, CaseIterable {
    /// The squared Fréchet distance between train and test.
    case fid
    /// The distance minus that between random sides of the same classes.
    case excess
    /// The order that the levels of ordered splits follow: see ``LevelOrder``.
    case order
}

/// All scores of one task: one direction of a level.
public struct TaskEvaluation: Sendable {
    /// The scores by gallery and subject.
    public var scores: [GalleryKind: [Subject: TaskScores]]
    /// The few-shot scores of each episode; empty if there were none.
    public var episodes: [FewShotEpisodeScores]

    /// Combines scores.
    public init(scores: [GalleryKind: [Subject: TaskScores]] = [:], episodes: [FewShotEpisodeScores] = []) {
        self.scores = scores
        self.episodes = episodes
    }
}

/// The results at one level of a manifest.
public struct LevelEvaluation: Sendable, Equatable {
    /// The level's id in the manifest.
    public let id: String
    /// How the level came about, as in the manifest: `start`, `swap`, `easier` or `removal`.
    public let origin: String
    /// The level's step in the manifest's progression.
    public let step: Int
    /// The Fréchet distance between the level's sides, squared.
    public let fid: Double
    /// How far `fid` exceeds its mean over random sides of the same classes, if the manifest has it.
    public let excess: Double?
    /// How far the level is along the order of ordered splits; nil for splits that follow the distance.
    public let axisValue: Double?
    /// The scores by gallery and subject.
    private let scores: [GalleryKind: [Subject: Directions<TaskScores>]]
    /// What adapting to a few samples of the test classes changes, if that was evaluated.
    public let fewShot: Directions<FewShotScores>?

    /// Combines the tasks of a level; a subject is included if every direction that was run has it.
    ///
    /// - Parameter catalogue: the scores in the catalogue, those of all directions' queries together.
    /// - Parameter shots: the number of support samples per class in the few-shot episodes, if there are any.
    /// - Precondition: at least one direction was run, and the shifts are finite.
    public init(
        id: String, origin: String, step: Int, fid: Double, excess: Double? = nil, axisValue: Double? = nil,
        forward: TaskEvaluation?, reverse: TaskEvaluation? = nil, catalogue: [Subject: TaskScores] = [:],
        shots: Int? = nil
    ) {
        precondition(
            fid.isFinite && excess?.isFinite != false && axisValue?.isFinite != false,
            "the shift of level \(id) is \(fid)")
        precondition(forward != nil || reverse != nil, "level \(id) needs a direction")
        self.id = id
        self.origin = origin
        self.step = step
        self.fid = fid
        self.excess = excess
        self.axisValue = axisValue
        var scores: [GalleryKind: [Subject: Directions<TaskScores>]] = [:]
        for (subject, pooled) in catalogue {
            scores[.catalogue, default: [:]][subject] = Directions(forward: nil, reverse: nil, mean: pooled)
        }
        for gallery in [GalleryKind.full, .matched] {
            for subject in Subject.allCases {
                let (ahead, back) = (forward?.scores[gallery]?[subject], reverse?.scores[gallery]?[subject])
                guard (forward == nil) == (ahead == nil), (reverse == nil) == (back == nil) else { continue }
                scores[gallery, default: [:]][subject] = Directions(
                    forward: ahead, reverse: back, average: TaskScores.mean(ofTasks:))
            }
        }
        self.scores = scores
        fewShot = shots.flatMap { Self.fewShot(shots: $0, [forward, reverse].map { $0?.episodes ?? [] }) }
    }

    /// Few-shot scores of both directions, and of their means taken episode by episode.
    private static func fewShot(shots: Int, _ directions: [[FewShotEpisodeScores]]) -> Directions<FewShotScores>? {
        let run = directions.filter { !$0.isEmpty }
        guard let count = run.map(\.count).min() else { return nil }
        let each = directions.map { $0.isEmpty ? nil : FewShotScores(shots: shots, episodes: $0) }
        let means = (0..<count).map { episode in FewShotEpisodeScores.mean(of: run.map { $0[episode] }) }
        return Directions(forward: each[0], reverse: each[1], mean: FewShotScores(shots: shots, episodes: means))
    }

    private enum CodingKeys: String, CodingKey {
        case id, origin, step, fid, excess, scores
        case axisValue = "axis_value"
        case fewShot = "few_shot"
    }

    /// A subject's scores, or nil if it was not scored.
    ///
    /// In the catalogue there is only the mean, over the queries of all directions: which of the queries a direction has
    /// differs from level to level.
    public func scores(of subject: Subject, gallery: GalleryKind = .full) -> Directions<TaskScores>? {
        scores[gallery]?[subject]
    }

    /// All scores of all directions in a gallery.
    func everyScore(in gallery: GalleryKind) -> [TaskScores] {
        scores[gallery, default: [:]].values.flatMap { scores in
            scores.forward == nil && scores.reverse == nil
                ? [scores.mean] : [scores.forward, scores.reverse].compactMap(\.self)
        }
    }

    /// The model's lead over the frozen features in the catalogue, metric by metric: what training gained.
    ///
    /// Nil if either was not scored there.
    ///
    /// The backbone's score there is the same at every level, so what changes along the levels is what training did.
    public func gain() -> [RetrievalMetric: Estimate]? {
        lead(gallery: .catalogue)
    }

    /// The model's lead over the backbone, model − backbone, metric by metric, or nil if either was not scored.
    ///
    /// Within the test classes this changes from level to level also for an embedding that was never trained: galleries of
    /// similar classes are harder, and a worse embedding loses more there. See ``gain()`` for what shift costs a model.
    public func lead(gallery: GalleryKind = .full, direction: DirectionOrMean = .mean) -> [RetrievalMetric: Estimate]? {
        guard let model = scores(of: .model, gallery: gallery)?[direction],
            let backbone = scores(of: .backbone, gallery: gallery)?[direction]
        else { return nil }
        var leads: [RetrievalMetric: Estimate] = [:]
        for metric in model.scores.metrics {
            if let a = backbone.estimates[metric], let b = model.estimates[metric] { leads[metric] = b - a }
        }
        return leads
    }

    /// The level's position on an axis, if it has one.
    public func shift(_ axis: ShiftAxis) -> Double? {
        switch axis {
        case .fid: fid
        case .excess: excess
        case .order: axisValue
        }
    }
}

extension LevelEvaluation: Codable {
    /// Reads a level and recomputes the means of the directions.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        origin = try container.decode(String.self, forKey: .origin)
        step = try container.decode(Int.self, in: NumberRange.count, forKey: .step)
        fid = try container.decode(Double.self, in: NumberRange.distance, forKey: .fid)
        excess = try container.decodeIfPresent(Double.self, in: NumberRange.signed, forKey: .excess)
        axisValue = try container.decodeIfPresent(Double.self, in: NumberRange.signed, forKey: .axisValue)
        scores = try container.decode([GalleryKind: [Subject: TaskScoresOfDirections]].self, forKey: .scores)
            .mapValues { $0.mapValues(\.scores) }
        fewShot = try container.decodeIfPresent(Directions<FewShotScores>.self, forKey: .fewShot)
        for scores in [fewShot?.forward, fewShot?.reverse, fewShot?.mean].compactMap(\.self) {
            try scores.requirePlausibleValues(
                placeText(decoder.codingPath + [CodingKeys.fewShot]))
        }
    }

    /// Writes the level; its scores are `scores[gallery][subject][direction][metric]`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(origin, forKey: .origin)
        try container.encode(step, forKey: .step)
        try container.encode(fid, forKey: .fid)
        try container.encodeIfPresent(excess, forKey: .excess)
        try container.encodeIfPresent(axisValue, forKey: .axisValue)
        try container.encode(scores.mapValues { $0.mapValues(TaskScoresOfDirections.init) }, forKey: .scores)
        try container.encodeIfPresent(fewShot, forKey: .fewShot)
    }
}

/// The scores of a level's directions in a file; the mean is written for human readers, without the error
/// contributions, which follow from the directions, unless it is all there is, as in the catalogue.
private struct TaskScoresOfDirections: Codable {
    let scores: Directions<TaskScores>

    init(_ scores: Directions<TaskScores>) {
        self.scores = scores
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: DirectionOrMean.self)
        let forward = try container.decodeIfPresent(TaskScores.self, forKey: .forward)
        let reverse = try container.decodeIfPresent(TaskScores.self, forKey: .reverse)
        try requireOneGrouping(of: [forward, reverse].compactMap(\.self), decoder.codingPath)
        scores =
            if let scores = Directions(forward: forward, reverse: reverse, average: TaskScores.mean(ofTasks:)) {
                scores
            } else {
                Directions(forward: nil, reverse: nil, mean: try container.decode(TaskScores.self, forKey: .mean))
            }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: DirectionOrMean.self)
        try container.encodeIfPresent(scores.forward, forKey: .forward)
        try container.encodeIfPresent(scores.reverse, forKey: .reverse)
        let mean = container.superEncoder(forKey: .mean)
        if scores.forward == nil && scores.reverse == nil {
            try scores.mean.encode(to: mean)
        } else {
            try scores.mean.encodeSummary(to: mean)
        }
    }
}

extension DirectionOrMean: CodingKey {}

/// Refuses errors over different numbers of groups, which do not add.
///
/// - Throws: ``/Files/ImplausibleValue``.
func requireOneGrouping(of scores: [TaskScores], _ path: [any CodingKey]) throws {
    let counts = Set(scores.flatMap(\.groupCounts)).sorted { $0.lexicographicallyPrecedes($1) }
    guard counts.count > 1 else { return }
    func words(_ counts: [Int]) -> String { "\(counts[0]) contributions and \(counts[1]) of pairs" }
    throw ImplausibleValue(
        path, found: "of errors with \(words(counts[0])) and with \(words(counts[1]))",
        expected: "the same groups of classes in all errors")
}

extension Subject: Portable {}
extension GalleryKind: Portable {}

extension TaskEvaluation: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(scores, episodes) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(scores: try bytes.get(), episodes: try bytes.get())
    }
}
