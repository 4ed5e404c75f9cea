import Embeddings
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

/// make-splits from a user's own class folders, here of some images of glyphs200.
@Suite struct ImagesTests {
    private let folder: TemporaryFolder
    private var images: URL { folder.url.appending(path: "images") }

    init() throws {
        folder = try TemporaryFolder()
        // Two writing systems of six classes each.
        for system in ["latin", "thai"] {
            let source = EmbeddedBenchmark.images.appending(path: system)
            try folder.copy(6, classesOf: source, imageCount: 8, to: "images/\(system)")
        }
    }

    private func makeSplits(backbone: String = EmbeddedBenchmark.backbone.path) throws -> CommandRun {
        try CommandRun(
            ["make-splits", "--root", "images", "--backbone", backbone, "--out", "out", "--min-classes", "3", "-q"],
            in: folder.url)
    }

    private func expectFailure(_ run: CommandRun, naming sentence: String) {
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(sentence), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "out").path))
    }

    @Test func foldersBecomeLevels() throws {
        let run = try makeSplits()
        #expect(run.status == 0, "\(run.errors)")
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "out/manifest.json"))
        #expect(manifest.dataset.name == "images")
        #expect(manifest.dataset.sampleCount == 96)
        #expect(manifest.embeddings?.source == .backbone)
        #expect(manifest.embeddings?.preprocessing?.inputSize == [1, 64, 64])
        let start = try #require(manifest.levels.first { $0.arm == .start })
        #expect(start.train.allSatisfy { $0.hasPrefix("latin/") } && start.test.allSatisfy { $0.hasPrefix("thai/") })
        // The models of a level are scored on the same images again.
        let scored = try CommandRun(
            [
                "evaluate", "--splits", "out", "--root", "images", "--model", EmbeddedBenchmark.backbone.path,
                "--backbone",
                EmbeddedBenchmark.backbone.path, "--format", "json", "-q",
            ], in: folder.url)
        #expect(scored.status == 0, "\(scored.errors)")
        #expect(scored.output.contains("\"subject\": \"backbone\""))
    }

    /// To validate them, the images are embedded again, which other processors do a little differently.
    @Test func distancesAreComputedAnew() throws {
        #expect(try makeSplits().status == 0)
        let arguments = ["validate", "out", "--root", "images", "--backbone", EmbeddedBenchmark.backbone.path, "-q"]
        let sound = try CommandRun(arguments, in: folder.url)
        #expect(sound.status == 0 && sound.output.hasSuffix(" distances computed anew\n"), "\(sound.output)")
        let file = folder.url.appending(path: "out/manifest.json")
        try folder.remove("out/receipt.csv")
        for (factor, status) in [(1 + 1e-6, 0), (1.01, 1)] as [(Double, Int32)] {
            var json = try EditableJSON(Data(contentsOf: file))
            let discrepancy = try #require(json["levels.2.kernel_discrepancy"] as? Double)
            json["levels.2.kernel_discrepancy"] = discrepancy * factor
            try folder.write(json.data, to: "out/manifest.json")
            let run = try CommandRun(arguments, in: folder.url)
            #expect(run.status == status, "\(run.output)")
            let start = "manifest.json: level-3, kernel_discrepancy: found \(discrepancy * factor); expected "
            #expect(run.output.hasPrefix(start) == (status == 1), "\(run.output)")
        }
    }

    /// Of glyphs200 itself, images and backbone are at hand.
    @Test func glyphs200NeedsNeitherImagesNorBackbone() throws {
        let made = try CommandRun(
            ["make-splits", "--dataset", "glyphs200", "--out", "out", "--draws", "0", "--levels", "3", "-q"],
            in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
        let run = try CommandRun(["validate", "out", "-q"], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.output)\(run.errors)")
        #expect(
            run.output
                == "out: no violation in 1 series of 3 levels over 200 classes and 4800 samples, with 2 files of "
                + "episodes; 3 distances computed anew\n")
    }

    /// The manifest's record of the preprocessing, put beside a copy of the network, gives the same splits.
    @Test func recordedPreprocessingCanStandBesideAModel() throws {
        #expect(try makeSplits().status == 0)
        let first = try SplitManifest(readingFrom: folder.url.appending(path: "out/manifest.json"))
        let data = try Data(contentsOf: folder.url.appending(path: "out/manifest.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let record = try #require((json["embeddings"] as? [String: Any])?["preprocessing"])
        try folder.write(JSONSerialization.data(withJSONObject: record), to: "copy/backbone.json")
        try FileManager.default.copyItem(
            at: EmbeddedBenchmark.backbone, to: folder.url.appending(path: "copy/backbone.onnx"))
        try FileManager.default.removeItem(at: folder.url.appending(path: "out"))
        let run = try makeSplits(backbone: "copy/backbone.onnx")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try SplitManifest(readingFrom: folder.url.appending(path: "out/manifest.json")) == first)
    }

    @Test func textNamedAsAnImageIsNamed() throws {
        try folder.write("hello", to: "images/thai/u0e07-ngo-ngu/zz.png")
        expectFailure(try makeSplits(), naming: "images/thai/u0e07-ngo-ngu/zz.png: found a text file")
    }

    @Test func emptyClassesAreNamed() throws {
        try FileManager.default.createDirectory(
            at: images.appending(path: "latin/empty"), withIntermediateDirectories: true)
        expectFailure(try makeSplits(), naming: "images/latin/empty: this class folder holds no image")
    }

    @Test func filesThatAreNoNetworkAreNamed() throws {
        try folder.write("hello", to: "model.onnx")
        expectFailure(try makeSplits(backbone: "model.onnx"), naming: "model.onnx: found no network that can be read")
        expectFailure(try makeSplits(backbone: "missing.onnx"), naming: "missing.onnx")
    }

    @Test func networksWithoutPreprocessingSayWhatToWrite() throws {
        try FileManager.default.copyItem(at: EmbeddedBenchmark.backbone, to: folder.url.appending(path: "model.onnx"))
        expectFailure(try makeSplits(backbone: "model.onnx"), naming: "config.json")
    }
}
