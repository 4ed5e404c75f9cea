import Files
import Datasets
import DenseLinearAlgebra
import Evaluation
import Experiments
import Foundation
import Reports
import Retrieval

/// What `score` prints.
struct ScoreReport: Encodable {
    let model: EmbeddingComparison.Model
    let classAveraged: RetrievalScores
    let set: LabelledEmbeddings
    let items: LabelledEmbeddings?
    /// How many items without labels are searched too; nil without a file of them.
    let distractorCount: Int?
    /// Over what the intervals are; nil without any.
    let grouping: String?
    let distance: Similarity
    let isAcrossGroups: Bool
    var agreement: ClusteringAgreement?
    var structure: EmbeddingStructure?

    var means: RetrievalScores { model.means }
    private var scores: QueryScores { model.scores }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var counts: [(String, Int?)] {
        [
            ("samples", set.matrix.rowCount), ("gallery", items?.matrix.rowCount), ("distractors", distractorCount),
            ("dimensions", set.matrix.columnCount),
            ("classes", scores.classCount),
            ("cameras", set.table.cameras.map { Set($0 + (items?.table.cameras ?? [])).subtracting([""]).count }),
            ("groups", isAcrossGroups ? groupCount : nil),
            ("queries", scores.queries.count),
            ("lone_queries", scores.loneQueries.count),
            ("queries_in_gallery", items.map(set.countOfSamples(in:))), ("clusters", agreement?.clusterCount),
        ]
    }

    private var groupCount: Int {
        Set((set.table.groups ?? []) + (items?.table.groups ?? [])).subtracting([""]).count
    }

    private var clustering: [(String, Double)] {
        guard let agreement else { return [] }
        return [
            ("nmi", agreement.normalizedMutualInformation), ("ami", agreement.adjustedMutualInformation),
            ("f1", agreement.pairwiseF1),
        ]
    }

    private var shape: [(String, Double)] {
        [
            ("intra_class_distance", structure?.intraClassDistance),
            ("inter_class_distance", structure?.interClassDistance), ("distance_ratio", structure?.distanceRatio),
            ("spectral_decay", structure?.spectralDecay), ("alignment", structure?.alignment),
            ("uniformity", structure?.uniformity),
        ].compactMap { name, value in value.map { (name, $0) } }
    }

    /// An estimate with errors of ten digits: the last ones hang on the order of the labels.
    static func record(_ estimate: Estimate) -> EstimateRecord { EstimateRecord(estimate, significantDigits: 10) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(distance, forKey: Key("distance"))
        for (name, count) in counts { try container.encodeIfPresent(count, forKey: Key(name)) }
        for (metric, value) in zip(means.metrics, means.values) {
            try container.encode(value, forKey: Key(metric.name))
        }
        for (name, value) in clustering { try container.encode(value, forKey: Key(name)) }
        try structure?.encode(to: encoder)
        if !model.estimates.isEmpty {
            var intervals = container.nestedContainer(keyedBy: Key.self, forKey: Key("intervals"))
            for metric in means.metrics {
                try intervals.encodeIfPresent(
                    model.estimates[metric].map(Self.record), forKey: Key(metric.name))
            }
            try container.encodeIfPresent(grouping, forKey: Key("intervals_over"))
        }
        var averaged = container.nestedContainer(keyedBy: Key.self, forKey: Key("class_averaged"))
        for (metric, value) in zip(classAveraged.metrics, classAveraged.values) {
            try averaged.encode(value, forKey: Key(metric.name))
        }
    }

    /// The result as a person would say it; empty without Recall@1.
    private var sentences: [String] {
        guard let first = means[.recall(1)] else { return [] }
        let margin = model.estimates[.recall(1)]?.margin.map { " ± \(String(format: "%.1f", $0 * 100))" } ?? ""
        let more = means[.averagePrecisionAtR].map { "; MAP@R is \(String(format: "%.3f", $0))" } ?? ""
        return [
            "For \(String(format: "%.1f", first * 100))\(margin) % of the queries the nearest item has their label\(more)."
        ]
    }

    func text(on display: TextDisplay) -> String {
        func number(_ value: Double) -> String { String(format: "%.4f", value) }
        let table = TextTable(
            columns: [
                .init("metric"), .init("mean", alignment: .right),
            ] + (model.estimates.isEmpty ? [] : [.init("±", alignment: .right, name: "± of the mean")]) + [
                .init("of classes", alignment: .right, spareOrder: 1)
            ],
            rows: zip(zip(means.metrics, means.values), classAveraged.values).map { pair, averaged in
                [pair.0.name, number(pair.1)]
                    + (model.estimates.isEmpty ? [] : [model.estimates[pair.0]?.margin.map(number) ?? "–"])
                    + [number(averaged)]
            } + (clustering + shape).map { [$0.0, number($0.1)] + (model.estimates.isEmpty ? [""] : ["", ""]) })
        let words = counts.compactMap { name, count in
            count.map { "\($0) \(name.replacing(bytes: ["_": " "]))" }
        }
        return table.text(on: display, elsewhere: "--format json has all") + "\n"
            + display.wrapped(
                words.joined(separator: ", ") + "; \(distance.rawValue) distance"
                    + (items == nil ? "" : "; items that are the query itself do not count for it")
                    + (set.table.cameras == nil ? "" : "; items of a query's label and camera do not count for it")
                    + (isAcrossGroups ? "; items of a query's label and group do not count for it" : "")
                    + (grouping.map { "; ± is half the 95 % interval over other \($0)" } ?? "")
                    + "\n") + sentences.map { "\n" + display.wrapped($0) + "\n" }.joined()
    }
}
