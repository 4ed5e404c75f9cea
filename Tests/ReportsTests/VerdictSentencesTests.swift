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

    /// The sentences about models whose scores are higher than those of the samples by given leads.
    private func sentences(leads: [Double]) throws -> [String] {
        var entries = leads.enumerated().map { number, lead in
            ModelComparison.Entry(name: "model \(number)", runs: [sampleResults(lead: lead, catalogue: true)])
        }
        entries.append(.init(name: "frozen", runs: [entries[0].runs[0]], subject: .backbone))
        let comparison = try ModelComparison(entries, metric: .recall(1), gallery: .catalogue)
        return verdictSentences(comparison, frozen: "frozen", manifest: try Self.manifest())
    }

    /// The published splits: their distances, and the levels whose shift the manifest shows.
    @Test func theFirstSaysWhatTheShiftIs() throws {
        let manifest = try Self.manifest()
        let shown = manifest.levels.count { $0.isShift == true }
        #expect(
            try sentences(leads: [0]).first
                == "9 levels lead the test classes of glyphs200 away from the training classes, from fid 5.4 to 160.9; at \(shown) of "
                + "them the shift is beyond chance.")
        #expect(try sentences(leads: [0])[1].hasPrefix("At level-9, the hardest, "))
    }

    /// Gains of .7 − .02 i over .6: .1 at the easiest of nine levels, −.06 at the hardest, and .05 more for the second model.
    @Test func theBestAtEachEndIsNamed() throws {
        let found = try sentences(leads: [0, 0.05])
        #expect(found.count == 4)
        #expect(
            found[2].contains("model 1 +0.150") && found[2].contains("-0.010 ± 0.000 at the hardest"), "\(found[2])")
        #expect(found[3].contains("model 1, the best there, adds -0.010"), "\(found[3])")
        #expect(try sentences(leads: [0])[3].contains("model 0 adds -0.060"))
    }

    /// The sample's errors cancel in differences, so the change is beyond noise: .16 of 1 along the levels.
    @Test func whatFadesIsSaidToFade() throws {
        let found = try sentences(leads: [0, 0.05])
        #expect(found[2].hasPrefix("What training adds fades as the classes move away: with model 1"), "\(found[2])")
        #expect(found[2].hasSuffix("So it does for the other objective."), "\(found[2])")
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
            found[2].hasPrefix("dino.npy is the same at every level, and ahead of the backbone by 0.017 ± 0.000"),
            "\(found[2])")
        let behind = try verdictSentences(of: [results(0.5)], manifest: Self.manifest())
        #expect(behind[2].contains("behind the backbone by 0.033 ± 0.000"), "\(behind[2])")
    }

    /// Runs of one model are one model, and without a backbone only scores are told.
    @Test func evaluationsEndInSentences() throws {
        let runs = ["1", "2"].map { sampleResults(model: "m", seed: $0, lead: 0.01, catalogue: true) }
        let found = try verdictSentences(
            of: runs + [sampleResults(model: "n", catalogue: true)], manifest: Self.manifest())
        #expect(found.count == 4)
        #expect(found[2].contains("with m +0.037") && found[2].contains("over the backbone at the easiest"), "\(found)")
        let bare = try verdictSentences(
            of: [sampleResults(model: "m", backbone: false, catalogue: true)], manifest: Self.manifest())
        #expect(bare.count == 3)
        #expect(bare[2].contains("m has MAP@R 0.233 ± ") && bare[2].contains("0.180"), "\(bare[2])")
        #expect(bare[2].hasSuffix("only a comparison with the backbone tells."))
        let within = try verdictSentences(of: [sampleResults(model: "m", backbone: false)], manifest: Self.manifest())
        #expect(within[2].hasSuffix("nothing is concluded about shift."), "\(within[2])")
    }

    /// A template is no name, and of several paths only what differs is one.
    @Test func modelsAreCalledByWhatTellsThemApart() throws {
        func found(_ names: [String]) throws -> String {
            try verdictSentences(
                of: names.enumerated().map { sampleResults(model: $1, lead: 0.01 * Double($0), catalogue: true) },
                manifest: Self.manifest()
            )[2]
        }
        #expect(try found(["runs/{level}.npy"]).contains("with the model +0."))
        #expect(try found(["runs/dino.npy"]).contains("with dino.npy +0."))
        #expect(try found(["runs/a/{level}.npy", "runs/b/{level}.npy"]).contains("with b +0."))
        #expect(try found(["runs/x/a.npy", "runs/b.npy"]).contains("with b.npy +0."))
        let template = sampleResults(model: "{level}.npy", backbone: false, catalogue: true)
        #expect(try verdictSentences(of: [template], manifest: Self.manifest())[2].hasPrefix("The model has MAP@R"))
    }

    /// Which others harm where the shift is largest is said too.
    @Test func whoHarmsAtTheHardestLevelIsNamed() throws {
        let found = try sentences(leads: [0.2, -0.1, -0.05])
        // The gains at the hardest level are .14, −.16 and −.11.
        #expect(
            found[3].hasSuffix(
                "Beyond noise, model 1 (-0.160 ± 0.000) and model 2 (-0.110 ± 0.000) harm there."), "\(found[3])")
        #expect(try !sentences(leads: [0.2, 0.1])[3].contains("harm"))
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
        #expect(found.last == "Of the smallest side there are only 7 classes, and scores of so few say little.")
    }

    @Test func theLeaderIsByArea() throws {
        let entries = [0, 0.05, 0.02].enumerated().map { number, lead in
            ModelComparison.Entry(name: "model \(number)", runs: [sampleResults(lead: lead, catalogue: true)])
        }
        let comparison = try ModelComparison(entries, metric: .recall(1), gallery: .catalogue)
        let sentence = try #require(leaderSentence(comparison))
        #expect(sentence.hasPrefix("model 1 is ahead over all levels, AGS 0."), "\(sentence)")
        #expect(
            sentence.contains("; the next, model 2, is 0.030 ± 0.000 behind, beyond noise (p = 0.000)."), "\(sentence)")
        #expect(leaderSentence(try ModelComparison([entries[0]], metric: .recall(1))) == nil)
    }

    @Test func nothingGainedIsNotSaidToFade() throws {
        let found = try sentences(leads: [-0.2])
        #expect(
            found[1].hasPrefix("Training harms even where the classes are like the training classes: with model 0"),
            "\(found[1])")
        #expect(found[2].hasPrefix("At the hardest level training harms: model 0 adds -0.260"), "\(found[2])")
    }
}
