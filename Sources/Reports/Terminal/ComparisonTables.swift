public import Evaluation
public import Files
import Retrieval
import Statistics

/// The table of a comparison's models, one line per model: AGS with half the widths of its intervals over classes and
/// over runs, the values at the levels, and, of several models, the resulting ranks.
///
/// - Parameter within: the same models within the test classes, whose AGS, that of the paper, gets a column.
public func modelTable(_ comparison: ModelComparison, within: ModelComparison? = nil) -> TextTable {
    let areas = within.map { within in
        Dictionary(within.models.map { ($0.name, $0.ags) }, uniquingKeysWith: { first, _ in first })
    }
    let hasRuns = comparison.models.contains { $0.agsOverRuns != nil }
    let isOfSeveral = comparison.models.count > 1
    let columns: [TextTable.Column] =
        [TextTable.Column("model")] + (hasRuns ? [.init("runs", alignment: .right, spareOrder: 7)] : [])
        + [.init("AGS", alignment: .right), .init("±", alignment: .right, name: "± of AGS", spareOrder: 2)]
        + (hasRuns ? [.init("± runs", alignment: .right, spareOrder: 4)] : [])
        + (areas == nil ? [] : [.init("paper's AGS", alignment: .right, spareOrder: 6)])
        + levelColumns(comparison)
        + (isOfSeveral
            ? [.init("ranks", spareOrder: 11), .init("places moved", alignment: .right, spareOrder: 12)] : [])
    return TextTable(
        columns: columns,
        rows: comparison.models.map { model in
            var row = [model.name] + (hasRuns ? ["\(max(model.runs.count, 1))"] : [])
            row += [model.ags.map { fixed($0.value, 4) } ?? "–", margin(model.ags, 4)]
            if hasRuns { row.append((model.agsOverRuns?.margin).map { fixed($0, 4) } ?? "–") }
            if let areas { row.append((areas[model.name] ?? nil).map { fixed($0.value, 4) } ?? "–") }
            row += model.curve.points.map { fixed($0.estimate.value, 3) }
            if isOfSeveral { row += [model.ranks.map(String.init).joined(separator: " "), "\(model.placesMoved)"] }
            return row
        })
}

/// The table of the models' gains over the frozen features, one line per model that was scored beside them: the gain at each
/// level, with half the widths of the intervals of the first and the last, and the mean; nil without such a model.
public func gainTable(_ comparison: ModelComparison) -> TextTable? {
    let models = comparison.models.filter { !$0.gains.isEmpty }
    guard !models.isEmpty else { return nil }
    let levels = levelColumns(comparison)
    let (first, last) = (comparison.levels.first?.id ?? "first", comparison.levels.last?.id ?? "last")
    return TextTable(
        columns: [.init("gain in \(comparison.metric.title)")] + levels
            + [
                .init("± \(first)", alignment: .right, spareOrder: 4),
                .init("± \(last)", alignment: .right, spareOrder: 4),
                .init("mean", alignment: .right),
                .init("±", alignment: .right, name: "± of mean gain", spareOrder: 3),
            ],
        rows: models.map { model in
            [model.name] + model.gains.map { signed($0.value, 3) }
                + [
                    margin(model.gains.first, 3), margin(model.gains.last, 3),
                    model.meanGain.map { signed($0.value, 3) } ?? "–", margin(model.meanGain, 3),
                ]
        })
}

/// The table of what a search for parameters changed, one line per objective and parameter: the value as given and the one
/// chosen, and the mean MAP@R over the validation folds with either; nil if nothing was searched for.
public func tuningTable(_ comparison: ModelComparison) -> TextTable? {
    var rows: [[String]] = []
    for model in comparison.models {
        for objective in model.training?.objectives ?? [] {
            guard let tuning = objective.tuning else { continue }
            func score(_ setting: HeadTrainingRecord.Setting) -> String {
                setting.score.map { fixed($0, 4) } ?? "diverged"
            }
            let given = tuning.given.values
            let chosen = Dictionary(tuning.chosen.values.map { ($0.name, $0.value) }) { first, _ in first }
            let parameters = given.map { [$0.name, $0.value, chosen[$0.name] ?? "–"] }
            for (number, parameter) in (parameters.isEmpty ? [["–", "–", "–"]] : parameters).enumerated() {
                let isFirst = number == 0
                rows.append(
                    [isFirst ? model.name : "", isFirst ? objective.name : ""] + parameter
                        + (isFirst
                            ? [score(tuning.given), score(tuning.chosen), "\(tuning.trialCount)"] : ["", "", ""]))
            }
        }
    }
    guard !rows.isEmpty else { return nil }
    return TextTable(
        columns: [
            .init("tuned"), .init("objective", spareOrder: 3), .init("parameter"), .init("as given", alignment: .right),
            .init("chosen", alignment: .right),
            .init("MAP@R", alignment: .right, name: "MAP@R as given", spareOrder: 1),
            .init("chosen's", alignment: .right, name: "chosen's MAP@R", spareOrder: 1),
            .init("trials", alignment: .right, spareOrder: 2),
        ], rows: rows)
}

/// The table of the models' changes against their mean, one line per model: the change at each level, and the slope of
/// the fitted line with half the widths of its intervals over classes and by the scatter of the levels.
public func changeTable(_ comparison: ModelComparison) -> TextTable {
    TextTable(
        columns: [.init("against the mean")] + levelColumns(comparison)
            + [
                .init("slope", alignment: .right), .init("±", alignment: .right, name: "± of slope", spareOrder: 2),
                .init("± levels", alignment: .right, spareOrder: 3),
            ],
        rows: comparison.models.map { model in
            [model.name] + model.changes.map { signed($0.value, 3) }
                + [
                    model.changeSlope.map { signed($0.value, 4) } ?? "–", margin(model.changeSlope, 4),
                    (model.changeTrend?.marginOverLevels).map { fixed($0, 4) } ?? "–",
                ]
        })
}

/// A sentence for each pair of models of which one is shown to lose more along the levels than the other; one sentence if
/// there is no such pair, and none outside the catalogue, where a model that was never trained would lose too.
public func changeSentences(_ comparison: ModelComparison) -> [String] {
    guard comparison.gallery == .catalogue, !comparison.pairs.isEmpty else { return [] }
    let sentences = comparison.pairs.compactMap { pair -> String? in
        guard let sign = pair.shownSign, sign != 0, let trend = pair.trend else { return nil }
        let (first, second) = (comparison.models[pair.first].name, comparison.models[pair.second].name)
        let (loser, other) = sign > 0 ? (second, first) : (first, second)
        let p = pair.trendAdjustedP.map { $0 < 0.0005 ? "< 0.001" : "= \(fixed($0, 3))" } ?? ""
        return "Shift costs \(loser) more than \(other): by \(fixed(abs(trend.change.value), 4)) ± "
            + "\(margin(trend.change, 4)) of \(comparison.metric.title) \(LevelWords(comparison).ends), p (Holm) \(p)."
    }
    guard sentences.isEmpty else { return sentences }
    return [
        comparison.pairs.allSatisfy { $0.shownSign == nil }
            ? comparison.confidence.kind == .none
                ? "Whether shift costs one model more than another cannot be told without errors (--confidence none)."
                : "Whether shift costs one model more than another cannot be told from so few classes or levels."
            : "It is not shown that shift costs one model more than another."
    ]
}

/// The table of the paired differences, one line per pair: the difference in AGS, and the levels at which the two
/// models differ significantly.
public func pairTable(_ comparison: ModelComparison) -> TextTable {
    func p(_ value: Double?) -> String { value.map { $0 < 0.0005 ? "< 0.001" : fixed($0, 3) } ?? "–" }
    func names(_ positions: [Int]) -> String {
        positions.isEmpty ? "–" : positions.map { comparison.levels[$0].id }.joined(separator: " ")
    }
    return TextTable(
        columns: [
            .init("pair"), .init("AGS difference", alignment: .right),
            .init("±", alignment: .right, name: "± of AGS difference", spareOrder: 2),
            .init("p", alignment: .right, spareOrder: 5), .init("p (Holm)", alignment: .right),
            .init("levels with p (Holm) ≤ 0.05", spareOrder: 3), .init("who is ahead changes at", spareOrder: 4),
        ],
        rows: comparison.pairs.map { pair in
            [
                "\(comparison.models[pair.first].name) − \(comparison.models[pair.second].name)",
                pair.ags.map { signed($0.value, 4) } ?? "–", margin(pair.ags, 4), p(pair.ags?.pValue),
                p(pair.agsAdjustedP), names(pair.adjustedPs.indices.filter { (pair.adjustedPs[$0] ?? 1) <= 0.05 }),
                names(pair.crossings),
            ]
        },
        significant: Set(
            comparison.pairs.enumerated().compactMap { number, pair in
                (pair.agsAdjustedP ?? 1) <= 0.05 ? TextTable.Place(row: number, column: 4) : nil
            }))
}

/// A comparison in long form, one row per model and level: `comparison.csv`; over the order of ordered splits it has the distance
/// too, as `fid`.
public func comparisonTable(_ comparison: ModelComparison) -> CSVTable {
    func text(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    return CSVTable(
        columns: [
            "model", "level", "shift", "metric", "value", "low", "high", "low_over_runs", "high_over_runs", "rank",
            "change_against_mean", "change_low", "change_high", "gain", "gain_low", "gain_high",
        ] + (comparison.order == nil ? [] : ["fid"]),
        rows: comparison.models.flatMap { model in
            comparison.levels.enumerated().map { position, level in
                let estimate = model.curve.points[position].estimate
                let change = model.changes[position]
                let runs = model.valuesOverRuns.indices.contains(position) ? model.valuesOverRuns[position] : nil
                let gain = model.gains.indices.contains(position) ? model.gains[position] : nil
                return [
                    model.name, level.id, "\(level.shift)", comparison.metric.name, "\(estimate.value)",
                    text(estimate.interval?.low), text(estimate.interval?.high), text(runs?.low), text(runs?.high),
                    "\(model.ranks[position])", "\(change.value)", text(change.interval?.low),
                    text(change.interval?.high), text(gain?.value), text(gain?.interval?.low),
                    text(gain?.interval?.high),
                ] + (comparison.order == nil ? [] : [text(level.fid)])
            }
        })
}

/// One column per level: when room is short, the first and the last stay longest, and every other one of the rest goes
/// first.
private func levelColumns(_ comparison: ModelComparison) -> [TextTable.Column] {
    comparison.levels.enumerated().map { number, level in
        let isEnd = number == 0 || number == comparison.levels.count - 1
        return .init(
            level.id, alignment: .right, spareOrder: isEnd ? 1 : number % 2 == 1 ? 10 : number % 4 == 2 ? 9 : 8)
    }
}

private func margin(_ estimate: Estimate?, _ decimals: Int) -> String {
    estimate?.margin.map { fixed($0, decimals) } ?? "–"
}
