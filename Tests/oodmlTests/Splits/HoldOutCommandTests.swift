import DenseLinearAlgebra
import Embeddings
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

@Suite struct HoldOutCommandTests {
    private let folder: TemporaryFolder
    private var out: String { folder.url.appending(path: "out").path }

    /// Forty classes of six samples in eight dimensions, in four superclasses and two colours.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 21)
        var table = "sample,class,superclass,colour\n"
        var rows: [[Float]] = []
        for number in 0..<40 {
            let centre = (0..<8).map { _ in 2 * rng.bell() }
            for i in 0..<6 {
                table += "\(number)-\(i),c\(10 + number),s\(number % 4),\(number < 20 ? "red" : "blue")\n"
                rows.append(centre.map { Float($0 + 0.5 * rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(
            ["holdout", "--features", "f.npy", "--samples", "s.csv", "--out", out] + arguments, in: folder.url)
    }

    private func manifest() throws -> SplitManifest {
        try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
    }

    /// The parts of the classes, as the table has them.
    private func parts() throws -> [String: Set<String>] {
        let lines = try String(contentsOfFile: "\(out)/holdout.csv", encoding: .utf8).split(separator: "\n")
        let columns = lines[0].split(separator: ",").map(String.init)
        let (label, part) = (
            try #require(columns.firstIndex(of: "class")), try #require(columns.firstIndex(of: "part"))
        )
        var parts: [String: Set<String>] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            parts[fields[part], default: []].insert(fields[label])
        }
        return parts
    }

    @Test func theFolderHasThePartsAndPassesItsOwnCheck() throws {
        let made = try run("--ratio", "70/10/20")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("validation        4") && made.output.contains("The test classes are at"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: out).sorted() == [
                "class-map.csv", "holdout.csv", "manifest.json", "receipt.csv", "samples.csv", "train-matched.csv",
            ])
        let parts = try parts()
        #expect(parts.mapValues(\.count) == ["train": 28, "validation": 4, "test": 8])
        let level = try manifest().levels[0]
        #expect(try manifest().levels.count == 1 && level.id == "holdout" && level.arm == .holdOut)
        #expect(Set(level.test) == parts["test"] && Set(level.folds[0]) == parts["validation"])
        #expect(Set(level.train) == parts["train"]?.union(parts["validation"] ?? []))
        let check = try CommandRun(["validate", out, "--features", "f.npy", "--samples", "s.csv"], in: folder.url)
        #expect(check.status == 0, "\(check.output) \(check.errors)")
    }

    /// The level is scored like any other, and its fold 0 on the validation classes.
    @Test func theFolderIsEvaluatedAndExported() throws {
        #expect(try run("--ratio", "60/20/20", "--draws", "0").status == 0)
        for (name, arguments) in [("test", [String]()), ("validation", ["--fold", "0"])] {
            let scored = try CommandRun(
                ["evaluate", "--splits", out, "--embeddings", "f.npy", "--out", name, "--format", "json"] + arguments,
                in: folder.url)
            #expect(scored.status == 0, "\(scored.errors)")
            let results = try EditableJSON(Data(scored.output.utf8))
            #expect(results["levels.0.origin"] as? String == "holdout")
            // The test classes are for testing, and never the other way round.
            #expect(results["levels.0.scores.full.model.forward"] != nil)
            #expect(results["levels.0.scores.full.model.reverse"] == nil)
            #expect(results["levels.0.scores.full.model.forward.query_count"] as? Int ?? 48 == 48)
        }
        let exported = try CommandRun(
            ["export", out, "--as", "csv", "--fold", "0", "--out", "exported"], in: folder.url)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            try Data(contentsOf: folder.url.appending(path: "exported/holdout.csv"))
                == Data(contentsOf: URL(filePath: "\(out)/holdout.csv")))
    }

    @Test func theSameRunWritesTheSameBytesAndAnotherIsRefused() throws {
        let arguments = ["--ratio", "70/10/20", "--stratify", "colour", "--draws", "0"]
        func again(_ more: [String]) throws -> CommandRun {
            try CommandRun(
                ["holdout", "--features", "f.npy", "--samples", "s.csv", "--out", out] + arguments + more,
                in: folder.url)
        }
        #expect(try again([]).status == 0)
        let before = try Data(contentsOf: URL(filePath: "\(out)/manifest.json"))
        #expect(try again([]).status == 0)
        #expect(try Data(contentsOf: URL(filePath: "\(out)/manifest.json")) == before)
        let strata = try #require(try manifest().parts?.strata)
        #expect(strata.map(\.value) == ["blue", "red"] && strata.allSatisfy { $0.test == 4 && $0.validation == 2 })
        let refused = try again(["--seed", "3"])
        #expect(refused.status == 1 && refused.errors.contains("splits made with other options are there"))
        #expect(try Data(contentsOf: URL(filePath: "\(out)/manifest.json")) == before)
        #expect(try again(["--seed", "3", "--force"]).status == 0)
        #expect(try Data(contentsOf: URL(filePath: "\(out)/manifest.json")) != before)
    }

    @Test func pinsAreReadAndKept() throws {
        try folder.write("class,part\nc10,test\nc11,val\nc12,train\n", to: "pins.csv")
        let made = try run("--pin", "pins.csv", "--draws", "0")
        #expect(made.status == 0, "\(made.errors)")
        let parts = try parts()
        #expect(parts["test"]?.contains("c10") == true && parts["validation"]?.contains("c11") == true)
        #expect(parts["train"]?.contains("c12") == true)
        let check = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(check.status == 0, "\(check.output)")
    }

    /// What was edited does not pass.
    @Test(arguments: [
        ("parts.test.class_count", "9", "parts, test, class_count: found 9"),
        ("parts.train.sample_count", "1", "parts, train, sample_count: found 1"),
        ("protocol.holdout.ratio", "[50, 10, 40]", "by the ratio 50/10/40"),
        ("protocol.fold_count", "3", "as a hold-out has"),
        ("protocol.holdout.pinned", "{\"test\": [\"c999\"]}", "the class \"c999\""),
        ("levels.0.origin", "\"swap\"", "holdout under the protocol holdout"),
        ("levels.0.fid", "1e6", "fid"),
    ])
    func editedManifestsAreFound(key: String, value: String, expected: String) throws {
        #expect(try run("--ratio", "70/10/20", "--draws", "0").status == 0)
        let file = URL(filePath: "\(out)/manifest.json")
        var json = try EditableJSON(Data(contentsOf: file))
        json[key] = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
        try json.data.write(to: file)
        let check = try CommandRun(["validate", out], in: folder.url)
        #expect(check.status == 1 && check.output.contains(expected), "\(check.output) \(check.errors)")
    }

    @Test func anEditedTableIsFound() throws {
        #expect(try run("--ratio", "70/10/20", "--draws", "0").status == 0)
        let file = "\(out)/holdout.csv"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let edited = try #require(text.range(of: ",train,"))
        try text.replacingCharacters(in: edited, with: ",test,").write(toFile: file, atomically: true, encoding: .utf8)
        let check = try CommandRun(["validate", out], in: folder.url)
        #expect(check.status == 1 && check.output.contains("holdout.csv"), "\(check.output)")
    }

    /// Each is one sentence, with what was found and what is expected, and nothing is written.
    @Test(arguments: [
        (["--ratio", "70-10-20"], 64 as Int32, "the ratio is \"70-10-20\"; expected numbers as in 70/10/20"),
        (["--ratio", "1/2/3/4"], 64, "the ratio is \"1/2/3/4\"; expected numbers"),
        (["--ratio", "100/0"], 1, "the ratio of test is 0.0; expected a number above 0"),
        (["--difficulty", "hard"], 64, "the difficulty is \"hard\"; expected hardest, median, easiest, or a distance"),
        (["--difficulty", "1e9"], 1, "is out of reach; expected one from"),
        (["--stratify", "size"], 1, "the column of the strata is \"size\"; expected one of colour, superclass"),
        (["--pin", "none.csv"], 1, "none.csv"),
        (
            ["--pin", "s.csv"], 1,
            "s.csv:1: found the columns sample, class, superclass, colour; expected class and part"
        ),
        (["--unit", "superclass", "--stratify", "colour"], 1, "expected 1, as what is in one part as a whole"),
        (["--draws", "7"], 1, "the number of null draws is 7"),
        (["--links"], 64, "--links needs --root"),
        (["--backbone", "x.onnx"], 64, "--features and --backbone exclude each other"),
    ])
    func whatCannotBeIsRefused(arguments: [String], status: Int32, sentence: String) throws {
        let refused = try CommandRun(
            ["holdout", "--features", "f.npy", "--samples", "s.csv", "--out", out] + arguments, in: folder.url)
        #expect(refused.status == status && refused.errors.contains(sentence), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: "\(out)/manifest.json"))
    }

    @Test func linksLeadToTheImagesOfTheirParts() throws {
        let images = folder.url.appending(path: "images")
        try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: EmbeddedBenchmark.images.appending(path: "thai"), to: images.appending(path: "thai"))
        let made = try CommandRun(
            [
                "holdout", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "--ratio", "60/20/20",
                "--draws", "0", "--links", "--out", out, "-q", "--no-stores",
            ], in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
        let manifest = try manifest()
        for (part, count) in [
            ("train", manifest.parts?.train), ("validation", manifest.parts?.validation),
            ("test", manifest.parts?.test),
        ] {
            let top = "\(out)/holdout/\(part)"
            let classes = try FileManager.default.contentsOfDirectory(atPath: top)
            #expect(classes.count == count?.classCount)
            let links = try classes.flatMap { name in
                try FileManager.default.contentsOfDirectory(atPath: "\(top)/\(name)").map { "\(top)/\(name)/\($0)" }
            }
            #expect(links.count == count?.sampleCount)
            for link in links.prefix(20) {
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: link)
                #expect(FileManager.default.fileExists(atPath: target), "\(link)")
            }
        }
        let check = try CommandRun(["validate", out], in: folder.url)
        #expect(check.status == 0, "\(check.output) \(check.errors)")
        // A link that leads elsewhere is another one.
        let some = try FileManager.default.contentsOfDirectory(atPath: "\(out)/holdout/test")[0]
        let image = try FileManager.default.contentsOfDirectory(atPath: "\(out)/holdout/test/\(some)")[0]
        let link = "\(out)/holdout/test/\(some)/\(image)"
        try FileManager.default.removeItem(atPath: link)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: images.path)
        let changed = try CommandRun(["validate", out], in: folder.url)
        #expect(changed.status == 1 && changed.output.contains("another link"), "\(changed.output)")
    }
}
