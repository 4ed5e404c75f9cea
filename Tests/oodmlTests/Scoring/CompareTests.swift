import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

@Suite struct CompareTests {
    private let folder: TemporaryFolder

    /// Splits of twenty noisy classes, the backbone's own scores, and two runs of a model that is worse.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 31)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        for number in 0..<20 {
            let centre = (0..<6).map { _ in 2 * rng.bell() }
            for i in 0..<5 {
                table += "\(number)-\(i),class \(10 + number)\n"
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        for run in 1...2 {
            let worse = rows.map { $0.map { $0 + 2 * Float(rng.bell()) } }
            try folder.write(Matrix(rows: worse).numpyFile, to: "noisy-\(run).npy")
        }
        let commands = [
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "splits", "--min-classes", "5"],
            [
                "evaluate", "--splits", "splits", "--embeddings", "f.npy", "--features", "f.npy", "--out",
                "results/plain",
            ],
            [
                "evaluate", "--splits", "splits", "--embeddings", "noisy-{seed}.npy", "--seeds", "1,2", "--features",
                "f.npy", "--out", "results/noisy", "--rerank",
            ],
        ]
        for command in commands {
            let run = try CommandRun(command, in: folder.url)
            try #require(run.status == 0, "\(run.errors)")
        }
    }

    @Test func modelsRunsAndTheBackbone() throws {
        let run = try CommandRun(
            ["compare", "results/plain", "results/noisy", "--backbone", "--tricked", "--out", "c"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        let lines = run.output.split(separator: "\n")
        let names = ["plain", "noisy", "noisy + rerank", "frozen features"]
        for name in names { #expect(lines.contains { $0.hasPrefix("\(name)  ") }, "\(name): \(run.output)") }
        #expect(run.output.contains("± runs is half the 95 % interval"))
        let data = try Data(contentsOf: folder.url.appending(path: "c/comparison.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let models = try #require(object["models"] as? [[String: Any]])
        #expect(models.compactMap { $0["name"] as? String } == names)
        #expect(models[1]["runs"] as? [String] == ["1", "2"])
        let pairs = try #require(object["pairs"] as? [[String: Any]])
        #expect(pairs.count == 6)
        // The plain embeddings are the backbone's.
        let same = try #require(pairs[2]["ags"] as? [String: Any])
        #expect((same["difference"] as? [String: Double])?["value"] == 0)
        #expect(same["p"] as? Double == 1 && same["p_adjusted"] as? Double == 1)
        #expect(run.output.contains(" is ahead over all levels, AGS 0."), "\(run.output)")
        let within = try CommandRun(
            ["compare", "results/plain", "--backbone", "--gallery", "full", "--out", "within"], in: folder.url)
        #expect(
            within.status == 0 && within.output.contains("within the test classes") && !within.output.contains("hift"))
        for name in ["comparison.csv", "curves.svg", "changes.svg"] {
            #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "c/\(name)").path))
        }
    }

    @Test func namesAreAsLongAsTheyMustBe() throws {
        let other = folder.url.appending(path: "other")
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: folder.url.appending(path: "results/plain"), to: other.appending(path: "plain"))
        let run = try CommandRun(
            ["compare", "results/plain", "other/plain", "--metric", "map@r", "--verbose"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("results/plain − other/plain"))
        #expect(run.output.contains("MAP@R on s (test), among all classes, over fid"))
    }

    @Test func failuresAreOneSentence() throws {
        try folder.write("{}", to: "broken/results.json")
        let old = try String(contentsOf: folder.url.appending(path: "results/plain/results.json"), encoding: .utf8)
            .replacingOccurrences(of: "\"schema_version\": 4", with: "\"schema_version\": 1")
        try folder.write(old, to: "old/results.json")
        let failures: [([String], String)] = [
            (
                ["nowhere"],
                "nowhere: cannot be read as results of a model: there is no results.json and no folder seed-S; oodml evaluate"
            ),
            (
                ["broken"],
                "broken/results.json: cannot be read as results of a model: schema_version is missing; oodml evaluate writes it"
            ),
            (
                ["old"],
                "old/results.json: cannot be read as results of a model: the results have schema version 1; expected 2 to 4"
            ),
            (
                ["results/plain", "--metric", "recall@3"],
                "results/plain: cannot be compared: found a level without Recall@3"
            ),
            (["results/plain", "--out", "s.csv"], "s.csv: cannot be written: it is a file"),
        ]
        for (arguments, sentence) in failures {
            let run = try CommandRun(["compare"] + arguments, in: folder.url)
            #expect(run.status == 1, "\(arguments)")
            #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(sentence), "\(arguments): \(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
        #expect(try CommandRun(["compare"], in: folder.url).status == 64)
        #expect(try CommandRun(["compare", "results/plain", "--metric", "speed"], in: folder.url).status == 64)
    }
}
