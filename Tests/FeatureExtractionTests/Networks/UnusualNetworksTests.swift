import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Foundation
import Testing
import TestSupport

/// Networks of `Scripts/fixtures/network_kinds.py`, and what onnxruntime makes of them.
enum UnusualNetworks {
    static let files = ["420.jpg", "rgb.png", "grey8.png"]
    static let paths = files.map(Fixture.image)

    /// The script's: 16 × 16 pixels whatever the shape, values from 0 to 1.
    static func preprocessing(
        mean: [Float] = [0, 0, 0], deviation: [Float] = [1, 1, 1], order: Preprocessing.ChannelOrder = .rgb
    ) -> Preprocessing {
        Preprocessing(
            channelCount: 3, height: 16, width: 16, resize: .exactly(height: 16, width: 16), interpolation: .bilinear,
            mean: mean, standardDeviation: deviation, channelOrder: order)
    }

    static func open(
        _ name: String, output: String? = nil, pooling: Pooling? = nil
    ) throws -> FeatureExtractor {
        try FeatureExtractor(
            model: Fixture.network(name),
            reading: NetworkReading(output: output, pooling: pooling, preprocessing: preprocessing()))
    }

    static func problem(_ name: String, output: String? = nil, pooling: Pooling? = nil) -> String {
        failure { _ = try open(name, output: output, pooling: pooling) }
            .replacingOccurrences(of: Fixture.folder.appendingPathComponent("Networks").path + "/", with: "")
    }

    static func expected<Value: Decodable>(_ name: String, of type: Value.Type) throws -> Value {
        let data = try Data(contentsOf: Fixture.folder.appendingPathComponent("network-kinds.json"))
        let table = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        return try JSONDecoder().decode(
            Value.self, from: JSONSerialization.data(withJSONObject: try #require(table[name])))
    }

    static func expectRows(
        _ found: Matrix<Float>, _ expected: [String: [Double]], tolerance: Double = 1e-5
    ) throws {
        for (row, file) in files.enumerated() {
            let values = try #require(expected[file])
            #expect(found.columnCount == values.count)
            for (found, value) in zip(found.row(row), values) {
                #expect(abs(Double(found) - value) <= tolerance * max(1, abs(value)), "\(file)")
            }
        }
    }
}

@Suite("Networks whose embedding depends on more than the image")
struct BatchIndependenceTests {
    @Test(arguments: [("batch-norm", ": BatchNormalization \"bn1\""), ("batch-mean", "")])
    func normalisationByTheBatchIsRefused(name: String, culprit: String) {
        let problem = UnusualNetworks.problem(name)
        #expect(
            problem.hasPrefix(
                "\(name).onnx: found an embedding that depends on the other images of the batch (it differs by "))
        #expect(
            problem.hasSuffix(
                " % of its largest component), as of a network in training mode\(culprit); expected a network exported in "
                    + "evaluation mode, after model.eval() in PyTorch"))
    }

    @Test func chanceIsRefused() {
        let problem = UnusualNetworks.problem("noise")
        #expect(problem.hasPrefix("noise.onnx: found another embedding of the same image each time (it differs by "))
        #expect(problem.contains("as of a network in training mode: RandomUniformLike \"noise1\"; expected"))
        // This one OpenVINO cannot run at all.
        #expect(
            UnusualNetworks.problem("dropout")
                == "dropout.onnx: found a network in training mode: Dropout \"drop1\"; expected a network exported in "
                + "evaluation mode, after model.eval() in PyTorch")
    }

    /// Exported for one image at a time, it has no other images to depend on; but that it is in training mode is said.
    @Test func oneImageAtATimeIsIndependent() throws {
        let extractor = try UnusualNetworks.open("batch-norm-one")
        #expect(extractor.warnings.count == 1)
        #expect(extractor.warnings.allSatisfy { $0.hasPrefix("found BatchNormalization \"bn1\" in training mode") })
        let together = try extractor.embed(paths: UnusualNetworks.paths)
        for (row, path) in UnusualNetworks.paths.enumerated() {
            #expect(try extractor.embed(paths: [path]).elements == Array(together.row(row)))
        }
    }

    /// The range of values is that of one image, as where onnxruntime computes one at a time.
    @Test func dynamicQuantisationIsOfOneImage() throws {
        let extractor = try UnusualNetworks.open("quantised")
        // A value at the border between two of 256 levels may fall to either.
        try UnusualNetworks.expectRows(
            try extractor.embed(paths: UnusualNetworks.paths),
            try UnusualNetworks.expected("quantised", of: [String: [Double]].self), tolerance: 1e-3)
        #expect(extractor.warnings.isEmpty)
    }

    @Test func networksInEvaluationModeAreTaken() throws {
        for name in ["tiny", "four-dimensional", "classifier", "logarithm", "channels-last"] {
            #expect(try UnusualNetworks.open(name).warnings.isEmpty)
        }
    }
}

@Suite("Tokens, and models of images and texts")
struct TokensTests {
    @Test(arguments: Pooling.allCases.filter { !$0.rawValue.hasPrefix("grid") })
    func poolingOfTokensIsNumPys(_ pooling: Pooling) throws {
        let extractor = try UnusualNetworks.open("tokens", pooling: pooling)
        #expect(extractor.tokenCount == 17)
        let expected = try UnusualNetworks.expected("tokens", of: [String: [String: [Double]]].self)
        try UnusualNetworks.expectRows(
            try extractor.embed(paths: UnusualNetworks.paths), expected.mapValues { $0[pooling.rawValue] ?? [] })
    }

    /// Where the channels of a map are is not where those of the input are.
    @Test func mapsAreRecognisedWhereverTheirChannelsAre() throws {
        let pooled = try UnusualNetworks.open("map-pooled").embed(paths: UnusualNetworks.paths)
        for (name, output) in [("map-first", nil), ("map-last", nil), ("map-within", nil), ("map-within", "r")] {
            let extractor = try UnusualNetworks.open(name, output: output, pooling: .average)
            #expect(extractor.dimension == 6 && extractor.positionCount == 64 && extractor.tokenCount == nil)
            let rows = try extractor.embed(paths: UnusualNetworks.paths)
            #expect(zip(rows.elements, pooled.elements).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name) \(output ?? "")")
        }
    }

    @Test func withoutAPoolingTheChoicesAreNamed() {
        #expect(
            UnusualNetworks.problem("tokens")
                == "tokens.onnx: found an output \"last_hidden_state\" of float32 [1 × 17 × 6] for 1 image; expected float32 "
                + "of [1 × d], one vector an image, or a pooling of its 17 tokens by --pool: cls (the first), avg, max or gem (over "
                + "all of them) or patch-avg (the mean over all but the first)")
    }

    /// Without a class token, or with registers too, the mean over all but the first is not that over the patches.
    @Test func patchesMustBeAGrid() {
        #expect(
            UnusualNetworks.problem("patches", pooling: .patchAverage).hasSuffix(
                "; expected one token before those of a grid of patches for patch-avg; cls takes the first token, avg the "
                    + "mean over all 16"))
    }

    @Test func poolingsOfTokensAreNotOfMaps() {
        for pooling in [Pooling.classToken, .patchAverage] {
            #expect(
                UnusualNetworks.problem("feature-map", pooling: pooling).hasSuffix(
                    "; expected float32 of [1 × tokens × d], tokens to be pooled by \(pooling.rawValue)"))
        }
        #expect(
            UnusualNetworks.problem("tiny", pooling: .maximum).hasSuffix(
                "expected float32 of [1 × d × h × w] or [1 × tokens × d], a feature map or tokens to be pooled"))
    }

    @Test func theBranchOfImagesRunsAlone() throws {
        let extractor = try UnusualNetworks.open("image-and-text", output: "image_embeds")
        try UnusualNetworks.expectRows(
            try extractor.embed(paths: UnusualNetworks.paths),
            try UnusualNetworks.expected("image-and-text", of: [String: [Double]].self))
    }

    @Test func outputsThatNeedATextAreRefused() {
        #expect(
            UnusualNetworks.problem("image-and-text", output: "logits_per_image")
                == "image-and-text.onnx: found an output \"logits_per_image\" that needs 3 inputs (input_ids, pixel_values, "
                + "attention_mask); expected one that needs an image alone, such as \"image_embeds\" of a model of images "
                + "and texts")
        #expect(UnusualNetworks.problem("image-and-text", output: "text_embeds").contains("that needs 2 inputs"))
        #expect(
            UnusualNetworks.problem("image-and-text")
                == "image-and-text.onnx: found 3 inputs (input_ids, pixel_values, attention_mask) and 3 outputs "
                + "(logits_per_image, text_embeds, image_embeds); expected by --output the name of the output that is the embedding of "
                + "an image; of a single input need only image_embeds (from pixel_values)")
    }
}

@Suite("Types of inputs, and orders of channels")
struct InputTypesTests {
    @Test func halfPrecisionIsConverted() throws {
        let extractor = try UnusualNetworks.open("half")
        // onnxruntime rounds every step to half precision.
        try UnusualNetworks.expectRows(
            try extractor.embed(paths: UnusualNetworks.paths),
            try UnusualNetworks.expected("half", of: [String: [Double]].self), tolerance: 4e-3)
        #expect(extractor.preprocessing == UnusualNetworks.preprocessing())
    }

    private let raw = UnusualNetworks.preprocessing(deviation: [1 / 255, 1 / 255, 1 / 255])

    /// The pixels of an image, one channel after the other.
    private func pixels(_ path: String) throws -> [Float] {
        let image = raw.resizedAndCropped(try Image8(contentsOfFile: path, channelCount: 3)).pixels
        return (0..<3).flatMap { channel in (0..<256).map { Float(image[3 * $0 + channel]) } }
    }

    @Test func bytesArePixelsAsTheyAre() throws {
        for preprocessing in [raw, UnusualNetworks.preprocessing()] {
            let extractor = try FeatureExtractor(
                model: Fixture.network("bytes"), reading: NetworkReading(preprocessing: preprocessing))
            #expect(extractor.preprocessing == raw)
            #expect(extractor.warnings.isEmpty)
            let embeddings = try extractor.embed(paths: UnusualNetworks.paths)
            for (row, path) in UnusualNetworks.paths.enumerated() {
                #expect(try Array(embeddings.row(row)) == pixels(path))
            }
        }
    }

    /// Only one reading can be computed, so the file's normalisation is left out with a warning; a user who asks for it
    /// is told that it cannot be.
    @Test func bytesAreNotNormalised() throws {
        let folder = try TemporaryFolder()
        let model = try folder.copyNetwork("bytes")
        try folder.write(
            #"{"input_size": [3, 16, 16], "interpolation": "bilinear", "crop_pct": 1, "crop_mode": "squash", "#
                + #""mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}"#, as: "bytes.json")
        let extractor = try FeatureExtractor(model: model)
        #expect(extractor.preprocessing == raw)
        #expect(
            extractor.warnings == [
                "the input is uint8, so it gets pixels of 0 to 255 as they are; mean and std of "
                    + "\(folder.url.path)/bytes.json are not applied, since the network must do that itself"
            ])
        let paths = UnusualNetworks.paths
        #expect(try Array(extractor.embed(paths: paths).row(1)) == pixels(paths[1]))
        var changes = PreprocessingChanges()
        changes.mean = [0.5, 0.5, 0.5]
        #expect(
            failure { _ = try FeatureExtractor(model: model, reading: NetworkReading(changes: changes)) }.hasPrefix(
                "\(model.path): found an input of uint8, which takes pixels of 0 to 255 as they are, and a mean"))
    }

    @Test func blueComesFirstIfAskedTo() throws {
        let order = UnusualNetworks.preprocessing(mean: [0.1, 0.2, 0.3], deviation: [0.5, 1, 2], order: .bgr)
        let usual = UnusualNetworks.preprocessing(mean: [0.3, 0.2, 0.1], deviation: [2, 1, 0.5])
        let image = try Image8(contentsOfFile: UnusualNetworks.paths[0], channelCount: 3)
        let (blueFirst, redFirst) = (order.input(for: image), usual.input(for: image))
        for channel in 0..<3 {
            #expect(
                blueFirst[channel * 256..<(channel + 1) * 256].elementsEqual(
                    redFirst[(2 - channel) * 256..<(3 - channel) * 256]))
        }
        #expect(blueFirst[..<256] != blueFirst[512...])
        #expect("\(order)".hasSuffix("BGR, mean 0.1 0.2 0.3 of blue, green, red, std 0.5 1.0 2.0"))
        let json = try JSONEncoder().encode(order)
        #expect(String(decoding: json, as: UTF8.self).contains(#""channel_order":"bgr""#))
        #expect(try JSONDecoder().decode(Preprocessing.self, from: json) == order)
        #expect(order.record.channelOrder == "bgr" && usual.record.channelOrder == nil)
        #expect(try Preprocessing(record: order.record) == order)
        // In the network's memory with the channels last, too.
        let last = try FeatureExtractor(
            model: Fixture.network("channels-last"), reading: NetworkReading(preprocessing: order))
        let first = try FeatureExtractor(model: Fixture.network("tiny"), reading: NetworkReading(preprocessing: order))
        let paths = UnusualNetworks.paths
        for (a, b) in zip(try last.embed(paths: paths).elements, try first.embed(paths: paths).elements) {
            #expect(abs(a - b) <= 1e-5)
        }
    }

    @Test func greyImagesHaveNoOrder() {
        var changes = PreprocessingChanges()
        changes.channelOrder = .bgr
        let grey = Preprocessing(
            channelCount: 1, height: 8, width: 8, resize: .unchanged, interpolation: .box, mean: [0],
            standardDeviation: [1])
        #expect(
            failure { _ = try changes.applied(to: grey) }
                == "preprocessing: found the order blue, green, red for a network of grey images; expected 3 channels, or "
                + "no order")
    }
}
