public import Datasets
public import Evaluation
internal import Files
internal import Foundation
public import Retrieval
internal import Splits

/// How success of a model along splits depends on how far the test classes are from the training classes
/// (``/Evaluation/NoveltyCurve``).
public struct NoveltyOfResults: Sendable {
    /// Whose success.
    public enum Subject: String, Sendable, Hashable, Codable, CaseIterable {
        /// The model.
        case model
        /// The frozen backbone beside it, which was trained on no level.
        case backbone
        /// The model less the backbone.
        case lead
    }

    /// A class at a level in one of the training runs.
    public struct Row: Sendable, Equatable {
        /// The place of the level.
        public let level: Int
        /// The class's number.
        public let classNumber: Int
        /// Whether its side was the test side, or the training side of the level.
        public let direction: Direction
        /// The number of queries, over all runs.
        public let queryCount: Int
        /// The mean of the scores over these; nil if unknown.
        public let scores: [Subject: Double]
    }

    /// What the model is called.
    public let name: String
    /// The score.
    public let metric: RetrievalMetric
    /// How many training runs there are.
    public let runCount: Int
    /// The classes at all levels, the mean over runs of each.
    public let rows: [Row]
    /// What the jackknife leaves out together, as `superclass`; nil for single classes.
    public let grouping: String?
    private let curves: [[Subject: NoveltyCurve]]

    /// Reads the scores of each class, and fits their curves over the novelty by each of an axis's embeddings.
    ///
    /// - Parameter metric: one of `ClassScores.metrics`.
    /// - Throws: ``/Files/FileError`` for results of other splits, of a fold, or without scores of classes.
    public init(
        in folder: ResultsFolder, name: String, along axis: SplitAxis, metric: RetrievalMetric = .averagePrecisionAtR
    ) throws {
        guard let place = ClassScores.metrics.firstIndex(of: metric) else {
            preconditionFailure("\(metric.name) is not reported for classes")
        }
        self.name = name
        self.metric = metric
        let runs = try folder.classScoresOfRuns()
        runCount = runs.count
        let dataset = axis.dataset
        let levels = Dictionary(axis.manifest.levels.map { ($0.id, $0.fid) }, uniquingKeysWith: { first, _ in first })
        for run in runs {
            do {
                try run.results.requireLevels(levels, of: axis.manifest.dataset.name, name: name)
            } catch EvaluationError.incomparable(_, let found, let expected) {
                throw FileError.malformed(path: folder.url.path, found: found, expected: expected)
            }
            guard !run.classes.isEmpty else {
                throw FileError.malformed(
                    path: folder.url.path, found: "no \(ResultsFolder.Name.classes) with scores of classes",
                    expected: "results as oodml evaluate writes them")
            }
        }
        let rows = try Self.rows(of: runs.map(\.classes), metric: place, along: axis, path: folder.url.path)
        self.rows = rows
        let tasks = axis.manifest.levels.indices.flatMap { number in
            Set(rows.filter { $0.level == number }.map(\.direction))
                .map { direction in
                    axis.manifest.levels[number].classes(on: direction.testSide)
                        .compactMap { dataset.number(ofClass: $0) }
                }
        }
        let groups = try JackknifeGroups(
            .classJackknife(), of: dataset, unit: axis.manifest.settings.unit, tasks: tasks)
        var groupOfClass = Array(dataset.classLabels.indices)
        for (number, family) in (groups.families ?? []).enumerated() {
            for classNumber in family { groupOfClass[classNumber] = number }
        }
        grouping = groups.families == nil ? nil : groups.confidence.families?.name
        curves = axis.embeddings.map { embeddings in
            var found: [Subject: NoveltyCurve] = [:]
            for subject in Subject.allCases {
                found[subject] = NoveltyCurve(
                    rows.compactMap { row in
                        guard let score = row.scores[subject],
                            let novelty = embeddings.measurements.novelty(ofClass: row.classNumber, level: row.level)
                        else { return nil }
                        return NoveltyCurve.Observation(
                            classNumber: row.classNumber, group: groupOfClass[row.classNumber],
                            novelty: novelty.relative,
                            weight: Double(row.queryCount), score: score)
                    })
            }
            return found
        }
    }

    /// The curve over the novelty by the embeddings of a number; nil without scores, or where all novelties are equal.
    public func curve(of subject: Subject, by embeddings: Int) -> NoveltyCurve? { curves[embeddings][subject] }

    private struct Key: Hashable {
        let level: Int
        let classNumber: Int
    }

    /// The mean over runs of each class at each level.
    private static func rows(
        of runs: [[ClassScores]], metric: Int, along axis: SplitAxis, path: String
    ) throws -> [Row] {
        let levels = axis.manifest.levels
        let places = Dictionary(levels.indices.map { (levels[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        let sides = try levels.map { level in
            var sides: [Int: Side] = [:]
            for side in Side.allCases {
                for number in try level.numbers(ofClasses: level.classes(on: side), in: axis.dataset) {
                    sides[number] = side
                }
            }
            return sides
        }
        var found: [Key: [ClassScores]] = [:]
        for row in runs.joined() where row.queryCount > 0 {
            guard let level = places[row.level], let number = axis.dataset.number(ofClass: row.classLabel),
                sides[level][number] == row.direction.testSide
            else {
                throw FileError.malformed(
                    path: path,
                    found: "scores of the class \"\(row.classLabel)\" at \(row.level), \(row.direction.rawValue)",
                    expected: "test classes of the levels of these splits, and not those of a fold")
            }
            found[Key(level: level, classNumber: number), default: []].append(row)
        }
        return found.keys.sorted { ($0.level, $0.classNumber) < ($1.level, $1.classNumber) }.map { key in
            let own = found[key] ?? []
            let count = own.reduce(0) { $0 + $1.queryCount }
            func mean(_ value: (ClassScores) -> Double?) -> Double? {
                let values = own.compactMap { row in value(row).map { Double(row.queryCount) * $0 } }
                return values.count == own.count ? values.reduce(0, +) / Double(count) : nil
            }
            let (model, backbone) = (mean { $0.model[metric] }, mean { $0.backbone[metric] })
            var scores: [Subject: Double] = [:]
            scores[.model] = model
            scores[.backbone] = backbone
            if let model, let backbone { scores[.lead] = model - backbone }
            return Row(
                level: key.level, classNumber: key.classNumber, direction: own[0].direction, queryCount: count,
                scores: scores)
        }
    }
}
