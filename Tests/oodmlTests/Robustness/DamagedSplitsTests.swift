import Evaluation
import Foundation
import Splits
import TestSupport
import Testing

/// Splits and results that were changed by hand or by chance: results, or one sentence, and never the end of the process.
@Suite struct DamagedSplitsTests {
    private let fixture: SplitsFixture

    init() throws {
        fixture = try SplitsFixture()
        // With the receipt, every change is noticed before the file is read.
        try fixture.folder.remove("splits/receipt.csv")
    }

    @Test func aFileChangedAfterItWasWrittenIsRefused() throws {
        try fixture.folder.remove("splits/manifest.json")
        #expect(try fixture.run(SplitsFixture.makeSplits + ["--force"], out: "again").status == 0)
        try fixture.folder.edit(
            "again/manifest.json", replacing: "\"schema_version\": 2", with: "\"schema_version\":\t2")
        let run = try CommandRun(["report", "again", "-q"], in: fixture.folder.url)
        #expect(
            run.status == 1
                && run.sentence?.contains(
                    "again/manifest.json: found other contents than were written with the other files") == true,
            "\(run.errors)")
        try fixture.folder.remove("again/receipt.csv")
        #expect(try CommandRun(["report", "again", "-q"], in: fixture.folder.url).status == 0)
    }

    private func evaluate(_ more: String...) throws -> CommandRun {
        try fixture.run(SplitsFixture.evaluate + more + ["--force"], out: "results")
    }

    private func edit(_ file: String, _ change: (inout EditableJSON) throws -> Void) throws {
        var json = try EditableJSON(Data(contentsOf: fixture.folder.url.appending(path: file)))
        try change(&json)
        try fixture.folder.write(json.data, to: file)
    }

    @Test func twoLevelsOfOneNameAreRefused() throws {
        try edit("splits/manifest.json") { $0["levels.1.id"] = $0["levels.0.id"] }
        for run in [try evaluate(), try fixture.run(SplitsFixture.export, out: "x")] {
            #expect(run.status == 1)
            #expect(
                run.sentence?.contains("it has two levels \"level-1\"; expected an id of its own") == true,
                "\(run.errors)")
        }
    }

    @Test func aClassOnBothSidesIsRefused() throws {
        try edit("splits/manifest.json") { $0["levels.0.test.0"] = $0["levels.0.train.0"] }
        let run = try evaluate()
        #expect(
            run.status == 1 && run.sentence?.contains("\" twice; expected each in one of train") == true,
            "\(run.errors)")
    }

    @Test func episodesThatDoNotFitAreRefused() throws {
        let original = try Data(contentsOf: fixture.folder.url.appending(path: "splits/episodes-2.json"))
        let label = "class 12"
        for (change, sentence) in [
            ({ $0["episodes.0.\(label).0"] = "9-1.png" }, "found \"9-1.png\"; expected samples of the class only"),
            ({ $0["episodes.0.\(label)"] = [String]() }, "found 0 different samples among 0; expected 2"),
            ({ $0["episodes.0.\(label)"] = (0..<5).map { "2-\($0).png" } }, "found 5 different samples"),
            ({ $0["shots"] = 3 }, "found episodes of 3 shots; expected 2"),
        ] as [((inout EditableJSON) -> Void, String)] {
            try fixture.folder.write(original, to: "splits/episodes-2.json")
            try edit("splits/episodes-2.json") { change(&$0) }
            let run = try evaluate("--shots", "2")
            #expect(run.status == 1)
            #expect(run.sentence?.contains(sentence) == true, "\(run.errors)")
        }
    }

    /// Values of a JSON file exchanged for others at random, a value of any kind for a value of any kind.
    private func damage(_ value: Any, _ rng: inout SplitMix64) -> Any {
        if let object = value as? [String: Any], let key = object.keys.sorted().randomElement(using: &rng),
            Int.random(in: 0..<8, using: &rng) > 0
        {
            var changed = object
            changed[key] = damage(object[key] ?? 0, &rng)
            return changed
        }
        if let list = value as? [Any], !list.isEmpty, Int.random(in: 0..<8, using: &rng) > 0 {
            var changed = list
            let index = Int.random(in: 0..<list.count, using: &rng)
            changed[index] = damage(list[index], &rng)
            return changed
        }
        let values: [Any] = [
            0, 1, -1, 0.5, -1e308, 1e308, Int.max, Int.min, "", "level-1", "class 12", NSNull(), [Any](),
            [String: Any](), true,
        ]
        return values[Int.random(in: 0..<values.count, using: &rng)]
    }

    @Test func damagedManifestsAndResults() throws {
        try #require(try evaluate("--features", "f.npy").status == 0)
        try #require(try fixture.run(SplitsFixture.evaluate + ["--features", "f.npy"], out: "other").status == 0)
        var rng = SplitMix64(seed: 9)
        var statuses: [Int32: Int] = [:]
        for (file, commands) in [
            (
                "splits/manifest.json",
                [
                    ["validate", "splits", "-q"], ["validate", "splits", "--features", "f.npy", "-q"],
                    SplitsFixture.evaluate + ["--features", "f.npy", "--out", "x", "--force"],
                    SplitsFixture.evaluate + ["--fold", "0", "--out", "x", "--force"],
                    SplitsFixture.export + ["--out", "y", "--force"],
                ]
            ),
            ("results/results.json", [["compare", "results", "other", "--backbone", "-q", "--out", "z", "--force"]]),
            (
                "splits/episodes-2.json",
                [SplitsFixture.evaluate + ["--shots", "2", "--out", "x", "--force"], ["validate", "splits", "-q"]]
            ),
        ] {
            let original = try Data(contentsOf: fixture.folder.url.appending(path: file))
            let json = try JSONSerialization.jsonObject(with: original)
            for number in 0..<40 {
                try fixture.folder.write(
                    JSONSerialization.data(withJSONObject: damage(json, &rng), options: .fragmentsAllowed), to: file)
                let arguments = commands[number % commands.count]
                let run = try CommandRun(arguments, in: fixture.folder.url)
                statuses[run.status, default: 0] += 1
                // What validate finds is on standard output, a line each.
                let isSaid =
                    run.status == 0 || run.sentence != nil || (arguments[0] == "validate" && !run.output.isEmpty)
                #expect([0, 1].contains(run.status) && isSaid, "\(arguments[0]): \(run.status) \(run.errors)")
            }
            try fixture.folder.write(original, to: file)
        }
        #expect(statuses.values.reduce(0, +) == 120 && statuses[1, default: 0] > 40, "\(statuses)")
    }
}
