extension RetrievalScores: Codable {
    private static let queryCountKey = NameKey(stringValue: "query_count")
    private static let loneQueryCountKey = NameKey(stringValue: "lone_query_count")

    /// Reads a flat object of metrics and counts; the metrics come in report order, and other keys are ignored.
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
