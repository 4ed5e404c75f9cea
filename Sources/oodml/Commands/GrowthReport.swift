import Experiments
import Foundation
import Reports
import Retrieval
import Statistics

/// What `grow` prints.
struct GrowthReport: Encodable {
    let name: String
    let growth: EmbeddingGrowth
    let points: [EmbeddingGrowth.Point]
    let forecasts: [EmbeddingGrowth.ForecastPoint]
    let similarity: Similarity

    private enum CodingKeys: String, CodingKey {
        case similarity, classes, queries, distractors, known, forecasts
        case loneQueries = "lone_queries"
        case intervalsOver = "intervals_over"
    }

    private struct KnownRecord: Encodable {
        let classes: Int
        let recall: EstimateRecord

        private enum CodingKeys: String, CodingKey {
            case classes
            case recall = "recall@1"
        }
    }

    private struct ForecastRecord: Encodable {
        let classes: Int
        let recall: Double
        let error: Double?
        let triedBy: Int

        private enum CodingKeys: String, CodingKey {
            case classes, error
            case recall = "recall@1"
            case triedBy = "tried_by"
        }
    }

    func encode(to encoder: any Encoder) throws {
        let rivals = growth.growth.rivals
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(similarity, forKey: .similarity)
        try container.encode(growth.classCount, forKey: .classes)
        try container.encode(rivals.queries.count, forKey: .queries)
        try container.encode(rivals.loneQueryCount, forKey: .loneQueries)
        try container.encode(growth.distractorCount, forKey: .distractors)
        try container.encodeIfPresent(growth.grouping, forKey: .intervalsOver)
        try container.encode(
            points.map { KnownRecord(classes: $0.classCount, recall: ScoreReport.record($0.recall)) }, forKey: .known)
        // Exponentials differ in their last digits from system to system.
        try container.encode(
            forecasts.map { point in
                ForecastRecord(
                    classes: point.classCount, recall: point.recall.rounded(significantDigits: 8),
                    error: point.error?.rounded(significantDigits: 6), triedBy: point.factor)
            }, forKey: .forecasts)
    }

    /// The curve as a chart.
    var chart: GrowthChart {
        GrowthChart(
            name: onOneLine(name), points: points.map { ($0.classCount, $0.recall.value, $0.recall.margin) },
            forecasts: forecasts.map { ($0.classCount, $0.recall, $0.error.map { 2 * $0 }) }, grouping: growth.grouping)
    }

    func text(on display: TextDisplay) -> String {
        let rows =
            points.map { point in
                [
                    "\(point.classCount)", fixed(point.recall.value, 4),
                    point.recall.margin.map { fixed($0, 4) } ?? "–", "",
                ]
            }
            + forecasts.map { point in
                [
                    "\(point.classCount)", fixed(point.recall, 4), point.error.map { fixed(2 * $0, 4) } ?? "–",
                    "forecast",
                ]
            }
        let table = TextTable(
            columns: [
                .init("labels", alignment: .right), .init("Recall@1", alignment: .right), .init("±", alignment: .right),
                .init(""),
            ], rows: rows)
        let rivals = growth.growth.rivals
        let about =
            "\(rivals.queries.count == 1 ? "1 query" : "\(rivals.queries.count) queries")"
            + (rivals.loneQueryCount > 0 ? ", \(rivals.loneQueryCount) more without anything to find left out" : "")
            + (growth.distractorCount > 0 ? "; \(growth.distractorCount) distractors in every gallery" : "")
            + "; \(similarity.rawValue) distance"
            + (growth.grouping.map { "; ± is half the 95 % interval over other \($0)" } ?? "")
            + (forecasts.contains { $0.error != nil }
                ? ", of a forecast twice the error of such forecasts of what is known (root mean square)" : "") + "."
        return table.text(on: display, elsewhere: "--format json has all") + "\n" + display.wrapped(about) + "\n\n"
            + sentences.map { display.wrapped($0) + "\n" }.joined()
    }

    /// What the curve says.
    private var sentences: [String] {
        func labels(_ count: Int) -> String { count == 1 ? "1 label" : "\(count) labels" }
        func value(_ value: Double, _ margin: Double?) -> String {
            fixed(value, 3) + (margin.map { " ± \(fixed($0, 3))" } ?? "")
        }
        guard let last = points.last else { return [] }
        var found = [
            points.count > 1
                ? "Recall@1 falls from \(value(points[0].recall.value, points[0].recall.margin)) in a gallery of \(labels(points[0].classCount)) "
                    + "to \(value(last.recall.value, last.recall.margin)) in one of \(last.classCount)."
                : "Recall@1 is \(value(last.recall.value, last.recall.margin)) in a gallery of \(labels(last.classCount))."
        ]
        if let far = forecasts.last {
            found.append(
                "With \(far.classCount) labels like these it would be about \(value(far.recall, far.error.map { 2 * $0 }))"
                    + (far.error == nil
                        ? "; by how much that is off cannot be tried with the labels there are."
                        : ", by a forecast that was tried from one \(far.factor == 2 ? "half" : "in \(far.factor)") of the labels.")
            )
        }
        return found
    }
}
