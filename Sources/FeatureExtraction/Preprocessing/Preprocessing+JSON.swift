extension Preprocessing: Codable {
    private enum CodingKeys: String, CodingKey {
        case inputSize = "input_size"
        case resize
        case interpolation
        case mean
        case standardDeviation = "std"
        case orientedByEXIF = "exif_orientation"
        case cropRoundsDown = "crop_rounds_down"
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

    /// Reads a description in our form (with `resize`), timm's (`pretrained_cfg` or its members), OpenCLIP's
    /// (`preprocess_cfg`) or Hugging Face's.
    init(description: JSONValue) throws {
        guard case .object(let members) = description else {
            throw DescriptionProblem(found: description.quoted, expected: "a JSON object")
        }
        let outer = JSONMembers(members: members)
        if outer.has("preprocess_cfg") {
            self = try Preprocessing(openCLIPDescription: outer)
            return
        }
        let json = outer.has("pretrained_cfg") ? try outer.object("pretrained_cfg", "an object") : outer
        if json.has("resize") {
            self = try Preprocessing(ownDescription: json)
        } else if json.has("input_size") || json.has("crop_pct") && !json.has("size") {
            self = try Preprocessing(timmDescription: json)
        } else if json.has("image_mean") || json.has("size") || json.has("crop_size") {
            self = try Preprocessing(huggingFaceDescription: json)
        } else {
            throw DescriptionProblem(
                found: "none of \"input_size\", \"pretrained_cfg\", \"preprocess_cfg\" and \"image_mean\"",
                expected: "a description of the preprocessing as timm, OpenCLIP or Hugging Face write it")
        }
    }

    private init(ownDescription json: JSONMembers) throws {
        let (channelCount, height, width) = try json.inputSize()
        let resize = try json.object("resize", "an object")
        self.init(
            channelCount: channelCount, height: height, width: width,
            resize: try resize.resize(),
            interpolation: try json.interpolation(),
            mean: try json.channelValues("mean", channelCount),
            standardDeviation: try json.channelValues("std", channelCount, positive: true),
            orientedByEXIF: try json.flag("exif_orientation", default: false),
            cropRoundsDown: try json.flag("crop_rounds_down", default: false))
    }

    private init(timmDescription json: JSONMembers) throws {
        let (channelCount, height, width) = try json.inputSize()
        let fraction = try json.positiveNumber("crop_pct")
        var resize = Preprocessing.resize(forCropFraction: fraction, height: height, width: width)
        if json.has("crop_mode") {
            let modes = "\"center\" or \"squash\""
            switch try json.string("crop_mode", modes) {
            case "center": break
            case "squash":
                resize = .exactly(
                    height: Int((Double(height) / fraction).rounded(.down)),
                    width: Int((Double(width) / fraction).rounded(.down)))
            default: throw json.problem("crop_mode", modes)
            }
        }
        self.init(
            channelCount: channelCount, height: height, width: width, resize: resize,
            interpolation: try json.interpolation(), mean: try json.channelValues("mean", channelCount),
            standardDeviation: try json.channelValues("std", channelCount, positive: true))
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

    /// One value per channel.
    func channelValues(_ key: String, _ channelCount: Int, positive: Bool = false) throws -> [Float] {
        let rule =
            "an array of \(channelCount) \(positive ? "positive " : "")number\(channelCount == 1 ? "" : "s"), one a channel"
        let values = try numbers(key, rule).map { Float($0) }
        guard values.count == channelCount, values.allSatisfy({ $0.isFinite && (!positive || $0 > 0) }) else {
            throw problem(key, rule)
        }
        return values
    }
}
