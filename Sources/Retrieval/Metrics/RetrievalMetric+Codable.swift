extension RetrievalMetric: Codable, CodingKeyRepresentable {
    /// The metric's name as a key, so that a dictionary keyed by metric is a JSON object.
    public var codingKey: any CodingKey {
        NameKey(stringValue: name)
    }

    /// The metric that a key names, or nil if it names none.
    public init?<Key: CodingKey>(codingKey: Key) {
        self.init(name: codingKey.stringValue)
    }

    /// Reads a metric's name.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let metric = RetrievalMetric(name: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(name)\" is no metric's name")
        }
        self = metric
    }

    /// Writes the metric's name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}

/// A key of an object whose keys are metric names.
struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
