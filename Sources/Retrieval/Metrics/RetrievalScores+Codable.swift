extension RetrievalMetric: Codable, CodingKeyRepresentable {
    /// The metric's name as a key, so that a dictionary by metric is an object in JSON.
    public var codingKey: any CodingKey {
        NameKey(stringValue: name)
    }

    /// The metric of a key, or nil if the key names none.
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

extension RetrievalMetric: Comparable {
    /// The order of the report: Recall@k by k, R-precision, MAP@R, mAP@k by k, mAP, MRR, those of Milbich et al.
    public static func < (a: RetrievalMetric, b: RetrievalMetric) -> Bool {
        a.reportPosition < b.reportPosition
    }

    private var reportPosition: (Int, Int) {
        switch self {
        case .recall(let k): (0, k)
        case .rPrecision: (1, 0)
        case .averagePrecisionAtR: (2, 0)
        case .averagePrecision(let k): (3, k)
        case .fullAveragePrecision: (4, 0)
        case .reciprocalRank: (5, 0)
        case .milbich2021AveragePrecisionAtClassSize: (6, 0)
        case .milbich2021AveragePrecision(let k): (7, k)
        }
    }
}

/// A key of an object whose keys are metrics' names.
private struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}

extension RetrievalScores: Codable {
    private static let queryCountKey = NameKey(stringValue: "query_count")
    private static let loneQueryCountKey = NameKey(stringValue: "lone_query_count")

    /// Reads a flat object of metrics and counts; the metrics come in the order of the report, keys of others are left.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: NameKey.self)
        let metrics = container.allKeys.compactMap { RetrievalMetric(name: $0.stringValue) }.sorted()
        self.init(
            metrics: metrics,
            values: try metrics.map { try container.decode(Double.self, forKey: NameKey(stringValue: $0.name)) },
            queryCount: try container.decode(Int.self, forKey: Self.queryCountKey),
            loneQueryCount: try container.decode(Int.self, forKey: Self.loneQueryCountKey))
    }

    /// Writes one flat object: a key for each metric, `query_count` and `lone_query_count`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: NameKey.self)
        for (metric, value) in zip(metrics, values) {
            try container.encode(value, forKey: NameKey(stringValue: metric.name))
        }
        try container.encode(queryCount, forKey: Self.queryCountKey)
        try container.encode(loneQueryCount, forKey: Self.loneQueryCountKey)
    }
}
