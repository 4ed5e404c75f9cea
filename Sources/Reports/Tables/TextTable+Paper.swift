public import Evaluation
internal import Files
internal import Retrieval
internal import Statistics

extension TextTable {
    /// The table as a tabular of LaTeX with the rules of the package booktabs.
    ///
    /// A column ± is joined to the one before it, `0.61 $\pm$ 0.02`. Every sign of a name that LaTeX would obey is escaped.
    public var latex: String {
        let table = joined
        let columns = table.columns.map { $0.alignment == .right ? "r" : "l" }.joined()
        func line(_ cells: [String]) -> String {
            // A row that begins with these would be taken for what may follow the end of a row.
            let first = cells.first.map { $0.begins(with: "[") || $0.begins(with: "*") ? "{}" : "" } ?? ""
            return first + cells.map { $0.escaped(for: .latex) }.joined(separator: " & ") + " \\\\\n"
        }
        return "\\begin{tabular}{\(columns)}\n\\toprule\n" + line(table.columns.map(\.title)) + "\\midrule\n"
            + table.rows.map(line).joined() + "\\bottomrule\n\\end{tabular}\n"
    }

    /// The table as one of Markdown, as GitHub reads it.
    ///
    /// A column ± is joined to the one before it. Every sign of a name that Markdown would obey is escaped.
    public var markdown: String {
        let table = joined
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.escaped(for: .markdown) }.joined(separator: " | ") + " |\n"
        }
        return line(table.columns.map(\.title))
            + "| " + table.columns.map { $0.alignment == .right ? "--:" : ":--" }.joined(separator: " | ") + " |\n"
            + table.rows.map(line).joined()
    }

    /// The table with every column ± joined to the one before it, and with true minus signs before numbers.
    private var joined: (columns: [Column], rows: [[String]]) {
        let kept = columns.indices.filter { $0 == 0 || columns[$0].title != "±" }
        func cell(_ row: [String], _ place: Int) -> String {
            // A name may begin with a hyphen, and stays as it is.
            let value =
                columns[place].alignment == .right && row[place].begins(with: "-")
                ? "−" + String(decoding: row[place].utf8.dropFirst(), as: UTF8.self) : row[place]
            guard place + 1 < columns.count, columns[place + 1].title == "±", row[place + 1] != "–" else {
                return value
            }
            return "\(value) ± \(row[place + 1])"
        }
        return (kept.map { columns[$0] }, rows.map { row in kept.map { cell(row, $0) } })
    }
}

/// The tables of a comparison for a paper, each with a name: a summary, the models at each level, their gains over the frozen
/// features, and pairs.
///
/// The summary has AGS, the gain at the easiest and at the hardest level (the score, where there is no gain), how the line that
/// fits it changes between them, and in the catalogue whether that is beyond noise.
public func paperTables(
    _ comparison: ModelComparison, within: ModelComparison? = nil
) -> [(name: String, table: TextTable)] {
    [("summary", summaryTable(comparison)), ("models", modelTable(comparison, within: within))]
        + (gainTable(comparison).map { [("gains", $0)] } ?? [])
        + (comparison.pairs.isEmpty ? [] : [("pairs", pairTable(comparison))])
}

private func summaryTable(_ comparison: ModelComparison) -> TextTable {
    let words = LevelWords(comparison)
    let models = comparison.models.indices.filter { comparison.models[$0].subject != .backbone }
    let hasGains = models.contains { !comparison.models[$0].gains.isEmpty }
    func cells(_ estimate: Estimate?, isSigned: Bool) -> [String] {
        guard let estimate else { return ["–", "–"] }
        return [
            isSigned ? signed(estimate.value, 3) : fixed(estimate.value, 3),
            estimate.margin.map { fixed($0, 3) } ?? "–",
        ]
    }
    let changes = models.map { comparison.fittedChange($0) }
    let hasVerdicts = changes.contains { $0?.isBeyondNoise != nil }
    let columns = ["AGS", words.first, words.last, "change"].flatMap { title in
        [TextTable.Column(title, alignment: .right), .init("±", alignment: .right, name: "± of \(title)")]
    }
    return TextTable(
        columns: [.init("\(comparison.metric.title)\(hasGains ? ", gain over frozen" : "")")] + columns
            + (hasVerdicts ? [.init("beyond noise")] : []),
        rows: zip(models, changes).map { number, change in
            let model = comparison.models[number]
            let points = model.gains.isEmpty ? model.curve.points.map(\.estimate) : model.gains
            return [model.name] + cells(model.ags, isSigned: false) + cells(points.first, isSigned: hasGains)
                + cells(points.last, isSigned: hasGains) + cells(change?.value, isSigned: true)
                + (hasVerdicts ? [change?.isBeyondNoise ?? "–"] : [])
        })
}

extension ModelComparison {
    /// How the line that fits a model's scores changes from the easiest to the hardest level, and in the catalogue whether that is
    /// beyond noise (``/Evaluation/ModelComparison/shownChange(ofModel:)``); nil if all levels have the same shift.
    ///
    /// In the catalogue the frozen features score the same at every level, so it is the change of the lead over them too.
    func fittedChange(_ number: Int) -> (value: Estimate, isBeyondNoise: String?)? {
        let verdict = shownChange(ofModel: number).map { $0 == 0 ? "no" : "yes" } ?? "cannot be told"
        return models[number].curve.trend.map { ($0.change, gallery == .catalogue ? verdict : nil) }
    }
}
