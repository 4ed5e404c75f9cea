import Evaluation
import Foundation
import Reports
import Retrieval
import Splits
import TestSupport
import Testing

/// The sentences at the end of a study.
struct VerdictSentencesTests {
    private static func manifest() throws -> SplitManifest {
        try SplitManifest(readingFrom: repositoryFolder.appending(path: "splits/glyphs200/manifest.json"))
    }

    private static var task: TaskEvaluation {
        TaskEvaluation(scores: [.full: [.model: scores(0.5), .backbone: scores(0.4)]])
    }

    /// The sentences about models whose scores are higher than those of the samples by given leads.
    private func sentences(leads: [Double]) throws -> [String] {
        var entries = leads.enumerated().map { number, lead in
            ModelComparison.Entry(name: "model \(number)", runs: [sampleResults(lead: lead, catalogue: true)])
        }
        entries.append(.init(name: "frozen", runs: [entries[0].runs[0]], subject: .backbone))
        let comparison = try ModelComparison(entries, metric: .recall(1), gallery: .catalogue)
        return verdictSentences(comparison, manifest: try Self.manifest())
    }

    /// The published splits: their distances, and the levels whose shift the manifest shows.
    @Test func whatTheShiftIsComesAfterTheFinding() throws {
        let manifest = try Self.manifest()
        let shown = manifest.levels.count { $0.isShift == true }
        #expect(
            try sentences(leads: [0])[2]
                == "9 levels lead the test classes of glyphs200 away from the training classes, at a distance (fid) of 5.4 to 160.9; "
                + "at \(shown) of them the shift is beyond chance.")
        #expect(try sentences(leads: [0])[3].hasPrefix("At level-9, the hardest, "))
    }

    /// Gains of .7 − .02 i over .6: .1 at the easiest of nine levels, −.06 at the hardest, and .05 more for the second model.
    @Test func theBestAtEachEndIsNamed() throws {
        let found = try sentences(leads: [0, 0.05])
        #expect(found.count == 4)
        #expect(
            found[0].contains("model 1 +0.150") && found[0].contains("-0.010 ± 0.000 at the hardest"), "\(found[0])")
        #expect(
            found[1]
                == "At the hardest level training harms, beyond noise: model 1, the best there, by 0.010 ± 0.000 and model 0 by 0.060 ± 0.000.",
            "\(found[1])")
        #expect(try sentences(leads: [0])[1].contains("harms, beyond noise: model 0 by 0.060"))
    }

    /// The sample's errors cancel in differences, so the change is beyond noise: .16 of 1 along the levels.
    @Test func whatFadesIsSaidToFade() throws {
        let found = try sentences(leads: [0, 0.05])
        #expect(found[0].hasPrefix("What training adds fades as the classes move away: with model 1"), "\(found[0])")
        #expect(found[0].hasSuffix("So it does for the other."), "\(found[0])")
    }

    /// An embedding that was not trained along the levels has the same gain at all; MAP@R is a third of the samples' Recall@1.
    @Test func whatIsTheSameEverywhereIsSaidToBe() throws {
        func results(_ model: Double) -> EvaluationResults {
            let levels = (0..<3).map { i in
                LevelEvaluation(
                    id: "level-\(i + 1)", origin: "swap", step: i, fid: Double(10 * i + 10),
                    forward: TaskEvaluation(scores: [.full: [.model: scores(0.5)]]),
                    catalogue: [.model: scores(model), .backbone: scores(0.6)])
            }
            return EvaluationResults(tool: "oodml test", dataset: "d", model: "dino.npy", levels: levels)
        }
        let found = try verdictSentences(of: [results(0.65)], manifest: Self.manifest())
        #expect(found.count == 3)
        #expect(
            found[0].hasPrefix("dino.npy scores the same at every level, ahead of the backbone by 0.017 ± 0.000"),
            "\(found[0])")
        let behind = try verdictSentences(of: [results(0.5)], manifest: Self.manifest())
        #expect(behind[0].contains("behind the backbone by 0.033 ± 0.000"), "\(behind[0])")
    }

    /// Runs of one model are one model, and without a backbone only scores are told.
    @Test func evaluationsEndInSentences() throws {
        let runs = ["1", "2"].map { sampleResults(model: "m", seed: $0, lead: 0.01, catalogue: true) }
        let found = try verdictSentences(
            of: runs + [sampleResults(model: "n", catalogue: true)], manifest: Self.manifest())
        #expect(found.count == 4)
        #expect(found[0].contains("with m +0.037") && found[0].contains("over the backbone at the easiest"), "\(found)")
        let bare = try verdictSentences(
            of: [sampleResults(model: "m", backbone: false, catalogue: true)], manifest: Self.manifest())
        #expect(bare.count == 3)
        #expect(bare[0].contains("m has MAP@R 0.233 ± ") && bare[0].contains("0.180"), "\(bare[0])")
        #expect(bare[0].hasSuffix("only a comparison with the backbone tells."))
        let within = try verdictSentences(of: [sampleResults(model: "m", backbone: false)], manifest: Self.manifest())
        #expect(within[0].hasSuffix("nothing is concluded about shift."), "\(within[0])")
    }

    /// Models that score the same everywhere hide nothing of the others, whatever their gain.
    @Test func constantModelsHaveTheirOwnSentence() throws {
        func constant(_ value: Double) -> EvaluationResults {
            let levels = sampleResults(catalogue: true).levels.map { level in
                LevelEvaluation(
                    id: level.id, origin: level.origin, step: level.step, fid: level.fid, excess: level.excess,
                    forward: Self.task, reverse: Self.task,
                    catalogue: [.model: scores(value), .backbone: scores(0.6)])
            }
            return EvaluationResults(tool: "oodml test", dataset: "cub200", model: "const.npy", levels: levels)
        }
        let found = try verdictSentences(
            of: [constant(0.95), sampleResults(model: "heads.npy", lead: 0.1, catalogue: true)],
            manifest: Self.manifest())
        #expect(found[0].hasPrefix("What training adds fades") && found[0].contains("with heads.npy"), "\(found)")
        #expect(found[1].contains("At the hardest level heads.npy adds +0.0"), "\(found)")
        #expect(
            found[2].hasPrefix("const.npy scores the same at every level, ahead of the backbone by 0.117"), "\(found)")
    }

    /// Without errors nothing is called noise.
    @Test func withoutErrorsNothingIsCalledNoise() throws {
        let levels = sampleResults(catalogue: true).levels.map { level in
            func bare(_ value: Double) -> TaskScores { scores(value, hasError: false) }
            return LevelEvaluation(
                id: level.id, origin: level.origin, step: level.step, fid: level.fid, forward: Self.task,
                catalogue: [.model: bare(0.7 - level.fid / 1000), .backbone: bare(0.6)])
        }
        let results = EvaluationResults(tool: "oodml test", dataset: "cub200", model: "m", levels: levels)
        let found = try verdictSentences(of: [results], manifest: Self.manifest())
        #expect(found[0].hasSuffix("whether that is beyond noise cannot be told without intervals."), "\(found[0])")
        #expect(!found.contains { $0.contains("not beyond noise") || $0.contains("nothing beyond noise") }, "\(found)")
    }

    /// One rule, whatever else is compared: adjusted over the models, not over pairs with the frozen features.
    @Test func theVerdictHangsOnNoOtherPairs() throws {
        let entries = (0..<4).map { number in
            ModelComparison.Entry(
                name: "model \(number)", runs: [sampleResults(lead: 0.05 * Double(number), catalogue: true)])
        }
        let alone = try ModelComparison(entries, metric: .recall(1), gallery: .catalogue)
        let beside = try ModelComparison(
            entries + [.init(name: "frozen", runs: entries[0].runs, subject: .backbone)], metric: .recall(1),
            gallery: .catalogue)
        #expect((0..<4).map { alone.shownChange(ofModel: $0) } == (0..<4).map { beside.shownChange(ofModel: $0) })
        #expect(alone.shownChange(ofModel: 0) == -1 && beside.shownChange(ofModel: 4) == nil)
        #expect(try ModelComparison(entries, metric: .recall(1)).shownChange(ofModel: 0) == nil)
    }

    /// A template is no name, and of several paths only what differs is one.
    @Test func modelsAreCalledByWhatTellsThemApart() throws {
        func found(_ names: [String]) throws -> String {
            try verdictSentences(
                of: names.enumerated().map { sampleResults(model: $1, lead: 0.01 * Double($0), catalogue: true) },
                manifest: Self.manifest()
            )[0]
        }
        #expect(try found(["runs/{level}.npy"]).contains("with the model +0."))
        #expect(try found(["runs/dino.npy"]).contains("with dino.npy +0."))
        #expect(try found(["runs/a/{level}.npy", "runs/b/{level}.npy"]).contains("with b +0."))
        #expect(try found(["runs/x/a.npy", "runs/b.npy"]).contains("with b.npy +0."))
        let template = sampleResults(model: "{level}.npy", backbone: false, catalogue: true)
        #expect(try verdictSentences(of: [template], manifest: Self.manifest())[0].hasPrefix("The model has MAP@R"))
    }

    /// Which others harm where the shift is largest is said too.
    @Test func whoHarmsAtTheHardestLevelIsNamed() throws {
        let found = try sentences(leads: [0.2, -0.1, -0.05])
        // The gains at the hardest level are .14, −.16 and −.11.
        #expect(
            found[1].hasSuffix(
                "model 2 (-0.110 ± 0.000) and model 1 (-0.160 ± 0.000) harm there, beyond noise."), "\(found[1])")
        #expect(try !sentences(leads: [0.2, 0.1])[1].contains("harm"))
    }

    /// Scores among few classes say little, and that is said last.
    @Test func fewClassesAreNamed() throws {
        let manifest = try Self.manifest()
        #expect(manifest.levels.allSatisfy { min($0.train.count, $0.test.count) >= 10 })
        let many = verdictSentences(of: [sampleResults(model: "m", catalogue: true)], manifest: manifest)
        #expect(!many.contains { $0.contains("say little") })
        let text = try String(
            contentsOf: repositoryFolder.appending(path: "splits/glyphs200/manifest.json"), encoding: .utf8)
        var json = try EditableJSON(Data(text.utf8))
        let test = try #require(json["levels.8.test"] as? [Any])
        json["levels.8.test"] = Array(test.prefix(7))
        let few = try JSONDecoder().decode(SplitManifest.self, from: json.data)
        let found = verdictSentences(of: [sampleResults(model: "m", catalogue: true)], manifest: few)
        #expect(found.last == "The smallest side has only 7 classes; scores of so few say little.")
    }

    @Test func theLeaderIsByArea() throws {
        let entries = [0, 0.05, 0.02].enumerated().map { number, lead in
            ModelComparison.Entry(name: "model \(number)", runs: [sampleResults(lead: lead, catalogue: true)])
        }
        let comparison = try ModelComparison(entries, metric: .recall(1), gallery: .catalogue)
        let sentence = try #require(leaderSentence(comparison))
        #expect(sentence.hasPrefix("model 1 is ahead over all levels, AGS 0."), "\(sentence)")
        #expect(
            sentence.contains(
                "; the next, model 2, is 0.030 ± 0.000 behind, beyond noise (p = 0.000, adjusted for all pairs)."),
            "\(sentence)")
        #expect(leaderSentence(try ModelComparison([entries[0]], metric: .recall(1))) == nil)
    }

    @Test func nothingGainedIsNotSaidToFade() throws {
        let found = try sentences(leads: [-0.2])
        #expect(
            found[0].hasPrefix("Training harms even where the classes are like the training classes: with model 0"),
            "\(found[0])")
        #expect(
            found[1] == "At the hardest level training harms, beyond noise: model 0 by 0.260 ± 0.000.", "\(found[1])")
    }
}
