/// A metric of a query's ranking; all lie in [0, 1], and higher is better.
///
/// A metric is its name: two of the same name are equal. Every metric is stated whole in a file of its own.
///
/// ```swift
/// let metric = RetrievalMetric.averagePrecision(10)
/// print(metric.name, "or", metric.title)  // map@10 or mAP@10
/// print(metric.score(ranks: [1, 4] as [Int32]))  // 0.75 = (1/1 + 2/4) / 2
/// print(RetrievalMetric(name: "map@10") == metric)  // true
/// ```
public struct RetrievalMetric: Sendable {
    /// The name in files, as in `recall@1` or `map@r`.
    public let name: String
    /// The name in prose and tables, as in `Recall@1` or `MAP@R`.
    public let title: String
    /// What gives a query's value.
    let function: ScoreFunction

    /// States a metric.
    ///
    /// - Parameters:
    ///   - k: the number that `score` is given; 0 for a metric without one.
    ///   - score: the value for one query, from k and the 1-based ranks of the query's relevant items: ascending, at least
    ///     one. It captures nothing.
    init(name: String, title: String, k: Int = 0, score: @escaping ScoreFunction.Body) {
        self.name = name
        self.title = title
        function = ScoreFunction(k: k, body: score)
    }

    /// The metric's value for one query.
    ///
    /// - Parameter ranks: the 1-based ranks of the query's relevant items, ascending, at least one.
    public func score(ranks: some RandomAccessCollection<Int32>) -> Double {
        ranks.withContiguousStorageIfAvailable { function($0) }
            ?? Array(ranks).withUnsafeBufferPointer { function($0) }
    }
}

/// A metric without its names, for the loop over queries and groups of classes.
///
/// It holds no reference, so that threads do not wait for one another to count references.
struct ScoreFunction: Sendable {
    typealias Body = @Sendable (_ k: Int, _ ranks: UnsafeBufferPointer<Int32>) -> Double

    let k: Int
    let body: Body

    func callAsFunction(_ ranks: UnsafeBufferPointer<Int32>) -> Double {
        body(k, ranks)
    }
}

extension RetrievalMetric {
    /// The metrics that are reported unless others are asked for, in the order of the report.
    public static let standard = MetricFamily.all.flatMap(\.standard)

    /// One metric of every family, in the order of the report.
    package static let ofEveryFamily = MetricFamily.all.map(\.example)

    /// The metric of a name in files, or nil for any other name.
    public init?(name: String) {
        guard let metric = MetricFamily.all.lazy.compactMap({ $0.metric(named: name) }).first else { return nil }
        self = metric
    }
}

extension RetrievalMetric: Hashable, CustomStringConvertible {
    /// Whether both have the same name.
    public static func == (a: RetrievalMetric, b: RetrievalMetric) -> Bool {
        a.name == b.name
    }

    /// Hashes the name.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
    }

    /// The name in files.
    public var description: String { name }
}

extension RetrievalMetric: Comparable {
    /// The order of the report: Recall@k by k, R-precision, MAP@R, mAP@k by k, mAP, MRR, those of Milbich et al.
    public static func < (a: RetrievalMetric, b: RetrievalMetric) -> Bool {
        a.reportPosition < b.reportPosition
    }

    private var reportPosition: (Int, Int) {
        (MetricFamily.all.firstIndex { $0.metric(named: name) != nil } ?? MetricFamily.all.count, function.k)
    }
}
