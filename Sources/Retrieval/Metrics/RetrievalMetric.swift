package import Ranks

/// A metric of a query's ranking; all lie in [0, 1], and higher is better.
///
/// A metric is identified by its name: two with the same name are equal. Each metric is defined completely in its own
/// file.
///
/// ```swift
/// let metric = RetrievalMetric.averagePrecision(10)
/// print(metric.name, "or", metric.title)  // map@10 or mAP@10
/// print(metric.score(ranks: [1, 4] as [Int32]))  // 0.75 = (1/1 + 2/4) / 2
/// print(RetrievalMetric(name: "map@10") == metric)  // true
/// ```
public struct RetrievalMetric: Sendable {
    /// The name in files, such as `recall@1` or `map@r`.
    public let name: String
    /// The name in prose and tables, such as `Recall@1` or `MAP@R`.
    public let title: String
    /// The function that computes a query's value.
    let function: ScoreFunction

    /// Defines a metric.
    ///
    /// - Parameters:
    ///   - k: the number passed to `score`; 0 for a metric without one.
    ///   - score: the value for one query, from k and the 1-based ranks of the query's relevant items: ascending, at
    ///     least one. It must not capture anything.
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
/// It holds no reference, so that threads do not contend for reference counts.
struct ScoreFunction: Sendable {
    typealias Body = @Sendable (_ k: Int, _ ranks: UnsafeBufferPointer<Int32>) -> Double

    let k: Int
    let body: Body

    func callAsFunction(_ ranks: UnsafeBufferPointer<Int32>) -> Double {
        body(k, ranks)
    }
}

extension RetrievalMetric {
    /// The metrics that are reported by default, in report order.
    public static let standard = MetricFamily.all.flatMap(\.standard)

    /// One metric of every family, in report order.
    package static let ofEveryFamily = MetricFamily.all.map(\.example)

    /// The metric with the given file name, or nil for an unknown name.
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
    /// Report order: Recall@k by k, precision at k by k, R-precision, MAP@R, mAP@k by k, mAP, MRR, MRR@k by k, then those of Milbich et al.
    public static func < (a: RetrievalMetric, b: RetrievalMetric) -> Bool {
        a.reportPosition < b.reportPosition
    }

    private var reportPosition: (Int, Int) {
        (MetricFamily.all.firstIndex { $0.metric(named: name) != nil } ?? MetricFamily.all.count, function.k)
    }
}

extension RetrievalMetric: Portable {
    package func put(into bytes: inout PortableBytes) { name.put(into: &bytes) }

    package init(from bytes: inout PortableBytes) throws {
        guard let metric = RetrievalMetric(name: try String(from: &bytes)) else { throw PortableBytes.Ended() }
        self = metric
    }
}
