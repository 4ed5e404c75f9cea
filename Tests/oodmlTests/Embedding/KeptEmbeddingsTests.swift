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

    private func images() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder.url.appending(path: "images").path)
            .filter { $0.hasSuffix(".png") }.sorted()
    }

    /// A store may have more than is asked for: those of images that are gone, or of classes that a level leaves out.
    @Test func aStoreOfMoreImagesServes() throws {
        #expect(try makeSplits("all").status == 0)
        let first = try #require(try images().first)
        try FileManager.default.removeItem(at: folder.url.appending(path: "images/\(first)"))
        let fewer = try makeSplits("fewer")
        #expect(fewer.status == 0 && fewer.errors.contains(Self.reused), "\(fewer.errors)")
        #expect(stores.count == 1)
        for line in ["validate fewer", "train --splits fewer --objective triplet --steps 2 --dimension 4 --out heads"] {
            let run = try run(line)
            #expect(run.status == 0, "\(line): \(run.errors)")
        }
        // At this level some classes are left out, and their images are not asked for.
        let some = try run(
            "evaluate --splits fewer --root images --no-catalogue --levels level-3 --out some --model "
                + EmbeddedBenchmark.backbone.path)
        #expect(some.status == 0 && some.errors.contains("The embeddings of backbone.onnx are those"), "\(some.errors)")
    }

    /// What was embedded then is not compared in silence with what is there now.
    @Test func otherImagesThanThoseOfTheSplitsAreWarnedOf() throws {
        #expect(try makeSplits("splits").status == 0)
        let names = try images()
        let (first, last) = (try #require(names.first), try #require(names.last))
        let places = [first, last].map { folder.url.appending(path: "images/\($0)") }
        let swapped = try places.map { try Data(contentsOf: $0) }
        for (place, image) in zip(places, swapped.reversed()) { try image.write(to: place) }
        let warning = "warning: the images are not those that the splits were made from"
        let model = "evaluate --splits splits --root images --model \(EmbeddedBenchmark.backbone.path) --out"
        let scored = try run("\(model) results")
        #expect(scored.status == 0 && scored.errors.contains(warning), "\(scored.errors)")
        #expect(try run("embed --root images --out store", network).status == 0)
        let trained = try run(
            "train --splits splits --features store --objective triplet --steps 2 --dimension 4 --out heads")
        #expect(trained.status == 0 && trained.errors.contains(warning), "\(trained.errors)")
        for (place, image) in zip(places, swapped) { try image.write(to: place) }
        #expect(try !run("\(model) again").errors.contains(warning))
    }

    /// A damaged store says what to do about it, and results are not put where classes are read.
    @Test func damageAndMisplacedResultsAreNamed() throws {
        #expect(try makeSplits("splits").status == 0)
        try folder.write(Data([1, 2, 3]), to: "stores/\(try #require(stores.first))/embeddings.npy")
        let damaged = try makeSplits("again")
        #expect(
            damaged.status == 1
                && damaged.errors.contains("without the folder, or with --no-stores, the images are embedded anew"),
            "\(damaged.errors)")
        for options in [["--out", "images/splits"], ["--out", "other", "--stores", "images/stores"]] {
            let within = try run("make-splits --root images --draws 0 --min-classes 3 --levels 3", network + options)
            #expect(
                within.status == 1 && within.errors.contains("a place for results within the folder of the images"),
                "\(within.errors)")
        }
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
