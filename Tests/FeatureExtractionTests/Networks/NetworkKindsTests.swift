import DenseLinearAlgebra
import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Kinds of networks, and which of their tensors is the embedding")
struct NetworkKindsTests {
    private static let paths = ["420.jpg", "rgb.png", "lossy.webp", "grey8.png", "cmyk.jpg", "444.jpg"].map(
        Fixture.image)

    private func preprocessing() throws -> Preprocessing {
        try Preprocessing.besideModel(atPath: Fixture.network("tiny").path)
    }

    private func open(
        _ name: String, _ suffix: String = "onnx", output: String? = nil, pooling: Pooling? = nil
    ) throws -> FeatureExtractor {
        try FeatureExtractor(
            model: Fixture.network(name, suffix),
            reading: NetworkReading(output: output, pooling: pooling, preprocessing: try preprocessing()))
    }

    private func problem(
        _ name: String, _ suffix: String = "onnx", output: String? = nil, pooling: Pooling? = nil
    ) -> String {
        failure { _ = try open(name, suffix, output: output, pooling: pooling) }
            .replacingOccurrences(of: Fixture.folder.appendingPathComponent("Networks").path + "/", with: "")
    }

    private func expectEqual(_ found: Matrix<Float>, _ expected: Matrix<Float>, _ comment: Comment? = nil) {
        #expect(found.rowCount == expected.rowCount && found.columnCount == expected.columnCount, comment)
        for (a, b) in zip(found.elements, expected.elements) { #expect(abs(a - b) <= 1e-5, comment) }
    }

    struct Variant: CustomTestStringConvertible, Sendable {
        let name: String
        var suffix = "onnx"
        var output: String?
        var pooling: Pooling?
        var testDescription: String { "\(name).\(suffix) \(output ?? "") \(pooling?.rawValue ?? "")" }
    }

    /// All of them are `tiny` in another dress.
    private static let variants = [
        Variant(name: "channels-last"),
        Variant(name: "channels-last", suffix: "tflite"),
        Variant(name: "channels-last", suffix: "tflite", output: "embedding"),
        Variant(name: "tiny", output: "embedding"),
        Variant(name: "tiny", output: "pooled"),
        Variant(name: "tiny", output: "r2", pooling: .average),
        Variant(name: "four-dimensional", pooling: .average),
        Variant(name: "four-dimensional", pooling: .maximum),
        Variant(name: "feature-map", pooling: .average),
        Variant(name: "feature-map-last", pooling: .average),
        Variant(name: "two-outputs", output: "embedding"),
        Variant(name: "two-outputs", output: "r2", pooling: .average),
        Variant(name: "two-outputs", output: "pooled"),
        Variant(name: "batch-of-one-within", output: "pooled"),
        Variant(name: "classifier", output: "embedding"),
        Variant(name: "distribution", output: "embedding"),
        Variant(name: "weights-apart", output: "embedding"),
        Variant(name: "weights-apart", output: "pooled"),
        Variant(name: "own-format-two", suffix: "xml", output: "embedding"),
        Variant(name: "own-format-two", suffix: "xml", output: "r2", pooling: .average),
    ]

    @Test(arguments: variants)
    func theSameNetworkGivesTheSame(_ variant: Variant) throws {
        let plain = try open("tiny")
        let other = try open(variant.name, variant.suffix, output: variant.output, pooling: variant.pooling)
        for mirrored in [false, true] {
            expectEqual(
                try other.embed(paths: Self.paths, mirrored: mirrored),
                try plain.embed(paths: Self.paths, mirrored: mirrored))
        }
    }

    /// Or the comparison of mirrored images above would mean nothing.
    @Test func mirroredImagesGiveOtherEmbeddings() throws {
        let plain = try open("tiny")
        let (a, b) = (try plain.embed(paths: Self.paths), try plain.embed(paths: Self.paths, mirrored: true))
        #expect(zip(a.elements, b.elements).filter { abs($0 - $1) > 1e-3 }.count > a.elements.count / 2)
    }

    @Test(arguments: ["feature-map", "feature-map-last"], [Pooling.average, .maximum, .generalizedMean])
    func poolingIsNumPys(name: String, pooling: Pooling) throws {
        let table = try Fixture.table("pooling.json", of: [String: [String: [Double]]].self)
        let files = table.keys.sorted()
        let embeddings = try open(name, pooling: pooling).embed(paths: files.map(Fixture.image))
        #expect(embeddings.columnCount == 6)
        for (row, file) in files.enumerated() {
            let expected = try #require(table[file]?[pooling.rawValue])
            for (found, value) in zip(embeddings.row(row), expected) { #expect(abs(Double(found) - value) <= 1e-5) }
        }
    }

    /// The parts of a grid, averaged, are the coarser grid, and those of two by two the mean over all.
    @Test(arguments: ["feature-map", "feature-map-last"])
    func gridsAreAveragesOfParts(name: String) throws {
        let poolings = [Pooling.average, .grid2, .grid4]
        let all = try poolings.map { try open(name, pooling: $0).embed(paths: Self.paths) }
        #expect(all.map(\.columnCount) == [6, 24, 96])
        for row in 0..<all[0].rowCount {
            for channel in 0..<6 {
                func value(_ side: Int, _ y: Int, _ x: Int) -> Float {
                    all[side == 4 ? 2 : 1][row, (channel * side + y) * side + x]
                }
                let quarters = (0..<4).map { value(2, $0 / 2, $0 % 2) }
                #expect(abs(quarters.reduce(0, +) / 4 - all[0][row, channel]) < 1e-5)
                for (number, quarter) in quarters.enumerated() {
                    let parts = (0..<4).map { value(4, 2 * (number / 2) + $0 / 2, 2 * (number % 2) + $0 % 2) }
                    #expect(abs(parts.reduce(0, +) / 4 - quarter) < 1e-5)
                }
            }
            // Nothing is averaged away: parts differ.
            #expect(Set((0..<16).map { all[2][row, $0] }).count > 4)
        }
    }

    @Test func gridsNeedAFeatureMap() {
        #expect(
            problem("tiny", pooling: .grid2).hasSuffix(
                "; expected float32 of [1 × d × h × w], a feature map of 2 × 2 positions or more"))
    }

    @Test func pooledNaNIsNotPassedOver() throws {
        let dark = Fixture.image("dark.png")
        for pooling in [Pooling.average, .maximum, .generalizedMean] {
            // Before the last layer this network has a map of one position, which is NaN for a dark image.
            let extractor = try open("logarithm", output: "log", pooling: pooling)
            #expect(failure { _ = try extractor.embed(paths: [dark]) }.hasPrefix("\(dark): found NaN in component 0"))
        }
    }

    @Test func weightsApartAreFilesOfTheModel() throws {
        let extractor = try open("weights-apart", output: "embedding")
        #expect(extractor.modelFiles.map(\.lastPathComponent) == ["weights-apart.onnx", "weights-apart.data"])
        #expect(extractor.modelFiles.allSatisfy { FileManager.default.fileExists(atPath: $0.path) })
    }

    @Test func poolingNeedsAFeatureMap() {
        #expect(
            problem("tiny", pooling: .average).hasSuffix(
                "; expected float32 of [1 × d × h × w] or [1 × tokens × d], a feature map or tokens to be pooled"))
        #expect(
            problem("feature-map").hasSuffix(
                "; expected float32 of [1 × d] or [1 × d × 1 × 1], one vector an image, or a pooling (avg, max or gem) "
                    + "of [1 × d × h × w]"))
        #expect(problem("feature-map-last").hasSuffix("a pooling (avg, max or gem) of [1 × h × w × d]"))
    }

    @Test func unknownTensorsAreAnsweredWithKnownOnes() {
        #expect(
            problem("two-outputs", output: "logits")
                == "two-outputs.onnx: found no tensor \"logits\"; expected the name of an output (embedding, r2) or of "
                + "another tensor, of which the last are \"embedding\", \"pooled\", \"r2\", \"c2\", \"r1\", \"c1\"")
        #expect(
            problem("own-format-two", "xml", output: "pooled").hasPrefix(
                "own-format-two.xml: found no output \"pooled\"; expected one of "))
        // The input and the weights are tensors too, but nothing that the network makes.
        #expect(problem("tiny", output: "images").hasPrefix("tiny.onnx: found no tensor \"images\""))
        #expect(problem("tiny", output: "w1").hasPrefix("tiny.onnx: found no tensor \"w1\""))
    }

    @Test func headsOfClassifiersAreRecognised() throws {
        let scores = try #require(try open("classifier").classifierSign)
        #expect(scores.found == "an output \"scores\" of 10 components")
        #expect(scores.alternative == "embedding")
        let distribution = try #require(try open("distribution").classifierSign)
        #expect(distribution.found == "an output \"distribution\" of 10 components, which a softmax makes")
        #expect(distribution.alternative == "embedding")
        #expect(try open("classifier", output: "embedding").classifierSign == nil)
        #expect(try open("tiny").classifierSign == nil)
        #expect(try open("own-format", "xml").classifierSign == nil)
        #expect(try open("channels-last", "tflite").classifierSign == nil)
    }

    @Test func tensorFlowLiteIsKnownByItsContents() throws {
        let folder = try TemporaryFolder()
        let bytes = [UInt8](try Data(contentsOf: Fixture.network("channels-last", "tflite")))
        for (name, contents, reason) in [
            ("model.onnx", bytes, "a TFLite network in a file of another suffix than .tflite"),
            ("model.tflite", Array("a,b\n".utf8), "a text file"),
        ] {
            let path = try folder.write(contents, as: name)
            #expect(
                failure {
                    _ = try FeatureExtractor(
                        model: URL(fileURLWithPath: path), reading: NetworkReading(preprocessing: try preprocessing()))
                }.hasPrefix("\(path): found no network that can be read (\(reason)); expected an ONNX file, a .tflite"))
        }
        let path = try folder.write(Array(bytes.prefix(bytes.count / 2)), as: "half.tflite")
        let message = failure {
            _ = try FeatureExtractor(
                model: URL(fileURLWithPath: path), reading: NetworkReading(preprocessing: try preprocessing()))
        }
        #expect(message.hasPrefix("\(path): found no network that can be read ("))
        #expect(!message.contains("\n"))
    }
}
