import DenseLinearAlgebra
import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Where the files of a model are")
struct WeightFilesTests {
    private let folder: TemporaryFolder
    private var root: URL { folder.url }
    private let manager = FileManager.default
    private static let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + String(repeating: "a", count: 64)
        + "\nsize 94000000\n"

    init() throws {
        folder = try TemporaryFolder()
    }

    private func put(_ name: String, at path: String) throws {
        let target = root.appendingPathComponent(path)
        try manager.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try manager.copyItem(at: Fixture.folder.appendingPathComponent("Networks/\(name)"), to: target)
    }

    private func link(_ path: String, to target: String) throws {
        let place = root.appendingPathComponent(path)
        try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try manager.createSymbolicLink(atPath: place.path, withDestinationPath: target)
    }

    private func open(_ path: String, output: String? = "embedding") throws -> FeatureExtractor {
        try FeatureExtractor(model: root.appendingPathComponent(path), reading: NetworkReading(output: output))
    }

    private func problem(_ path: String) -> String {
        failure {
            _ = try FeatureExtractor(
                model: root.appendingPathComponent(path),
                reading: NetworkReading(output: "embedding", preprocessing: UnusualNetworks.preprocessing()))
        }.replacingOccurrences(of: root.path + "/", with: "")
    }

    private func expectPlain(_ extractor: FeatureExtractor) throws {
        let plain = try FeatureExtractor(model: Fixture.network("tiny"))
        let paths = UnusualNetworks.paths
        for (a, b) in zip(try extractor.embed(paths: paths).elements, try plain.embed(paths: paths).elements) {
            #expect(abs(a - b) <= 1e-5)
        }
    }

    /// The cache of a hub: links into a folder where files are named by their digests.
    @Test func linksOfAHubAreFollowed() throws {
        try put("weights-apart.onnx", at: "blobs/1")
        try put("weights-apart.data", at: "blobs/2")
        try put("tiny.json", at: "blobs/3")
        try link("snapshots/r/onnx/model.onnx", to: "../../../blobs/1")
        try link("snapshots/r/onnx/weights-apart.data", to: "../../../blobs/2")
        try link("snapshots/r/config.json", to: "../../blobs/3")
        let extractor = try open("snapshots/r/onnx/model.onnx")
        try expectPlain(extractor)
        #expect(extractor.preprocessingFile == root.appendingPathComponent("snapshots/r/config.json").path)
        #expect(extractor.modelFiles.map(\.lastPathComponent) == ["model.onnx", "weights-apart.data"])
        // The digest is that of the contents, wherever they are.
        try put("weights-apart.onnx", at: "plain/model.onnx")
        try put("weights-apart.data", at: "plain/weights-apart.data")
        try put("tiny.json", at: "plain/model.json")
        #expect(try extractor.provenance == open("plain/model.onnx").provenance)
    }

    @Test func aLinkToAModelElsewhereFindsItsFiles() throws {
        try put("weights-apart.onnx", at: "runs/3/weights-apart.onnx")
        try put("weights-apart.data", at: "runs/3/weights-apart.data")
        try put("tiny.json", at: "runs/3/weights-apart.json")
        try link("best.onnx", to: "runs/3/weights-apart.onnx")
        let extractor = try open("best.onnx")
        try expectPlain(extractor)
        #expect(extractor.preprocessingFile?.hasSuffix("runs/3/weights-apart.json") == true)
    }

    @Test func missingAndDamagedWeightsAreNamed() throws {
        let start = "model.onnx: found no network that can be read (its weights "
        try put("weights-apart.onnx", at: "model.onnx")
        #expect(
            problem("model.onnx").hasPrefix(
                start + "should be in \"weights-apart.data\" beside it, which is not there: copy it along)"))
        try link("weights-apart.data", to: "nowhere")
        #expect(
            problem("model.onnx").hasPrefix(
                start + "should be in \"weights-apart.data\", which is a link to a file that is not there)"))
        try manager.removeItem(at: root.appendingPathComponent("weights-apart.data"))
        try folder.write(Self.pointer, as: "weights-apart.data")
        #expect(
            problem("model.onnx").hasPrefix(
                start + "in \"weights-apart.data\" are a pointer of Git LFS to a file of 94000000 bytes, not the file "
                    + "itself, which `git lfs pull` fetches)"))
        let whole = [UInt8](
            try Data(contentsOf: Fixture.folder.appendingPathComponent("Networks/weights-apart.data")))
        try folder.write(Array(whole.dropLast(4)), as: "weights-apart.data")
        #expect(
            problem("model.onnx").hasPrefix(
                start + "in \"weights-apart.data\" end after \(whole.count - 4) bytes; there should be \(whole.count))")
        )
    }

    /// A hostile model must not make us read, or write a link, elsewhere.
    @Test(arguments: ["../weights-apart.d", "/etc/passwd......."])
    func weightsOutsideAreRefused(location: String) throws {
        let name = "weights-apart.data"
        #expect(location.utf8.count == name.utf8.count)
        var bytes = try Data(contentsOf: Fixture.network("weights-apart"))
        while let range = bytes.range(of: Data(name.utf8)) { bytes.replaceSubrange(range, with: Data(location.utf8)) }
        try folder.write([UInt8](bytes), as: "model.onnx")
        #expect(
            problem("model.onnx").hasPrefix(
                "model.onnx: found no network that can be read (its weights are said to be in \"\(location)\", outside")
        )
    }

    @Test func pointersAreNamed() throws {
        try folder.write(Self.pointer, as: "model.onnx")
        try folder.write(Self.pointer, as: "model.tflite")
        let named =
            ": found no network that can be read (a pointer of Git LFS to a file of 94000000 bytes, not the file"
        #expect(problem("model.onnx").hasPrefix("model.onnx" + named))
        #expect(problem("model.tflite").hasPrefix("model.tflite" + named))
        try put("own-format.xml", at: "own.xml")
        #expect(problem("own.xml").contains("(its weights should be in \"own.bin\" beside it"))
        try folder.write(Self.pointer, as: "own.bin")
        #expect(problem("own.xml").contains("(its weights in \"own.bin\" are a pointer of Git LFS"))
        try put("tiny.onnx", at: "net.onnx")
        try folder.write(Self.pointer, as: "net.json")
        #expect(
            failure { _ = try FeatureExtractor(model: root.appendingPathComponent("net.onnx")) }.contains(
                "net.json: found a pointer of Git LFS"))
    }
}
