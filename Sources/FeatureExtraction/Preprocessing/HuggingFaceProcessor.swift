import Files

/// A class of Hugging Face's transformers that prepares images: what it does that its file need not say.
///
/// The table holds the classes that are followed. `Scripts/fixtures/huggingface_processors.py` runs all classes of
/// transformers, and a test compares: those in the table give the same values, all others are refused by name.
struct HuggingFaceProcessor {
    /// Steps of its own.
    enum Rule {
        case none
        /// The shorter side is 256 / 224 of what the file says.
        case levit
        /// A border below 384 pixels, by `crop_pct`, and its own crop.
        case convNext
        /// A border by `crop_pct`, before the crop.
        case poolFormer
        /// Two more steps of normalisation.
        case efficientNet
        /// Blue, green, red; no normalisation.
        case mobileViT
        /// Values are scaled before the resize, so they are not rounded to 8 bits between.
        case dinov3
    }

    /// The class, without "ImageProcessor"; nil if the file names none.
    let name: String?
    var rule = Rule.none
    /// Whether it crops unless the file says otherwise.
    var crops = false
    /// Whether a single number as `size` is a square rather than the shorter side; nil if the file names no class.
    var squares: Bool?
    /// Whether it knows a crop at all.
    var knowsCrop = true

    private init(_ name: String, _ rule: Rule = .none, crops: Bool, squares: Bool, knowsCrop: Bool = true) {
        (self.name, self.rule, self.crops, self.squares, self.knowsCrop) = (name, rule, crops, squares, knowsCrop)
    }

    private static let followed = [
        HuggingFaceProcessor("Beit", crops: false, squares: true),
        HuggingFaceProcessor("Bit", crops: true, squares: false),
        HuggingFaceProcessor("Blip", crops: false, squares: true),
        HuggingFaceProcessor("CLIP", crops: true, squares: false),
        HuggingFaceProcessor("ChineseCLIP", crops: true, squares: false),
        HuggingFaceProcessor("ConvNext", .convNext, crops: false, squares: false, knowsCrop: false),
        HuggingFaceProcessor("DINOv3ViT", .dinov3, crops: false, squares: true),
        HuggingFaceProcessor("DeiT", crops: true, squares: true),
        HuggingFaceProcessor("EfficientNet", .efficientNet, crops: false, squares: true),
        HuggingFaceProcessor("Flava", crops: true, squares: true),
        HuggingFaceProcessor("Levit", .levit, crops: true, squares: false),
        HuggingFaceProcessor("MobileNetV1", crops: true, squares: false),
        HuggingFaceProcessor("MobileNetV2", crops: true, squares: false),
        HuggingFaceProcessor("MobileViT", .mobileViT, crops: true, squares: false),
        HuggingFaceProcessor("OwlViT", crops: false, squares: true),
        HuggingFaceProcessor("PoolFormer", .poolFormer, crops: true, squares: false),
        HuggingFaceProcessor("Pvt", crops: false, squares: true),
        HuggingFaceProcessor("Segformer", crops: false, squares: true, knowsCrop: false),
        HuggingFaceProcessor("Siglip", crops: false, squares: false),
        HuggingFaceProcessor("ViT", crops: false, squares: true),
    ]

    /// Members that change no pixel, or nothing unless their value is true.
    private static let harmless: Set = [
        "image_processor_type", "feature_extractor_type", "processor_class", "auto_map", "transformers_version",
        "model_input_names", "data_format", "input_data_format", "return_tensors", "device", "disable_grouping",
        "do_convert_rgb", "do_reduce_labels", "reduce_labels", "use_fast", "_valid_processor_keys", "_commit_hash",
        "_name_or_path", "name_or_path", "_processor_class",
    ]
    private static let understood: Set = [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
        "image_mean", "image_std", "default_to_square",
    ]

    /// Finds the class that a file names.
    ///
    /// - Throws: ``DescriptionProblem`` for a class or a member that is not followed.
    init(of json: JSONMembers) throws {
        let key = json.has("image_processor_type") ? "image_processor_type" : "feature_extractor_type"
        if json.has(key) {
            var name = try json.string(key, "the name of a class of transformers")
            // Older names, and those of the variants of one class.
            for suffix in ["Fast", "Pil"] where name.ends(with: suffix) { name.removeLast(suffix.count) }
            for suffix in ["ImageProcessor", "FeatureExtractor"] where name.ends(with: suffix) {
                name.removeLast(suffix.count)
            }
            guard let known = Self.followed.first(where: { $0.name == name }) else {
                throw DescriptionProblem(
                    found:
                        "\"\(key)\": \(json[key]?.quoted ?? ""), which prepares images in a way that is not followed",
                    expected: "the image processor of one of "
                        + Self.followed.compactMap(\.name).joined(separator: ", "))
            }
            self = known
        } else {
            name = nil
            if json.has("crop_pct") { rule = .convNext }
        }
        try requireUnderstood(json)
    }

    /// Refuses members that may change pixels in a way that is not known.
    private func requireUnderstood(_ json: JSONMembers) throws {
        var known = Self.harmless.union(Self.understood)
        switch rule {
        case .convNext, .poolFormer: known.insert("crop_pct")
        case .efficientNet: known.formUnion(["rescale_offset", "include_top"])
        case .mobileViT: known.insert("do_flip_channel_order")
        case .none, .levit, .dinov3: break
        }
        if name == nil { known.insert("do_flip_channel_order") }
        for key in json.members.keys.sorted() where json.has(key) && !known.contains(key) {
            // Flava's file also describes targets of its pre-training.
            let isOfTargets = ["codebook_", "mask_", "return_", "input_size_patches", "total_mask_patches"].contains {
                key.begins(with: $0)
            }
            if name == "Flava" && isOfTargets { continue }
            // A step that is switched off, and sizes that only such a step would use.
            if json[key] == .bool(false) || key == "pad_size" && json["do_pad"] != .bool(true) { continue }
            throw DescriptionProblem(
                found: "\"\(key)\": \(json[key]?.quoted ?? "null"), which is not followed",
                expected: "only steps of "
                    + (name.map { "the image processor of \($0)" } ?? "resize, crop and normalisation"))
        }
        func refuse(_ key: String, _ reason: String) throws {
            if json[key] == .bool(true) { throw DescriptionProblem(found: "\"\(key)\": true", expected: reason) }
        }
        if !knowsCrop { try refuse("do_center_crop", "no crop after that of \(name ?? "the resize")") }
        if rule == .mobileViT { try refuse("do_normalize", "no normalisation, since MobileViT's processor has none") }
        guard rule == .dinov3 else { return }
        if json.has("resample"), json["resample"] != .number(2) {
            throw json.problem("resample", "2, bilinear, since other filters would leave the range of 8 bits")
        }
        if json["do_rescale"] == .bool(false) {
            throw json.problem("do_rescale", "true, since DINOv3's processor needs it")
        }
    }
}
