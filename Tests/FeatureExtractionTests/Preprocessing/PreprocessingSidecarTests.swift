import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Descriptions beside a model")
struct PreprocessingSidecarTests {
    private static let imagenet = #""mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]"#
    private static let timm =
        #"{"input_size": [3, 224, 224], "interpolation": "bicubic", "crop_pct": 0.95, \#(imagenet)}"#

    /// What is read beside `model.onnx` where these files are.
    private func read(_ files: [String: String]) throws -> Preprocessing {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(text, as: name) }
        return try Preprocessing.besideModel(atPath: folder.url.appendingPathComponent("model.onnx").path)
    }

    /// The error for one file, without its folder.
    private func problem(_ name: String, _ text: String) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(text, as: name)
        let model = folder.url.appendingPathComponent("model.onnx").path
        return failure { _ = try Preprocessing.besideModel(atPath: model) }
            .replacingOccurrences(of: folder.url.path + "/", with: "")
    }

    private func colour(
        _ size: Int, _ resize: Preprocessing.Resize, _ interpolation: Interpolation,
        mean: [Float] = [0.485, 0.456, 0.406], deviation: [Float] = [0.229, 0.224, 0.225],
        cropRoundsDown: Bool = false
    ) -> Preprocessing {
        Preprocessing(
            channelCount: 3, height: size, width: size, resize: resize, interpolation: interpolation, mean: mean,
            standardDeviation: deviation, cropRoundsDown: cropRoundsDown)
    }

    @Test func timmsFormIsReadFlatOrNested() throws {
        let expected = colour(224, .shorterSide(235), .bicubic)
        #expect(try read(["model.json": Self.timm]) == expected)
        #expect(try read(["config.json": Self.timm]) == expected)
        let nested = #"{"architecture": "resnet50", "num_classes": 1000, "pretrained_cfg": \#(Self.timm)}"#
        #expect(try read(["config.json": nested]) == expected)
    }

    @Test func timmsCropModes() throws {
        func with(_ mode: String) -> String { Self.timm.dropLast() + #", "crop_mode": "\#(mode)"}"# }
        #expect(try read(["model.json": with("center")]).resize == .shorterSide(235))
        #expect(try read(["model.json": with("squash")]).resize == .exactly(height: 235, width: 235))
        #expect(
            try problem("model.json", with("border"))
                == #"model.json: found "crop_mode": "border"; expected "crop_mode" to be "center" or "squash""#)
    }

    @Test func theNearestFileWins() throws {
        let other = Self.timm.replacingOccurrences(of: "0.95", with: "1.0")
        #expect(try read(["model.json": other, "config.json": Self.timm]).resize == .shorterSide(224))
        let huggingFace = #"{"do_resize": true, "size": 96, "resample": 2, "image_mean": [0.5], "image_std": [0.25]}"#
        #expect(
            try read(["config.json": Self.timm, "preprocessor_config.json": huggingFace]).resize == .shorterSide(235))
        // A network's own configuration says nothing about images.
        let network = #"{"model_type": "vit", "hidden_size": 768}"#
        #expect(
            try read(["config.json": network, "preprocessor_config.json": huggingFace]).resize
                == .exactly(height: 96, width: 96))
    }

    @Test(arguments: [
        // ViT: a square.
        (
            #""size": 224, "resample": 2"#, 224, Preprocessing.Resize.exactly(height: 224, width: 224),
            Interpolation.bilinear
        ),
        (#""size": {"height": 384, "width": 384}, "resample": 3"#, 384, .exactly(height: 384, width: 384), .bicubic),
        // CLIP and DINOv2: the shorter side, then a crop.
        (
            #""size": {"shortest_edge": 256}, "resample": 3, "do_center_crop": true, "crop_size": {"height": 224, "#
                + #""width": 224}"#,
            224, .shorterSide(256), .bicubic
        ),
        (#""size": 224, "resample": 1, "do_center_crop": true, "crop_size": 224"#, 224, .shorterSide(224), .lanczos),
        // DeiT: a square, then a crop.
        (
            #""size": 256, "resample": 3, "do_center_crop": true, "crop_size": 224, "#
                + #""image_processor_type": "DeiTImageProcessor""#,
            224, .exactly(height: 256, width: 256), .bicubic
        ),
        // ConvNeXt.
        (#""size": {"shortest_edge": 224}, "resample": 3, "crop_pct": 0.875"#, 224, .shorterSide(256), .bicubic),
        (
            #""size": {"shortest_edge": 384}, "resample": 3, "crop_pct": 1.0"#, 384,
            .exactly(height: 384, width: 384), .bicubic
        ),
        (#""do_resize": false, "do_center_crop": true, "crop_size": 64"#, 64, .unchanged, .bilinear),
    ])
    func huggingFacesForms(json: String, size: Int, resize: Preprocessing.Resize, filter: Interpolation) throws {
        let text = #"{\#(json), "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}"#
        #expect(
            try read(["preprocessor_config.json": text])
                == colour(size, resize, filter, cropRoundsDown: resize != .exactly(height: size, width: size)))
    }

    private static let vision = #""model_cfg": {"embed_dim": 512, "vision_cfg": {"image_size": 224}}"#
    private static let openAI: (mean: [Float], deviation: [Float]) = (
        [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
    )

    @Test(arguments: [
        ("{}", Preprocessing.Resize.shorterSide(224), Interpolation.bicubic),
        (#"{"interpolation": "bilinear", "resize_mode": "squash"}"#, .exactly(height: 224, width: 224), .bilinear),
        (#"{"interpolation": "random", "resize_mode": "longest"}"#, .fitting(height: 224, width: 224), .bicubic),
        (#"{"resize_mode": "shortest", "size": 224, "fill_color": 0}"#, .shorterSide(224), .bicubic),
        (#"{"resize_mode": null, "size": [224, 224], "mode": "RGB"}"#, .shorterSide(224), .bicubic),
    ])
    func openCLIPsForms(json: String, resize: Preprocessing.Resize, filter: Interpolation) throws {
        let expected = colour(224, resize, filter, mean: Self.openAI.mean, deviation: Self.openAI.deviation)
        let text = #"{\#(Self.vision), "preprocess_cfg": \#(json)}"#
        for name in ["open_clip_config.json", "config.json", "model.json"] {
            #expect(try read([name: text]) == expected)
        }
    }

    @Test func openCLIPsNumbersAndOblongs() throws {
        let oblong = try read([
            "open_clip_config.json":
                #"{\#(Self.vision), "preprocess_cfg": {"size": [112, 224], \#(Self.imagenet)}}"#
        ])
        #expect(oblong.resize == .covering(height: 112, width: 224))
        #expect(oblong.height == 112 && oblong.width == 224 && oblong.mean == [0.485, 0.456, 0.406])
        #expect(
            try problem("open_clip_config.json", #"{"model_cfg": {}, "preprocess_cfg": {"mean": [0, 0, 0]}}"#)
                == #"open_clip_config.json: found no "vision_cfg"; expected "vision_cfg" to be an object"#)
        #expect(
            try problem("model.json", #"{\#(Self.vision), "preprocess_cfg": {"resize_mode": "crop"}}"#)
                == #"model.json: found "resize_mode": "crop"; expected "resize_mode" to be "shortest", "longest" or "#
                + #""squash""#)
        #expect(
            try problem("model.json", #"{\#(Self.vision), "preprocess_cfg": {"fill_color": 255}}"#)
                == #"model.json: found "fill_color": 255; expected "fill_color" to be 0"#)
    }

    @Test func otherScalesAreFoldedIntoMeanAndDeviation() throws {
        let size = #""size": 8, "resample": 2"#
        let square = Preprocessing.Resize.exactly(height: 8, width: 8)
        #expect(
            try read(["model.json": #"{\#(size), "do_normalize": false}"#])
                == colour(8, square, .bilinear, mean: [0, 0, 0], deviation: [1, 1, 1]))
        #expect(
            try read(["model.json": #"{\#(size), "do_rescale": false, "do_normalize": false}"#])
                == colour(8, square, .bilinear, mean: [0, 0, 0], deviation: [Float](repeating: 1 / 255, count: 3)))
        let values = #""image_mean": [1, 1, 1], "image_std": [0.5, 0.5, 0.5]"#
        #expect(
            try read(["model.json": #"{\#(size), "rescale_factor": 0.0078431372549019607, \#(values)}"#])
                == colour(8, square, .bilinear, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]))
        #expect(
            try read(["model.json": #"{\#(size), "rescale_factor": 0.00392156862745098, \#(values)}"#])
                == colour(8, square, .bilinear, mean: [1, 1, 1], deviation: [0.5, 0.5, 0.5]))
    }

    @Test func withoutAFileTheErrorSaysWhatToWrite() throws {
        #expect(
            failure { _ = try Preprocessing.besideModel(atPath: "/nowhere/x.onnx") }
                == "/nowhere/x.onnx: found no file beside the model that says how to prepare images; expected one of "
                + "x.json, config.json, preprocessor_config.json, open_clip_config.json or all of resize, crop, "
                + "interpolation, mean and std, for example {\"input_size\": [3, 224, 224], "
                + "\"interpolation\": \"bilinear\", \"crop_pct\": 0.875, \"mean\": [0.485, 0.456, 0.406], "
                + "\"std\": [0.229, 0.224, 0.225]}")
    }

    @Test func theExampleInThatErrorCanBeRead() throws {
        let message = failure { _ = try Preprocessing.besideModel(atPath: "/nowhere/x.onnx") }
        let example = try #require(message.firstIndex(of: "{").map { String(message[$0...]) })
        #expect(try read(["model.json": example]) == colour(224, .shorterSide(256), .bilinear))
    }

    @Test(arguments: [
        ("{", "text that is not JSON", "a JSON object"),
        ("[1]", "[1]", "a JSON object"),
        (
            #"{"hidden_size": 7}"#, #"none of "input_size", "pretrained_cfg", "preprocess_cfg" and "image_mean""#,
            "a description of the preprocessing as timm, OpenCLIP or Hugging Face write it"
        ),
        (
            timm.replacingOccurrences(of: "224, 224]", with: "224]"), #""input_size": [3, 224]"#,
            #""input_size" to be [channels, height, width] with 1 or 3 channels and sizes from 1 to 65535"#
        ),
        (
            timm.replacingOccurrences(of: "[3, 224", with: "[4, 224"), #""input_size": [4, 224, 224]"#,
            #""input_size" to be [channels, height, width] with 1 or 3 channels and sizes from 1 to 65535"#
        ),
        (
            timm.replacingOccurrences(of: "bicubic", with: "random"), #""interpolation": "random""#,
            #""interpolation" to be one of "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos""#
        ),
        (
            timm.replacingOccurrences(of: "0.95", with: "0"), #""crop_pct": 0"#, #""crop_pct" to be a positive number"#
        ),
        (
            timm.replacingOccurrences(of: #", "crop_pct": 0.95"#, with: ""), #"no "crop_pct""#,
            #""crop_pct" to be a positive number"#
        ),
        (
            timm.replacingOccurrences(of: ", 0.225]", with: "]"), #""std": [0.229, 0.224]"#,
            #""std" to be an array of 3 positive numbers, one a channel"#
        ),
        (
            timm.replacingOccurrences(of: "0.229", with: "0"), #""std": [0, 0.224, 0.225]"#,
            #""std" to be an array of 3 positive numbers, one a channel"#
        ),
        (
            #"{"size": 8, "resample": 9, "image_mean": [0.5], "image_std": [1]}"#, #""resample": 9"#,
            #""resample" to be a whole number from 0 to 5, as Pillow numbers its filters"#
        ),
        (
            #"{"size": {"shortest_edge": 8}, "resample": 2, "image_mean": [0.5], "image_std": [1]}"#,
            "no fixed size of the input", #"a "crop_size", or a "size" with height and width"#
        ),
        (
            #"{"size": 8, "resample": 2, "do_normalize": 1}"#, #""do_normalize": 1"#,
            #""do_normalize" to be true or false"#
        ),
        (
            #"{"resize": {"mode": "stretch"}, "input_size": [1, 8, 8]}"#, #""mode": "stretch""#,
            #""mode" to be "none", "shorter_side", "exactly", "covering" or "fitting""#
        ),
    ])
    func whatIsWrongIsNamed(text: String, found: String, expected: String) throws {
        #expect(try problem("model.json", text) == "model.json: found \(found); expected \(expected)")
    }

    @Test func aWrongDescriptionInAManifestIsADecodingError() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Preprocessing.self, from: Data(#"{"input_size": [3, 8, 8]}"#.utf8))
        }
    }
}
