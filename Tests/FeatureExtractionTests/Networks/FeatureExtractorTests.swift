import DenseLinearAlgebra
import FeatureExtraction
import Files
import Foundation
import Synchronization
import Testing
import TestSupport

@Suite("Embeddings of image files")
struct FeatureExtractorTests {
    struct Reference: Decodable {
        let preprocessing: Preprocessing
        let files: [String: [Float]]
    }

    private static let files = ["420.jpg", "rgb.png", "lossy.webp", "grey8.png", "cmyk.jpg", "palette4.png", "444.jpg"]

    private static func reference(_ name: String) throws -> Reference {
        let table = try Fixture.table("embeddings.json", of: [String: Reference].self)
        return try #require(table[name])
    }

    @Test(arguments: ["tiny", "grey"])
    func embeddingsAreONNXRuntimes(name: String) throws {
        let reference = try Self.reference(name)
        let files = reference.files.keys.sorted()
        let extractor = try FeatureExtractor(
            model: Fixture.network(name), reading: NetworkReading(preprocessing: reference.preprocessing))
        #expect(extractor.dimension == 6)
        let embeddings = try extractor.embed(paths: files.map(Fixture.image))
        #expect(embeddings.rowCount == files.count)
        #expect(embeddings.columnCount == 6)
        for (i, file) in files.enumerated() {
            let expected = try #require(reference.files[file])
            let scale = expected.map(abs).max() ?? 0
            for (j, value) in expected.enumerated() {
                #expect(abs(embeddings[i, j] - value) <= 1e-5 * scale, "\(file), component \(j)")
            }
        }
        // The network tells images apart, or the comparison above would mean little.
        #expect(Set(embeddings.elements).count > embeddings.elements.count / 2)
    }

    @Test func thePreprocessingIsReadFromTheFileBesideTheModel() throws {
        let extractor = try FeatureExtractor(model: Fixture.network("tiny"))
        #expect(extractor.preprocessing == (try Self.reference("tiny").preprocessing))
        #expect(extractor.modelFiles.map(\.lastPathComponent) == ["tiny.onnx"])
    }

    @Test(arguments: ["four-dimensional", "free-size", "batch-of-one", "batch-of-one-within"])
    func otherShapesOfTheSameNetworkGiveTheSame(name: String) throws {
        let preprocessing = try Self.reference("tiny").preprocessing
        let paths = (Self.files + Self.files + Self.files).map(Fixture.image)
        let expected = try FeatureExtractor(model: Fixture.network("tiny")).embed(paths: paths)
        let extractor = try FeatureExtractor(
            model: Fixture.network(name), reading: NetworkReading(preprocessing: preprocessing))
        let embeddings = try extractor.embed(paths: paths)
        #expect(embeddings.columnCount == expected.columnCount)
        for (a, b) in zip(embeddings.elements, expected.elements) { #expect(abs(a - b) <= 1e-5) }
    }

    @Test func openVINOsOwnFormatGivesTheSame() throws {
        let paths = Self.files.map(Fixture.image)
        let expected = try FeatureExtractor(model: Fixture.network("tiny")).embed(paths: paths)
        let extractor = try FeatureExtractor(
            model: Fixture.network("own-format", "xml"),
            reading: NetworkReading(preprocessing: try Self.reference("tiny").preprocessing))
        #expect(extractor.modelFiles.map(\.lastPathComponent) == ["own-format.xml", "own-format.bin"])
        for (a, b) in zip(try extractor.embed(paths: paths).elements, expected.elements) { #expect(abs(a - b) <= 1e-5) }
    }

    @Test func orderNeighboursAndTimingDoNotChangeABit() throws {
        let extractor = try FeatureExtractor(model: Fixture.network("tiny"))
        let alone = try Self.files.map { try extractor.embed(paths: [Fixture.image($0)]).elements.map(\.bitPattern) }
        var generator = SplitMix64(seed: 7)
        for round in 0..<20 {
            let order = (0..<50).map { _ in Int.random(in: 0..<Self.files.count, using: &generator) }
            let embeddings = try extractor.embed(paths: order.map { Fixture.image(Self.files[$0]) })
            for (row, file) in order.enumerated() {
                #expect(embeddings.row(row).map(\.bitPattern) == alone[file], "round \(round), row \(row)")
            }
        }
    }

    @Test(arguments: [0, 1, 7, 8, 9, 33])
    func everyNumberOfFilesIsRight(count: Int) throws {
        let extractor = try FeatureExtractor(model: Fixture.network("tiny"))
        let paths = (0..<count).map { Fixture.image(Self.files[$0 % Self.files.count]) }
        let counts = Mutex<[Int]>([])
        let embeddings = try extractor.embed(paths: paths) { done, total in
            #expect(total == count)
            counts.withLock { $0.append(done) }
        }
        #expect(embeddings.rowCount == count)
        #expect(embeddings.columnCount == 6)
        let seen = counts.withLock { $0 }
        #expect(seen == seen.sorted() && Set(seen).count == seen.count)
        #expect(seen.last ?? 0 == count)
    }

    @Test func theFirstBadFileIsNamedHoweverTheThreadsRun() throws {
        let extractor = try FeatureExtractor(model: Fixture.network("tiny"))
        var paths = (0..<120).map { Fixture.image(Self.files[$0 % Self.files.count]) }
        let folder = try TemporaryFolder()
        paths[37] = try folder.write("no image", as: "a.png")
        paths[38] = "/nowhere/b.png"
        paths[45] = "/nowhere/c.png"
        paths[90] = "/nowhere/d.png"
        for _ in 0..<50 {
            #expect(throws: FeatureExtractionError.notAnImage(path: paths[37], found: "a text file")) {
                try extractor.embed(paths: paths)
            }
        }
    }

    @Test func nothingIsComputedLongAfterAFailure() throws {
        let extractor = try FeatureExtractor(model: Fixture.network("tiny"))
        let paths = ["/nowhere/a.png"] + (0..<4000).map { Fixture.image(Self.files[$0 % Self.files.count]) }
        let done = Mutex(0)
        #expect(throws: FileError.self) {
            try extractor.embed(paths: paths) { count, _ in done.withLock { $0 = count } }
        }
        #expect(done.withLock { $0 } < 2000)
    }

    @Test func nanIsRefusedAndTheImageNamed() throws {
        let preprocessing = try Self.reference("tiny").preprocessing
        let model = Fixture.network("logarithm")
        let extractor = try FeatureExtractor(model: model, reading: NetworkReading(preprocessing: preprocessing))
        let light = Fixture.image("light.png")
        #expect(try extractor.embed(paths: [light]).firstNonFinite == nil)
        let dark = Fixture.image("dark.png")
        #expect(
            failure { _ = try extractor.embed(paths: [light, light, dark, light]) }
                == "\(dark): found NaN in component 0 of the embedding by \(model.path); expected finite values")
    }
}
