import DenseLinearAlgebra
import Evaluation
import Foundation
import Testing

/// Scores of pairs on a line, far from each other: a class of gap 1 finds its partner first, one of gap 0 does not.
///
/// `hits` says for each class of two samples whether both have Recall@1 = 1 (true) or 0.
private func scores(hits: [Bool]) throws -> QueryScores {
    var rows: [[Float]] = []
    var classes: [Int] = []
    for (number, hit) in hits.enumerated() {
        // A missing class lies about a lone decoy that is nearer to both than they are to each other.
        let origin = Float(number * 100)
        rows += hit ? [[origin], [origin + 1], [origin + 50]] : [[origin], [origin + 2], [origin + 1]]
        classes += [number, number, 1000 + number]
    }
    return try queryScores(
        of: Matrix(rows: rows), classNumbers: classes, similarity: .euclidean, metrics: [.recall(1), .reciprocalRank])
}

@Suite struct EvaluationResultsTests {
    private func level(
        _ id: String, fid: Double, forward: TaskEvaluation?, reverse: TaskEvaluation?
    ) -> LevelEvaluation {
        LevelEvaluation(id: id, origin: "swap", step: 3, fid: fid, forward: forward, reverse: reverse)
    }

    private func task(model: [Bool], backbone: [Bool]? = nil) throws -> TaskEvaluation {
        try TaskEvaluation(model: scores(hits: model), backbone: backbone.map { try scores(hits: $0) })
    }

    @Test func gapsAndTheirErrorsByHand() throws {
        let forward = try task(model: [true, true, false, true], backbone: [true, false, false, false])
        #expect(forward.model.scores[.recall(1)] == 0.75)
        #expect(forward.model.classCount == 8)
        #expect(forward.model.scores.loneQueryCount == 4)
        #expect(forward.backbone?.scores[.recall(1)] == 0.25)
        let gap = try #require(forward.gap)
        #expect(gap.recallAt1 == -0.5)
        // Differences 0, −1, 0, −1: variance 4 · 0.25 / 3, over 4 classes.
        let error = try #require(gap.standardError)
        #expect(abs(error - (1.0 / 12).squareRoot()) < 1e-15)
        // In reverse −1, 0: mean −0.5, variance 0.5, over 2 classes.
        let reverse = try task(model: [true, true], backbone: [false, true])
        let both = try #require(level("a", fid: 1, forward: forward, reverse: reverse).gap)
        #expect(both.reverse == RecallGap(recallAt1: -0.5, standardError: 0.5))
        #expect(both.mean.recallAt1 == -0.5)
        let combined = try #require(both.mean.standardError)
        #expect(abs(combined - (1.0 / 12 + 0.25).squareRoot() / 2) < 1e-15)
        #expect(try task(model: [true], backbone: [false]).gap == RecallGap(recallAt1: -1, standardError: nil))
    }

    @Test func oneDirectionIsItsOwnMean() throws {
        let forward = try task(model: [true, false], backbone: [false, false])
        let only = level("a", fid: 1, forward: forward, reverse: nil)
        #expect(only.scores.reverse == nil)
        #expect(only.scores.mean == forward.model)
        #expect(only.gap?.mean == forward.gap)
        #expect(only.scores[.forward] == forward.model)
        #expect(only.scores[.mean] == forward.model)
    }

    @Test func theBackboneNeedsTheSameQueries() throws {
        #expect(throws: EvaluationError.differentQueries(first: 4, second: 2)) {
            try task(model: [true], backbone: [true, false])
        }
    }

    private func results(reverse: Bool = true) throws -> EvaluationResults {
        let hard = try task(model: [true, false, false, false], backbone: [false, false, false, false])
        let easy = try task(model: [true, true, true, false], backbone: [true, true, true, true])
        return EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "runs/{level}-{direction}.npy", similarity: .euclidean,
            levels: [
                level("hard", fid: 30, forward: hard, reverse: reverse ? easy : nil),
                level("easy", fid: 10, forward: easy, reverse: reverse ? easy : nil),
            ])
    }

    @Test func levelsGrowHarderAndAGSIsTheArea() throws {
        let results = try results()
        #expect(results.levels.map(\.id) == ["easy", "hard"])
        #expect(results.metrics == [.recall(1), .reciprocalRank])
        #expect(results.ags?.forward?[.recall(1)] == 0.5)
        #expect(results.ags?.reverse?[.recall(1)] == 0.75)
        #expect(results.ags?.mean[.recall(1)] == 0.625)
        #expect(results.backboneAGS?.forward?[.recall(1)] == 0.5)
        #expect(results.curve(of: .backbone, direction: .forward).points.map(\.fid) == [10, 30])
    }

    @Test func theGrowthOfTheGap() throws {
        let growth = try #require(try results().gapGrowth)
        // Forward: the gap is 0.25 at the easy level and −0.25 at the hard one; differences 0, 0, 0, 1 and −1, 0, 0, 0.
        #expect(growth.forward?.difference == -0.5)
        let error = try #require(growth.forward?.standardError)
        #expect(abs(error - (2 * 0.0625).squareRoot()) < 1e-15)
        #expect(growth.reverse?.difference == 0)
        #expect(growth.mean.difference == -0.25)
    }

    @Test func oneLevelHasNoAGS() throws {
        let only = level("a", fid: 1, forward: try task(model: [true, false]), reverse: nil)
        let results = EvaluationResults(tool: "oodml test", dataset: "lines", model: "m", levels: [only])
        #expect(results.ags == nil && results.backboneAGS == nil && results.gapGrowth == nil)
        #expect(results.levels[0].backbone == nil && results.levels[0].gap == nil)
    }

    @Test func directionsThatDifferAreNotAveragedOverLevels() throws {
        let easy = try task(model: [true, false])
        let results = EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "m",
            levels: [
                level("a", fid: 1, forward: easy, reverse: easy), level("b", fid: 2, forward: easy, reverse: nil),
            ])
        #expect(results.ags == nil)
        #expect(results.curve(of: .model, direction: .reverse).points.map(\.level) == ["a"])
    }

    @Test(arguments: [true, false])
    func jsonRoundTrips(reverse: Bool) throws {
        let results = try results(reverse: reverse)
        let data = try JSONEncoder().encode(results)
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: data) == results)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["schema_version"] as? Int == 1)
        #expect(object["metrics"] as? [String] == ["recall@1", "mrr"])
        let levels = try #require(object["levels"] as? [[String: Any]])
        let scores = try #require(levels[0]["scores"] as? [String: [String: Any]])
        #expect(Set(scores.keys) == (reverse ? ["forward", "reverse", "mean"] : ["forward", "mean"]))
        #expect(scores["forward"]?["recall@1"] as? Double == 0.75)
        #expect(
            Set(scores["forward", default: [:]].keys)
                == ["recall@1", "mrr", "query_count", "lone_query_count", "class_count"])
        let gap = try #require(levels[0]["gap"] as? [String: [String: Double]])
        #expect(gap["forward"]?.keys.sorted() == ["gap_standard_error", "recall@1"])
        let ags = try #require(object["ags"] as? [String: [String: Double]])
        #expect(ags["forward"]?["recall@1"] == 0.5)
    }

    @Test func anotherSchemaVersionIsRefused() throws {
        let text = String(decoding: try JSONEncoder().encode(results()), as: UTF8.self)
        let other = text.replacingOccurrences(of: "\"schema_version\":1", with: "\"schema_version\":2")
        #expect(other != text)
        #expect(throws: EvaluationError.schemaVersion(found: 2, expected: 1)) {
            try JSONDecoder().decode(EvaluationResults.self, from: Data(other.utf8))
        }
    }
}
