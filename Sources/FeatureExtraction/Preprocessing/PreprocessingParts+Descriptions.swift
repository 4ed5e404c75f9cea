import Files

extension PreprocessingParts {
    /// Reads a description in our form (with `resize`), timm's (`pretrained_cfg` or its members), OpenCLIP's
    /// (`preprocess_cfg`) or Hugging Face's.
    ///
    /// - Throws: ``DescriptionProblem`` for what is none of them, or says something that is not followed.
    init(description: JSONValue) throws {
        guard case .object(let members) = description else {
            throw DescriptionProblem(found: description.quoted, expected: "a JSON object")
        }
        let outer = JSONMembers(members: members)
        if outer.has("preprocess_cfg") {
            self = try PreprocessingParts(openCLIPDescription: outer)
            return
        }
        if outer.has("image_processor") {
            // A file of Hugging Face's about texts and images.
            self = try PreprocessingParts(
                huggingFaceDescription: try outer.object("image_processor", "an object"))
            return
        }
        let json = outer.has("pretrained_cfg") ? try outer.object("pretrained_cfg", "an object") : outer
        if json.has("resize") {
            self = try PreprocessingParts(ownDescription: json)
        } else if json.has("input_size") || json.has("crop_pct") && !json.has("size") {
            self = try PreprocessingParts(timmDescription: json)
        } else if ["image_mean", "size", "crop_size", "image_processor_type", "feature_extractor_type"]
            .contains(where: json.has)
        {
            self = try PreprocessingParts(huggingFaceDescription: json)
        } else {
            throw DescriptionProblem(
                found: "none of \"input_size\", \"pretrained_cfg\", \"preprocess_cfg\" and \"image_mean\"",
                expected: "a description of the preprocessing as timm, OpenCLIP or Hugging Face write it")
        }
    }

    private init(ownDescription json: JSONMembers) throws {
        // A name that is not known may be a misspelt one, which would change the pixels.
        try json.requireOnly(
            JSONMembers.ownMembers.union(["input_size", "resize", "interpolation", "mean", "std"]))
        let size = try Part(of: json.inputSize)
        let count = try? size.get().channelCount
        self.init(
            resize: try Part { try json.object("resize", "an object").resize() },
            crop: size.map { ($0.height, $0.width) },
            interpolation: try Part(of: json.interpolation),
            mean: try Part { try json.channelValues("mean", count) },
            standardDeviation: try Part { try json.channelValues("std", count, positive: true) },
            orientedByEXIF: try json.flag("exif_orientation", default: false),
            cropRoundsDown: try json.flag("crop_rounds_down", default: false),
            channelOrder: try json.channelOrder())
    }

    private init(timmDescription json: JSONMembers) throws {
        // timm's file says much of the network that no image depends on, but a step of another form is not timm's.
        let foreign = [
            "resample", "rescale_factor", "image_mean", "image_std", "size", "crop_size", "resize_mode", "fill_color",
        ]
        if let other = json.names.sorted().first(where: { foreign.contains($0) || $0.begins(with: "do_") }) {
            throw DescriptionProblem(
                found: "\"\(other)\" beside \"input_size\" or \"crop_pct\"",
                expected: "the members of timm's form, or those of another one")
        }
        let size = try Part(of: json.inputSize)
        let count = try? size.get().channelCount
        let resize = try Part {
            let (_, height, width) = try size.get()
            let fraction = try json.positiveNumber("crop_pct")
            let modes = "\"center\" or \"squash\""
            switch json.has("crop_mode") ? try json.string("crop_mode", modes) : "center" {
            case "center": return Preprocessing.resize(forCropFraction: fraction, height: height, width: width)
            case "squash":
                return .exactly(
                    height: Int((Double(height) / fraction).rounded(.down)),
                    width: Int((Double(width) / fraction).rounded(.down)))
            default: throw json.problem("crop_mode", modes)
            }
        }
        self.init(
            resize: resize, crop: size.map { ($0.height, $0.width) }, interpolation: try Part(of: json.interpolation),
            mean: try Part { try json.channelValues("mean", count) },
            standardDeviation: try Part { try json.channelValues("std", count, positive: true) },
            orientedByEXIF: try json.flag("exif_orientation", default: false),
            cropRoundsDown: try json.flag("crop_rounds_down", default: false),
            channelOrder: try json.channelOrder())
    }
}

extension JSONMembers {
    /// Members of our form that may stand in timm's too.
    fileprivate static let ownMembers: Set = ["exif_orientation", "crop_rounds_down", "channel_order"]

    fileprivate func channelOrder() throws -> Preprocessing.ChannelOrder {
        let rule = "\"rgb\" or \"bgr\""
        guard has("channel_order") else { return .rgb }
        guard let order = Preprocessing.ChannelOrder(rawValue: try string("channel_order", rule)) else {
            throw problem("channel_order", rule)
        }
        return order
    }

    fileprivate func inputSize() throws -> (channelCount: Int, height: Int, width: Int) {
        let rule = "[channels, height, width] with 1 or 3 channels and sizes from 1 to \(JSONMembers.largestSize)"
        let values = try numbers("input_size", rule).map(JSONMembers.size)
        guard values.count == 3, let channelCount = values[0], let height = values[1], let width = values[2],
            channelCount == 1 || channelCount == 3
        else { throw problem("input_size", rule) }
        return (channelCount, height, width)
    }

    fileprivate func resize() throws -> Preprocessing.Resize {
        let modes = "\"none\", \"shorter_side\", \"exactly\", \"covering\" or \"fitting\""
        switch try string("mode", modes) {
        case "none": return .unchanged
        case "shorter_side": return .shorterSide(try size("size"))
        case "exactly": return .exactly(height: try size("height"), width: try size("width"))
        case "covering": return .covering(height: try size("height"), width: try size("width"))
        case "fitting": return .fitting(height: try size("height"), width: try size("width"))
        default: throw problem("mode", modes)
        }
    }

    func interpolation() throws -> Interpolation {
        let names = "one of " + Interpolation.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        guard let interpolation = Interpolation(rawValue: try string("interpolation", names)) else {
            throw problem("interpolation", names)
        }
        return interpolation
    }

    /// One value per channel; 1 or 3 values if the number of channels is not known.
    func channelValues(_ key: String, _ channelCount: Int?, positive: Bool = false) throws -> [Float] {
        let count = channelCount.map { "\($0)" } ?? "1 or 3"
        let rule =
            "an array of \(count) \(positive ? "positive " : "")number\(channelCount == 1 ? "" : "s"), one a channel"
        let values = try numbers(key, rule).map { Float($0) }
        guard channelCount.map({ $0 == values.count }) ?? [1, 3].contains(values.count),
            values.allSatisfy({ $0.isFinite && (!positive || $0 > 0) })
        else {
            throw problem(key, rule)
        }
        return values
    }
}
