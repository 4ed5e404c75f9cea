public import Evaluation
import Retrieval
import Statistics

/// The numbers of classes on the two sides of a level.
public struct SideSizes: Sendable, Equatable {
    /// The number of classes on the train side.
    public let trainClassCount: Int
    /// The number of classes on the test side.
    public let testClassCount: Int

    /// Makes sizes from the two numbers.
    public init(trainClassCount: Int, testClassCount: Int) {
        self.trainClassCount = trainClassCount
        self.testClassCount = testClassCount
    }
}

/// The table of the scores in the catalogue, one line per level: what is searched is the whole dataset, and what is asked
/// the same at every level; nil if it was not searched.
///
/// The ± after a column is half the width of its 95 % interval. `frozen` are the frozen features, which are the same at
/// every level, and `gain` the model's lead over it, in the metric by which the cost of shift is judged. Columns without
/// any value are left out.
///
/// - Parameter sizes: the number of classes by level id; a level without one shows a dash.
public func catalogueTable(_ results: EvaluationResults, sizes: [String: SideSizes] = [:]) -> TextTable? {
    guard results.hasCatalogue, let metric = results.headlineMetric else { return nil }
    var columns = LevelColumns(LevelWords(results), sizes: sizes, originSpare: 7, sidesSpare: 6)
    func scores(_ level: LevelEvaluation, _ metric: RetrievalMetric, _ subject: Subject) -> Estimate? {
        level.scores(of: subject, gallery: .catalogue)?.mean.estimates[metric]
    }
    if metric != .recall(1) { columns.add("R@1", spare: 5) { scores($0, .recall(1), .model) } }
    columns.add("tricked", spare: 4) { scores($0, metric, .tricked) }
    columns.add(metric == .recall(1) ? "R@1" : metric.title, spare: 0, marginSpare: 2) { scores($0, metric, .model) }
    columns.add("frozen", spare: 3) { scores($0, metric, .backbone) }
    columns.add("gain", spare: 0, marginSpare: 1) { $0.gain()?[metric] }
    return columns.table(of: results.levels)
}

/// The columns of a table with a line for each level: what the level is, and estimates that belong to it.
private struct LevelColumns {
    private var columns: [(column: TextTable.Column, cell: (LevelEvaluation) -> String?)]

    /// - Parameters:
    ///   - originSpare: when the column of origins is left out on a narrow terminal; the highest goes first.
    ///   - sidesSpare: the same for the numbers of classes.
    init(_ words: LevelWords, sizes: [String: SideSizes], originSpare: Int, sidesSpare: Int) {
        columns = [
            (.init("level"), { $0.id }),
            (.init("origin", spareOrder: originSpare), { $0.origin }),
        ]
        if let title = words.column {
            columns.append((.init(title, alignment: .right), { $0.axisValue.map(words.place) }))
        }
        columns += [
            (.init("fid", alignment: .right), { distanceText($0.fid) }),
            (
                .init("train/test", alignment: .right, spareOrder: sidesSpare),
                { level in sizes[level.id].map { "\($0.trainClassCount)/\($0.testClassCount)" } }
            ),
        ]
    }

    /// Adds estimates, and their ± if `marginSpare` says when that is left out.
    mutating func add(
        _ title: String, spare: Int, marginSpare: Int? = nil, _ estimate: @escaping (LevelEvaluation) -> Estimate?
    ) {
        columns.append(
            (
                .init(title, alignment: .right, spareOrder: spare),
                { level in estimate(level).map { fixed($0.value, 3) } }
            ))
        guard let marginSpare else { return }
        columns.append(
            (
                .init("±", alignment: .right, name: "± of \(title)", spareOrder: marginSpare),
                { level in estimate(level)?.margin.map { fixed($0, 3) } }
            ))
    }

    /// The table of those columns in which any level has a value.
    func table(of levels: [LevelEvaluation]) -> TextTable {
        let shown = columns.filter { column in levels.contains { column.cell($0) != nil } }
        return TextTable(
            columns: shown.map(\.column), rows: levels.map { level in shown.map { $0.cell(level) ?? "–" } })
    }
}

/// One sentence about what shift costs a model, with its verdict and what it rests on, or nil if the catalogue was not
/// searched or the levels do not differ in distance.
public func costSentence(_ results: EvaluationResults) -> String? {
    guard let metric = results.headlineMetric, let cost = results.costOfShift(of: metric) else { return nil }
    let value = withMargin(cost.cost, 4)
    let gained = withMargin(.combination([(-1, cost.cost)]), 4)
    let rises = cost.cost.value < 0
    let words = LevelWords(results)
    let scatter = cost.trend.marginOverLevels.map { " (± \(fixed($0, 4)) by how the levels scatter)" } ?? ""
    let ends =
        cost.gains.flatMap { gains -> String? in
            guard let first = gains.first, let last = gains.last else { return nil }
            return "; its gain over the frozen features is \(fixed(first.value, 4)) at the \(words.first) and "
                + "\(fixed(last.value, 4)) at the \(words.last)"
        } ?? ""
    let change = words.ends
    switch cost.verdict {
    case .costs: return "Shift costs this model \(value)\(scatter) of \(metric.title) \(change)\(ends)."
    case .pays: return "This model gains \(gained)\(scatter) of \(metric.title) \(change)\(ends)."
    case .notShown: return "No cost of shift is shown: \(value)\(scatter) of \(metric.title) \(change)\(ends)."
    case .none:
        return "Whether shift costs this model something cannot be told from \(reason(cost, in: results)): "
            + "\(metric.title) \(rises ? "rises" : "falls") by \(rises ? gained : value) \(change)\(ends)."
    }
}

/// Why there is no verdict.
private func reason(_ cost: CostOfShift, in results: EvaluationResults) -> String {
    if results.settings.confidence.kind == .none { return "scores without errors" }
    if cost.trend.change.standardError == nil {
        let classes =
            results.settings.catalogue.map { " (\($0.queryClassCount) classes are asked at every level)" } ?? ""
        let families = results.settings.confidence.families
        let groups =
            families.map { $0.areWhole && $0.name != "group" }
                == true
            ? (families?.name == "superclass" ? "superclasses" : "values of \(families?.name ?? "")")
            : "groups of classes"
        return "fewer than \(TaskScorer.fewestGroups) \(groups)\(classes)"
    }
    return "\(cost.trend.levelCount) levels"
}

/// The table of the scores within the test classes, the protocol of the paper, one line per level, at most 120 columns wide for level ids of up to 20 cells.
///
/// R@1 is Recall@1, shown for both directions and their mean; the columns after it are means over the directions. The ±
/// after a column is half the width of its 95 % interval. `matched` is Recall@1 in galleries of equal size, `tricked`
/// is Recall@1 with the tricks that the settings name. Columns without any value are left out.
///
/// - Parameter sizes: the number of classes by level id; a level without one shows a dash.
public func levelTable(_ results: EvaluationResults, sizes: [String: SideSizes] = [:]) -> TextTable {
    var columns = LevelColumns(LevelWords(results), sizes: sizes, originSpare: 9, sidesSpare: 8)
    func scores(
        _ level: LevelEvaluation, _ metric: RetrievalMetric, _ subject: Subject = .model,
        _ gallery: GalleryKind = .full
    ) -> Estimate? {
        level.scores(of: subject, gallery: gallery)?.mean.estimates[metric]
    }
    let hasBoth = results.levels.contains {
        let scores = $0.scores(of: .model)
        return scores?.forward != nil && scores?.reverse != nil
    }
    if hasBoth {
        columns.add("fwd", spare: 11) { $0.scores(of: .model)?.forward?.estimates[.recall(1)] }
        columns.add("rev", spare: 11) { $0.scores(of: .model)?.reverse?.estimates[.recall(1)] }
    }
    columns.add("R@1", spare: 0, marginSpare: 2) { scores($0, .recall(1)) }
    columns.add("tricked", spare: 4) { scores($0, .recall(1), .tricked) }
    columns.add("matched", spare: 5) { scores($0, .recall(1), .model, .matched) }
    columns.add("MAP@R", spare: 6, marginSpare: 12) { scores($0, .averagePrecisionAtR) }
    columns.add("backbone", spare: 7) { scores($0, .recall(1), .backbone) }
    columns.add("lead", spare: 3, marginSpare: 10) { $0.lead()?[.recall(1)] }
    return columns.table(of: results.levels)
}

/// The table of summaries over the levels, one line per subject, gallery and axis: the AGS of Recall@1 and MAP@R, and
/// for Recall@1 the slope, the worst level and the rank correlation with the shift.
///
/// - Parameter isWhole: whether to show every gallery and axis; otherwise there is one line a subject, over what the levels
///   stand by, among all or, without a catalogue, within the test classes.
public func curveTable(_ results: EvaluationResults, isWhole: Bool = true) -> TextTable {
    let headline: GalleryKind = results.hasCatalogue ? .catalogue : .full
    let axes = [results.mainAxis] + ShiftAxis.allCases.filter { $0 != results.mainAxis }
    var rows: [[String]] = []
    func cells(_ estimate: Estimate?) -> [String] {
        [estimate.map { fixed($0.value, 4) } ?? "–", estimate?.margin.map { fixed($0, 4) } ?? "–"]
    }
    for subject in Subject.allCases {
        for gallery in isWhole ? GalleryKind.allCases : [headline] {
            for axis in isWhole ? axes : [results.mainAxis] {
                let key = EvaluationResults.CurveKey(subject, gallery: gallery, over: axis)
                guard let curve = results.completeCurve(of: .recall(1), key),
                    let area = curve.aggregatedGeneralizationScore
                else { continue }
                let other = results.completeCurve(of: .averagePrecisionAtR, key)?.aggregatedGeneralizationScore
                let worst = curve.worst.map { "\(fixed($0.estimate.value, 3)) (\($0.level))" } ?? "–"
                rows.append(
                    [subject.rawValue, gallery.rawValue, LevelWords(axis, results.order).name] + cells(area)
                        + cells(other)
                        + cells(curve.slope) + [worst, curve.rankCorrelation.map { fixed($0, 2) } ?? "–"])
            }
        }
    }
    return TextTable(
        columns: [
            .init("subject"), .init("gallery"), .init("over"), .init("AGS R@1", alignment: .right),
            .init("±", alignment: .right, name: "± of AGS R@1", spareOrder: 1),
            .init("AGS MAP@R", alignment: .right, spareOrder: 5),
            .init("±", alignment: .right, name: "± of AGS MAP@R", spareOrder: 6),
            .init("slope", alignment: .right, spareOrder: 3),
            .init("±", alignment: .right, name: "± of slope", spareOrder: 7),
            .init("worst R@1", alignment: .right, spareOrder: 2), .init("Spearman", alignment: .right, spareOrder: 4),
        ], rows: rows)
}

/// The table of several models, one line each: the scores among all classes at the easiest and the hardest level, what they
/// gain over the backbone there, and what becomes of the gain.
///
/// Without a catalogue the scores are those within the test classes. Columns without any value are left out.
public func subjectTable(_ all: [EvaluationResults]) -> TextTable {
    let hasCatalogue = all.allSatisfy(\.hasCatalogue)
    let metric = all.first?.headlineMetric ?? .averagePrecisionAtR
    let words = all.first.map { LevelWords($0) } ?? LevelWords(.fid, nil)
    func cells(_ estimate: Estimate?) -> [String] {
        [estimate.map { fixed($0.value, 3) } ?? "–", estimate?.margin.map { fixed($0, 3) } ?? "–"]
    }
    let gains = all.map { results in results.levels.map { $0.gain()?[metric] } }
    let hasGains = hasCatalogue && gains.contains { $0.contains { $0 != nil } }
    let rows = all.enumerated().map { number, results in
        let curve = results.curve(of: metric, .init(gallery: hasCatalogue ? .catalogue : .full)).points.map(\.estimate)
        var row = [results.title] + cells(curve.first) + cells(curve.last)
        guard hasGains else { return row }
        row += cells(gains[number].first ?? nil) + cells(gains[number].last ?? nil)
        return row + [results.costOfShift(of: metric).map(fateInWords) ?? "–"]
    }
    func pair(_ title: String, spare: Int = 0) -> [TextTable.Column] {
        [
            .init(title, alignment: .right, spareOrder: spare),
            .init("±", alignment: .right, name: "± of \(title)", spareOrder: spare + 4),
        ]
    }
    return TextTable(
        columns: [.init("model")] + pair("\(metric.title) \(words.first)", spare: 3) + pair(words.last, spare: 2)
            + (hasGains ? pair("gain \(words.first)") + pair("gain \(words.last)") + [.init("the gain")] : []),
        rows: rows)
}

/// What becomes of a gain along the levels, in a word.
private func fateInWords(_ cost: CostOfShift) -> String {
    switch cost.verdict {
    case .costs: "fades"
    case .pays: "grows"
    case .notShown: "no change shown"
    case .none: "–"
    }
}

/// The table of the few-shot evaluation, one line per level: scores of the same queries before and after adaptation,
/// and the gain with half the width of its interval over episodes; nil if there is no such evaluation.
public func fewShotTable(_ results: EvaluationResults) -> TextTable? {
    let levels = results.levels.compactMap { level in level.fewShot.map { (level, $0.mean) } }
    guard let shots = levels.first?.1.shots else { return nil }
    let shown: [RetrievalMetric] = [.recall(1), .averagePrecisionAtR]
    let words = LevelWords(results)
    let places: [TextTable.Column] = words.column.map { [.init($0, alignment: .right)] } ?? []
    let scored = shown.enumerated().flatMap { number, metric in
        [
            (metric.title, metric.title, 2), ("\(shots) shots", "\(metric.title) at \(shots) shots", 1),
            ("gain", "gain in \(metric.title)", 0), ("±", "± of the gain in \(metric.title)", 3),
        ].map { title, name, order in
            TextTable.Column(title, alignment: .right, name: name, spareOrder: number == 0 ? order : order + 5)
        }
    }
    let distance: [TextTable.Column] = [
        .init("fid", alignment: .right), .init("queries", alignment: .right, spareOrder: 4),
    ]
    return TextTable(
        columns: [.init("level")] + places + distance + scored,
        rows: levels.map { level, scores in
            let place = words.column == nil ? [] : [level.axisValue.map(words.place) ?? "–"]
            let metrics = shown.flatMap { metric -> [String] in
                let means = [scores.baseline[metric]?.mean, scores.adapted[metric]?.mean]
                let gain = [scores.gain[metric]?.mean, scores.gain[metric]?.margin]
                return means.map { $0.map { fixed($0, 3) } ?? "–" } + gain.map { $0.map { fixed($0, 4) } ?? "–" }
            }
            return [level.id] + place + [distanceText(level.fid), fixed(scores.queryCount, 0)] + metrics
        })
}
