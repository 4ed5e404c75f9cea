/// One metric, or all that differ in a number k only.
struct MetricFamily: Sendable {
    /// Every family, in the order of the report: the one place beside its own file where a metric is named.
    static let all = [
        recall, rPrecision, averagePrecisionAtR, averagePrecision, fullAveragePrecision, reciprocalRank,
        milbich2021AveragePrecisionAtClassSize, milbich2021AveragePrecision,
    ]

    /// Those that are reported unless others are asked for, by rising k.
    let standard: [RetrievalMetric]
    private let members: Members

    private enum Members: Sendable {
        case one(RetrievalMetric)
        case forEachK(@Sendable (Int) -> RetrievalMetric)
    }

    /// A metric by itself.
    init(_ metric: RetrievalMetric, isStandard: Bool) {
        members = .one(metric)
        standard = isStandard ? [metric] : []
    }

    /// A metric for every k from 1, each with k after an `@` in its name.
    init(forEachK metric: @escaping @Sendable (Int) -> RetrievalMetric, standard ks: [Int]) {
        members = .forEachK(metric)
        standard = ks.map(metric)
    }

    /// The metric of a name, or nil if it is not of this family.
    func metric(named name: String) -> RetrievalMetric? {
        switch members {
        case .one(let metric): return metric.name == name ? metric : nil
        case .forEachK(let metric):
            guard let at = name.firstIndex(of: "@"),
                let k = Int(name[at...].dropFirst().prefix { $0.isASCII && $0.isNumber }), k > 0
            else { return nil }
            // `recall@01` has a number, but is not how it is written.
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
