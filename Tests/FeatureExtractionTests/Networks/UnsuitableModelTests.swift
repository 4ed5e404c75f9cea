import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Models that do not fit")
struct UnsuitableModelTests {
    private let colour = Preprocessing(
        channelCount: 3, height: 16, width: 16, resize: .shorterSide(16), interpolation: .bilinear, mean: [0, 0, 0],
        standardDeviation: [1, 1, 1])
    private let oneInput =
        "; expected one input of float32, float16 or uint8 [batch × 3 × 16 × 16] or [batch × 16 × 16 × 3], which is what the preprocessing makes"

    private func problem(_ name: String, _ preprocessing: Preprocessing? = nil) -> String {
        let url = Fixture.network(name)
        return failure {
            _ = try FeatureExtractor(model: url, reading: NetworkReading(preprocessing: preprocessing ?? colour))
        }
        .replacingOccurrences(of: url.deletingLastPathComponent().path + "/", with: "")
    }

    @Test func severalOutputsAreNamed() {
        #expect(
            problem("two-outputs")
                == "two-outputs.onnx: found 2 outputs (embedding, r2); expected one output, the embedding, or "
                + "the name of one of them by --output")
    }

    @Test func severalInputsAreNamed() {
        #expect(
            problem("two-inputs")
                == "two-inputs.onnx: found an output \"embedding\" that needs 2 inputs (a, b); expected one that needs an "
                + "image alone, such as \"image_embeds\" of a model of images and texts")
    }

    @Test func theWrongNumberOfChannelsIsRefused() {
        #expect(
            problem("grey") == "grey.onnx: found an input \"images\" of float32 [? × 1 × 16 × 16]" + oneInput)
    }

    @Test func theWrongSizeIsRefused() {
        let larger = Preprocessing(
            channelCount: 3, height: 20, width: 16, resize: .unchanged, interpolation: .bilinear, mean: [0, 0, 0],
            standardDeviation: [1, 1, 1])
        #expect(
            problem("tiny", larger) == "tiny.onnx: found an input \"images\" of float32 [? × 3 × 16 × 16]"
                + "; expected one input of float32, float16 or uint8 [batch × 3 × 20 × 16] or [batch × 20 × 16 × 3], which is what the preprocessing makes"
        )
    }

    @Test func anOutputThatIsNoVectorIsRefused() {
        #expect(
            problem("feature-map").contains(
                "; expected float32 of [1 × d] or [1 × d × 1 × 1], one vector an image"))
    }

    @Test(arguments: [
        ("text.onnx", Array("version https".utf8), "a text file"),
        ("empty.onnx", [], "an empty file"),
        ("image.onnx", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0], "a PNG image"),
    ])
    func filesThatAreNoModelsAreDescribed(name: String, bytes: [UInt8], found: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, as: name)
        #expect(
            failure {
                _ = try FeatureExtractor(
                    model: URL(fileURLWithPath: path), reading: NetworkReading(preprocessing: colour))
            }
                == "\(path): found no network that can be read (\(found)); expected an ONNX file, a .tflite, or an "
                + "OpenVINO .xml with its .bin")
    }

    @Test func damagedModelsGiveOneSentence() throws {
        let folder = try TemporaryFolder()
        let model = [UInt8](try Data(contentsOf: Fixture.network("tiny")))
        for bytes in [[0, 1, 2, 3, 255], Array(model.prefix(model.count / 2))] {
            let path = try folder.write(bytes, as: "damaged.onnx")
            let message = failure {
                _ = try FeatureExtractor(
                    model: URL(fileURLWithPath: path), reading: NetworkReading(preprocessing: colour))
            }
            #expect(message.hasPrefix("\(path): found no network that can be read ("))
            #expect(!message.contains("\n") && message.count < 500)
        }
    }

    @Test func filesInOpenVINOsFormatNeedTheirWeights() throws {
        let folder = try TemporaryFolder()
        let text = try String(contentsOf: Fixture.network("own-format", "xml"), encoding: .utf8)
        for (name, contents) in [("alone.xml", text), ("table.xml", "a,b\n")] {
            let path = try folder.write(contents, as: name)
            let message = failure {
                _ = try FeatureExtractor(
                    model: URL(fileURLWithPath: path), reading: NetworkReading(preprocessing: colour))
            }
            #expect(message.hasPrefix("\(path): found no network that can be read ("))
            #expect(!message.contains("\n"))
        }
    }

    @Test func missingModelsAndFoldersAreNamed() throws {
        #expect(
            failure { _ = try FeatureExtractor(model: URL(fileURLWithPath: "/nowhere/x.onnx")) }
                == "/nowhere/x.onnx: cannot be read: there is no such file")
        let folder = try TemporaryFolder()
        #expect(
            failure { _ = try FeatureExtractor(model: folder.url, reading: NetworkReading(preprocessing: colour)) }
                == "\(folder.url.path): cannot be read: it is a folder; expected a file")
    }

    @Test func aModelWithoutDescriptionIsRefused() throws {
        let folder = try TemporaryFolder()
        let model = try folder.copyNetwork("tiny")
        #expect(
            throws: FeatureExtractionError.noPreprocessing(
                model: model.path,
                lookedFor: [
                    "tiny.json", "config.json", "processor_config.json", "preprocessor_config.json",
                    "open_clip_config.json",
                ], missing: "--crop, --resize (or --crop-pct), --interpolation, --mean and --std")
        ) {
            try FeatureExtractor(model: model)
        }
    }
}
