extension Preprocessing: Codable {
    private enum CodingKeys: String, CodingKey {
        case inputSize = "input_size"
        case resize
        case interpolation
        case mean
        case standardDeviation = "std"
        case orientedByEXIF = "exif_orientation"
        case cropRoundsDown = "crop_rounds_down"
        case channelOrder = "channel_order"
    }

    private enum ResizeKeys: String, CodingKey {
        case mode, size, height, width
    }

    /// Writes the description that `init(from:)` reads; it may also be stored beside a model.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode([channelCount, height, width], forKey: .inputSize)
        try container.encode(interpolation, forKey: .interpolation)
        try container.encode(mean, forKey: .mean)
        try container.encode(standardDeviation, forKey: .standardDeviation)
        // Written only if true, so that existing split files keep the same bytes.
        if orientedByEXIF { try container.encode(true, forKey: .orientedByEXIF) }
        if cropRoundsDown { try container.encode(true, forKey: .cropRoundsDown) }
        if channelOrder != .rgb { try container.encode(channelOrder, forKey: .channelOrder) }
        var nested = container.nestedContainer(keyedBy: ResizeKeys.self, forKey: .resize)
        switch resize {
        case .unchanged:
            try nested.encode("none", forKey: .mode)
        case .shorterSide(let size):
            try nested.encode("shorter_side", forKey: .mode)
            try nested.encode(size, forKey: .size)
        case .exactly(let height, let width):
            try nested.encode("exactly", forKey: .mode)
            try encode(height, width)
        case .covering(let height, let width):
            try nested.encode("covering", forKey: .mode)
            try encode(height, width)
        case .fitting(let height, let width):
            try nested.encode("fitting", forKey: .mode)
            try encode(height, width)
        }

        func encode(_ height: Int, _ width: Int) throws {
            try nested.encode(height, forKey: .height)
            try nested.encode(width, forKey: .width)
        }
    }

    /// Reads a description in any of the forms that may be stored beside a model.
    ///
    /// - Throws: `DecodingError` if something is missing or unsupported.
    public init(from decoder: any Decoder) throws {
        do {
            self = try Preprocessing(description: try JSONValue(from: decoder))
        } catch let problem as DescriptionProblem {
            let message = "found \(problem.found); expected \(problem.expected)"
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: message))
        }
    }

    /// Reads a description that says all.
    private init(description: JSONValue) throws {
        do {
            self = try PreprocessingParts(description: description).changed(by: PreprocessingChanges())
        } catch let missing as MissingParts {
            throw DescriptionProblem(found: missing.found, expected: missing.expected)
        }
    }
}

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
        try json.requireOnly([
            "input_size", "resize", "interpolation", "mean", "std", "exif_orientation", "crop_rounds_down",
            "channel_order",
        ])
        let orders = "\"rgb\" or \"bgr\""
        let order = json.has("channel_order") ? try json.string("channel_order", orders) : "rgb"
        guard let channelOrder = Preprocessing.ChannelOrder(rawValue: order) else {
            throw json.problem("channel_order", orders)
        }
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
            channelOrder: channelOrder)
    }

    private init(timmDescription json: JSONMembers) throws {
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
            standardDeviation: try Part { try json.channelValues("std", count, positive: true) })
    }
}

extension JSONMembers {
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
