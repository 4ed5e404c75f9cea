import Evaluation
import Foundation
import Retrieval
import Testing

/// Scores of two metrics whose error is all in one of two groups.
private func scores(_ value: Double, error: Double? = 0.01, classCount: Int = 8) -> TaskScores {
    let metrics: [RetrievalMetric] = [.recall(1), .reciprocalRank]
    let values = [value, value / 2]
    return TaskScores(
        scores: RetrievalScores(metrics: metrics, values: values, queryCount: 10, loneQueryCount: 4),
        classCount: classCount,
        estimates: error.map { error in
            Dictionary(
                uniqueKeysWithValues: zip(metrics, values).map {
                    ($0, Estimate(value: $1, contributions: [error, 0], degreesOfFreedom: 1))
                })
        } ?? [:])
}

private func task(_ model: Double, _ backbone: Double? = nil) -> TaskEvaluation {
    var subjects: [Subject: TaskScores] = [.model: scores(model)]
    if let backbone { subjects[.backbone] = scores(backbone, error: 0.03) }
    return TaskEvaluation(scores: [.full: subjects])
}

private func level(
    _ id: String, fid: Double, excess: Double? = nil, forward: TaskEvaluation?, reverse: TaskEvaluation?
) -> LevelEvaluation {
    LevelEvaluation(id: id, origin: "swap", step: 3, fid: fid, excess: excess, forward: forward, reverse: reverse)
}

@Suite struct EvaluationResultsTests {
    @Test func directionsAndLeadsByHand() throws {
        let both = level("a", fid: 1, forward: task(0.75, 0.25), reverse: task(0.25, 0.5))
        let mean = try #require(both.scores(of: .model)?.mean)
        #expect(mean.scores[.recall(1)] == 0.5)
        #expect(mean.classCount == 16)
        #expect(mean.scores.queryCount == 20)
        let lead = try #require(both.lead()?[.recall(1)])
        #expect(lead.value == 0.125)
        // (0.03 − 0.01) in the one group in both directions, so their mean is as far off.
        #expect(lead.standardError.map { abs($0 - 0.02) < 1e-8 } == true)
        #expect(both.lead(direction: .forward)?[.recall(1)]?.value == 0.5)
        #expect(both.lead(gallery: .matched) == nil)
        #expect(level("a", fid: 1, forward: task(0.5), reverse: nil).lead() == nil)
    }

    /// A fuzzer found that such a file ended the program.
    @Test func errorsOverDifferentGroupsAreRefused() throws {
        let one = #"{"recall@1":1,"query_count":1,"lone_query_count":0,"class_count":2"#
        func scores(_ contributions: String, pairs: String = "[]") -> String {
            one + #","confidence":{"recall@1":{"value":1,"degrees_of_freedom":1,"contributions":\#(contributions),"#
                + #""pair_contributions":\#(pairs)}}}"#
        }
        func level(_ subjects: String) -> String {
            #"{"id":"a","origin":"swap","step":0,"fid":1,"scores":{"full":{\#(subjects)}}}"#
        }
        func decode(_ json: String) throws -> LevelEvaluation {
            try JSONDecoder().decode(LevelEvaluation.self, from: Data(json.utf8))
        }
        let same = #""model":{"forward":\#(scores("[1,2]")),"reverse":\#(scores("[3,4]"))}"#
        #expect(try decode(level(same)).scores(of: .model)?.mean.estimates[.recall(1)]?.contributions == [2, 3])
        for other in [scores("[3]"), scores("[3,4]", pairs: "[1]")] {
            let different = #""model":{"forward":\#(scores("[1,2]")),"reverse":\#(other)}"#
            #expect(throws: (any Error).self) { try decode(level(different)) }
        }
        // Counts whose sum would overflow.
        let many = one.replacingOccurrences(of: "1,\"lone", with: "\(Int.max),\"lone") + "}"
        #expect(throws: (any Error).self) {
            try decode(level(#""model":{"forward":\#(many),"reverse":\#(many)}"#))
        }
    }

    @Test func oneDirectionIsItsOwnMean() throws {
        let only = level("a", fid: 1, forward: task(0.5, 0.25), reverse: nil)
        let scores = try #require(only.scores(of: .model))
        #expect(scores.reverse == nil)
        #expect(scores[.mean] == scores.forward)
        #expect(only.lead() == only.lead(direction: .forward))
    }

    @Test func aSubjectOfOneDirectionOnlyIsLeftOut() {
        let mixed = level("a", fid: 1, forward: task(0.5, 0.25), reverse: task(0.5))
        #expect(mixed.scores(of: .model)?.reverse != nil)
        #expect(mixed.scores(of: .backbone) == nil)
    }

    private func results(reverse: Bool = true) -> EvaluationResults {
        EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "runs/{level}-{direction}.npy", seed: "7",
            settings: .init(split: "validation fold 2", similarity: .euclidean, confidence: .fixedGalleryBootstrap()),
            levels: [
                level("hard", fid: 30, excess: 25, forward: task(0.25, 0), reverse: reverse ? task(0.75, 1) : nil),
                level("easy", fid: 10, excess: 28, forward: task(0.75, 1), reverse: reverse ? task(0.75, 1) : nil),
            ])
    }

    @Test func levelsGrowHarderAndAGSIsTheArea() {
        let results = results()
        #expect(results.levels.map(\.id) == ["easy", "hard"])
        #expect(results.metrics == [.recall(1), .reciprocalRank])
        func ags(_ key: EvaluationResults.CurveKey) -> Double? {
            results.completeCurve(of: .recall(1), key)?.aggregatedGeneralizationScore?.value
        }
        #expect(ags(.init(direction: .forward)) == 0.5)
        #expect(ags(.init(direction: .reverse)) == 0.75)
        #expect(ags(.init()) == 0.625)
        #expect(ags(.init(.backbone, direction: .forward)) == 0.5)
        #expect(ags(.init(.tricked)) == nil)
        #expect(results.curve(of: .recall(1), .init(.backbone)).points.map(\.shift) == [10, 30])
        // By excess the order is the other way round.
        #expect(results.curve(of: .recall(1), .init(over: .excess)).points.map(\.level) == ["hard", "easy"])
        #expect(results.completeCurve(of: .recall(1), .init(over: .excess))?.slope?.value == 0.25)
    }

    @Test func theChangeOfTheLead() throws {
        // Forward: the lead is −0.25 at the easy level and 0.25 at the hard one.
        let change = try #require(results().leadChange(of: .recall(1), direction: .forward))
        #expect(change.value == 0.5)
        // Both leads miss by the same.
        #expect(change.standardError == 0)
        #expect(results().leadChange(of: .recall(1), direction: .reverse)?.value == 0)
        #expect(results().leadChange(of: .recall(1))?.value == 0.25)
        #expect(results().leadChange(of: .recall(1), gallery: .matched) == nil)
    }

    @Test func oneLevelHasNoAGS() {
        let only = level("a", fid: 1, forward: task(0.5), reverse: nil)
        let results = EvaluationResults(tool: "oodml test", dataset: "lines", model: "m", levels: [only])
        #expect(results.completeCurve(of: .recall(1))?.aggregatedGeneralizationScore == nil)
        #expect(results.leadChange(of: .recall(1)) == nil)
        #expect(results.completeCurve(of: .recall(1), .init(over: .excess)) == nil, "the level has no excess")
    }

    @Test func directionsThatDifferAreNotAveragedOverLevels() {
        let results = EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "m",
            levels: [
                level("a", fid: 1, forward: task(0.5), reverse: task(0.5)),
                level("b", fid: 2, forward: task(0.5), reverse: nil),
            ])
        #expect(results.completeCurve(of: .recall(1)) == nil)
        #expect(results.curve(of: .recall(1), .init(direction: .reverse)).points.map(\.level) == ["a"])
    }

    @Test(arguments: [true, false])
    func jsonRoundTrips(reverse: Bool) throws {
        let results = results(reverse: reverse)
        let data = try JSONEncoder().encode(results)
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: data) == results)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["schema_version"] as? Int == 4)
        #expect(object["metrics"] as? [String] == ["recall@1", "mrr"])
        let levels = try #require(object["levels"] as? [[String: Any]])
        let scores = try #require(levels[0]["scores"] as? [String: [String: [String: [String: Any]]]])
        let model = try #require(scores["full"]?["model"])
        #expect(Set(model.keys) == (reverse ? ["forward", "reverse", "mean"] : ["forward", "mean"]))
        #expect(model["forward"]?["recall@1"] as? Double == 0.75)
        #expect(
            Set(model["mean", default: [:]].keys)
                == ["recall@1", "mrr", "query_count", "lone_query_count", "class_count", "confidence"])
        let confidence = try #require(model["mean"]?["confidence"] as? [String: [String: Any]])
        #expect(confidence["mrr"]?.keys.sorted() == ["high", "low", "standard_error", "value"])
        let curves = try #require(object["curves"] as? [[String: Any]])
        let first = try #require(curves.first)
        #expect(first["over"] as? String == "fid" && first["direction"] as? String == "forward")
        #expect((first["ags"] as? [String: Double])?["value"] == 0.5)
        #expect(first["worst_level"] as? String == "hard")
        // Two axes, two subjects, the directions and two metrics.
        #expect(curves.count == 2 * 2 * (reverse ? 3 : 2) * 2)
        let leads = try #require(object["leads"] as? [[String: Any]])
        #expect(leads.count == 2 * (reverse ? 3 : 2) * 2)
    }

    @Test func scoresWithoutErrorsRoundTrip() throws {
        let plain = TaskEvaluation(scores: [
            .matched: [.model: scores(0.5, error: nil)], .full: [.model: scores(0.25)],
        ])
        let results = EvaluationResults(
            tool: "oodml test", dataset: "lines", model: "m", settings: .init(confidence: .none),
            levels: [level("a", fid: 1, forward: plain, reverse: plain)])
        let data = try JSONEncoder().encode(results)
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: data) == results)
        #expect(results.levels[0].scores(of: .model, gallery: .matched)?.mean.estimates[.recall(1)]?.margin == nil)
    }

    @Test func anotherSchemaVersionIsRefused() throws {
        let text = String(decoding: try JSONEncoder().encode(results()), as: UTF8.self)
        let other = text.replacingOccurrences(of: "\"schema_version\":4", with: "\"schema_version\":1")
        #expect(other != text)
        #expect(throws: EvaluationError.schemaVersion(found: 1, expected: 4)) {
            try JSONDecoder().decode(EvaluationResults.self, from: Data(other.utf8))
        }
        // Those of version 2 only lack the catalogue.
        let earlier = text.replacingOccurrences(of: "\"schema_version\":4", with: "\"schema_version\":2")
        #expect(try JSONDecoder().decode(EvaluationResults.self, from: Data(earlier.utf8)) == results())
    }
}
