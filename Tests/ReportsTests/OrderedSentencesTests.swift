import Evaluation
import Reports
import Retrieval
import Testing

/// Words about levels that follow an order: no level is easier or farther for being an earlier one.
@Suite struct OrderedSentencesTests {
    private static let orders = [
        LevelOrder(name: "launched", classValue: "median", kind: "dates"),
        LevelOrder(name: "near", classValue: nil, kind: nil),
    ]

    private func results(_ order: LevelOrder?, fall: Double = 0.02, name: String = "m") -> EvaluationResults {
        let levels = sampleResults(catalogue: true).levels.enumerated().map { i, level in
            LevelEvaluation(
                id: level.id, origin: level.origin, step: level.step, fid: 200 - level.fid, axisValue: Double(i) / 8,
                forward: TaskEvaluation(scores: [.full: [.model: scores(0.7), .backbone: scores(0.6)]]),
                catalogue: [.model: scores(0.75 - fall * Double(i)), .backbone: scores(0.6)])
        }
        return EvaluationResults(tool: "oodml test", dataset: "d", model: name, order: order, levels: levels)
    }

    private func words(_ order: LevelOrder?) throws -> [String] {
        let runs = [results(order), results(order, fall: 0.01, name: "n")]
        let entries = runs.map { ModelComparison.Entry(name: $0.model, runs: [$0]) }
        let comparison = try ModelComparison(
            entries + [.init(name: "frozen features", runs: [runs[0]], subject: .backbone)],
            metric: .averagePrecisionAtR, gallery: .catalogue)
        let charts: [any Chart] = [
            CurveChart(runs[0]), GainChart(runs: [("m", [runs[0]])]), ComparisonChart(comparison, .values),
            AreaChart(comparison),
        ]
        return verdictSentences(comparison, manifest: nil) + changeSentences(comparison)
            + runs.compactMap(costSentence) + [catalogueTable(runs[0])?.latex ?? "", levelTable(runs[0]).latex]
            + [curveTable(runs[0]).latex, subjectTable(runs).latex]
            + paperTables(comparison).map(\.table.latex) + charts.flatMap { [$0.description, $0.svg] }
    }

    @Test(arguments: orders) func noLevelIsEasier(_ order: LevelOrder) throws {
        let all = try words(order)
        for word in ["easiest", "hardest", "farther", "farthest", "move away", "Fréchet"] {
            #expect(!all.contains { $0.contains(word) }, "\(word)")
        }
        #expect(all[0].contains("at the first level") && all[0].contains("at the last"), "\(all[0])")
        #expect(all.contains { $0.contains("from the first to the last level, by \(order.words)") })
        #expect(all.contains { $0.contains("over the levels by \(order.words)") })
    }

    @Test func whatChangesIsNamed() throws {
        #expect(try words(Self.orders[0])[0].contains("fades as the sides come apart by launched"))
        #expect(try words(Self.orders[1])[0].contains("fades as the nearest training classes get less near"))
        let table = levelTable(results(Self.orders[0]))
        #expect(table.columns.map(\.title).prefix(4) == ["level", "origin", "apart", "fid"])
        #expect(table.rows.map { $0[2] }.last == "1.00" && table.rows.map { $0[0] }.first == "level-1")
        // By distance the same results stand the other way round.
        #expect(levelTable(results(nil)).rows.map { $0[0] }.first == "level-9")
        #expect(try words(nil)[0].contains("at the easiest level"))
        let areas = curveTable(results(Self.orders[0]))
        #expect(areas.rows[0][2] == "by launched" && areas.rows.contains { $0[2] == "fid" })
        #expect(curveTable(results(Self.orders[0]), isWhole: false).rows.allSatisfy { $0[2] == "by launched" })
        #expect(CurveChart(results(Self.orders[1])).svg.contains("mean distance of a class to the nearest one"))
    }
}
