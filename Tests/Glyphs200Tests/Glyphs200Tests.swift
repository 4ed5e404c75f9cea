import Datasets
import Embeddings
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import Splits
import Testing
import TestSupport

@Suite struct Glyphs200Tests {
    private static let repository = repositoryFolder
    private let published = Self.repository.appending(path: "splits/glyphs200")

    @Test func theDatasetIsWhatItsCardSays() throws {
        let dataset = try Dataset(classFoldersAt: EmbeddedBenchmark.images, name: EmbeddedBenchmark.name)
        #expect(dataset.samples.count == 4800)
        #expect(dataset.samplesOfClass.allSatisfy { $0.count == 24 })
        let systems = Dictionary(grouping: dataset.classLabels.indices) { dataset.superclass(of: $0) ?? "" }
        #expect(systems.count == 10)
        #expect(systems.values.allSatisfy { $0.count == 20 })
        // The official split falls between writing systems.
        for members in systems.values { #expect(Set(members.map { dataset.officialSides[$0] }).count == 1) }
        // No two images are equal, so nothing can be retrieved by being the same file.
        let digests = try dataset.samples.map {
            try SHA256.hexadecimal(ofFilesAt: [EmbeddedBenchmark.images.appending(path: $0.id)])
        }
        #expect(Set(digests).count == 4800)
    }

    /// The engine finds the published splits again from the images: the same classes at every level, and distances that
    /// differ by no more than processors differ in single precision.
    @Test func publishedSplitsFollowFromTheImages() throws {
        let manifest = try SplitManifest(readingFrom: published.appending(path: "manifest.json"))
        let dataset = try Dataset(classFoldersAt: EmbeddedBenchmark.images, name: EmbeddedBenchmark.name)
        try manifest.requireMatch(with: dataset, path: "splits/glyphs200/manifest.json")
        #expect(manifest.embeddings?.sha256 == (try SHA256.hexadecimal(ofFilesAt: [EmbeddedBenchmark.backbone])))
        let extractor = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        let embeddings = try extractor.embed(
            paths: dataset.samples.map { EmbeddedBenchmark.images.appending(path: $0.id).path })
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: embeddings)
        let settings = try #require(manifest.settings.madeBy)
        let remade = SplitManifest(
            generator: manifest.generator, series: try SplitSeries(of: embedded, by: settings),
            provenance: try #require(manifest.embeddings))
        #expect(remade.settings == manifest.settings)
        #expect(remade.levels.map(\.id) == manifest.levels.map(\.id))
        for (found, expected) in zip(remade.levels, manifest.levels) {
            #expect(found.arm == expected.arm && found.step == expected.step)
            #expect(found.train == expected.train)
            #expect(found.test == expected.test)
            #expect(found.removed == expected.removed)
            #expect(abs(found.fid - expected.fid) <= 1e-5 * expected.fid)
            #expect(found.folds == expected.folds && found.trainMatched == expected.trainMatched)
            #expect(found.position == expected.position && found.isShift == expected.isShift)
        }
    }

    @Test func publishedLevelsAreGraded() throws {
        let levels = try SplitManifest(readingFrom: published.appending(path: "manifest.json")).levels
        #expect(levels.count == 9)
        #expect(levels.filter { $0.arm == .start }.count == 1)
        let fids = levels.map(\.fid)
        #expect(zip(fids, fids.dropFirst()).allSatisfy { $1 >= 1.01 * $0 })
        let exchanges = levels.filter { $0.arm != .removal }.map(\.fid)
        #expect(3 * exchanges.count >= 2 * levels.count)
        #expect((exchanges.last ?? 0) >= 3 * fids[0])
        #expect((fids.last ?? 0) >= 5 * fids[0])
        for level in levels {
            #expect(abs(level.train.count - level.test.count) <= 1)
            #expect(Set(level.train + level.test + level.removed).count == 200)
            #expect(level.train.count + level.test.count + level.removed.count == 200)
        }
    }
}
