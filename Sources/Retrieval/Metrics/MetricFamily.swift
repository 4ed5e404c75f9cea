/// One metric, or all metrics that differ only in a number k.
struct MetricFamily: Sendable {
    /// Every family, in report order: apart from its own file, the only place where a metric is named.
    static let all = [
        recall, precision, rPrecision, averagePrecisionAtR, averagePrecision, fullAveragePrecision, reciprocalRank,
        reciprocalRankAtK,
        milbich2021AveragePrecisionAtClassSize, milbich2021AveragePrecision,
    ]

    /// The metrics that are reported by default, by increasing k.
    let standard: [RetrievalMetric]
    private let members: Members

    private enum Members: Sendable {
        case one(RetrievalMetric)
        case forEachK(@Sendable (Int) -> RetrievalMetric)
    }

    /// A family of a single metric.
    init(_ metric: RetrievalMetric, isStandard: Bool) {
        members = .one(metric)
        standard = isStandard ? [metric] : []
    }

    /// A metric for every k ≥ 1, each with k after an `@` in its name.
    init(forEachK metric: @escaping @Sendable (Int) -> RetrievalMetric, standard ks: [Int]) {
        members = .forEachK(metric)
        standard = ks.map(metric)
    }

    /// The metric with the given name, or nil if it is not in this family.
    func metric(named name: String) -> RetrievalMetric? {
        switch members {
        case .one(let metric): return metric.name == name ? metric : nil
        case .forEachK(let metric):
            guard let at = name.firstIndex(of: "@"),
                let k = Int(name[at...].dropFirst().prefix { $0.isASCII && $0.isNumber }), k > 0
            else { return nil }
            // `recall@01` parses as a number, but is not the metric's name.
            let found = metric(k)
            return found.name == name ? found : nil
        }
    }

    /// One of its metrics.
    var example: RetrievalMetric {
        switch members {
        case .one(let metric): metric
        case .forEachK(let metric): standard.first ?? metric(1)
        }
    }
}
