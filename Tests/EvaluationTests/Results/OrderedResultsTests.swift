import Evaluation
import Files
import Foundation
import Retrieval
import Testing

/// Results along splits that follow an order, whose distances do not rise along it.
@Suite struct OrderedResultsTests {
    static let dates = LevelOrder(name: "launched", classValue: "median", kind: "dates")

    /// Three levels at 0, 1 and 3 of the order, and at the distances 3, 0 and 1.
    private func results(
        _ values: [Double] = [0.9, 0.6, 0.2], order: LevelOrder? = dates, places: [Double] = [0, 1, 3]
    ) -> EvaluationResults {
        EvaluationResults(
            tool: "oodml test", dataset: "goods", model: "m", order: order,
            levels: values.enumerated().map { number, value in
                let scores = TaskScores(
                    scores: RetrievalScores(
                        metrics: [.recall(1)], values: [value], queryCount: 10, loneQueryCount: 0),
                    classCount: 3,
                    estimates: [
                        .recall(1): Estimate(value: value, contributions: [0.01, 0, 0], degreesOfFreedom: 2)
                    ])
                return LevelEvaluation(
                    id: "level-\(number + 1)", origin: "swap", step: number, fid: [3, 0, 1][number],
                    axisValue: order == nil ? nil : places[number],
                    forward: TaskEvaluation(scores: [.full: [.model: scores]]),
                    catalogue: [.model: scores])
            }.reversed())
    }

    @Test func curvesAreOverTheOrder() throws {
        let own = results()
        #expect(own.levels.map(\.id) == ["level-1", "level-2", "level-3"] && own.mainAxis == .order)
        func area(_ axis: ShiftAxis?) -> Double? {
            own.completeCurve(of: .recall(1), .init(over: axis))?.aggregatedGeneralizationScore?.value
        }
        // 1/3 · (0.9 + 0.6)/2 + 2/3 · (0.6 + 0.2)/2, and over the distances 0, 1, 3: 1/3 · 0.4 + 2/3 · 0.55.
        #expect(area(nil).map { abs($0 - 31.0 / 60) < 1e-12 } == true)
        #expect(area(.order) == area(nil))
        #expect(area(.fid).map { abs($0 - 0.5) < 1e-12 } == true)
        #expect(area(.excess) == nil)
        // The line falls along the order: slope by hand, scaled places 0, 1/3, 1 around 4/9.
        let cost = try #require(own.costOfShift(of: .recall(1)))
        let slope = (-4.0 / 9 * 0.9 - 1.0 / 9 * 0.6 + 5.0 / 9 * 0.2) / (42.0 / 81)
        #expect(abs(cost.cost.value + slope) < 1e-12)

        let plain = results(order: nil)
        #expect(plain.levels.map(\.id) == ["level-2", "level-3", "level-1"] && plain.mainAxis == .fid)
        #expect(plain.completeCurve(of: .recall(1), .init(over: .order)) == nil)
    }

    @Test func filesKeepTheOrder() throws {
        let own = results()
        let data = try JSONEncoder().encode(own)
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: data) == own)
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(json["axis"] as? [String: String] == ["name": "launched", "class_value": "median", "kind": "dates"])
        let curves = try #require(json["curves"] as? [[String: Any]])
        #expect(Set(curves.compactMap { $0["over"] as? String }) == ["fid", "order"])
        let costs = try #require(json["costs_of_shift"] as? [[String: Any]])
        #expect(costs.filter { $0["verdict"] != nil }.map { $0["over"] as? String } == ["order"])
        let table = resultsTable(own)
        let place = try #require(table.columns.firstIndex(of: "axis_value"))
        #expect(table.rows[0][place] == "0.0" && table.columns[place - 1] == "excess")

        // Splits by distance have nothing of it.
        let plain = String(decoding: try JSONEncoder().encode(results(order: nil)), as: UTF8.self)
        #expect(!plain.contains("axis") && !plain.contains("\"order\""))
        #expect(!resultsTable(results(order: nil)).columns.contains("axis_value"))

        // A level that does not say where it is.
        var levels = try #require(json["levels"] as? [[String: Any]])
        levels[1]["axis_value"] = nil
        var damaged = json
        damaged["levels"] = levels
        #expect {
            try JSONDecoder().decode(EvaluationResults.self, from: JSONSerialization.data(withJSONObject: damaged))
        } throws: { "\($0)".contains("level 2 without an axis_value") }
    }

    @Test func comparisonsAreAlongOneOrder() throws {
        func compare(_ all: [EvaluationResults], over axis: ShiftAxis? = nil) throws -> ModelComparison {
            try ModelComparison(all.enumerated().map { .init(name: "\($0.offset)", runs: [$0.element]) }, over: axis)
        }
        let comparison = try compare([results(), results([0.8, 0.7, 0.5])])
        #expect(comparison.axis == .order && comparison.order == Self.dates)
        #expect(comparison.levels.map(\.shift) == [0, 1, 3] && comparison.levels.map(\.fid) == [3, 0, 1])
        // The first leads at the first level of the order alone.
        #expect(comparison.pairs[0].crossings == [1])
        let json = String(decoding: try JSONEncoder().encode(comparison), as: UTF8.self)
        #expect(json.contains("\"over\":\"order\"") && json.contains("\"name\":\"launched\""))

        let byDistance = try compare([results(), results([0.8, 0.7, 0.5])], over: .fid)
        #expect(byDistance.levels.map(\.id) == ["level-2", "level-3", "level-1"] && byDistance.order == nil)
        #expect(byDistance.levels.allSatisfy { $0.fid == nil })

        let site = LevelOrder(name: "site", classValue: "median", kind: "text")
        for (other, found) in [
            (results(order: site), "levels by site (text, the median of each class)"),
            (results(order: nil), "levels by their distance (fid)"),
            (results(places: [0, 1, 4]), "level-3 at 4.0 by launched"),
        ] {
            #expect {
                try compare([results(), other])
            } throws: {
                guard case EvaluationError.incomparable("1", found, let expected) = $0 else { return false }
                return expected.hasSuffix("as the first has, or a comparison over fid")
            }
            #expect(try compare([results(), other], over: .fid).levels.map(\.id) == byDistance.levels.map(\.id))
        }
        #expect(throws: EvaluationError.self) { try compare([results(order: nil)], over: .order) }
    }
}
