import Embeddings
import Evaluation
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

/// What commands embed is kept, and found by the commands after them, as long as it is of the same images.
@Suite struct KeptEmbeddingsTests {
    private let folder: TemporaryFolder

    /// Twelve classes of images of the benchmark.
    init() throws {
        folder = try TemporaryFolder()
        try folder.copyGlyphs()
    }

    private let network = ["--backbone", EmbeddedBenchmark.backbone.path]

    private func run(_ line: String, _ further: [String] = []) throws -> CommandRun {
        try CommandRun(line.split(separator: " ").map(String.init) + further, in: folder.url)
    }

    private func makeSplits(_ out: String, _ further: [String] = []) throws -> CommandRun {
        try run("make-splits --root images --draws 0 --min-classes 3 --levels 3 --out \(out)", network + further)
    }

    private var stores: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "stores").path)) ?? [])
            .filter { !$0.hasPrefix(".") }.sorted()
    }

    private func contents(_ path: String) throws -> [String: Data] {
        try SplitsFixture.contents(of: folder.url.appending(path: path))
    }

    private static let reused = "The embeddings are those of stores/"

    @Test func splitsAreTheSameWithAndWithoutAStore() throws {
        let first = try makeSplits("kept")
        #expect(first.status == 0, "\(first.errors)")
        #expect(stores.count == 1)
        let store = try #require(stores.first)
        #expect(store.hasPrefix("images-backbone-"))
        #expect(!first.errors.contains(Self.reused))
        let second = try makeSplits("again")
        #expect(second.errors.contains(Self.reused + store), "\(second.errors)")
        #expect(stores == [store])
        #expect(try makeSplits("bare", ["--no-stores"]).status == 0)
        #expect(try run("embed --root images -q --out own", network).status == 0)
        let given = try run("make-splits --features own --draws 0 --min-classes 3 --levels 3 --name images --out given")
        #expect(given.status == 0, "\(given.errors)")
        let all = try ["kept", "again", "bare", "given"].map(contents)
        #expect(all.allSatisfy { $0 == all[0] })
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "kept/manifest.json"))
        #expect(manifest.dataset.imagesSHA256?.count == 64)
    }

    /// Evaluate, train and validate find what made the splits, in the folder of stores and beside the splits.
    @Test(arguments: ["stores", "beside"])
    func laterCommandsFindIt(place: String) throws {
        #expect(try makeSplits("all/splits", place == "stores" ? [] : ["--stores", "all"]).status == 0)
        let validated = try run("validate all/splits")
        #expect(validated.output.contains("3 distances computed anew"), "\(validated.output) \(validated.errors)")
        let trained = try run("train --splits all/splits --objective triplet --steps 5 --dimension 4 --out heads")
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.errors.contains("The embeddings that made the splits are those of "))
        let scored = try run("evaluate --splits all/splits --heads heads --out results")
        #expect(scored.status == 0, "\(scored.errors)")
        let results = try JSONDecoder().decode(
            EvaluationResults.self, from: Data(contentsOf: folder.url.appending(path: "results/results.json")))
        #expect(results.levels.allSatisfy { $0.lead() != nil })
        let without = try run("train --splits all/splits --objective triplet --out other --no-stores")
        #expect(without.status == 64 && without.errors.contains("expected --features FILE"))
        // An off-the-shelf network whose embeddings were kept is not run again.
        let network = try run(
            "evaluate --splits all/splits --root images --model \(EmbeddedBenchmark.backbone.path) --out shelf",
            place == "stores" ? [] : ["--stores", "all"])
        #expect(network.status == 0, "\(network.errors)")
        #expect(network.errors.contains("The embeddings of backbone.onnx are those of "))
    }

    @Test func otherImagesOfTheSameNamesAreEmbeddedAnew() throws {
        #expect(try makeSplits("before").status == 0)
        let former = try contents("stores")
        let names = try FileManager.default.subpathsOfDirectory(
            atPath: folder.url.appending(path: "images").path
        ).filter { $0.hasSuffix(".png") }.sorted()
        let (first, last) = (try #require(names.first), try #require(names.last))
        let image = try Data(contentsOf: folder.url.appending(path: "images/\(last)"))
        try image.write(to: folder.url.appending(path: "images/\(first)"))
        let changed = try makeSplits("after")
        #expect(changed.status == 0, "\(changed.errors)")
        #expect(!changed.errors.contains(Self.reused))
        #expect(stores.count == 1)
        #expect(try contents("stores") != former)
        // The image is now in two classes.
        #expect(
            changed.errors.contains(
                "1 group of files has the same bytes, in several classes, so that a split can have the same image on both sides; "
                    + "first \(first) and \(last)"), "\(changed.errors)")
        // What made the former splits is not there any more, and nothing else is taken for it.
        let scored = try run("evaluate --splits before --embeddings \("stores/" + stores[0]) --out results")
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(scored.errors.contains("No gain over the backbone is shown"))
        let validated = try run("validate before --root images", network)
        #expect(validated.status == 1)
        #expect(validated.output.contains("dataset, images_sha256"), "\(validated.output)")
    }

    @Test func whatCannotBeKeptIsSaid() throws {
        try folder.write("a file", to: "stores")
        let run = try makeSplits("splits")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("warning: the embeddings are not kept: "), "\(run.errors)")
        let both = try makeSplits("other", ["--stores", "a", "--no-stores"])
        #expect(both.status == 64 && both.errors.contains("--stores and --no-stores exclude each other"))
    }
}
