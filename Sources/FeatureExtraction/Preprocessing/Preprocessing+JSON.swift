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
