import Datasets
import Experiments
import Foundation
import Reports
import Retrieval
import Statistics

/// What `places` prints.
struct PlacesReport: Encodable {
    let names: [String]
    let dimensions: [Int]
    let radius: Double
    /// How many items are looked at.
    let counts: [Int]
    let similarity: Similarity
    let coordinates: GroundPositions.Coordinates
    let areas: PlaceAreas
    /// The scores of all samples; nil with splits.
    var comparison: PlaceComparison?
    /// Those of the levels of splits.
    var curve: PlaceCurve?

    private enum CodingKeys: String, CodingKey {
        case similarity, radius, coordinates, models, pairs
        case areaSide = "area_side"
        case areaCount = "areas"
    }

    private struct ScoresRecord: Encodable {
        let level: String?
        let fid: Double?
        let queries: Int
        let items: Int
        let loneQueries: Int
        let recall: [String: EstimateRecord]
        let found: [String: EstimateRecord]
        let medianError: Double?

        private enum CodingKeys: String, CodingKey {
            case level, fid, queries, items, recall
            case loneQueries = "lone_queries"
            case found = "recall_with_positives"
            case medianError = "median_error"
        }

        init(_ scores: PlaceScores, at counts: [Int], level: String? = nil, fid: Double? = nil) {
            (self.level, self.fid) = (level, fid)
            (queries, items) = (scores.queries.count, scores.itemCount)
            loneQueries = scores.loneQueryCount
            let isAnyFound = scores.loneQueryCount < scores.queries.count
            func records(_ policy: LoneQueryPolicy) -> [String: EstimateRecord] {
                Dictionary(
                    uniqueKeysWithValues: Set(counts).map {
                        ("recall@\($0)", ScoreReport.record(scores.recall(at: $0, loneQueries: policy)))
                    })
            }
            recall = records(.zero)
            found = isAnyFound ? records(.excluded) : [:]
            // Sines differ in their last digits from system to system.
            medianError = scores.medianError?.rounded(significantDigits: 8)
        }
    }

    private struct ModelRecord: Encodable {
        let name: String
        let dimensions: Int
        let scores: ScoresRecord?
        let levels: [ScoresRecord]?
        let change: [String: EstimateRecord]?
    }

    private struct PairRecord: Encodable {
        struct Difference: Encodable {
            let difference: EstimateRecord
            let p: Double?
            let adjustedP: Double?

            private enum CodingKeys: String, CodingKey {
                case difference, p
                case adjustedP = "p_adjusted"
            }
        }

        let first: String
        let second: String
        let differences: [String: Difference]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(similarity, forKey: .similarity)
        try container.encode(radius, forKey: .radius)
        try container.encode(coordinates, forKey: .coordinates)
        try container.encode(areas.side, forKey: .areaSide)
        try container.encode(areas.areaCount, forKey: .areaCount)
        try container.encode(
            names.indices.map { number in
                ModelRecord(
                    name: names[number], dimensions: dimensions[number],
                    scores: comparison.map { ScoresRecord($0.models[number], at: counts) },
                    levels: curve?.points.map {
                        ScoresRecord($0.scores, at: counts, level: $0.level, fid: $0.fid)
                    }, change: changes)
            }, forKey: .models)
        try container.encode(
            (comparison?.pairs ?? []).map { pair in
                PairRecord(
                    first: names[pair.first], second: names[pair.second],
                    differences: Dictionary(
                        uniqueKeysWithValues: pair.differences.map { count, estimate in
                            (
                                "recall@\(count)",
                                PairRecord.Difference(
                                    difference: ScoreReport.record(estimate),
                                    p: estimate.pValue?.rounded(significantDigits: 10),
                                    adjustedP: pair.adjustedPs[count]?.rounded(significantDigits: 10))
                            )
                        }))
            }, forKey: .pairs)
    }

    private var changes: [String: EstimateRecord]? {
        guard let curve, curve.points.count > 1 else { return nil }
        return Dictionary(
            uniqueKeysWithValues: Set(counts).compactMap { count in
                curve.change(at: count).map { ("recall@\(count)", ScoreReport.record($0)) }
            })
    }
}

// MARK: Text

extension PlacesReport {
    /// A length in metres.
    static func metres(_ length: Double) -> String {
        length == length.rounded() ? "\(Int(length)) m" : "\(length) m"
    }

    func text(on display: TextDisplay) -> String {
        let elsewhere = "--format json has all"
        let tables: [TextTable] =
            if let curve {
                [levelTable(of: curve)]
            } else if let comparison, comparison.models.count > 1 {
                [modelTable(of: comparison), pairTable(of: comparison)]
            } else {
                comparison.map { [countTable(of: $0.models[0])] } ?? []
            }
        return tables.map { $0.text(on: display, elsewhere: elsewhere) + "\n" }.joined()
            + display.wrapped(about) + "\n\n" + sentences.map { display.wrapped(onOneLine($0)) + "\n" }.joined()
    }

    private func cells(_ estimate: Estimate) -> [String] {
        [estimate.value.isNaN ? "–" : fixed(estimate.value, 4), estimate.margin.map { fixed($0, 4) } ?? "–"]
    }

    /// A line for each number of items.
    private func countTable(of scores: PlaceScores) -> TextTable {
        let hasLone = (1..<scores.queries.count).contains(scores.loneQueryCount)
        func columns(_ name: String) -> [TextTable.Column] {
            [.init(name, alignment: .right), .init("±", alignment: .right, name: "± of \(name)")]
        }
        return TextTable(
            columns: [.init("N", alignment: .right)] + columns("Recall@N") + (hasLone ? columns("with positives") : []),
            rows: counts.map { count in
                ["\(count)"] + cells(scores.recall(at: count))
                    + (hasLone ? cells(scores.recall(at: count, loneQueries: .excluded)) : [])
            })
    }

    private func recallColumns(spareFrom order: Int) -> [TextTable.Column] {
        counts.enumerated().flatMap { place, count -> [TextTable.Column] in
            [
                .init("Recall@\(count)", alignment: .right, spareOrder: place),
                .init("±", alignment: .right, name: "± of Recall@\(count)", spareOrder: place + order),
            ]
        }
    }

    private func modelTable(of comparison: PlaceComparison) -> TextTable {
        TextTable(
            columns: [.init("model")] + recallColumns(spareFrom: counts.count),
            rows: zip(names, comparison.models).map { name, scores in
                [name] + counts.flatMap { cells(scores.recall(at: $0)) }
            })
    }

    private func pairTable(of comparison: PlaceComparison) -> TextTable {
        let count = counts[0]
        return TextTable(
            columns: [
                .init("difference in Recall@\(count)"), .init("value", alignment: .right),
                .init("±", alignment: .right), .init("p", alignment: .right),
            ],
            rows: comparison.pairs.map { pair in
                let estimate = pair.differences[count]
                return [
                    "\(names[pair.first]) − \(names[pair.second])", estimate.map { signed($0.value, 4) } ?? "–",
                    estimate?.margin.map { fixed($0, 4) } ?? "–",
                    pair.adjustedPs[count].map { $0 < 0.001 ? "< 0.001" : fixed($0, 3) } ?? "–",
                ]
            })
    }

    private func levelTable(of curve: PlaceCurve) -> TextTable {
        TextTable(
            columns: [
                .init("level"), .init("fid", alignment: .right), .init("queries", alignment: .right, spareOrder: 20),
                .init("without", alignment: .right, name: "queries without positives", spareOrder: 21),
            ] + recallColumns(spareFrom: counts.count),
            rows: curve.points.map { point in
                let scores = point.scores
                return [
                    point.level, fixed(point.fid, 2), "\(scores.queries.count)", "\(scores.loneQueryCount)",
                ] + counts.flatMap { cells(scores.recall(at: $0, loneQueries: .excluded)) }
            })
    }

    /// What the numbers are.
    private var about: String {
        let all = comparison?.models ?? curve?.points.map(\.scores) ?? []
        let hasIntervals = all.contains(where: \.hasIntervals)
        let first = comparison?.models[0]
        return
            (first.map { "\($0.queries.count) queries among \($0.itemCount) images, relevant" } ?? "Images are relevant")
            + " within \(Self.metres(radius)) (positions in \(coordinates.rawValue)); \(similarity.rawValue) distance"
            + (curve == nil ? "" : "; recall is of the queries that have an image within the radius")
            + (hasIntervals
                ? "; ± is half the 95 % interval over other areas of \(Self.metres(areas.side)), of which there are \(areas.areaCount)"
                : "; \(areas.areaCount) areas of \(Self.metres(areas.side)) are too few for intervals") + "."
    }

    /// What the result says.
    private var sentences: [String] {
        if let curve { return sentences(of: curve) }
        guard let comparison else { return [] }
        return comparison.models.count > 1 ? [verdict(of: comparison)] : sentences(of: comparison.models[0])
    }

    private func percent(_ estimate: Estimate) -> String {
        fixed(100 * estimate.value, 1) + (estimate.margin.map { " ± \(fixed(100 * $0, 1))" } ?? "") + " %"
    }

    private func sentences(of scores: PlaceScores) -> [String] {
        let (count, lone) = (counts[0], scores.loneQueryCount)
        let what = count == 1 ? "the first image lies" : "one of the first \(count) images lies"
        var found = ["For \(percent(scores.recall(at: count))) of the queries \(what) within \(Self.metres(radius))."]
        if lone > 0 {
            found.append(
                "\(lone) of \(scores.queries.count) queries \(lone == 1 ? "has" : "have") no image within \(Self.metres(radius)) and \(lone == 1 ? "counts" : "count") as \(lone == 1 ? "a miss" : "misses"), as in the code of the field's benchmarks"
                    + (lone < scores.queries.count
                        ? "; of the others it is \(percent(scores.recall(at: count, loneQueries: .excluded)))." : "."))
        }
        if let error = scores.medianError {
            found.append("Half of the first images lie within \(fixed(error, error < 100 ? 1 : 0)) m.")
        }
        return found
    }

    private func sentences(of curve: PlaceCurve) -> [String] {
        guard let first = curve.points.first, let last = curve.points.last else { return [] }
        let count = counts[0]
        func recall(_ point: PlaceCurve.Point) -> String {
            percent(point.scores.recall(at: count, loneQueries: .excluded))
        }
        guard let change = curve.change(at: count) else {
            return ["Recall@\(count) is \(recall(first)) at \(first.level)."]
        }
        let isShown = change.shownSign.map { $0 != 0 }
        let places =
            curve.order.map { ["at the first level by \(onOneLine($0))", "at the last"] }
            ?? ["in the areas nearest to those that train", "in those farthest"]
        return [
            "Recall@\(count) is \(recall(first)) \(places[0]) (\(first.level), fid \(fixed(first.fid, 2))) "
                + "and \(recall(last)) \(places[1]) (\(last.level), fid \(fixed(last.fid, 2))); the difference, "
                + signed(100 * change.value, 1) + (change.margin.map { " ± \(fixed(100 * $0, 1))" } ?? "") + " points"
                + (isShown.map { $0 ? ", is beyond noise." : ", is not beyond noise." } ?? ", has no interval.")
        ]
    }

    private func verdict(of comparison: PlaceComparison) -> String {
        let count = counts[0]
        let values = comparison.models.map { $0.recall(at: count).value }
        let best = values.indices.max { (values[$0], -$0) < (values[$1], -$1) } ?? 0
        let behind = comparison.pairs.filter { [$0.first, $0.second].contains(best) }.map { pair in
            let name = names[pair.first == best ? pair.second : pair.first]
            let isBeyond = pair.adjustedPs[count].map { $0 <= 0.05 }
            return (name: name, isBeyond: isBeyond)
        }
        var found = "\(names[best]) has the highest Recall@\(count), \(fixed(values[best], 3))."
        func those(_ isBeyond: Bool) -> [String] { behind.filter { $0.isBeyond == isBeyond }.map(\.name) }
        if !those(true).isEmpty { found += " It is ahead of \(enumeration(those(true))), beyond noise." }
        if !those(false).isEmpty { found += " Its lead over \(enumeration(those(false))) is not beyond noise." }
        if behind.contains(where: { $0.isBeyond == nil }) {
            found += " There are too few areas to tell leads from noise."
        }
        return found
    }
}
