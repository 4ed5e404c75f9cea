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
                == #"model.json: found "crop_mode": "border"; expected "crop_mode" to be "center" or "squash", "#
                + "or --resize (or --crop-pct)")
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
                == #"open_clip_config.json: found no "vision_cfg"; expected "vision_cfg" to be an object, or --crop "#
                + "and --resize (or --crop-pct)")
        #expect(
            try problem("model.json", #"{\#(Self.vision), "preprocess_cfg": {"resize_mode": "crop"}}"#)
                == #"model.json: found "resize_mode": "crop"; expected "resize_mode" to be "shortest", "longest" or "#
                + #""squash", or --resize (or --crop-pct)"#)
        #expect(
            try problem("model.json", #"{\#(Self.vision), "preprocess_cfg": {"fill_color": 255}}"#)
                == #"model.json: found "fill_color": 255; expected "fill_color" to be 0, or \#(Self.all)"#)
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
                == "/nowhere/x.onnx: found no file beside the model or one folder up that says how to prepare images; "
                + "expected one of x.json, config.json, processor_config.json, preprocessor_config.json, "
                + "open_clip_config.json, or in its place the options --crop, --resize (or --crop-pct), --interpolation, "
                + "--mean and --std; such a file is, for example, {\"input_size\": [3, 224, 224], "
                + "\"interpolation\": \"bilinear\", \"crop_pct\": 0.875, \"mean\": [0.485, 0.456, 0.406], "
                + "\"std\": [0.229, 0.224, 0.225]}")
    }

    @Test func theExampleInThatErrorCanBeRead() throws {
        let message = failure { _ = try Preprocessing.besideModel(atPath: "/nowhere/x.onnx") }
        let example = try #require(message.firstIndex(of: "{").map { String(message[$0...]) })
        #expect(try read(["model.json": example]) == colour(224, .shorterSide(256), .bilinear))
    }

    /// What stands in for a whole file.
    private static let all =
        "in its place the options --crop, --resize (or --crop-pct), --interpolation, --mean and --std"

    @Test(arguments: [
        ("{", "text that is not JSON", "a JSON object, or \(all)"),
        ("[1]", "[1]", "a JSON object, or \(all)"),
        (
            #"{"hidden_size": 7}"#, #"none of "input_size", "pretrained_cfg", "preprocess_cfg" and "image_mean""#,
            "a description of the preprocessing as timm, OpenCLIP or Hugging Face write it, or \(all)"
        ),
        (
            timm.replacingOccurrences(of: "224, 224]", with: "224]"), #""input_size": [3, 224]"#,
            #""input_size" to be [channels, height, width] with 1 or 3 channels and sizes from 1 to 65535, "#
                + "or --crop and --resize (or --crop-pct)"
        ),
        (
            timm.replacingOccurrences(of: "[3, 224", with: "[4, 224"), #""input_size": [4, 224, 224]"#,
            #""input_size" to be [channels, height, width] with 1 or 3 channels and sizes from 1 to 65535, "#
                + "or --crop and --resize (or --crop-pct)"
        ),
        (
            timm.replacingOccurrences(of: "bicubic", with: "random"), #""interpolation": "random""#,
            #""interpolation" to be one of "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos", or --interpolation"#
        ),
        (
            timm.replacingOccurrences(of: "0.95", with: "0"), #""crop_pct": 0"#,
            #""crop_pct" to be a positive number, or --resize (or --crop-pct)"#
        ),
        (
            timm.replacingOccurrences(of: #", "crop_pct": 0.95"#, with: ""), #"no "crop_pct""#,
            #""crop_pct" to be a positive number, or --resize (or --crop-pct)"#
        ),
        (
            timm.replacingOccurrences(of: ", 0.225]", with: "]"), #""std": [0.229, 0.224]"#,
            #""std" to be an array of 3 positive numbers, one a channel, or --std"#
        ),
        (
            timm.replacingOccurrences(of: "0.229", with: "0"), #""std": [0, 0.224, 0.225]"#,
            #""std" to be an array of 3 positive numbers, one a channel, or --std"#
        ),
        (
            #"{"size": 8, "resample": 9, "image_mean": [0.5], "image_std": [1]}"#, #""resample": 9"#,
            #""resample" to be a whole number from 0 to 5, as Pillow numbers its filters, or --interpolation"#
        ),
        (
            #"{"size": {"shortest_edge": 8}, "resample": 2, "image_mean": [0.5], "image_std": [1]}"#,
            "no fixed size of the input", #"a "crop_size", or a "size" with height and width, or --crop"#
        ),
        (
            #"{"size": 8, "resample": 2, "do_normalize": 1}"#, #""do_normalize": 1"#,
            #""do_normalize" to be true or false, or \#(all)"#
        ),
        (
            #"{"resize": {"mode": "stretch"}, "input_size": [1, 8, 8], "interpolation": "box", "mean": [0], "std": [1]}"#,
            #""mode": "stretch""#,
            #""mode" to be "none", "shorter_side", "exactly", "covering" or "fitting", or --resize (or --crop-pct)"#
        ),
    ])
    func whatIsWrongIsNamed(text: String, found: String, expected: String) throws {
        #expect(try problem("model.json", text) == "model.json: found \(found); expected \(expected)")
    }

    /// A partial file and options make one description; what neither gives is all named, with the options for it.
    @Test func optionsCompleteAFile() throws {
        // As of google/vit-base-patch16-224, with one more member missing.
        let partial =
            #"{"do_normalize": true, "do_resize": true, "image_mean": [0.5, 0.5, 0.5], "size": 224, "#
            + #""feature_extractor_type": "ViTFeatureExtractor"}"#
        let folder = try TemporaryFolder()
        try folder.write(partial, as: "preprocessor_config.json")
        let model = folder.url.appendingPathComponent("model.onnx").path
        var changes = PreprocessingChanges()
        #expect(
            failure { _ = try Preprocessing.besideModel(atPath: model, changing: changes) }
                == "\(folder.url.path)/preprocessor_config.json: found no \"resample\" and no \"image_std\"; expected "
                + "\"resample\" to be a whole number from 0 to 5, as Pillow numbers its filters and \"image_std\" to be an "
                + "array of 1 or 3 numbers, one a channel, or --interpolation and --std")
        changes.interpolation = .bilinear
        changes.standardDeviation = [0.5, 0.5, 0.5]
        #expect(
            try Preprocessing.besideModel(atPath: model, changing: changes)
                == colour(
                    224, .exactly(height: 224, width: 224), .bilinear, mean: [0.5, 0.5, 0.5],
                    deviation: [0.5, 0.5, 0.5]))
        // Of what options give, the file may say anything.
        try folder.write(
            partial.replacingOccurrences(of: "\"size\": 224", with: "\"size\": \"large\""),
            as: "preprocessor_config.json")
        #expect(
            failure { _ = try Preprocessing.besideModel(atPath: model, changing: changes) }.hasSuffix(
                "or --crop and --resize (or --crop-pct)"))
        changes.resize = .shorterSide(256)
        changes.crop = [224, 192]
        let made = try Preprocessing.besideModel(atPath: model, changing: changes)
        #expect(made.resize == .shorterSide(256) && made.height == 224 && made.width == 192)
    }

    /// Options that say all stand in for a file that cannot be read, or not be followed; and it is said that it is not.
    @Test(arguments: ["{", #"{"image_processor_type": "SamImageProcessor", "size": {"longest_edge": 1024}}"#])
    func optionsStandInForAFile(text: String) throws {
        let folder = try TemporaryFolder()
        let model = try folder.copyNetwork("tiny")
        try folder.write(text, as: "preprocessor_config.json")
        var changes = PreprocessingChanges()
        changes.crop = [16, 16]
        changes.resize = .shorterSide(18)
        changes.interpolation = .bilinear
        changes.mean = [0.485, 0.456, 0.406]
        #expect(
            failure { _ = try FeatureExtractor(model: model, reading: NetworkReading(changes: changes)) }.hasSuffix(
                ", or in its place the options --std"))
        changes.standardDeviation = [0.229, 0.224, 0.225]
        let extractor = try FeatureExtractor(model: model, reading: NetworkReading(changes: changes))
        #expect(try extractor.preprocessing == FeatureExtractor(model: Fixture.network("tiny")).preprocessing)
        #expect(extractor.preprocessingFile == nil)
        let path = folder.url.appendingPathComponent("preprocessor_config.json").path
        #expect(extractor.warnings.count == 1)
        #expect(
            extractor.warnings.allSatisfy { $0.hasPrefix("\(path) is not followed, since the options say all: found ") }
        )
    }

    @Test func theFolderAboveIsSearchedLast() throws {
        let folder = try TemporaryFolder()
        let inner = folder.url.appendingPathComponent("onnx")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        let model = inner.appendingPathComponent("model.onnx").path
        try folder.write(Self.timm, as: "config.json")
        #expect(try Preprocessing.besideModel(atPath: model).resize == .shorterSide(235))
        try folder.write(Self.timm.replacingOccurrences(of: "0.95", with: "1.0"), as: "onnx/preprocessor_config.json")
        #expect(try Preprocessing.besideModel(atPath: model).resize == .shorterSide(224))
        // The model's name counts only beside it: above, it would be of another model.
        try FileManager.default.removeItem(atPath: inner.appendingPathComponent("preprocessor_config.json").path)
        try FileManager.default.removeItem(atPath: folder.url.appendingPathComponent("config.json").path)
        try folder.write(Self.timm, as: "model.json")
        #expect(failure { _ = try Preprocessing.besideModel(atPath: model) }.contains("found no file beside the model"))
    }

    /// Else the file one folder up would stand in for it.
    @Test func deadLinksAreNamed() throws {
        let folder = try TemporaryFolder()
        let inner = folder.url.appendingPathComponent("onnx")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        try folder.write(Self.timm, as: "config.json")
        let link = inner.appendingPathComponent("preprocessor_config.json").path
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../blobs/1")
        #expect(
            failure {
                _ = try Preprocessing.besideModel(atPath: inner.appendingPathComponent("model.onnx").path)
            }.hasPrefix("\(link): found a link to a file that is not there; expected a JSON object, or in its place"))
    }

    @Test func processorFilesHoldTheImageProcessor() throws {
        let inner =
            #"{"image_processor_type": "SiglipImageProcessor", "size": {"height": 96, "width": 96}, "resample": 2, "#
            + #""image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#
        let half: [Float] = [0.5, 0.5, 0.5]
        let expected = colour(96, .exactly(height: 96, width: 96), .bilinear, mean: half, deviation: half)
        let outer = #"{"image_processor": \#(inner), "processor_class": "SiglipProcessor"}"#
        #expect(try read(["processor_config.json": outer]) == expected)
        // As transformers does, it goes before the file of the image processor alone.
        let other = inner.replacingOccurrences(of: "96", with: "48")
        #expect(try read(["processor_config.json": outer, "preprocessor_config.json": other]) == expected)
        #expect(
            try read([
                "processor_config.json": #"{"processor_class": "CLIPProcessor"}"#, "preprocessor_config.json": inner,
            ])
                == expected)
    }

    @Test func timmsFormTakesOurMembersAndNoOthers() throws {
        func with(_ member: String) -> String { Self.timm.dropLast() + ", \(member)}" }
        let read = try read(["model.json": with(#""exif_orientation": true, "channel_order": "bgr", "num_classes": 0"#)]
        )
        #expect(read.orientedByEXIF && read.channelOrder == .bgr && read.resize == .shorterSide(235))
        for member in [#""do_flip_channel_order": true"#, #""image_mean": [0, 0, 0]"#, #""rescale_factor": 1"#] {
            #expect(
                try problem("model.json", with(member)).contains(
                    #"" beside "input_size" or "crop_pct"; expected the members of timm's form"#))
        }
    }

    @Test func misspeltMembersOfOurFormAreRefused() throws {
        let own =
            #"{"input_size": [1, 8, 8], "resize": {"mode": "none"}, "interpolation": "box", "mean": [0], "std": [1], "#
            + #""exif_orientaton": true}"#
        #expect(
            try problem("model.json", own).hasPrefix(
                #"model.json: found "exif_orientaton": true, which is not followed; expected no members but "channel_order","#
            ))
        let order = own.replacingOccurrences(of: #""exif_orientaton": true"#, with: #""channel_order": "rbg""#)
        #expect(
            try problem("model.json", order).hasPrefix(
                #"model.json: found "channel_order": "rbg"; expected "channel_order" to be "rgb" or "bgr""#))
    }

    @Test func aWrongDescriptionInAManifestIsADecodingError() {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Preprocessing.self, from: Data(#"{"input_size": [3, 8, 8]}"#.utf8))
        }
    }
}
