import Evaluation
import Experiments
import Foundation
import Reports
import TestSupport
import Testing

/// One command from features to an answer, and what it does when it is run again.
@Suite struct StudyTests {
    private let fixture: SplitsFixture

    init() throws {
        fixture = try SplitsFixture(withSplits: false)
    }

    private static let words = [
        "study", "--features", "f.npy", "--samples", "s.csv", "--levels", "3", "--objective", "triplet,proxy-anchor",
        "--steps", "20", "--dimension", "4",
    ]

    private func study(_ further: [String] = [], out: String = "study") throws -> CommandRun {
        try fixture.run(Self.words + further, out: out)
    }

    /// The command lines of the record.
    private func commands(_ out: String = "study") throws -> [String] {
        let data = try Data(contentsOf: fixture.folder.url.appending(path: "\(out)/study.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        return (json["steps"] as? [[String: Any]] ?? []).compactMap { $0["command"] as? String }
    }

    @Test func itsStepsAreTheCommands() throws {
        let run = try study()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("3 levels lead the test classes of s away from the training classes"))
        #expect(run.output.contains("The page: study/report.html"))
        // What it will cost is said before it is spent.
        #expect(
            run.errors.firstMatch(of: #/^(About|Less than) \d+ (s|min) here[.:]/#.anchorsMatchLineEndings()) != nil,
            "\(run.errors)"
        )
        let commands = try commands()
        #expect(commands.count == 5)
        let plan = try study(["--dry-run"])
        #expect(plan.output.split(separator: "\n").map(String.init) == commands)
        // Each step, run alone, makes the same bytes.
        for command in commands {
            var words = command.split(separator: " ").dropFirst().map(String.init)
            words = words.map { $0.replacingOccurrences(of: "study/", with: "alone/") }
            let alone = try CommandRun(words + ["-q"], in: fixture.folder.url)
            #expect(alone.status == 0, "\(command): \(alone.errors)")
        }
        for path in [
            "splits/manifest.json", "heads/triplet/level-1-forward.safetensors", "results/proxy-anchor/results.csv",
        ] {
            let files = try ["study", "alone"].map {
                try Data(contentsOf: fixture.folder.url.appending(path: "\($0)/\(path)"))
            }
            #expect(files[0] == files[1], "\(path)")
        }
    }

    /// The record of a study makes the same study elsewhere.
    @Test func itsRecordCanBeGivenAgain() throws {
        #expect(try study(["-q"]).status == 0)
        let again = try fixture.run(["study", "--settings", "study/study.json", "-q"], out: "again")
        #expect(again.status == 0, "\(again.errors)")
        let answers = try ["study", "again"].map {
            try Data(contentsOf: fixture.folder.url.appending(path: "\($0)/comparison/comparison.json"))
        }
        #expect(answers[0] == answers[1])
        let plan = try fixture.run(["study", "--settings", "study/study.json", "--dry-run"], out: "study")
        #expect(plan.output.split(separator: "\n").map(String.init) == (try commands()))
        let more = try fixture.run(["study", "--settings", "study/study.json", "--levels", "4"], out: "more")
        #expect(more.status == 64 && more.errors.contains("expected no others beside it"), "\(more.errors)")
        try fixture.folder.write(
            #"{"schema_version":1,"generator":"g","settings":["--steps=-1"],"steps":[]}"#, to: "bad.json")
        let bad = try fixture.run(["study", "--settings", "bad.json"], out: "bad")
        #expect(
            bad.status == 1 && bad.errors.contains("bad.json: cannot be read as the record of a study"), "\(bad.errors)"
        )
    }

    /// A path that leads nowhere is named, and not taken for another setting of the study that is there.
    @Test func aMistypedPathIsNamed() throws {
        #expect(try study(["-q"]).status == 0)
        var words = Self.words
        words[2] = "features.npy"
        let run = try fixture.run(words, out: "study")
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("features.npy: cannot be read: there is no such file or folder"), "\(run.errors)")
    }

    /// What is there is passed over; what is missing, and what depends on changed input, is made again.
    @Test func itGoesOnWhereItWas() throws {
        #expect(try study(["-q"]).status == 0)
        let former = try fixture.contents(of: "study")
        let again = try study()
        #expect(again.status == 0)
        #expect(again.errors.components(separatedBy: "there already").count == 6, "\(again.errors)")
        #expect(try fixture.contents(of: "study") == former)
        try FileManager.default.removeItem(at: fixture.folder.url.appending(path: "study/comparison"))
        let mended = try study()
        #expect(mended.errors.components(separatedBy: "there already").count == 5, "\(mended.errors)")
        #expect(try fixture.contents(of: "study").keys.sorted() == former.keys.sorted())
        // Another order of the rows is another file, and all follows from it.
        let table = try String(contentsOf: fixture.folder.url.appending(path: "s.csv"), encoding: .utf8)
        try fixture.folder.write(table.replacingOccurrences(of: "class 10", with: "class 100"), to: "s.csv")
        let refused = try study()
        #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
        let renewed = try study(["--force"])
        #expect(renewed.status == 0, "\(renewed.errors)")
        #expect(!renewed.errors.contains("there already"))
    }

    /// What fails at first is corrected by the right command, and what is missing is said before anything is made.
    @Test func aCorrectedCommandGoesOn() throws {
        let bare = try fixture.run(["study", "--features", "f.npy", "--steps", "20"], out: "study")
        #expect(
            bare.status == 1 && bare.sentence?.contains("f.npy: found no samples beside it; expected --samples") == true
        )
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.url.appending(path: "study").path))
        try fixture.folder.write("sample,class\na,1\nb,1\nc,2\nd,2\n", to: "few.csv")
        try fixture.folder.write("x\n1\n2\n3\n4\n", to: "few-features.csv")
        let few = try fixture.run(["study", "--features", "few-features.csv", "--samples", "few.csv"], out: "study")
        #expect(few.status == 1 && few.sentence?.contains("there are 2 classes") == true, "\(few.errors)")
        let right = try study(["-q"])
        #expect(right.status == 0, "\(right.errors)")
    }

    @Test func otherSettingsAreRefused() throws {
        #expect(try study(["-q"]).status == 0)
        let former = try fixture.contents(of: "study")
        let other = try study(["--seeds", "1"])
        #expect(other.status == 1)
        #expect(
            other.sentence?.contains(
                "found a study with other settings (--seeds=0 there, --seeds=1 here); expected the same ones, --out")
                == true,
            "\(other.errors)")
        #expect(try fixture.contents(of: "study") == former)
        let forced = try study(["--seeds", "1", "--force"])
        #expect(forced.status == 0, "\(forced.errors)")
        // The splits do not depend on the seed.
        #expect(forced.errors.components(separatedBy: "there already").count == 2, "\(forced.errors)")
    }

    @Test(arguments: [
        ([], "expected one of: --dataset NAME"), (["--root", "images"], "--root needs --backbone"),
        (["--features", "f.npy", "--samples", "s.csv", "--pool", "cls"], "--features are embeddings already"),
    ])
    func whatContradictsItselfIsRefused(words: [String], sentence: String) throws {
        let run = try fixture.run(["study"] + words, out: "study")
        #expect(run.status == 64 && run.errors.contains(sentence), "\(run.errors)")
    }

    /// From one setting to another and back, the answer is that of the settings.
    @Test func settingsThatChangeBackHaveTheirOwnAnswer() throws {
        let words = [
            "study", "--features", "f.npy", "--samples", "s.csv", "--levels", "3", "--dimension", "4", "--format",
            "json",
        ]
        func answer(_ objective: String, _ steps: Int) throws -> String {
            let run = try fixture.run(
                words + ["--objective", objective, "--steps", "\(steps)", "--force", "-q"], out: "study")
            #expect(run.status == 0, "\(run.errors)")
            return run.output
        }
        let first = try answer("arcface", 10)
        let other = try answer("triplet", 60)
        #expect(try answer("arcface", 10) == first)
        #expect(other.contains("Triplet") && !first.contains("Triplet"))
        #expect(try answer("triplet,arcface", 60).contains("ArcFace"))
    }

    /// What stands in the way and is not the study's stays.
    @Test func anotherProgramsPageStays() throws {
        try fixture.folder.write("mine", to: "study/report.html")
        let run = try study()
        #expect(run.status == 1 && run.errors.contains("report.html"), "\(run.errors)")
        let page = try String(contentsOf: fixture.folder.url.appending(path: "study/report.html"), encoding: .utf8)
        #expect(page == "mine")
    }

    /// A step's own sentence is the study's.
    @Test func aFailureNamesWhatFailed() throws {
        let run = try fixture.run(
            ["study", "--features", "f.npy", "--samples", "s.csv", "--objective", "tripplet"], out: "study")
        #expect(run.status == 64 && run.errors.contains("triplet"), "\(run.errors)")
    }
}
