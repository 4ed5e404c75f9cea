extension EmbeddingStructure: Codable {
    enum CodingKeys: String, CodingKey {
        case intraClassDistance = "intra_class_distance"
        case interClassDistance = "inter_class_distance"
        case distanceRatio = "distance_ratio"
        case spectralDecay = "spectral_decay"
        case alignment, uniformity
    }

    /// Reads the values; the ratio is derived from them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value(_ key: CodingKeys) throws -> Double? { try container.decodeIfPresent(Double.self, forKey: key) }
        self.init(
            intraClassDistance: try value(.intraClassDistance), interClassDistance: try value(.interClassDistance),
            spectralDecay: try value(.spectralDecay), alignment: try value(.alignment),
            uniformity: try value(.uniformity))
    }

    /// Writes all values, null for those that do not exist.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(intraClassDistance, forKey: .intraClassDistance)
        try container.encode(interClassDistance, forKey: .interClassDistance)
        try container.encode(distanceRatio, forKey: .distanceRatio)
        try container.encode(spectralDecay, forKey: .spectralDecay)
        try container.encode(alignment, forKey: .alignment)
        try container.encode(uniformity, forKey: .uniformity)
    }
}
