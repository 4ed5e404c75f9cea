import Datasets
import Foundation
import Glyphs200
import Splits
import TestSupport
import Testing

/// make-splits from datasets as they are downloaded, and the list of them.
@Suite struct KnownDatasetsTests {
    private let folder: TemporaryFolder
    private static let tests = testsFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func makeSplits(_ dataset: String, root: URL) throws -> CommandRun {
        try CommandRun(
            [
                "make-splits", "--dataset", dataset, "--root", root.path, "--backbone", EmbeddedBenchmark.backbone.path,
                "--out",
                "out", "--min-classes", "2", "--draws", "0", "--levels", "3",
            ], in: folder.url)
    }

    @Test(arguments: ["cub200", "cars196", "sop"])
    func replicasBecomeLevels(dataset: String) throws {
        let run = try makeSplits(dataset, root: Self.tests.appending(path: "DatasetsTests/Fixtures/\(dataset)"))
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("warning: ") && run.errors.contains("classes (not "), "\(run.errors)")
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "out/manifest.json"))
        #expect(manifest.dataset.name == dataset)
    }

    /// The form in which a dataset was found is said before the work starts.
    @Test func theFormIsSaid() throws {
        let root = Self.tests.appending(path: "DatasetsTests/Fixtures/cars196-devkit")
        let run = try makeSplits("cars196", root: root)
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "cars196: 8 classes, 24 samples; read from devkit/cars_meta.mat, devkit/cars_train_annos.mat, "
                    + "cars_test_annos_withlabels.mat with the images of cars_train and cars_test\n"), "\(run.errors)")
    }

    /// The table of samples keeps the roles, and what is written reads back for the same dataset.
    @Test func rolesReachTheTableAndAreRead() throws {
        let root = Self.tests.appending(path: "DatasetsTests/Fixtures/inshop")
        let run = try makeSplits("inshop", root: root)
        #expect(run.status == 0, "\(run.errors)")
        let table = folder.url.appending(path: "out/samples.csv")
        #expect(try Dataset(sampleTableAt: table, name: "inshop") == Dataset(.inshop, at: root))
        let scored = try CommandRun(
            ["evaluate", "--splits", "out", "--root", root.path, "--model", EmbeddedBenchmark.backbone.path, "-q"],
            in: folder.url)
        #expect(scored.status == 0, "\(scored.errors)")
    }

    @Test func missingImagesAreFoundBeforeTheNetworkIsRead() throws {
        let copy = try TemporaryFolder(copyOf: Self.tests.appending(path: "DatasetsTests/Fixtures/sop"))
        try copy.remove("chair_final")
        let run = try makeSplits("sop", root: copy.url)
        #expect(run.status == 1)
        #expect(run.errors.contains("4 of the 20 images listed are not there, first chair_final/"), "\(run.errors)")
        let table = try folder.write("sample,class\na.png,a\nb.png,b\n", to: "s.csv")
        let listed = try CommandRun(
            ["make-splits", "--samples", table.path, "--root", ".", "--backbone", "missing.onnx"], in: folder.url)
        #expect(listed.status == 1 && listed.errors.contains("2 of the 2 images listed are not there, first a.png"))
    }

    @Test(arguments: [["--dataset", "cub200"], ["--dataset", "glyphs200", "--root", "."], ["--dataset", "cub"]])
    func wrongUsageExitsWith64(arguments: [String]) throws {
        let run = try CommandRun(["make-splits", "--backbone", "b.onnx"] + arguments, in: folder.url)
        #expect(run.status == 64, "\(run.errors)")
    }

    @Test func theListNamesFilesAndCounts() throws {
        let text = try CommandRun(["datasets"]).output
        let known = [
            KnownDataset.cub200, .cars196, .sop, .inshop, .market1501, .dukeMTMC, .msmt17, .veri776,
        ]
        for dataset in known {
            #expect(text.contains("\(dataset.title): --dataset \(dataset.name) --root DIR"))
            #expect(text.contains("\(dataset.counts.samples) images of \(dataset.counts.classes) classes"))
        }
        let json = try CommandRun(["datasets", "--format", "json"]).output
        let entries = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(entries.compactMap { $0["name"] as? String } == known.map(\.name))
        let counts = try #require(entries[3]["counts"] as? [String: Int])
        #expect(counts["query_samples"] == 14218 && counts["superclasses"] == nil)
    }
}
