internal import DenseLinearAlgebra
public import Retrieval
internal import Statistics

/// Several models along the same levels: their curves, the differences between them, and who leads where.
///
/// All errors are those of the results, over classes. Since all results share the same groups of classes, differences
/// are paired: class difficulty that both models share cancels. Variation between training runs is separate. Several
/// runs of a model enter as their mean, and the interval over runs is reported beside the one over classes.
///
/// How a difference changes along the levels (``Pair/trend``) says something of shift only in the ``Catalogue``: elsewhere
/// galleries are harder at hard levels, and a worse model loses more there, also one that was never trained.
///
/// ```swift
/// let comparison = try ModelComparison([
///     .init(name: "margin", runs: [margin]), .init(name: "triplet", runs: [triplet]),
/// ])
/// for model in comparison.models { print(model.name, model.ranks, model.ags?.value ?? 0) }
/// for pair in comparison.pairs {
///     print("the first leads by", pair.ags?.value ?? 0, "with p =", pair.agsAdjustedP ?? 1)
/// }
/// ```
public struct ModelComparison: Sendable, Equatable {
    /// The metric that models are compared by.
    public let metric: RetrievalMetric
    /// In which gallery.
    public let gallery: GalleryKind
    /// In which direction.
    public let direction: DirectionOrMean
    /// Over which measure of shift.
    public let axis: ShiftAxis
    /// What the levels follow, if ``axis`` is the order of ordered splits; nil otherwise.
    public let order: LevelOrder?
    /// The dataset's name.
    public let dataset: String
    /// What was scored, as ``EvaluationSettings/split``.
    public let split: String
    /// How errors were estimated.
    public let confidence: ConfidenceMethod
    /// The levels by increasing shift.
    public let levels: [Level]
    /// The models, in the order given.
    public let models: [Model]
    /// Every pair of models, each pair in the given order.
    public let pairs: [Pair]

    /// A level of the comparison.
    public struct Level: Sendable, Equatable, Codable {
        /// Its id.
        public let id: String
        /// Its position on the axis.
        public let shift: Double
        /// The squared Fréchet distance between its sides, where the axis is the order of ordered splits; nil otherwise.
        public let fid: Double?
    }

    /// The values of one model.
    public struct Model: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Whose scores these are.
        public let subject: Subject
        /// The names of the training runs; runs without a name are left out.
        public let runs: [String]
        /// The mean over runs at each level.
        public let curve: DifficultyCurve
        /// The area under the curve; nil if all levels have the same shift.
        public let ags: Estimate?
        /// The AGS over runs; nil for a single run, or if all levels have the same shift.
        public let agsOverRuns: StudentInterval?
        /// The values over runs at each level; empty for a single run.
        public let valuesOverRuns: [StudentInterval]
        /// The value at each level minus the mean over all models at that level.
        public let changes: [Estimate]
        /// The slope of the least-squares line of the changes over the scaled shift, as ``DifficultyCurve/slope``.
        public var changeSlope: Estimate? { changeTrend?.change }
        /// The slope with its error over levels as well; nil if all levels have the same shift.
        public let changeTrend: Trend?
        /// The rank among all models at each level, where 1 is the highest value; equal values share the better rank.
        public let ranks: [Int]
        /// The value less that of the frozen features at each level, the mean over runs; empty outside the catalogue, and for
        /// models that were not scored beside them.
        public let gains: [Estimate]
        /// How heads were trained, by their first run; nil for other models.
        public let training: HeadTrainingRecord?

        /// The mean of the gains over the levels; nil without gains.
        public var meanGain: Estimate? { gains.isEmpty ? nil : .mean(of: gains) }
        /// How many places lie between its best and its worst rank.
        public var placesMoved: Int { (ranks.max() ?? 0) - (ranks.min() ?? 0) }
    }

    /// The first model of a pair minus the second.
    public struct Pair: Sendable, Equatable {
        /// The position of the first model in ``ModelComparison/models``.
        public let first: Int
        /// The position of the second model.
        public let second: Int
        /// The difference between their areas.
        public let ags: Estimate?
        /// The p-value of that difference, adjusted by Holm's method over all pairs.
        public let agsAdjustedP: Double?
        /// The difference at each level.
        public let differences: [Estimate]
        /// Their p-values, adjusted by Holm's method over all pairs and levels.
        public let adjustedPs: [Double?]
        /// How the difference changes from the easiest to the hardest level; nil if all levels have the same shift.
        public let trend: Trend?
        /// The p-value of that change, adjusted by Holm's method over all pairs.
        public let trendAdjustedP: Double?
        /// The levels at which the lead changes hands: the second is ahead and the first was at the previous level, or
        /// vice versa.
        public let crossings: [Int]
    }

    /// A model as it enters a comparison.
    public struct Entry: Sendable {
        /// Its name.
        public let name: String
        /// The results of its training runs, one or several.
        public let runs: [EvaluationResults]
        /// The subject whose scores are compared.
        public let subject: Subject

        /// Names a model.
        public init(name: String, runs: [EvaluationResults], subject: Subject = .model) {
            self.name = name
            self.runs = runs
            self.subject = subject
        }
    }

    /// Compares models.
    ///
    /// - Parameters:
    ///   - models: what to compare.
    ///   - metric: the metric to compare by.
    ///   - gallery: in which gallery.
    ///   - direction: in which direction; the catalogue has only the mean.
    ///   - axis: over which measure of shift; nil for the ``EvaluationResults/mainAxis`` of the first.
    /// - Throws: ``EvaluationError/incomparable(name:found:expected:)`` if results have other levels, another split or
    ///   other groups than the first, or lack the metric.
    /// - Precondition: there is at least one model, and each has at least one run.
    public init(
        _ models: [Entry], metric: RetrievalMetric = .recall(1), gallery: GalleryKind = .full,
        direction: DirectionOrMean = .mean, over given: ShiftAxis? = nil
    ) throws {
        guard let first = models.first?.runs.first, models.allSatisfy({ !$0.runs.isEmpty }) else {
            preconditionFailure("a comparison needs a model, and each model a run")
        }
        let axis = given ?? first.mainAxis
        let curves = try models.map { model in
            let key = EvaluationResults.CurveKey(model.subject, gallery: gallery, direction: direction, over: axis)
            return try model.runs.map { run in
                try run.requireComparability(with: first, in: gallery, direction, over: given, name: model.name)
                guard let curve = run.completeCurve(of: metric, key), !curve.points.isEmpty else {
                    throw EvaluationError.incomparable(
                        name: model.name,
                        found:
                            "a level without \(metric.title) of the \(model.subject.rawValue) (\(direction.rawValue), "
                            + "\(gallery.rawValue) gallery, over \(axis.rawValue))", expected: "it at every level")
                }
                return curve
            }
        }
        self.metric = metric
        self.gallery = gallery
        self.direction = direction
        self.axis = axis
        order = axis == .order ? first.order : nil
        dataset = first.dataset
        split = first.settings.split
        confidence = first.settings.confidence
        let distances = Dictionary(first.levels.map { ($0.id, $0.fid) }) { first, _ in first }
        levels = curves[0][0].points.map {
            Level(id: $0.level, shift: $0.shift, fid: axis == .order ? distances[$0.level] : nil)
        }
        let means = curves.map { DifficultyCurve(meanOf: $0) }
        let overall = DifficultyCurve(meanOf: means)
        let ranks = levels.indices.map { level in
            let values = means.map { $0.points[level].estimate.value }
            return values.map { value in 1 + values.count { $0 > value } }
        }
        let levels = levels
        self.models = models.indices.map { m in
            let changes = zip(means[m].points, overall.points).map { $0.estimate - $1.estimate }
            let changeCurve = DifficultyCurve(
                points: zip(overall.points, changes).map { .init(level: $0.level, shift: $0.shift, estimate: $1) })
            let areas = curves[m].compactMap { $0.aggregatedGeneralizationScore?.value }
            return Model(
                name: models[m].name, subject: models[m].subject, runs: models[m].runs.compactMap(\.seed),
                curve: means[m],
                ags: means[m].aggregatedGeneralizationScore,
                agsOverRuns: areas.count > 1 ? StudentInterval(over: areas) : nil,
                valuesOverRuns: curves[m].count < 2
                    ? []
                    : levels.indices.map { level in
                        StudentInterval(over: curves[m].map { $0.points[level].estimate.value })
                    },
                changes: changes, changeTrend: changeCurve.trend, ranks: ranks.map { $0[m] },
                gains: gallery == .catalogue && direction == .mean ? models[m].gains(of: metric, at: levels) : [],
                training: models[m].subject == .model ? models[m].runs[0].provenance?.training : nil)
        }
        pairs = Self.pairs(of: means)
    }

    private static func pairs(of curves: [DifficultyCurve]) -> [Pair] {
        let positions = curves.indices.flatMap { a in curves.indices.filter { $0 > a }.map { (a, $0) } }
        let areas = positions.map { a, b in
            curves[a].aggregatedGeneralizationScore.flatMap { first in
                curves[b].aggregatedGeneralizationScore.map { first - $0 }
            }
        }
        let differences = positions.map { a, b in
            zip(curves[a].points, curves[b].points).map { $0.estimate - $1.estimate }
        }
        let trends = zip(positions, differences).map { position, differences in
            DifficultyCurve(
                points: zip(curves[position.0].points, differences).map {
                    .init(level: $0.level, shift: $0.shift, estimate: $1)
                }
            ).trend
        }
        let areaPs = adjusted(areas.map { $0?.pValue })
        let trendPs = adjusted(trends.map { $0?.pValue })
        let levelCount = curves.first?.points.count ?? 0
        let levelPs = adjusted(differences.flatMap { $0.map(\.pValue) })
        return positions.indices.map { pair in
            let signs = differences[pair].map { $0.value == 0 ? 0 : $0.value > 0 ? 1 : -1 }
            var crossings: [Int] = []
            var ahead = 0
            for (level, sign) in signs.enumerated() where sign != 0 {
                if sign == -ahead { crossings.append(level) }
                ahead = sign
            }
            return Pair(
                first: positions[pair].0, second: positions[pair].1, ags: areas[pair], agsAdjustedP: areaPs[pair],
                differences: differences[pair],
                adjustedPs: Array(levelPs[pair * levelCount..<(pair + 1) * levelCount]), trend: trends[pair],
                trendAdjustedP: trendPs[pair], crossings: crossings)
        }
    }

    /// Holm's adjustment of the p-values that are not nil.
    static func adjusted(_ values: [Double?]) -> [Double?] {
        var known = holmAdjusted(values.compactMap { $0 }).makeIterator()
        return values.map { $0 == nil ? nil : known.next() }
    }
}

extension ModelComparison.Entry {
    /// The mean over runs of the gains in the catalogue; empty where one is missing.
    fileprivate func gains(of metric: RetrievalMetric, at levels: [ModelComparison.Level]) -> [Estimate] {
        guard subject == .model else { return [] }
        let gains = levels.compactMap { level -> Estimate? in
            let own = runs.compactMap { run in run.levels.first { $0.id == level.id }?.gain()?[metric] }
            return own.count == runs.count ? .mean(of: own) : nil
        }
        return gains.count == levels.count ? gains : []
    }
}

extension DifficultyCurve {
    /// The mean of curves over the same levels.
    fileprivate init(meanOf curves: [DifficultyCurve]) {
        self.init(
            points: curves[0].points.indices.map { level in
                let points = curves.map { $0.points[level] }
                return Point(
                    level: points[0].level, shift: points[0].shift, estimate: .mean(of: points.map(\.estimate)))
            })
    }
}
