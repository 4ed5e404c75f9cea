import Evaluation
import Foundation
import Retrieval
import Testing

@Suite struct ModelComparisonTests {
    /// Results at the distances 0, 1 and 3, with all of a level's error in one of three groups.
    private func results(
        _ values: [Double], seed: String? = nil, error: Double = 0.01, dataset: String = "lines", split: String = "test"
    ) -> EvaluationResults {
        EvaluationResults(
            tool: "oodml test", dataset: dataset, model: "m", seed: seed, settings: .init(split: split),
            levels: values.enumerated().map { number, value in
                let scores = TaskScores(
                    scores: RetrievalScores(
                        metrics: [.recall(1)], values: [value], queryCount: 10, loneQueryCount: 0),
                    classCount: 3,
                    estimates: [
                        .recall(1): Estimate(value: value, contributions: [error, 0, 0], degreesOfFreedom: 2)
                    ])
                return LevelEvaluation(
                    id: "level-\(number + 1)", origin: "swap", step: number, fid: [0, 1, 3][number],
                    forward: TaskEvaluation(scores: [.full: [.model: scores, .backbone: scores]]))
            })
    }

    private func compare(_ values: [Double]...) throws -> ModelComparison {
        try ModelComparison(
            values.enumerated().map { .init(name: "\($0.offset)", runs: [results($0.element)]) })
    }

    @Test func valuesByHand() throws {
        let comparison = try compare([0.9, 0.6, 0.3], [0.8, 0.6, 0.5], [0.7, 0.6, 0.4])
        #expect(comparison.levels.map(\.shift) == [0, 1, 3])
        #expect(comparison.models.map(\.ranks) == [[1, 1, 3], [2, 1, 1], [3, 1, 2]])
        #expect(comparison.models.map(\.placesMoved) == [2, 1, 2])
        // Gains are of the catalogue.
        #expect(comparison.models.allSatisfy { $0.gains.isEmpty && $0.meanGain == nil && $0.training == nil })
        // 1/3 · 0.75 + 2/3 · 0.45.
        #expect(comparison.models[0].ags.map { abs($0.value - 0.55) < 1e-12 } == true)
        let changes = comparison.models[0].changes.map(\.value)
        #expect(zip(changes, [0.1, 0, -0.1]).allSatisfy { abs($0 - $1) < 1e-12 })
        // Scaled shifts 0, 1/3, 1 around 4/9: (−4/9·0.1 − 5/9·0.1) / (16/81 + 1/81 + 25/81).
        let slope = try #require(comparison.models[0].changeSlope)
        #expect(abs(slope.value + 0.1 * 81 / 42) < 1e-12)
        #expect(comparison.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
        #expect(comparison.pairs[0].differences.map { ($0.value * 10).rounded() } == [1, 0, -2])
        // The first leads at level 1 and the second at level 3; at level 2 neither does.
        #expect(comparison.pairs.map(\.crossings) == [[2], [2], []])
    }

    /// A mean over one direction is of other tasks than one over both.
    @Test func directionsMustBeTheSame() throws {
        func scores(_ value: Double) -> TaskScores {
            TaskScores(
                scores: RetrievalScores(metrics: [.recall(1)], values: [value], queryCount: 10, loneQueryCount: 0),
                classCount: 3, estimates: [.recall(1): Estimate(value: value)])
        }
        func results(reverse: [Bool]) -> EvaluationResults {
            EvaluationResults(
                tool: "oodml test", dataset: "lines", model: "m",
                levels: reverse.enumerated().map { number, hasReverse in
                    let task = TaskEvaluation(scores: [.full: [.model: scores(0.5)]])
                    return LevelEvaluation(
                        id: "level-\(number + 1)", origin: "swap", step: number, fid: Double(number), forward: task,
                        reverse: hasReverse ? task : nil)
                })
        }
        let (both, one) = (results(reverse: [true, true]), results(reverse: [false, false]))
        let entries = [ModelComparison.Entry(name: "both", runs: [both]), .init(name: "one", runs: [one])]
        #expect(
            throws: EvaluationError.incomparable(
                name: "one", found: "scores of forward tasks alone",
                expected: "scores in both directions, as the first has")
        ) { try ModelComparison(entries) }
        #expect(try ModelComparison(entries, direction: .forward).models.count == 2)
        #expect(try ModelComparison([entries[1], entries[1]]).models.count == 2)
    }

    @Test func errorsThatModelsShareCancel() throws {
        let comparison = try compare([0.9, 0.6, 0.3], [0.8, 0.6, 0.5])
        for pair in comparison.pairs {
            #expect(pair.ags?.standardError == 0)
            #expect(pair.differences.allSatisfy { $0.standardError == 0 })
            // Without any error a difference is certain, and none is none.
            #expect(pair.adjustedPs == [0, 1, 0])
        }
        let other = try ModelComparison([
            .init(name: "a", runs: [results([0.9, 0.6, 0.3])]),
            .init(name: "b", runs: [results([0.9, 0.6, 0.3], error: -0.01)]),
        ])
        #expect(other.pairs[0].differences[0].standardError.map { abs($0 - 0.02) < 1e-8 } == true)
        #expect(other.models[0].changes[0].standardError.map { abs($0 - 0.01) < 1e-8 } == true)
    }

    @Test func pValuesAreAdjustedOverAllPairs() throws {
        let comparison = try ModelComparison([
            .init(name: "a", runs: [results([0.5, 0.5, 0.5])]),
            .init(name: "b", runs: [results([0.45, 0.45, 0.45], error: 0.02)]),
            .init(name: "c", runs: [results([0.3, 0.3, 0.3], error: 0.04)]),
        ])
        // t = 5, 6.67 and 7.5 with 2 degrees of freedom, whose p-value is 1 − t/√(2 + t²).
        let plain = comparison.pairs.compactMap { $0.ags?.pValue }
        for (p, t) in zip(plain, [5, 20.0 / 3, 7.5]) { #expect(abs(p - (1 - t / (2 + t * t).squareRoot())) < 1e-6) }
        let adjusted = comparison.pairs.compactMap(\.agsAdjustedP)
        let expected = [max(plain[0], 3 * plain[2]), 2 * plain[1], 3 * plain[2]]
        #expect(abs(adjusted[2] - expected[2]) < 1e-12)
        #expect(abs(adjusted[1] - max(expected[1], expected[2])) < 1e-12)
        #expect(abs(adjusted[0] - max(plain[0], adjusted[1])) < 1e-12)
        // Over nine values at the levels.
        let smallest = comparison.pairs[2].adjustedPs.compactMap { $0 }
        #expect(smallest.allSatisfy { abs($0 - 9 * plain[2]) < 1e-6 })
    }

    @Test func runsEnterAsTheirMean() throws {
        let comparison = try ModelComparison([
            .init(
                name: "a",
                runs: [results([0.9, 0.6, 0.3], seed: "1"), results([0.7, 0.6, 0.3], seed: "2", error: 0.03)]),
            .init(name: "b", runs: [results([0.5, 0.5, 0.5])]),
        ])
        let model = comparison.models[0]
        #expect(model.runs == ["1", "2"])
        #expect(abs(model.curve.points[0].estimate.value - 0.8) < 1e-12)
        #expect(model.curve.points[0].estimate.standardError.map { abs($0 - 0.02) < 1e-8 } == true)
        let runs = try #require(model.valuesOverRuns.first)
        // Two runs 0.2 apart: a standard deviation of 0.2/√2, over √2, times tan(0.475 π).
        #expect(runs.margin.map { abs($0 - 0.1 * tan(0.475 * Double.pi)) < 1e-9 } == true)
        #expect(model.valuesOverRuns[1].margin == 0)
        #expect(comparison.models[1].valuesOverRuns.isEmpty && comparison.models[1].agsOverRuns == nil)
    }

    @Test func whatCannotBeComparedIsRefused() throws {
        func refusal(_ other: EvaluationResults, metric: RetrievalMetric = .recall(1), over axis: ShiftAxis = .fid)
            -> String
        {
            do {
                _ = try ModelComparison(
                    [.init(name: "a", runs: [results([0.9, 0.6, 0.3])]), .init(name: "b", runs: [other])],
                    metric: metric, over: axis)
                return ""
            } catch {
                return "\(error)"
            }
        }
        #expect(refusal(results([0.9, 0.6, 0.3])).isEmpty)
        #expect(
            refusal(results([0.9, 0.6]))
                == "b cannot be compared: found the levels level-1 (fid 0.0), level-2 (fid 1.0); expected the levels "
                + "level-1 (fid 0.0), level-2 (fid 1.0), level-3 (fid 3.0), as the first has")
        #expect(
            refusal(results([0.9, 0.6, 0.3], dataset: "x")).contains("found results on x; expected results on lines"))
        #expect(
            refusal(results([0.9, 0.6, 0.3], split: "validation fold 0"))
                .contains("found the split validation fold 0; expected the split test"))
        #expect(
            refusal(results([0.9, 0.6, 0.3]), metric: .rPrecision)
                .contains("a cannot be compared: found a level without R-precision"))
        #expect(refusal(results([0.9, 0.6, 0.3]), over: .excess).contains("over excess); expected it at every level"))
    }

    @Test func theJSON() throws {
        let data = try JSONEncoder().encode(try compare([0.9, 0.6, 0.3], [0.8, 0.6, 0.5]))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["metric"] as? String == "recall@1")
        let models = try #require(object["models"] as? [[String: Any]])
        let levels = try #require(models[1]["levels"] as? [[String: Any]])
        #expect(levels[2]["rank"] as? Int == 1)
        #expect((levels[2]["value"] as? [String: Double])?["value"] == 0.5)
        let pairs = try #require(object["pairs"] as? [[String: Any]])
        #expect(pairs[0]["crossings"] as? [String] == ["level-3"])
        #expect((pairs[0]["ags"] as? [String: Any])?["p_adjusted"] as? Double == 0)
    }
}
