import Evaluation
import Files
import Foundation
import Splits
import TestSupport
import Testing

/// What somebody else wrote into splits, results and arguments, through the commands that show it.
@Suite struct HostileContentTests {
    private let fixture: SplitsFixture

    init() throws {
        fixture = try SplitsFixture()
    }

    private func run(_ arguments: [String]) throws -> CommandRun { try CommandRun(arguments, in: fixture.folder.url) }

    private func edit(_ file: String, _ change: (inout EditableJSON) throws -> Void) throws {
        var json = try EditableJSON(Data(contentsOf: fixture.folder.url.appending(path: file)))
        try change(&json)
        try fixture.folder.write(json.data, to: file)
        // With its receipt, the file would be refused before it is read.
        let receipt = (file as NSString).deletingLastPathComponent + "/receipt.csv"
        if FileManager.default.fileExists(atPath: fixture.folder.url.appending(path: receipt).path) {
            try fixture.folder.remove(receipt)
        }
    }

    /// Whether a terminal would obey anything in a text but line feeds.
    private func isObeyed(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            scalar != "\n" && scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x202A...0x202E).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
        }
    }

    private static let hostile = "a\u{1B}]0;title\u{07}b\u{9B}31m\r\u{202E}c\u{7F}"

    @Test func noControlReachesStandardOutput() throws {
        try edit("splits/manifest.json") { $0["dataset.name"] = Self.hostile }
        #expect(try run(SplitsFixture.evaluate + ["--out", "r"]).status == 0)
        #expect(try run(SplitsFixture.evaluate + ["--out", "q\u{1B}[2J\u{9B}m", "--format", "text"]).status == 0)
        try edit("r/results.json") { json in
            json["model"] = Self.hostile
            json["settings.split"] = Self.hostile
        }
        try edit("q\u{1B}[2J\u{9B}m/results.json") { $0["settings.split"] = Self.hostile }
        for arguments in [
            ["compare", "r", "q\u{1B}[2J\u{9B}m", "--out", "c\u{1B}[2J"],
            ["report", "splits", "r", "--out", "page\u{1B}[2J\u{9B}m.html", "-q"],
            SplitsFixture.evaluate + ["--out", "s\u{1B}[2J"],
            SplitsFixture.makeSplits + ["--out", "t\u{1B}[2J"],
            SplitsFixture.export + ["--out", "e\u{1B}[2J"],
        ] {
            for format in ["text", "json"] {
                let run = try run(arguments + ["--format", format, "--force"])
                #expect(run.status == 0, "\(arguments): \(run.errors)")
                #expect(!isObeyed(run.output), "\(arguments): \(run.output.debugDescription)")
                #expect(!run.output.isEmpty)
            }
        }
        // On a terminal styles are obeyed, and nothing else.
        let shown = try TerminalRun(
            ["compare", "r", "q\u{1B}[2J\u{9B}m", "--out", "c", "--force"], showing: .output, in: fixture.folder.url)
        #expect(shown.status == 0)
        #expect(!isObeyed(shown.shown.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")) && shown.shown.contains("\u{1B}[1m"))
        #expect(shown.shown.contains(#"a\u{1B}]0;title\u{07}b\u{009B}31m\r\u{202E}c\u{7F}"#), "\(shown.shown)")
    }

    @Test func noControlOfALabelReachesStandardOutput() throws {
        try edit("splits/manifest.json") { $0["levels.0.train.0"] = Self.hostile }
        for format in ["text", "json"] {
            let run = try run(["validate", "splits", "--format", format])
            #expect(run.status == 1 && !run.output.isEmpty && !isObeyed(run.output), "\(run.output.debugDescription)")
        }
    }

    @Test func noControlOfAnArgumentReachesStandardError() throws {
        let hostile = "x\u{1B}[2J\r\nError: all is well\u{9B}m\u{202E}"
        for arguments in [
            ["evaluate", "--splits", "splits", "--model", "{\(hostile)}"], ["make-splits", "--levels", hostile],
            ["make-splits", "--levels=\(hostile)"], [hostile], ["compare", "--metric", hostile],
            ["report", "splits", "--\(hostile)"],
            ["evaluate", "--seeds", "a/\(hostile)"], ["distance", hostile, hostile], ["validate", hostile],
            ["export", "splits", "--level", hostile, "--as", "csv"],
        ] {
            let run = try run(arguments)
            #expect(run.status != 0 && !run.errors.isEmpty)
            #expect(!isObeyed(run.errors), "\(arguments): \(run.errors.debugDescription)")
            #expect(!run.errors.split(separator: "\n").contains("Error: all is well"), "\(run.errors)")
            #expect(run.errors.contains(#"\u{1B}[2J"#), "\(arguments): \(run.errors)")
        }
    }

    /// A level's id is in names of files, so one that leads elsewhere is refused by every command that reads it.
    @Test func idsThatLeadOutOfTheFolderAreRefused() throws {
        try fixture.folder.write("mine", to: "victim/id.svg")
        try edit("splits/manifest.json") { $0["levels.0.id"] = "x/../../victim/id" }
        for arguments in [
            ["report", "splits", "--charts", "charts/deep", "--out", "page.html"],
            ["export", "splits", "--as", "csv", "--out", "e"], SplitsFixture.export + ["--out", "f"],
            SplitsFixture.evaluate + ["--out", "r"], ["validate", "splits"],
        ] {
            let run = try run(arguments + ["--force"].filter { _ in arguments[0] != "validate" })
            #expect(run.status == 1)
            #expect(
                run.sentence?.contains("levels.0.id is \"x/../../victim/id\"; expected 1 to 200 bytes") == true
                    || run.sentence?.contains("rsvg-convert") == true, "\(run.errors)")
        }
        #expect(try fixture.contents(of: "victim") == ["id.svg": Data("mine".utf8)])
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.url.appending(path: "charts").path))
    }

    /// Ids of samples are paths below the folder of the images, and of nothing else.
    @Test func samplesOutsideOfTheImagesAreNotRead() throws {
        try fixture.folder.write("sample,class\n../secret.png,a\n1-1.png,a\n2-1.png,b\n2-2.png,b\n", to: "out.csv")
        try fixture.folder.write("secret", to: "secret.png")
        let run = try run(
            ["make-splits", "--samples", "out.csv", "--root", "images", "--backbone", "none.onnx", "--out", "x", "-q"])
        #expect(run.status == 1)
        #expect(
            run.sentence?.hasSuffix(
                "images: found the path \"../secret.png\", which has \"..\" in it; expected paths of files below this folder"
            )
                == true, "\(run.errors)")
    }

    /// Numbers that no splits have are refused, and none keeps the page from ending.
    @Test(arguments: [-1e308, 1e308, -1, .leastNonzeroMagnitude, 1e100])
    func numbersOfAManifest(value: Double) throws {
        let original = try Data(contentsOf: fixture.folder.url.appending(path: "splits/manifest.json"))
        for place in ["fid", "null.sd", "null.mean", "null.q95", "excess", "holdout.fid", "holdout.p"] {
            try fixture.folder.write(original, to: "splits/manifest.json")
            try edit("splits/manifest.json") { $0["levels.2.\(place)"] = value }
            let run = try run(["report", "splits", "--out", "page.html", "--force", "-q"])
            #expect(
                run.status == 0 || run.sentence?.contains("levels.2.\(place) is ") == true, "\(place): \(run.errors)")
            #expect(run.status == 0 || run.status == 1)
        }
    }
}
