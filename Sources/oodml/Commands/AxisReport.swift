import Datasets
import Embeddings
import Evaluation
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Splits
import Statistics

/// What `axis` prints and writes.
struct AxisReport {
    let axis: SplitAxis
    let models: [NoveltyOfResults]
    let sampleLimit: Int?

    /// The levels, with their recorded distances.
    var levels: [SplitLevel] { axis.manifest.levels }

    /// One row a number.
    var table: CSVTable {
        CSVTable(
            columns: [
                "embeddings", "level", "fid", "measure", "value", "random_mean", "random_sd", "random_q95", "p",
                "position",
            ],
            rows: axis.embeddings.flatMap { embeddings in
                zip(levels, embeddings.measurements.levels).flatMap { level, found in
                    ShiftMeasure.allCases.compactMap { measure -> [String]? in
                        guard let value = found.values[measure] else { return nil }
                        let null = value.null
                        return [
                            embeddings.name, level.id, "\(level.fid)", measure.rawValue,
                            "\(value.value.rounded(significantDigits: 10))",
                        ] + [null?.mean, null?.sd, null?.q95, null?.p].map { $0.map { "\($0)" } ?? "" }
                            + [value.position?.rawValue ?? ""]
                    }
                }
            })
    }

    /// Each test class at each level, with its scores; without models once, else once for each of them.
    var noveltyTable: CSVTable {
        let scored = models.map { model in
            Dictionary(
                model.rows.map { (Place(level: $0.level, classNumber: $0.classNumber), $0) },
                uniquingKeysWith: { first, _ in first })
        }
        let labels = axis.dataset.classLabels
        var rows: [[String]] = []
        for embeddings in axis.embeddings {
            let measurements = embeddings.measurements
            for (number, level) in levels.enumerated() {
                for direction in measurements.settings.directions {
                    for found in measurements.levels[number].novelty[direction.testSide] ?? [] {
                        let own = [
                            embeddings.name, level.id, direction.rawValue, labels[found.classNumber],
                            labels[found.nearest],
                            text(found.distance), text(found.distance / (measurements.spread.typical ?? 1)),
                            measurements.spread.ofClass[found.classNumber].map(text) ?? "",
                        ]
                        if models.isEmpty { rows.append(own + ["", "", "", ""]) }
                        for (model, scores) in zip(models, scored) {
                            let row = scores[Place(level: number, classNumber: found.classNumber)]
                            let values: [NoveltyOfResults.Subject] = [.model, .backbone]
                            rows.append(
                                own + [model.name, row.map { "\($0.queryCount)" } ?? ""]
                                    + values.map { row?.scores[$0].map { fixed($0, 6) } ?? "" })
                        }
                    }
                }
            }
        }
        return CSVTable(
            columns: [
                "embeddings", "level", "direction", "class", "nearest", "distance", "novelty", "spread", "model",
                "queries",
                "score", "backbone_score",
            ], rows: rows)
    }

    private struct Place: Hashable {
        let level: Int
        let classNumber: Int
    }

    private func text(_ value: Double) -> String { "\(value.rounded(significantDigits: 8))" }

    /// The measures over the levels.
    var chart: AxisChart {
        AxisChart(
            dataset: onOneLine(axis.manifest.dataset.name), levels: levels.map { ($0.id, $0.fid) },
            lines: axis.embeddings.indices.flatMap { number in
                ShiftMeasure.allCases.enumerated().map { place, measure in
                    AxisChart.Line(
                        name: axis.embeddings.count == 1
                            ? measure.title : "\(measure.title), \(onOneLine(axis.embeddings[number].name))",
                        measure: place, embeddings: number,
                        values: axis.values(.init(measure, by: number)))
                }
            })
    }

    /// The scores over the novelty by the first embeddings; nil without models.
    var noveltyChart: NoveltyChart? {
        func points(_ curve: NoveltyCurve) -> [NoveltyChart.Point] {
            curve.bins.map { ($0.novelty, $0.score.value, $0.score.margin) }
        }
        var lines = models.compactMap { model in
            model.curve(of: .model, by: 0).map {
                NoveltyChart.Line(name: onOneLine(model.name), isTrained: true, points: points($0))
            }
        }
        if let backbone = models.lazy.compactMap({ $0.curve(of: .backbone, by: 0) }).first, !lines.isEmpty {
            lines.append(.init(name: "backbone", isTrained: false, points: points(backbone)))
        }
        guard let first = models.first, !lines.isEmpty else { return nil }
        return NoveltyChart(
            metric: first.metric.title, dataset: onOneLine(axis.manifest.dataset.name), lines: lines,
            grouping: groupWords(of: first))
    }

    /// Over what errors are, in words.
    func groupWords(of model: NoveltyOfResults) -> String {
        model.grouping.map { $0 == "superclass" ? "superclasses" : "classes of the same \(onOneLine($0))" } ?? "classes"
    }
}

// MARK: - Text

extension AxisReport {
    func text(on display: TextDisplay) -> String {
        let tables = axis.embeddings.map { embeddings in
            let measurements = embeddings.measurements
            let about =
                "By \(onOneLine(embeddings.name)), \(embeddings.provenance.dimension) dimensions"
                + (embeddings.madeSplits ? ", of which the splits were made" : "")
                + "; σ of the MMD is \(short(measurements.bandwidth))"
                + (sampleLimit == nil || measurements.pairedSampleCount >= axis.dataset.samples.count
                    ? "" : "; KID, MMD and energy are over \(measurements.pairedSampleCount) of the samples") + ":"
            return display.wrapped(about) + "\n\n"
                + levelTable(of: embeddings).text(on: display, elsewhere: "--format json has all") + "\n"
        }
        return tables.joined() + sentences.map { display.wrapped(onOneLine($0)) + "\n" }.joined(separator: "\n")
    }

    private func levelTable(of embeddings: SplitAxis.Embeddings) -> TextTable {
        let found = embeddings.measurements.levels
        let hasDraws = found.contains { $0.values.values.contains { $0.null != nil } }
        var columns = [TextTable.Column("level")]
        var cells = levels.map { [$0.id] }
        for (number, measure) in ShiftMeasure.allCases.enumerated() {
            let values = found.map { $0.values[measure] }
            let format = columnFormat(values.flatMap { [$0?.value, $0?.null?.mean] }.compactMap(\.self))
            columns.append(
                .init(
                    measure.title, alignment: .right, spareOrder: number == 0 ? 0 : ShiftMeasure.allCases.count - number
                ))
            if hasDraws {
                columns.append(
                    .init(
                        "random", alignment: .right, name: "random sides of \(measure.title)", spareOrder: 10 + number))
            }
            for (row, value) in values.enumerated() {
                cells[row].append(value.map { format($0.value) } ?? "–")
                if hasDraws { cells[row].append(value?.null.map { format($0.mean) } ?? "–") }
            }
        }
        return TextTable(columns: columns, rows: cells)
    }

    /// Numbers of a column with as many decimals as the largest needs for four digits.
    private func columnFormat(_ values: [Double]) -> (Double) -> String {
        let largest = values.map { abs($0) }.max() ?? 0
        guard largest > 0, largest.isFinite else { return { fixed($0, 1) } }
        let decimals = 3 - Int(log10(largest).rounded(.down))
        guard (-9...9).contains(decimals) else { return { String(format: "%.3e", $0) } }
        return { fixed($0, max(decimals, 0)) }
    }

    func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
