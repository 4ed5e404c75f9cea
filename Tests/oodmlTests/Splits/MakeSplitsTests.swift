import Datasets
import DenseLinearAlgebra
import Embeddings
import Foundation
import Splits
import TestSupport
import Testing

@Suite struct MakeSplitsTests {
    private let folder: TemporaryFolder
    private var out: String { folder.url.appending(path: "out").path }

    /// Twenty-four classes of five samples in eight dimensions, as the two files that a user has.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 12)
        var table = "sample,class,superclass\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            let centre = (0..<8).map { _ in 2 * rng.bell() }
            for i in 0..<5 {
                table += "\(number)-\(i),class \(10 + number),\(number % 3)\n"
                rows.append(centre.map { Float($0 + 0.5 * rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["make-splits"] + arguments, in: folder.url)
    }

    private func filesWritten() throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: out)
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(filePath: "\(out)/\($0)"))) })
    }

    @Test func featuresBecomeLevels() throws {
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--min-classes", "4")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("level-1"))
        let files = try filesWritten()
        #expect(
            files.keys.sorted() == [
                "class-map.csv", "episodes-2.json", "episodes-5.json", "manifest.json", "progression.csv",
                "progression.svg", "receipt.csv", "samples.csv", "train-matched.csv",
            ])
        let manifest = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
        #expect(manifest.dataset.name == "s")
        #expect(manifest.embeddings?.file == "f.npy")
        let fids = manifest.levels.map(\.fid)
        #expect(fids.count >= 3 && zip(fids, fids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(manifest.levels.contains { $0.arm == .start })
    }

    /// What an earlier run with other options wrote must not pass for a result of this one; what is not its own stays.
    @Test func filesOfOtherOptionsAreRemoved() throws {
        let arguments = ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--draws", "0", "--out", out]
        #expect(try CommandRun(arguments + ["--replicates", "2", "--shots", "3"], in: folder.url).status == 0)
        let note = URL(filePath: "\(out)/replicate-2/notes.txt")
        try Data("mine".utf8).write(to: note)
        let before = try FileManager.default.subpathsOfDirectory(atPath: out).sorted()

        let refused = try CommandRun(arguments + ["--shots", "2"], in: folder.url)
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains("splits made with other options are there") && refused.errors.contains("--force"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: out).sorted() == before)

        #expect(try CommandRun(arguments + ["--shots", "2", "--force"], in: folder.url).status == 0)
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: out).sorted() == [
                "class-map.csv", "episodes-2.json", "manifest.json", "progression.csv", "progression.svg",
                "receipt.csv", "replicate-2",
                "replicate-2/notes.txt", "samples.csv", "train-matched.csv",
            ])
    }

    @Test func theSameRunWritesTheSameBytes() throws {
        let arguments = ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--quiet", "--out"]
        #expect(try CommandRun(arguments + [out], in: folder.url).status == 0)
        let first = try filesWritten()
        try FileManager.default.removeItem(atPath: out)
        #expect(try CommandRun(arguments + [out], in: folder.url).status == 0)
        #expect(try filesWritten() == first)
        // Over its own results a run changes nothing and needs no --force.
        let again = try CommandRun(arguments + [out], in: folder.url)
        #expect(again.status == 0, "\(again.errors)")
        #expect(again.errors.isEmpty)
    }

    @Test func otherResultsAreReplacedOnRequestOnly() throws {
        #expect(try run("--features", "f.npy", "--samples", "s.csv", "--out", out).status == 0)
        let before = try filesWritten()
        let refused = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--levels", "4")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("--force"))
        #expect(try filesWritten() == before)
        let forced = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--levels", "4", "--force")
        #expect(forced.status == 0)
        #expect(try filesWritten() != before)
    }

    @Test func replicatesHaveFoldersOfTheirOwn() throws {
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--replicates", "3", "-q")
        #expect(result.status == 0, "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: "\(out)/replicates.json"))
        let manifests = try ["", "replicate-2/", "replicate-3/"].map {
            try SplitManifest(readingFrom: URL(filePath: "\(out)/\($0)manifest.json"))
        }
        #expect(manifests.map(\.settings.madeBy?.start) == [.official, .random, .random])
        #expect(manifests.map(\.settings.seed) == [0, 1, 2])
        let text = try String(contentsOf: URL(filePath: "\(out)/replicates.json"), encoding: .utf8)
        #expect(text.contains("adjusted_rand_indices"))
    }

    @Test func replicatesByDirectionSayHowAlikeTheyAre() throws {
        let result = try run(
            "--features", "f.npy", "--samples", "s.csv", "--out", out, "--replicates", "2", "--replicates-by",
            "direction",
            "--draws", "0")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("two series put these parts of the classes on the same side"))
        let checked = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        let second = try SplitManifest(readingFrom: URL(filePath: "\(out)/replicate-2/manifest.json"))
        #expect(second.settings.madeBy?.leftOutDirectionCount == 1)
    }

    /// Dates of the classes fall as their numbers rise; every file that results is there, sound, and the same again.
    @Test func levelsFollowAColumn() throws {
        var rng = SplitMix64(seed: 12)
        var table = "sample,class,taken\n"
        for number in 0..<24 {
            for i in 0..<5 {
                table += "\(number)-\(i),class \(10 + number),20\(40 - number)-0\(1 + Int(rng.next() % 9))\n"
            }
        }
        try folder.write(table, to: "dated.csv")
        let arguments = ["--features", "f.npy", "--samples", "dated.csv", "--min-classes", "4"]
        let result = try CommandRun(["make-splits"] + arguments + ["--order", "taken", "--out", out], in: folder.url)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("the column taken is read as dates, in an order from 2017-"))
        #expect(result.output.contains("sides that are mixed in taken to training on 2017-"))
        let files = try filesWritten()
        let manifest = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
        #expect(manifest.settings.orderColumn == "taken" && manifest.settings.methodName == "order")
        let divided = try #require(manifest.levels.last { $0.arm == .swap })
        #expect(Set(divided.train) == Set((12..<24).map { "class \(10 + $0)" }))
        #expect(divided.axis?.value == 1)
        #expect(manifest.levels.last?.arm == .removal && manifest.levels.last?.isShift != nil)

        let checked = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        let again = try CommandRun(["make-splits"] + arguments + ["--order", "taken", "--out", out], in: folder.url)
        #expect(again.status == 0, "\(again.errors)")
        #expect(try filesWritten() == files)
        let other = try CommandRun(
            ["make-splits"] + arguments + ["--order", "taken", "--class-value", "last", "--out", out], in: folder.url)
        #expect(other.status == 1 && other.errors.contains("splits made with other options are there"))

        // What validate would not let pass: a level elsewhere than the column says.
        var text = try String(contentsOf: URL(filePath: "\(out)/manifest.json"), encoding: .utf8)
        text = text.replacingOccurrences(of: "\"value\": 1\n", with: "\"value\": 1.01\n")
        try folder.write(text, to: "out/manifest.json")
        let damaged = try CommandRun(["validate", out], in: folder.url)
        #expect(damaged.status != 0 && damaged.output.contains("as the column taken of samples.csv has it"))

        // Where random orders are is drawn again, from the seed.
        #expect(manifest.orderKind?.rawValue == "dates")
        let mean = try #require(manifest.levels[1].axis?.nullMean)
        let drawn = String(decoding: try #require(files["manifest.json"]), as: UTF8.self)
        #expect(drawn.contains("\"null_mean\": \(mean),"))
        try folder.write(
            drawn.replacingOccurrences(of: "\"null_mean\": \(mean),", with: "\"null_mean\": \(mean + 0.001),"),
            to: "out/manifest.json")
        let moved = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(moved.output.contains("level-2, axis, null_mean"), "\(moved.output)")
        #expect(!(try CommandRun(["validate", out], in: folder.url)).output.contains("null_mean"))
    }

    /// Results along a column stand in its order, whatever the distance does.
    @Test func whatFollowsAnOrderIsScoredAlongIt() throws {
        var rng = SplitMix64(seed: 12)
        let years = (0..<24).map { 2000 + $0 }.shuffled(using: &rng)
        let table = (0..<24).map { number in
            (0..<5).map { "\(number)-\($0),class \(10 + number),\(years[number])\n" }.joined()
        }.joined()
        try folder.write("sample,class,year\n" + table, to: "years.csv")
        for arguments in [
            ["make-splits", "--features", "f.npy", "--samples", "years.csv", "--order", "year", "--min-classes", "6"],
            ["evaluate", "--splits", out, "--embeddings", "f.npy", "--features", "f.npy"],
            ["compare", "results", "--backbone"], ["report", out, "results"],
            ["evaluate", "--splits", "plain", "--embeddings", "f.npy", "--features", "f.npy"],
        ] {
            if arguments.contains("plain") {
                _ = try CommandRun(
                    ["make-splits", "--features", "f.npy", "--samples", "years.csv", "--out", "plain", "-q"],
                    in: folder.url)
            }
            let target = [
                "make-splits": out, "evaluate": arguments.contains("plain") ? "other" : "results",
                "compare": "compared",
                "report": "page.html",
            ][arguments[0]]
            let result = try CommandRun(arguments + ["--out", target ?? ""], in: folder.url)
            #expect(result.status == 0, "\(result.errors)")
            if arguments[0] == "evaluate", !arguments.contains("plain") {
                #expect(result.output.contains("by year") && result.output.contains("apart"), "\(result.output)")
                #expect(!result.output.contains("easiest") && !result.output.contains("hardest"), "\(result.output)")
            }
            if arguments[0] == "compare" {
                #expect(result.output.contains("over the levels by year"), "\(result.output)")
            }
        }
        let ids = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json")).levels.map(\.id)
        let results = try String(contentsOf: folder.url.appending(path: "results/results.csv"), encoding: .utf8)
        var order: [String] = []
        for line in results.split(separator: "\n").dropFirst() {
            let id = line.split(separator: ",")[0]
            if order.last != String(id) { order.append(String(id)) }
        }
        #expect(order == ids)
        let curve = try String(contentsOf: folder.url.appending(path: "results/curve.svg"), encoding: .utf8)
        #expect(curve.contains("how far the sides are apart by year"))
        let page = try String(contentsOf: folder.url.appending(path: "page.html"), encoding: .utf8)
        #expect(page.contains("\"axes\":[{\"id\":\"order\",\"title\":\"year\"}") && page.contains("Apart, distance"))
        let refused = try CommandRun(["compare", "results", "other", "--out", "no"], in: folder.url)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("found levels by their distance (fid); expected levels by year (numbers"))
    }

    @Test func levelsFollowTheNearestClasses() throws {
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--order", "near", "--out", out, "-q")
        #expect(result.status == 0, "\(result.errors)")
        let manifest = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
        let values = manifest.levels.compactMap(\.axis?.value)
        #expect(values.count == manifest.levels.count && values.count >= 3)
        #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
        let table = try String(contentsOf: URL(filePath: "\(out)/nearest.csv"), encoding: .utf8)
        #expect(table.split(separator: "\n").count == 1 + 24 * manifest.levels.count)
        let checked = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")

        // Another class of the other side is nearest, at another distance; and a class is missing.
        var lines = table.split(separator: "\n").map(String.init)
        var fields = lines[1].split(separator: ",").map(String.init)
        let distance = try #require(Double(fields[4]))
        fields[4] = "\(distance * 1.1)"
        lines[1] = fields.joined(separator: ",")
        let last = try #require(lines.removeLast().split(separator: ",").first)
        try folder.write(lines.joined(separator: "\n") + "\n", to: "out/nearest.csv")
        let damaged = try CommandRun(["validate", out, "--features", "f.npy"], in: folder.url)
        #expect(damaged.output.contains("nearest.csv: line 2: found"), "\(damaged.output)")
        #expect(damaged.output.contains("nearest.csv: \(last): found 23 classes"))
        try FileManager.default.removeItem(atPath: "\(out)/nearest.csv")
        let without = try CommandRun(["validate", out], in: folder.url)
        #expect(without.output.contains("nearest.csv: found no such file"), "\(without.output)")
    }

    @Test(arguments: [
        (
            ["--order", "near", "--unit", "superclass"],
            "--order near and --unit exclude each other: it moves single classes"
        ),
        (
            ["--order", "class"],
            "s.csv:1: found the columns sample, class, superclass; expected a column \"class\" other than"
        ),
        (["--order", "date"], "expected a column \"date\" other than sample, class, split and role"),
        (["--order", "superclass", "--targets", "3"], "--order superclass and --targets exclude each other"),
        (["--order", "superclass", "--replicates", "2"], "--order superclass and --replicates exclude each other"),
        (["--replicates-by", "direction"], "expected --replicates of 2 or more"),
        (
            ["--replicates", "2", "--replicates-by", "direction", "--protocol", "milbich2021"],
            "--replicates-by direction is of the own search"
        ),
        (["--class-value", "first"], "--class-value says which sample counts in an order; expected --order COLUMN"),
    ])
    func whatAnOrderHasNoUseForIsRefused(_ arguments: [String], _ sentence: String) throws {
        let result = try CommandRun(
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", out] + arguments, in: folder.url)
        #expect(result.status != 0 && result.errors.contains(sentence), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func jsonOutputIsTheManifest() throws {
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--format", "json", "-q")
        #expect(Data(result.output.utf8) == (try filesWritten()["manifest.json"]))
        #expect(result.errors.isEmpty)
    }

    @Test(arguments: [
        (["--features", "missing.npy", "--samples", "s.csv"], "missing.npy: cannot be read: there is no such file"),
        (
            ["--features", "s.csv", "--samples", "s.csv"],
            "s.csv:1: found the columns class, superclass, whose names are not those of dimensions"
        ),
        (
            ["--features", "short.npy", "--samples", "s.csv"],
            "short.npy: found 3 rows; expected 120, one for each sample"
        ),
        (["--features", "nan.npy", "--samples", "s.csv"], "nan.npy: found nan in row 1, column 0"),
        (["--features", "f.npy", "--samples", "one.csv"], "one.csv: the train side of the official split has none"),
        (["--features", "f.npy", "--samples", "s.csv", "--out", "s.csv"], "s.csv: cannot be written: it is a file"),
        (["--root", "missing", "--backbone", "b.onnx"], "missing: cannot be read: there is no such folder"),
    ])
    func failuresAreOneSentence(arguments: [String], sentence: String) throws {
        try folder.write(Matrix<Float>(rowCount: 3, columnCount: 2).numpyFile, to: "short.npy")
        try folder.write(Matrix<Float>(rows: [[0], [.nan]]).numpyFile, to: "nan.npy")
        try folder.write("sample,class\n1,a\n", to: "one.csv")
        let result = try CommandRun(["make-splits", "--quiet"] + arguments, in: folder.url)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1, "\(result.errors)")
        #expect(lines.first?.hasPrefix("Error: ") == true && result.errors.contains(sentence), "\(result.errors)")
    }

    /// What a user may have in the two files, and what is said of it.
    @Test(arguments: [
        ("constant", "all 120 embeddings are the same"), ("duplicate", "the sample id \"0-1\" occurs twice"),
        ("two-sides", "class \"class 10\" has samples in train and in test"),
        ("three-classes", "there are 3 classes or groups of classes to divide; expected at least 4"),
    ])
    func dataThatCannotBeSplit(kind: String, sentence: String) throws {
        let rows = Matrix<Float>(rowCount: 120, columnCount: 3, repeating: 1)
        if kind == "constant" { try folder.write(rows.numpyFile, to: "f.npy") }
        let table = (0..<120).map { number -> String in
            switch kind {
            case "duplicate": number == 0 ? "0-1,class 10,train" : "0-\(number),class \(10 + number / 5),train"
            case "two-sides": "\(number),class \(10 + number / 5),\(number % 2 == 0 ? "train" : "test")"
            case "three-classes": "\(number),class \(number % 3),\(number % 3 == 0 ? "train" : "test")"
            default: "\(number),class \(10 + number / 5),\(number < 60 ? "train" : "test")"
            }
        }
        try folder.write("sample,class,split\n" + table.joined(separator: "\n") + "\n", to: "s.csv")
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--out", out)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.split(separator: "\n").filter { $0.hasPrefix("Error: ") }.count == 1)
        #expect(result.errors.contains(sentence), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func targetsUnitsAndShotsAreOptions() throws {
        let made = try run(
            "--features", "f.npy", "--samples", "s.csv", "--out", out, "--unit", "superclass", "--start",
            "alphabetical", "--draws", "0", "--shots", "3", "--folds", "0", "--min-classes", "2", "-q")
        #expect(made.status == 1 && made.errors.contains("there are 3 classes or groups of classes"))
        let far = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--targets", "1e9", "-q")
        #expect(far.status == 1 && far.errors.contains("is out of reach; expected one from "))
        let shots = try run(
            "--features", "f.npy", "--samples", "s.csv", "--out", out, "--draws", "0", "--shots", "3", "--folds", "0",
            "-q")
        #expect(shots.status == 0)
        #expect(try filesWritten().keys.contains("episodes-3.json"))
        let manifest = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
        #expect(manifest.levels.allSatisfy { $0.folds.isEmpty && $0.null == nil })
    }

    @Test func theReferenceProtocolIsNamedInTheManifest() throws {
        let result = try run(
            "--features", "f.npy", "--samples", "s.csv", "--out", out, "--protocol", "milbich2021", "--ridge", "1e-8",
            "--draws", "0", "-q")
        #expect(result.status == 0, "\(result.errors)")
        let manifest = try SplitManifest(readingFrom: URL(filePath: "\(out)/manifest.json"))
        #expect(manifest.settings.methodName == "milbich2021" && manifest.settings.statistic == .classMeans)
        #expect(manifest.settings.madeBy?.method == .milbich2021(Milbich2021.Settings(ridge: 1e-8)))
        #expect(manifest.levels.contains { $0.referenceFid != nil })
    }

    /// What is in the way is known before anything is computed, and what was computed is not lost.
    @Test func otherSplitsAreRefusedAtOnceAndResultsKept() throws {
        let arguments = ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--draws", "0", "--out", out]
        #expect(try CommandRun(arguments + ["-q"], in: folder.url).status == 0)
        // Before the features are read: they are not even there.
        let missing = arguments.map { $0 == "f.npy" ? "none.npy" : $0 }
        let other = try CommandRun(missing + ["--levels", "3", "-q"], in: folder.url)
        #expect(other.sentence?.contains("splits made with other options are there already") == true, "\(other.errors)")
        try folder.write("sample,class\n" + (0..<120).map { "x\($0),\($0 / 5)\n" }.joined(), to: "others.csv")
        let samples = try CommandRun(arguments.map { $0 == "s.csv" ? "others.csv" : $0 } + ["-q"], in: folder.url)
        #expect(samples.sentence?.contains("splits of other samples are there already") == true, "\(samples.errors)")
        // Something else of that name is found only when the results are there.
        try FileManager.default.removeItem(atPath: "\(out)/manifest.json")
        try Data("mine".utf8).write(to: URL(filePath: "\(out)/class-map.csv"))
        let late = try CommandRun(arguments + ["-q"], in: folder.url)
        let kept = try #require(late.sentence?.firstMatch(of: #/the results are kept in (.*?)\)/#)?.1)
        let manifest = try SplitManifest(readingFrom: URL(filePath: String(kept)).appending(path: "manifest.json"))
        #expect(manifest.dataset.name == "s")
        try FileManager.default.removeItem(atPath: String(kept))
    }

    /// The libraries say what is wrong, and the command which of its options help.
    @Test func errorsNameTheOptionsThatHelp() throws {
        func error(_ options: String...) throws -> String {
            let run = try CommandRun(
                ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", out, "-q"] + options,
                in: folder.url)
            #expect(run.status == 1)
            return run.errors
        }
        #expect(
            try error("--unit", "superclass").hasSuffix(
                "has classes on both sides of the official split; expected each on one side, or another start "
                    + "(--start alphabetical or random)\n"))
        let missed = try error("--draws", "0", "--min-classes", "4", "--targets", "40", "--tolerance", "1e-12")
        #expect(missed.hasPrefix("Error: the target 40 was missed: "))
        #expect(missed.hasSuffix("expected one within 1e-10 % (a larger --tolerance, or another target)\n"))
        #expect(
            try error("--protocol", "milbich2021", "--unit", "superclass")
                == "Error: the unit is superclass; expected class, for the protocol milbich2021\n")
    }

    @Test(arguments: [
        [], ["--dataset", "imagenet"], ["--features", "f.npy"], ["--root", "."],
        ["--features", "f.npy", "--samples", "s.csv", "--levels", "many"],
        ["--features", "f.npy", "--samples", "s.csv", "--statistic", "medians"],
        ["--dataset", "glyphs200", "--root", "."],
        ["--features", "f.npy", "--samples", "s.csv", "--targets", "1,x"],
        ["--features", "f.npy", "--samples", "s.csv", "--targets", "1", "--levels", "3"],
        ["--features", "f.npy", "--samples", "s.csv", "--ridge", "1e-8"],
        ["--features", "f.npy", "--samples", "s.csv", "--protocol", "milbich2021", "--statistic", "samples"],
        ["--features", "f.npy", "--samples", "s.csv", "--replicates", "0"],
    ])
    func wrongUsageExitsWith64(arguments: [String]) throws {
        let result = try CommandRun(["make-splits"] + arguments, in: folder.url)
        #expect(result.status == 64)
        #expect(result.errors.contains("Usage: oodml make-splits"))
    }

    @Test func settingsOutOfRangeNameTheRange() throws {
        let result = try run("--features", "f.npy", "--samples", "s.csv", "--out", out, "--levels", "2")
        #expect(result.status == 1)
        #expect(result.errors.contains("the number of levels is 2; expected at least 3"))
        #expect(!FileManager.default.fileExists(atPath: out))
    }
}
