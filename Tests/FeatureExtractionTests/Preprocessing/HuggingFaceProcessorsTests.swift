import FeatureExtraction
import Foundation
import Testing
import TestSupport

/// Every image processor of transformers is followed to the last step, or refused by name.
///
/// `Scripts/fixtures/huggingface_processors.py` ran them all, of transformers 5.24.0.
@Suite("Image processors of Hugging Face") struct HuggingFaceProcessorsTests {
    struct Made: Decodable {
        let shape: [Int]
        let values: [Double]
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let type: String
        let backend: String
        let sidecar: Data
        /// What was made of each image; nil if the class needs something else than an image.
        let made: Data?
        let isDefault: Bool
        let testDescription: String
    }

    private static let followed = [
        "Beit", "Bit", "Blip", "CLIP", "ChineseCLIP", "ConvNext", "DINOv3ViT", "DeiT", "EfficientNet", "Flava", "Levit",
        "MobileNetV1", "MobileNetV2", "MobileViT", "OwlViT", "PoolFormer", "Pvt", "Segformer", "Siglip", "ViT",
    ].map { $0 + "ImageProcessor" }

    private static func cases() throws -> [Case] {
        let data = try Data(contentsOf: Fixture.folder.appendingPathComponent("huggingface-processors.json"))
        let table = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        let entries = try #require(table["cases"] as? [[String: Any]])
        var sidecar: [String: Any] = [:]
        return try entries.map { entry in
            // Changes are to the file that the class writes by default, which comes first.
            let changes = entry["changes"] as? [String: Any]
            if let own = entry["sidecar"] as? [String: Any] { sidecar = own }
            let merged = sidecar.merging(changes ?? [:]) { $1 }
            let type = try #require(entry["type"] as? String)
            return Case(
                type: type, backend: try #require(entry["backend"] as? String),
                sidecar: try JSONSerialization.data(withJSONObject: merged),
                made: try entry["images"].map { try JSONSerialization.data(withJSONObject: $0) },
                isDefault: changes == nil,
                testDescription: "\(type) \(changes.map { "\($0)" } ?? "by default")")
        }
    }

    private func preprocessing(_ sidecar: Data) throws -> Result<Preprocessing, FeatureExtractionError> {
        let folder = try TemporaryFolder()
        try folder.write([UInt8](sidecar), as: "preprocessor_config.json")
        do {
            return .success(
                try Preprocessing.besideModel(atPath: folder.url.appendingPathComponent("model.onnx").path))
        } catch let error as FeatureExtractionError {
            return .failure(error)
        }
    }

    @Test(arguments: try cases())
    func isFollowedOrRefused(_ each: Case) throws {
        switch try preprocessing(each.sidecar) {
        case .failure(let error):
            #expect("\(error)".contains(": found ") && "\(error)".contains("; expected "))
            if each.isDefault { #expect(!Self.followed.contains(each.type), "\(error)") }
            if !Self.followed.contains(each.type) {
                #expect(
                    "\(error)".contains("\"image_processor_type\": \"\(each.type)\", which prepares images in a way"))
            }
        case .success(let preprocessing):
            #expect(Self.followed.contains(each.type))
            let made = try JSONDecoder().decode([Made].self, from: try #require(each.made))
            for (file, expected) in zip(["422.jpg", "rgb.png"], made) {
                let image = try Image8(contentsOfFile: Fixture.image(file), channelCount: 3)
                let values = preprocessing.input(for: image)
                #expect(expected.shape == [3, preprocessing.height, preprocessing.width])
                guard values.count == expected.shape.reduce(1, *) else { continue }
                // DINOv3's processor does not round to 8 bits after the resize; a level is 1 / 255.
                let level =
                    each.backend == "torchvision" ? 1 / 255.0 / Double(preprocessing.standardDeviation.min() ?? 1) : 0
                for (number, value) in expected.values.enumerated() {
                    let place = Double(number * (values.count - 1)) / Double(expected.values.count - 1)
                    let found = Double(values[Int(place.rounded(.toNearestOrEven))])
                    #expect(abs(found - value) <= level + 1e-5 * max(1, abs(value)), "\(file), value \(number)")
                }
            }
        }
    }

    /// Refusals alone would pass the test above.
    @Test func mostVariantsAreFollowed() throws {
        let cases = try Self.cases()
        #expect(Set(cases.map(\.type)).count > 130)
        #expect(Set(cases.map(\.type)).isSuperset(of: Self.followed))
        let (read, run) = try cases.reduce(into: (0, 0)) { counts, each in
            guard Self.followed.contains(each.type), each.made != nil else { return }
            counts.1 += 1
            if case .success = try preprocessing(each.sidecar) { counts.0 += 1 }
        }
        // Of the rest, most leave the size of the input to the image.
        #expect(read > 380, "\(read) of \(run)")
    }

    /// Names of older versions mean the same classes.
    @Test(arguments: ["ViTFeatureExtractor", "ViTImageProcessorFast", "ViTImageProcessor"])
    func olderNamesAreKnown(name: String) throws {
        let text =
            #"{"feature_extractor_type": "\#(name)", "size": 224, "resample": 2, "image_mean": [0.5, 0.5, 0.5], "#
            + #""image_std": [0.5, 0.5, 0.5]}"#
        let read = try preprocessing(Data(text.utf8)).get()
        #expect(read.resize == .exactly(height: 224, width: 224) && read.height == 224)
        let levit = text.replacingOccurrences(of: "ViT", with: "Levit").replacingOccurrences(
            of: #""size""#, with: #""crop_size": 224, "size""#)
        #expect(try preprocessing(Data(levit.utf8)).get().resize == .shorterSide(256))
    }

    @Test(arguments: [
        #""do_pad": true"#, #""do_thumbnail": true"#, #""do_convert_grayscale": true"#, #""include_top": true"#,
        #""rescale_offset": true"#, #""some_new_step": 0.5"#, #""crop_margin": [1, 2]"#,
    ])
    func unknownStepsAreRefused(member: String) throws {
        for type in [#""image_processor_type": "CLIPImageProcessor", "#, ""] {
            let text =
                #"{\#(type)"size": {"shortest_edge": 18}, "crop_size": 16, "do_center_crop": true, "resample": 3, "#
                + #""image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], \#(member)}"#
            guard case .failure(let error) = try preprocessing(Data(text.utf8)) else {
                Issue.record("\(text) was read")
                continue
            }
            #expect("\(error)".contains("found \(member), which is not followed"), "\(error)")
        }
    }
}
