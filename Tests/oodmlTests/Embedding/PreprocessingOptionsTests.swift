import Datasets
import Embeddings
import Evaluation
import Foundation
import Splits
import Testing
import TestSupport

/// The options that say how images are prepared: what they change, and what is recorded of them.
@Suite struct PreprocessingOptionsTests {
    private let folder: TemporaryFolder
    private static let fixtures = testFile("FeatureExtractionTests/Fixtures")
    /// What lies beside the network: resize to 18, bilinear, crop to 16.
    private static var sidecar: [String: Any] {
        [
            "input_size": [3, 16, 16], "interpolation": "bilinear", "resize": ["mode": "shorter_side", "size": 18],
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
        ]
    }

    /// Pictures of several sizes and kinds in six classes, some of them turned by EXIF, and a network of any input size.
    init() throws {
        folder = try TemporaryFolder()
        let files = ["420.jpg", "rgb.png", "444.jpg", "lossy.webp", "exif-6.jpg", "exif-3.jpg", "cmyk.jpg", "422.jpg"]
        for (number, file) in (files + files + files).enumerated() {
            try folder.write(
                Data(contentsOf: Self.fixtures.appending(path: "Images/\(file)")),
                to: "images/\(number % 6)/\(number)-\(file)")
        }
        try put("model", Self.sidecar)
    }

    private func put(_ name: String, _ sidecar: [String: Any]) throws {
        try folder.write(
            Data(contentsOf: Self.fixtures.appending(path: "Networks/free-size.onnx")), to: "\(name)/net.onnx")
        try folder.write(JSONSerialization.data(withJSONObject: sidecar), to: "\(name)/net.json")
    }

    private func embed(_ out: String, model: String = "model", _ options: [String] = []) throws -> CommandRun {
        try CommandRun(
            ["embed", "--root", "images", "--backbone", "\(model)/net.onnx", "--out", out] + options, in: folder.url)
    }

    private func embeddings(_ out: String) throws -> Data {
        try Data(contentsOf: folder.url.appending(path: "\(out)/embeddings.npy"))
    }

    private func record(_ out: String) throws -> NSDictionary {
        let json = try EditableJSON(Data(contentsOf: folder.url.appending(path: "\(out)/store.json")))
        return try #require(json["identity.embeddings.preprocessing"] as? NSDictionary)
    }

    /// What the record says is how evaluate and a later run read the network: nothing may be lost on the way.
    @Test func everyKeyOfASidecarIsRecorded() throws {
        var sidecar = Self.sidecar
        sidecar["resize"] = ["mode": "shorter_side", "size": 19]
        sidecar["exif_orientation"] = true
        sidecar["crop_rounds_down"] = true
        sidecar["channel_order"] = "bgr"
        try put("all", sidecar)
        let run = try embed("stores/all", model: "all")
        #expect(run.status == 0, "\(run.errors)")
        let record = try record("stores/all")
        #expect(Set(record.allKeys.compactMap { $0 as? String }) == Set(sidecar.keys))
        #expect(record["crop_rounds_down"] as? Bool == true)
        try put("recorded", record as? [String: Any] ?? [:])
        #expect(try embed("stores/recorded", model: "recorded").status == 0)
        #expect(try embeddings("stores/recorded") == embeddings("stores/all"))
        sidecar["crop_rounds_down"] = false
        try put("even", sidecar)
        #expect(try embed("stores/even", model: "even").status == 0)
        #expect(try embeddings("stores/even") != embeddings("stores/all"))
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let options: [String]
        /// The sidecar that says the same.
        let sidecar: @Sendable () -> [String: Any]
        /// How it is announced.
        let words: String
        var testDescription: String { options.joined(separator: " ") }

        init(_ options: [String], _ words: String, _ change: @escaping @Sendable (inout [String: Any]) -> Void) {
            self.options = options
            self.words = words
            sidecar = {
                var sidecar = PreprocessingOptionsTests.sidecar
                change(&sidecar)
                return sidecar
            }
        }
    }

    private static let changes =
        [
            Change(["--resize", "22"], "resize the shorter side to 22 (bilinear)") {
                $0["resize"] = ["mode": "shorter_side", "size": 22]
            },
            Change(["--resize", "20x24"], "resize to 20 × 24 (bilinear)") {
                $0["resize"] = ["mode": "exactly", "height": 20, "width": 24]
            },
            Change(["--resize", "none"], "no resize") { $0["resize"] = ["mode": "none"] },
            Change(["--crop", "14"], "crop to 14 × 14") { $0["input_size"] = [3, 14, 14] },
            Change(["--crop", "12x18"], "crop to 12 × 18") { $0["input_size"] = [3, 12, 18] },
            Change(["--crop-pct", "0.8"], "resize the shorter side to 20 (bilinear)") {
                $0["resize"] = ["mode": "shorter_side", "size": 20]
            },
            Change(["--mean", "0.5,0.25,0.75"], "mean 0.5 0.25 0.75") { $0["mean"] = [0.5, 0.25, 0.75] },
            Change(["--std", "0.5,0.25,1"], "std 0.5 0.25 1.0") { $0["std"] = [0.5, 0.25, 1] },
            Change(["--exif-orientation"], "EXIF") { $0["exif_orientation"] = true },
            Change(["--channel-order", "bgr"], "BGR, mean 0.485 0.456 0.406 of blue, green, red") {
                $0["channel_order"] = "bgr"
            },
            Change(
                ["--resize", "30", "--crop", "24", "--interpolation", "lanczos", "--mean", "0,0,0", "--std", "1,1,1"],
                "resize the shorter side to 30 (lanczos), crop to 24 × 24"
            ) {
                $0 = [
                    "input_size": [3, 24, 24], "interpolation": "lanczos",
                    "resize": ["mode": "shorter_side", "size": 30],
                    "mean": [0, 0, 0], "std": [1, 1, 1],
                ]
            },
        ]
        + ["nearest", "box", "hamming", "bicubic", "lanczos"].map { filter in
            Change(["--interpolation", filter], "(\(filter))") { $0["interpolation"] = filter }
        }

    /// An option does what the file beside the network would do if it said so, to the last bit and in the record; the
    /// values themselves are compared with torchvision's where files are read.
    @Test(arguments: changes)
    func optionsSayWhatSidecarsSay(change: Change) throws {
        let optioned = try embed("optioned", change.options)
        #expect(optioned.status == 0, "\(optioned.errors)")
        #expect(optioned.errors.contains(change.words), "\(optioned.errors)")
        try put("changed", change.sidecar())
        #expect(try embed("described", model: "changed", ["-q"]).status == 0)
        #expect(try embed("plain", ["-q"]).status == 0)
        #expect(try embeddings("optioned") == embeddings("described"))
        #expect(try record("optioned") == record("described"))
        #expect(try embeddings("optioned") != embeddings("plain"))
        #expect(try record("optioned") != record("plain"))
        // The record can lie beside the network as it is.
        try put("recorded", try #require(try record("optioned") as? [String: Any]))
        #expect(try embed("again", model: "recorded", ["-q"]).status == 0)
        #expect(try embeddings("again") == embeddings("optioned"))
    }

    /// Each of these changes the embedding, so a store of one reading must not go on with another.
    @Test func anotherReadingIsAnotherStore() throws {
        let network = Self.fixtures.appending(path: "Networks/tokens.onnx")
        try folder.write(Data(contentsOf: network), to: "tokens/net.onnx")
        try folder.write(JSONSerialization.data(withJSONObject: Self.sidecar), to: "tokens/net.json")
        let refused = try embed("out", model: "tokens")
        #expect(
            refused.status == 1
                && refused.errors.contains("a pooling of its 17 tokens by --pool: cls (the first), avg, max"))
        let run = try embed("out", model: "tokens", ["--pool", "cls"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains(", cls pooling of 17 tokens"), "\(run.errors)")
        let tokens = try embeddings("out")
        for options in [["--pool", "patch-avg"], ["--pool", "mean"], ["--pool", "cls", "--channel-order", "bgr"]] {
            let other = try embed("out", model: "tokens", options)
            #expect(other.status != 0 && other.errors.contains("a store of other images or another network"))
            #expect(try embed("out", model: "tokens", options + ["--force", "-q"]).status == 0)
            #expect(try embeddings("out") != tokens)
        }
        // Another name for the same.
        #expect(try embed("out", model: "tokens", ["--pool", "mean", "--force", "-q"]).status == 0)
        let mean = try embeddings("out")
        #expect(try embed("out", model: "tokens", ["--pool", "avg", "-q"]).status == 0)
        #expect(try embeddings("out") == mean)
    }

    /// As hubs have it: the model in a folder `onnx`, its description above.
    @Test func theDescriptionReadIsNamed() throws {
        try folder.write(
            Data(contentsOf: Self.fixtures.appending(path: "Networks/free-size.onnx")), to: "hub/onnx/net.onnx")
        try folder.write(
            Data(
                (#"{"feature_extractor_type": "ViTFeatureExtractor", "do_normalize": true, "do_resize": true, "size": 16, "#
                    + #""image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}"#).utf8),
            to: "hub/preprocessor_config.json")
        let partial = try embed("out", model: "hub/onnx")
        #expect(
            partial.errors.contains(
                "hub/preprocessor_config.json: found no \"resample\"; expected \"resample\" to be a whole number from 0 to 5, "
                    + "as Pillow numbers its filters, or --interpolation"), "\(partial.errors)")
        let run = try embed("out", model: "hub/onnx", ["--interpolation", "bilinear"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.errors.contains(
                "resize to 16 × 16 (bilinear), crop to 16 × 16, RGB, mean 0.5 0.5 0.5, std 0.5 0.5 0.5, as "))
        #expect(run.errors.contains("hub/preprocessor_config.json and the options say"), "\(run.errors)")
    }

    @Test func optionsThatContradictOneAnother() throws {
        for options in [
            ["--resize", "20", "--crop-pct", "0.8"], ["--resize", "0"], ["--resize", "a"], ["--crop", "16x"],
            ["--crop-pct", "0"], ["--mean", "1,2"], ["--mean", "1,2,x"], ["--std", "1,0,1"],
            ["--interpolation", "cubic"],
            ["--mean", "0.5", "--std", "1,1,1"], ["--crop", "70000"], ["--channel-order", "gbr"], ["--pool", "token"],
        ] {
            let run = try embed("x", options)
            #expect(run.status == 64 && run.errors.hasPrefix("Error: "), "\(options): \(run.errors)")
        }
    }

    /// Output, pooling and preprocessing are in the manifest, and from there in whatever reads the network again.
    @Test func splitsRecordWhatTheBackboneWasAsked() throws {
        let asked = [
            "--output", "r2", "--pool", "gem", "--resize", "20", "--interpolation", "bicubic", "--exif-orientation",
        ]
        let images = ["--root", "images", "--backbone", "model/net.onnx", "-q"]
        let made = try CommandRun(
            ["make-splits", "--out", "splits", "--draws", "0", "--min-classes", "2", "--shots", "0"] + images + asked,
            in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "splits/manifest.json"))
        let embeddings = try #require(manifest.embeddings)
        #expect(embeddings.source == .backbone && embeddings.file == "net.onnx")
        #expect(embeddings.output == "r2" && embeddings.pooling == "gem")
        let preprocessing = try #require(embeddings.preprocessing)
        #expect(preprocessing.inputSize == [3, 16, 16] && preprocessing.interpolation == "bicubic")
        #expect(preprocessing.resize == .init(mode: "shorter_side", size: 20) && preprocessing.exifOrientation == true)
        // The distances come out again only if the network is asked the same.
        let valid = try CommandRun(["validate", "splits"] + images, in: folder.url)
        #expect(
            valid.status == 0 && valid.output.hasSuffix(" distances computed anew\n"), "\(valid.output)\(valid.errors)")
        // A store that was asked the same stands for it, and says so.
        #expect(try embed("store", ["-q"] + asked).status == 0)
        let fromStore = try CommandRun(
            [
                "make-splits", "--out", "from-store", "--draws", "0", "--min-classes", "2", "--shots", "0", "-q",
                "--features", "store",
            ],
            in: folder.url)
        #expect(fromStore.status == 0, "\(fromStore.errors)")
        #expect(
            try SplitManifest(readingFrom: folder.url.appending(path: "from-store/manifest.json")).embeddings
                == manifest.embeddings)
    }

    /// What models were scored, and how images were prepared for them, is in the results.
    @Test func resultsRecordTheirModels() throws {
        let images = ["--root", "images", "-q", "--out"]
        let made = try CommandRun(
            [
                "make-splits", "--draws", "0", "--min-classes", "2", "--shots", "0", "--levels", "3", "--backbone",
                "model/net.onnx",
            ] + images + ["splits"], in: folder.url)
        #expect(made.status == 0, "\(made.errors)")
        func results(_ out: String) throws -> EvaluationResults {
            let data = try Data(contentsOf: folder.url.appending(path: "\(out)/results.json"))
            return try JSONDecoder().decode(EvaluationResults.self, from: data)
        }
        let evaluate = ["evaluate", "--splits", "splits", "--matched-draws", "0", "--confidence", "none"]
        let shared = try CommandRun(
            evaluate + ["--model", "model/net.onnx", "--resize", "22"] + images + ["shared"], in: folder.url)
        #expect(shared.status == 0, "\(shared.errors)")
        let levels = try results("shared").levels.map(\.id)
        let provenance = try #require(try results("shared").provenance)
        #expect(provenance.preprocessing?.resize == .init(mode: "shorter_side", size: 22))
        #expect(provenance.output == nil && provenance.pooling == nil)
        #expect(Set(provenance.models.map(\.level)) == Set(levels) && provenance.models.count == 2 * levels.count)
        #expect(provenance.models.allSatisfy { $0.preprocessing == nil && $0.file == "net.onnx" && $0.dimension == 6 })
        let digest = try SplitManifest(readingFrom: folder.url.appending(path: "splits/manifest.json")).embeddings?
            .sha256
        #expect(provenance.models.allSatisfy { $0.sha256 == digest })
        #expect(provenance.models.count { $0.direction == .forward } == levels.count)
        // Models with a preprocessing each.
        for (number, level) in levels.enumerated() {
            var sidecar = Self.sidecar
            sidecar["resize"] = ["mode": "shorter_side", "size": 18 + number]
            try put("runs/\(level)", sidecar)
        }
        let own = try CommandRun(
            evaluate + ["--model", "runs/{level}/net.onnx"] + images + ["own"], in: folder.url)
        #expect(own.status == 0, "\(own.errors)")
        let each = try #require(try results("own").provenance)
        #expect(each.preprocessing == nil)
        #expect(Set(each.models.compactMap(\.preprocessing?.resize.size)) == Set(levels.indices.map { 18 + $0 }))
        // Of embeddings from files nothing is known.
        #expect(try embed("store", ["-q"]).status == 0)
        let files = try CommandRun(evaluate + ["--embeddings", "store", "-q", "--out", "files"], in: folder.url)
        #expect(files.status == 0, "\(files.errors)")
        #expect(try results("files").provenance == nil)
    }
}
