import Datasets
import DenseLinearAlgebra
import Evaluation
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Statistics

/// What `score` prints of several embeddings.
struct ScoreComparisonReport: Encodable {
    let models: [ScoreReport]
    let comparison: EmbeddingComparison
    /// Why there are no intervals, where there are none.
    let whyNoIntervals: String

    /// What models are compared by in words and in the chart.
    private var metric: RetrievalMetric {
        let metrics = comparison.models[0].means.metrics
        return metrics.contains(.averagePrecisionAtR) ? .averagePrecisionAtR : metrics[0]
    }

    private enum CodingKeys: CodingKey { case models, pairs }

    private struct NamedReport: Encodable {
        let name: String
        let report: ScoreReport

        private enum CodingKeys: CodingKey { case name }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try report.encode(to: encoder)
        }
    }

    private struct Difference: Encodable {
        let difference: EstimateRecord
        let p: Double?
        let adjustedP: Double?

        private enum CodingKeys: String, CodingKey {
            case difference, p
            case adjustedP = "p_adjusted"
        }
    }

    private struct PairRecord: Encodable {
        let first: String
        let second: String
        let differences: [String: Difference]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(
            zip(comparison.models, models).map { NamedReport(name: $0.name, report: $1) }, forKey: .models)
        try container.encode(
            comparison.pairs.map { pair in
                PairRecord(
                    first: comparison.models[pair.first].name, second: comparison.models[pair.second].name,
                    differences: Dictionary(
                        uniqueKeysWithValues: pair.differences.map { metric, estimate in
                            (
                                metric.name,
                                Difference(
                                    difference: ScoreReport.record(estimate),
                                    p: estimate.pValue?.rounded(significantDigits: 10),
                                    adjustedP: pair.adjustedPs[metric]?.rounded(significantDigits: 10))
                            )
                        }))
            }, forKey: .pairs)
    }

    /// A chart of the means by ``metric``.
    var chart: ScoreChart {
        ScoreChart(
            models: comparison.models.map { model in
                (model.name, model.estimates[metric] ?? Estimate(value: model.means[metric] ?? 0))
            }, metric: metric, grouping: comparison.grouping)
    }

    func text(on display: TextDisplay) -> String {
        let elsewhere = "--format json has all"
        return modelTable.text(on: display, elsewhere: elsewhere) + "\n"
            + pairTable.text(on: display, elsewhere: elsewhere)
            + "\n"
            + display.wrapped(
                "\(comparison.models[0].scores.queries.count) queries; \(models[0].distance.rawValue) distance"
                    + (comparison.grouping.map {
                        "; ± is half the 95 % interval over other \($0), of differences paired; p is adjusted for all pairs"
                    } ?? "") + ".") + "\n\n"
            + display.wrapped(onOneLine(verdict)) + "\n"
    }

    private func cells(_ model: EmbeddingComparison.Model, _ metric: RetrievalMetric) -> [String] {
        [
            model.means[metric].map { fixed($0, 4) } ?? "–",
            model.estimates[metric]?.margin.map { fixed($0, 4) } ?? "–",
        ]
    }

    /// One line a model, with the metrics that people read first.
    private var modelTable: TextTable {
        let metrics = comparison.models[0].means.metrics
        let shown = [RetrievalMetric.recall(1), .averagePrecisionAtR, .fullAveragePrecision].filter(metrics.contains)
        let hasClusters = models.allSatisfy { $0.agreement != nil }
        return TextTable(
            columns: [.init("model"), .init("dimensions", alignment: .right, spareOrder: 9)]
                + shown.enumerated().flatMap { number, metric -> [TextTable.Column] in
                    [
                        .init(metric.title, alignment: .right, spareOrder: number),
                        .init("±", alignment: .right, name: "± of \(metric.title)", spareOrder: number + 4),
                    ]
                } + (hasClusters ? [.init("NMI", alignment: .right, spareOrder: 8)] : []),
            rows: zip(comparison.models, models).map { model, report in
                [model.name, "\(report.set.matrix.columnCount)"] + shown.flatMap { cells(model, $0) }
                    + (hasClusters ? [report.agreement.map { fixed($0.normalizedMutualInformation, 4) } ?? "–"] : [])
            })
    }

    private var pairTable: TextTable {
        TextTable(
            columns: [
                .init("difference in \(metric.title)"), .init("value", alignment: .right),
                .init("±", alignment: .right), .init("p", alignment: .right),
            ],
            rows: comparison.pairs.map { pair in
                let estimate = pair.differences[metric]
                return [
                    "\(comparison.models[pair.first].name) − \(comparison.models[pair.second].name)",
                    estimate.map { signed($0.value, 4) } ?? "–", estimate?.margin.map { fixed($0, 4) } ?? "–",
                    pair.adjustedPs[metric].map { $0 < 0.001 ? "< 0.001" : fixed($0, 3) } ?? "–",
                ]
            })
    }

    /// Who is ahead of whom beyond noise, and of whom that cannot be said.
    private var verdict: String {
        let order = comparison.models.indices.sorted {
            let (a, b) = (comparison.models[$0].means[metric] ?? 0, comparison.models[$1].means[metric] ?? 0)
            return a == b ? $0 < $1 : a > b
        }
        let best = order[0]
        var (behind, alike, same, unknown): ([String], [String], [String], [String]) = ([], [], [], [])
        for other in order.dropFirst() {
            guard let pair = comparison.pairs.first(where: { Set([$0.first, $0.second]) == [best, other] }) else {
                continue
            }
            let name = comparison.models[other].name
            guard let p = pair.adjustedPs[metric], let difference = pair.differences[metric] else {
                unknown.append(name)
                continue
            }
            if difference.value == 0, p > 0.05 {
                same.append(name)
                continue
            }
            let lead = withMargin(Estimate.combination([(difference.value < 0 ? -1 : 1, difference)]))
            if p <= 0.05 { behind.append("\(name) by \(lead)") } else { alike.append("\(name) (\(lead))") }
        }
        let (name, value) = (comparison.models[best].name, comparison.models[best].means[metric] ?? 0)
        var found = ["\(name) has the highest \(metric.title), \(fixed(value, 3))."]
        if !behind.isEmpty { found.append("It is ahead of \(enumeration(behind)), beyond noise.") }
        if !alike.isEmpty { found.append("Its lead over \(enumeration(alike)) is not beyond noise.") }
        if !same.isEmpty { found.append("\(enumeration(same)) \(same.count == 1 ? "scores" : "score") the same.") }
        if !unknown.isEmpty {
            found.append("Whether it is really better than \(enumeration(unknown)) cannot be told: \(whyNoIntervals).")
        }
        return found.joined(separator: " ")
    }

    /// The mean of each label by ``metric`` with each of the models, and which of them is best there; none where several are.
    func classTable(of labels: [String]) -> String {
        let means = comparison.models.map { $0.scores.classMeans(of: metric) ?? [] }
        return CSVTable(
            columns: ["label", "queries"] + comparison.models.map { "\(metric.name) of \($0.name)" } + ["best"],
            rows: (means.first ?? []).enumerated().map { place, first in
                let values = means.map { $0[place].mean }
                let best = values.indices.filter { values[$0] == values.max() }
                return [labels[first.classNumber], "\(first.queryCount)"] + values.map { "\($0)" }
                    + [best.count == 1 ? comparison.models[best[0]].name : ""]
            }
        ).text
    }
}
