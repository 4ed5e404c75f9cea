import Datasets
import Embeddings
import Evaluation
import Experiments
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import HeadTraining
import Ranks
import Retrieval
import Splits
import TestSupport
import Testing

/// The verbs on twelve characters of glyphs200, ten images each, by several ranks, which are threads of the test here.
@Suite struct SharedRunTests {
    private let folder: TemporaryFolder
    private var photos: URL { folder.url.appending(path: "photos") }

    init() throws {
        folder = try TemporaryFolder()
        for system in ["latin", "thai"] {
            let source = EmbeddedBenchmark.images.appending(path: system)
            try folder.copy(6, classesOf: source, imageCount: 10, to: "photos/\(system)")
        }
    }

    /// Everything that the verbs write below a folder.
    private func contents(of root: URL) throws -> [String: Data] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try paths.reduce(into: [:]) { contents, path in
            let file = root.appending(path: path)
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue {
                contents[path] = try Data(contentsOf: file)
            }
        }
    }

    /// Embeds, makes splits, scores the backbone as a model beside itself, and trains two heads a task.
    private static func runVerbs(on photos: URL, into root: URL) throws {
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        let store = EmbeddingStore(at: root.appending(path: "store"))
        try store.fill(with: dataset, below: photos, by: network, chunkSize: 50)
        // What is there is only compared.
        try store.fill(with: dataset, below: photos, by: network, chunkSize: 50)
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 3
        let splits = try SplitFolder.make(
            at: root.appending(path: "splits"), of: dataset, from: .images(below: photos, by: network), by: settings
        ).folder
        var scoring = try ModelScoring(
            along: splits, of: ModelFiles(EmbeddedBenchmark.backbone.path),
            being: .networks(images: photos) { try FeatureExtractor(model: $0) })
        scoring.backbone = .features(store.url)
        try ResultsFolder(at: root.appending(path: "results")).write(try scoring.score())
        let objectives = try ["proxy-anchor", "triplet"].map { name in
            var objective = HeadTrainingSettings(objective: try KnownObjectives.objective(named: name))
            objective.stepCount = 20
            return objective
        }
        var training = SeriesTrainingSettings(objectives: objectives)
        training.seeds = [0, 1]
        try SeriesTraining(along: splits, on: .features(store.url), by: training).train(
            into: HeadsFolder(at: root.appending(path: "heads")))
    }

    /// The same bytes for any number of ranks, also for one more than there are tasks of a kind.
    @Test func ranksDoNotChangeAByte() throws {
        let alone = folder.url.appending(path: "alone")
        try Self.runVerbs(on: photos, into: alone)
        let expected = try contents(of: alone)
        #expect(expected.count > 20)
        for count in [2, 3, 7] {
            let (photos, shared) = (photos, folder.url.appending(path: "by-\(count)"))
            for result in ThreadRanks.run(count, { _ in try Self.runVerbs(on: photos, into: shared) }) {
                try result.get()
            }
            let found = try contents(of: shared)
            #expect(found.keys.sorted() == expected.keys.sorted())
            for (path, bytes) in expected { #expect(found[path] == bytes, "\(path) by \(count) ranks") }
        }
    }

    /// Small and large classes go through pairs of tiles and through single tiles.
    @Test(arguments: [800, 2]) func tilesAreDividedExactly(classCount: Int) throws {
        let (matrix, classes) = clusteredEmbeddings(n: 2400, d: 8, classCount: classCount, spread: 2, seed: 5)
        let set = RetrievalSet(matrix, classNumbers: classes)
        let groups = ClassGroups((0..<classCount).map { $0 % 5 }, count: 5)
        let metrics: [RetrievalMetric] = [.recall(1), .recall(8), .averagePrecisionAtR]
        let expected = try set.scores(metrics, withoutEach: groups)
        for count in [2, 3] {
            for result in ThreadRanks.run(count, { _ in try set.scores(metrics, withoutEach: groups) }) {
                #expect(try result.get() == expected)
            }
        }
    }
}
