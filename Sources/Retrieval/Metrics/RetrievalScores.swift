package import Ranks

/// Named metrics of one set of embeddings: means over its queries, in report order.
///
/// ```swift
/// let easy = RetrievalScores(
///     metrics: [.recall(1), .rPrecision], values: [1, 0.75], queryCount: 8, loneQueryCount: 0)
/// let hard = RetrievalScores(metrics: [.recall(1)], values: [0.5], queryCount: 2, loneQueryCount: 1)
/// let mean = RetrievalScores.mean(of: [easy, hard])
/// print(mean[.recall(1)] ?? 0, mean.queryCount)  // 0.75 10
/// print(mean[.rPrecision] == nil)  // true: not all of them have it
/// ```
public struct RetrievalScores: Sendable, Equatable {
    /// The metrics, in report order.
    public let metrics: [RetrievalMetric]
    /// The mean of each metric, in the order of `metrics`.
    public let values: [Double]
    /// The number of samples with at least one other sample of their class, which were therefore queries.
    public let queryCount: Int
    /// The number of samples with no other sample of their class.
    public let loneQueryCount: Int

    /// Combines metrics and their values.
    ///
    /// - Precondition: there are as many values as metrics.
    public init(metrics: [RetrievalMetric], values: [Double], queryCount: Int, loneQueryCount: Int) {
        precondition(metrics.count == values.count, "\(values.count) values for \(metrics.count) metrics")
        self.metrics = metrics
        self.values = values
        self.queryCount = queryCount
        self.loneQueryCount = loneQueryCount
    }

    /// The value of a metric, or nil if it was not computed.
    public subscript(metric: RetrievalMetric) -> Double? {
        metrics.firstIndex(of: metric).map { values[$0] }
    }
}

extension RetrievalScores {
    /// The unweighted mean of several scores, metric by metric; the counts are summed.
    ///
    /// It includes only metrics that all of them have, in the order of the first.
    ///
    /// - Precondition: `scores` is not empty.
    public static func mean(of scores: [RetrievalScores]) -> RetrievalScores {
        guard let first = scores.first else { preconditionFailure("a mean needs at least one set of scores") }
        var metrics: [RetrievalMetric] = []
        var values: [Double] = []
        for metric in first.metrics {
            let all = scores.compactMap { $0[metric] }
            guard all.count == scores.count else { continue }
            metrics.append(metric)
            values.append(all.reduce(0, +) / Double(all.count))
        }
        return RetrievalScores(
            metrics: metrics, values: values, queryCount: scores.map(\.queryCount).reduce(0, +),
            loneQueryCount: scores.map(\.loneQueryCount).reduce(0, +))
    }
}

extension RetrievalScores: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(metrics, values, queryCount, loneQueryCount) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            metrics: try bytes.get(), values: try bytes.get(), queryCount: try bytes.get(),
            loneQueryCount: try bytes.get())
    }
}
