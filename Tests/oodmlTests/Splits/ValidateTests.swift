import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

@Suite struct ValidateTests {
    private let folder: TemporaryFolder

    /// Twelve classes of four samples in three dimensions, as the two files that a user has, and splits of them.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 5)
        var table = "sample,class,superclass,pair\n"
        var rows: [[Float]] = []
        for number in 0..<12 {
            let centre = (0..<3).map { _ in 2 * rng.bell() }
            for i in 0..<4 {
                table += "\(number)-\(i),c\(10 + number),s\(number / 2),\(number % 6)\n"
                rows.append(centre.map { Float($0 + 0.5 * rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
    }

    private func makeSplits(_ arguments: String...) throws {
        let run = try CommandRun(
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "out", "--min-classes", "3", "-q"]
                + arguments, in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        // It would name each file that a test damages, beside what is wrong in it.
        try folder.remove("out/receipt.csv")
    }

    @Test func filesThatAreNotThoseOfTheRunAreFound() throws {
        try makeSplits("--levels", "3")
        let again = try CommandRun(
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "again", "--min-classes", "3", "-q"],
            in: folder.url)
        #expect(again.status == 0)
        #expect(try validate(at: "again").status == 0)
        try folder.edit("again/class-map.csv", replacing: "\n", with: "\r\n")
        try folder.remove("again/progression.svg")
        let run = try validate(at: "again")
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasPrefix("class-map.csv: found "), "\(run.output)")
        #expect(lines.last?.hasPrefix("progression.svg: found no such file; expected") == true, "\(run.output)")
    }

    private func validate(_ arguments: String..., at path: String = "out") throws -> CommandRun {
        try CommandRun(["validate", path] + arguments, in: folder.url)
    }

    /// Changes the JSON at a path of the output folder.
    private func change(_ path: String, _ change: (inout EditableJSON) throws -> Void) throws {
        var json = try EditableJSON(Data(contentsOf: folder.url.appending(path: path)))
        try change(&json)
        try folder.write(json.data, to: path)
    }

    private func expectViolations(
        _ lines: [String], _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try CommandRun(["validate", "out"] + arguments, in: folder.url)
        #expect(run.status == 1, sourceLocation: sourceLocation)
        #expect(run.output == lines.map { $0 + "\n" }.joined(), sourceLocation: sourceLocation)
        #expect(run.errors.isEmpty, "\(run.errors)", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        [], ["--statistic", "class-means"], ["--protocol", "milbich2021", "--swaps-per-step", "1"],
        ["--unit", "superclass"], ["--unit", "pair", "--start", "random"], ["--replicates", "3"], ["--draws", "0"],
        ["--folds", "0"], ["--shots", "0"], ["--shots", "1"], ["--spacing", "excess"],
    ])
    func whatMakeSplitsWritesIsSound(arguments: [String]) throws {
        let made = try CommandRun(
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "out", "--min-classes", "3", "-q"]
                + arguments, in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
        let run = try validate("--samples", "s.csv", "--features", "f.npy")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.output)\(run.errors)")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.hasPrefix("out: no violation in ") == true, "\(run.output)")
        #expect(lines.first?.hasSuffix(" distances computed anew") == true, "\(run.output)")
    }

    private struct Report: Decodable {
        struct Violation: Decodable, Equatable {
            let file, place, found, expected: String
        }
        let violations: [Violation]
        let checked: [String: Int]
    }

    private func report(_ arguments: String...) throws -> (status: Int32, report: Report) {
        let run = try CommandRun(["validate", "out", "--format", "json"] + arguments, in: folder.url)
        return (run.status, try JSONDecoder().decode(Report.self, from: Data(run.output.utf8)))
    }

    @Test func jsonListsViolationsAndCounts() throws {
        try makeSplits("--replicates", "2", "--levels", "3")
        let (status, sound) = try report("--features", "f.npy")
        #expect(status == 0 && sound.violations.isEmpty)
        #expect(
            sound.checked == [
                "classes": 12, "samples": 48, "series": 2, "levels": 6, "episode_files": 2, "distances": 6,
            ])
        try change("out/manifest.json") { $0["dataset.sample_count"] = 47 }
        let (failure, damaged) = try report()
        #expect(failure == 1)
        #expect(
            damaged.violations == [
                .init(
                    file: "manifest.json", place: "dataset, sample_count", found: "47",
                    expected: "48, as samples.csv has it"),
                .init(
                    file: "replicate-2/manifest.json", place: "dataset", found: "another than in manifest.json",
                    expected: "the same dataset in all series"),
            ])
        #expect(damaged.checked["distances"] == 0)
    }

    @Test func nothingIsComputedAnewWithoutEmbeddings() throws {
        try makeSplits("--levels", "3")
        #expect(
            try validate().output == "out: no violation in 1 series of 3 levels over 12 classes and 48 samples, with 2 "
                + "files of episodes; no distance computed anew, which takes --features or --root and --backbone\n")
    }

    @Test func damagedSamplesAreFound() throws {
        try makeSplits("--levels", "3")
        let digest = try EditableJSON(Data(contentsOf: folder.url.appending(path: "out/manifest.json")))
        let sha256 = try #require(digest["dataset.sha256"] as? String)
        let table = try String(contentsOf: folder.url.appending(path: "s.csv"), encoding: .utf8)
        try folder.write(table.replacing("11-3,", with: "11-9,"), to: "other.csv")
        let run = try validate("--samples", "other.csv")
        #expect(run.status == 1 && run.output.split(separator: "\n").count == 1)
        #expect(run.output.hasPrefix("manifest.json: dataset, sha256: found \(sha256); expected "))
        #expect(run.output.hasSuffix(", as other.csv has it\n"))
        // Another order of the rows is the same dataset.
        let lines = table.split(separator: "\n")
        try folder.write(([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n"), to: "reversed.csv")
        #expect(try validate("--samples", "reversed.csv").status == 0)
        // But not for features, which go by rows.
        let own = try String(contentsOf: folder.url.appending(path: "out/samples.csv"), encoding: .utf8)
        let rows = own.split(separator: "\n")
        try folder.write(([rows[0]] + rows.dropFirst().reversed()).joined(separator: "\n"), to: "out/samples.csv")
        #expect(try validate().status == 0)
        #expect(try validate("--features", "f.npy").output.contains("level-1, fid: found "))
        // What is another dataset has no distances.
        try folder.write(own.replacing("11-3,", with: "11-9,"), to: "out/samples.csv")
        let other = try validate("--features", "f.npy")
        #expect(other.output.hasPrefix("manifest.json: dataset, sha256: found \(sha256); expected "))
        #expect(!other.output.contains("computed from the embeddings"))
        #expect(
            other.errors == "No distance is computed anew, since the samples are not those of the manifest.\n")
    }

    @Test func damagedDistancesAreFound() throws {
        try makeSplits("--levels", "3", "--draws", "0", "--replicates", "2")
        for prefix in ["", "replicate-2/"] {
            let file = "out/\(prefix)manifest.json"
            let json = try EditableJSON(Data(contentsOf: folder.url.appending(path: file)))
            let fid = try #require(json["levels.1.fid"] as? Double)
            let origin = try #require(json["levels.1.origin"] as? String)
            let step = try #require(json["levels.1.step"] as? Int)
            let changed = fid * (1 + 1e-6)
            try change(file) { $0["levels.1.fid"] = changed }
            let run = try validate("--features", "f.npy")
            #expect(run.status == 1)
            let lines = run.output.split(separator: "\n")
            #expect(
                lines.map { $0.prefix { $0 != ";" } } == [
                    "\(prefix)manifest.json: level-2, fid: found \(changed)",
                    "\(prefix)progression.csv: \(origin), step \(step), fid: found \(fid)",
                    "replicates.json: series \(prefix.isEmpty ? 1 : 2), fids: found "
                        + "\((0..<3).map { json["levels.\($0).fid"] as? Double ?? 0 })",
                    "\(prefix)manifest.json: level-2, fid: found \(changed)",
                ])
            #expect(lines.last?.hasSuffix("; expected \(fid), computed from the embeddings") == true)
            try change(file) { $0["levels.1.fid"] = fid }
        }
        try change("out/manifest.json") {
            $0["embeddings.sha256"] = "0f"
            $0["embeddings.dimension"] = 4
        }
        let found = try validate("--features", "f.npy").output.split(separator: "\n")
        #expect(found.count == 3 && found[0].contains("replicate-2/manifest.json: embeddings: found another"))
        #expect(found[1].hasPrefix("manifest.json: embeddings, sha256: found 0f; expected "))
        #expect(found[2] == "manifest.json: embeddings, dimension: found 4; expected 3, as f.npy has it")
    }

    @Test func episodesAreThoseOfTheProtocol() throws {
        try makeSplits("--levels", "3", "--shots", "1,2")
        try change("out/episodes-2.json") { $0["episodes.0.c10.1"] = "11-0" }
        try expectViolations([
            "episodes-2.json: episode 0, class \"c10\": found \"11-0\"; expected samples of the class only"
        ])
        try FileManager.default.moveItem(
            at: folder.url.appending(path: "out/episodes-1.json"), to: folder.url.appending(path: "out/episodes-7.json")
        )
        try change("out/episodes-2.json") { $0["episodes.0.c10.1"] = $0["episodes.0.c10.0"] }
        try expectViolations([
            "episodes-2.json: episode 0, class \"c10\": found 1 different samples among 2; expected 2",
            "episodes-7.json: shots: found 1; expected 7",
            "episodes-7.json: found episodes of 7 shots; expected those of the protocol's 1, 2",
            "episodes-1.json: found no such file; expected the one that belongs to the manifest",
        ])
    }

    @Test func tablesThatAreNotThereAreViolations() throws {
        try makeSplits("--levels", "3")
        for file in ["train-matched.csv", "progression.csv"] {
            try FileManager.default.removeItem(at: folder.url.appending(path: "out/\(file)"))
        }
        try expectViolations([
            "train-matched.csv: found no such file; expected the one that belongs to the manifest",
            "progression.csv: found no such file; expected the one that belongs to the manifest",
        ])
    }

    @Test func replicatesAreChecked() throws {
        try makeSplits("--levels", "3", "--replicates", "3")
        // A series of its own has the episodes of the folder above.
        #expect(try validate(at: "out/replicate-2").status == 0)
        try change("out/replicate-2/manifest.json") { $0["levels.0.train_sample_count"] = 1 }
        try expectViolations([
            "replicate-2/manifest.json: level-1, train_sample_count: found 1; "
                + "expected 24, as samples.csv has of its classes"
        ])
        try FileManager.default.removeItem(at: folder.url.appending(path: "out/replicate-2"))
        try expectViolations([
            "replicate-2: found no such folder; expected one for each series of replicates.json"
        ])
        try FileManager.default.removeItem(at: folder.url.appending(path: "out/replicates.json"))
        try expectViolations(["replicate-3: found a series; expected none without replicates.json"])
    }

    @Test(arguments: [
        ("manifest.json", "{", "manifest.json: cannot be read as a split manifest: it is not JSON"),
        ("manifest.json", "{\"schema_version\": 1}", "manifest: its schema version is 1; expected 2"),
        ("manifest.json", "{\"schema_version\": 2}", "manifest.json: cannot be read as a split manifest: "),
        ("manifest.json", nil, "manifest.json: cannot be read as a split manifest: there is no such file"),
        ("samples.csv", nil, "samples.csv: cannot be read: there is no such file"),
        (
            "samples.csv", "sample\n1\n",
            "samples.csv:1: found the columns sample; expected the columns sample and class"
        ),
        ("episodes-2.json", "[]", "episodes-2.json: cannot be read as few-shot episodes: "),
        ("train-matched.csv", "level,sample\n1\n", "train-matched.csv:2: found 1 fields; expected 2"),
        ("replicate-2/manifest.json", "{", "replicate-2/manifest.json: cannot be read as a split manifest"),
        (
            "replicates.json", "{}",
            "replicates.json: cannot be read as the summary of several series: series is missing"
        ),
    ])
    func whatCannotBeReadIsAnError(file: String, text: String?, sentence: String) throws {
        try makeSplits("--levels", "3", "--replicates", "2", "--draws", "0")
        if let text {
            try folder.write(text, to: "out/\(file)")
        } else {
            try FileManager.default.removeItem(at: folder.url.appending(path: "out/\(file)"))
        }
        let run = try validate()
        #expect(run.status == 1 && run.output.isEmpty)
        let lines = run.errors.split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.hasPrefix("Error: ") == true, "\(run.errors)")
        #expect(run.errors.contains(sentence), "\(run.errors)")
    }

    @Test func unitsNeedTheirColumn() throws {
        try makeSplits("--levels", "3", "--unit", "pair", "--start", "random")
        let table = try String(contentsOf: folder.url.appending(path: "out/samples.csv"), encoding: .utf8)
        try folder.write(table.replacing("pair", with: "group"), to: "out/samples.csv")
        let run = try validate()
        #expect(
            run.status == 1 && run.errors.contains("samples.csv:1: found the columns sample, class, superclass, group"))
    }

    @Test(arguments: [
        [], ["out", "more"], ["out", "--root", "."], ["out", "--features", "f.npy", "--backbone", "b.onnx"],
    ])
    func wrongUsageExitsWith64(arguments: [String]) throws {
        try makeSplits("--levels", "3", "--draws", "0")
        let run = try CommandRun(["validate"] + arguments, in: folder.url)
        #expect(run.status == 64)
        #expect(run.errors.contains("Usage: oodml validate"), "\(run.errors)")
        let incomplete = try validate("--backbone", "b.onnx")
        #expect(incomplete.status == 64 && incomplete.errors.contains("expected --root DIR, the folder of the images"))
    }
}
