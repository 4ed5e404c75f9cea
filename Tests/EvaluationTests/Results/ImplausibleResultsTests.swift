import Evaluation
import Files
import Foundation
import Retrieval
import TestSupport
import Testing

/// Results that somebody changed: read, or refused in one sentence that says where; never the end of the process.
@Suite struct ImplausibleResultsTests {
    private let json: EditableJSON
    private let task = "levels.1.scores.full.model.forward"

    init() throws {
        func scores(_ value: Double) -> TaskScores {
            TaskScores(
                scores: RetrievalScores(
                    metrics: [.recall(1), .averagePrecisionAtR], values: [value, value / 2], queryCount: 9,
                    loneQueryCount: 1), classCount: 5,
                estimates: [
                    .recall(1): Estimate(value: value, contributions: [0.01, -0.02, 0.03], degreesOfFreedom: 2)
                ])
        }
        let episodes = [0.5, 0.75].map { value in
            let mean = RetrievalScores(metrics: [.recall(1)], values: [value], queryCount: 9, loneQueryCount: 0)
            return FewShotEpisodeScores(baseline: mean, adapted: mean, classCount: 2, leftOutClassCount: 0)
        }
        let results = EvaluationResults(
            tool: "t", dataset: "d", model: "m",
            levels: (0..<3).map { number in
                func task(_ value: Double) -> TaskEvaluation {
                    TaskEvaluation(
                        scores: [.full: [.model: scores(value), .backbone: scores(value / 2)]], episodes: episodes)
                }
                return LevelEvaluation(
                    id: "level-\(number)", origin: "swap", step: number, fid: Double(number + 1), excess: 1,
                    forward: task(0.5), reverse: task(0.75), shots: 2)
            })
        json = try EditableJSON(Data(stableJSON(results).utf8))
    }

    private func sentence(_ change: (inout EditableJSON) -> Void) throws -> String? {
        var changed = json
        change(&changed)
        let folder = try TemporaryFolder()
        let file = try folder.write(changed.data, to: "results.json")
        do {
            _ = try readJSON(EvaluationResults.self, from: file, as: "results")
            return nil
        } catch let error as FileError {
            return error.description.dropping("\(file.path): cannot be read as results: ")
        }
    }

    @Test func soundResultsAreRead() throws {
        #expect(try sentence { _ in } == nil)
    }

    @Test(arguments: [
        ("fid", -1), ("fid", 1e308), ("excess", -1e308), ("step", -1), ("scores.full.model.forward.recall@1", 1.5),
        ("scores.full.model.reverse.recall@1", -1e308), ("scores.full.model.forward.query_count", 9.2e18),
        ("scores.full.model.forward.lone_query_count", -1), ("scores.full.backbone.forward.class_count", 9e18),
        ("scores.full.model.forward.confidence.recall@1.degrees_of_freedom", 9e18),
        ("scores.full.model.forward.confidence.recall@1.value", -0.5),
        ("scores.full.model.forward.confidence.recall@1.contributions.1", 1e37), ("few_shot.mean.shots", -1),
        ("few_shot.mean.query_count", -1), ("few_shot.forward.gain.recall@1.mean", 1e308),
        ("few_shot.reverse.baseline.recall@1.standard_deviation", -1),
    ])
    func numbersThatNoScoresHave(path: String, value: Double) throws {
        // A whole number, so that it is a count.
        let isCount = value == value.rounded() && abs(value) < 100
        let whole: Any = value > 8e18 && value < 1e19 ? Int.max as Any : isCount ? Int(value) as Any : value as Any
        let found = try sentence { $0["levels.1.\(path)"] = whole }
        #expect(found?.hasPrefix("levels.1.") == true && found?.contains("; expected ") == true, "\(found ?? "read")")
    }

    @Test func countsOfTheSettings() throws {
        #expect(
            try sentence { $0["settings.confidence.count"] = -3 }
                == "settings.confidence.count is -3; expected 0 to 1000000000000")
    }

    @Test func errorsOverOtherGroupsDoNotAdd() throws {
        let one = try sentence { $0["\(task).confidence.recall@1.contributions"] = [0.1] }
        #expect(
            one
                == "levels.1.scores.full.model is of errors with 1 contributions and 0 of pairs and with 3 contributions and "
                + "0 of pairs; expected the same groups of classes in all errors")
        let level = try sentence { json in
            for subject in ["model", "backbone"] {
                for direction in ["forward", "reverse"] {
                    json["levels.1.scores.full.\(subject).\(direction).confidence.recall@1.contributions"] = [0.1]
                }
            }
        }
        #expect(level?.hasPrefix("levels is of errors with 1 contributions") == true)
    }

    /// Files with other groups are not compared.
    @Test func resultsOverOtherGroupsAreNotCompared() throws {
        func results(_ contributions: [Double]) throws -> EvaluationResults {
            var changed = json
            for level in 0..<3 {
                for subject in ["model", "backbone"] {
                    for direction in ["forward", "reverse"] {
                        changed[
                            "levels.\(level).scores.full.\(subject).\(direction).confidence.recall@1.contributions"] =
                            contributions
                    }
                }
            }
            return try JSONDecoder().decode(EvaluationResults.self, from: changed.data)
        }
        let entries = try [[0.1, 0.2], [0.1]].map { ModelComparison.Entry(name: "m", runs: [try results($0)]) }
        #expect(throws: EvaluationError.self) { try ModelComparison(entries) }
    }

    @Test(arguments: [
        "", "../up", "a/b", "/x", ".hidden", "a\0b", "a\nb", "x.", "x ", "a:b", "a\u{202E}b", "a/\u{301}b",
        String(repeating: "x", count: 201), "LEVEL-0", "level-2",
    ])
    func idsThatCannotBeNamesOfFiles(id: String) throws {
        let found = try sentence { $0["levels.1.id"] = id }
        #expect(found?.contains(".id is \"") == true, "\(found ?? "read")")
        #expect(found?.unicodeScalars.contains { $0.value < 0x20 } == false)
    }

    /// A number of any size in the place of any number.
    @Test func noNumberEndsTheProcess() throws {
        let object = try JSONSerialization.jsonObject(with: json.data)
        var paths: [String] = []
        func collect(_ value: Any, _ path: [String]) {
            if let object = value as? [String: Any] {
                for (key, value) in object.sorted(by: { $0.key < $1.key }) { collect(value, path + [key]) }
            } else if let list = value as? [Any] {
                for (index, value) in list.enumerated() { collect(value, path + ["\(index)"]) }
            } else if value is NSNumber {
                paths.append(path.joined(separator: "."))
            }
        }
        collect(object, [])
        #expect(paths.count > 100)
        let values: [Any] = [0, 1, -1, Int.max, Int.min, 1e308, -1e308, Double.leastNonzeroMagnitude, 1e100]
        let own = ["levels.1.scores.full.model.forward", "levels.1.few_shot.mean", "levels.1.fid", "levels.1.e", "set"]
        for path in paths where own.contains(where: path.hasPrefix) {
            for value in values {
                var changed = json
                changed[path] = value
                guard let results = try? JSONDecoder().decode(EvaluationResults.self, from: changed.data) else {
                    continue
                }
                _ = try stableJSON(results)
                _ = resultsTable(results).text
                _ = try? ModelComparison([.init(name: "a", runs: [results]), .init(name: "b", runs: [results])])
            }
        }
    }
}
