package import Ranks

/// The values of retrieval metrics for each query.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [4], [5], [6], [20]])
/// let set = RetrievalSet(line, classNumbers: [0, 0, 7, 1, 1])
/// let scores = try set.scores(by: RankingRules(similarity: .euclidean))
/// print(scores.queries, scores.loneQueries)  // [0, 1, 3, 4] [2]: the class of row 2 has no other sample
/// print(scores[.recall(1)] ?? [])  // [1.0, 0.0, 0.0, 1.0]: from 4 and from 6 it is 5 that comes first
/// print(try scores.mean()[.recall(1)] ?? 0)  // 0.5
/// ```
public struct QueryScores: Sendable, Equatable {
    /// The metrics, in report order.
    public let metrics: [RetrievalMetric]
    /// The rows that are queries, ascending: those with at least one relevant item.
    public let queries: [Int]
    /// The rows that are not queries, ascending, because no other item has their class.
    public let loneQueries: [Int]
    /// The class number of each query, in the order of `queries`.
    public let classNumbers: [Int]
    /// The class number of each lone query, in the order of `loneQueries`.
    public let loneClassNumbers: [Int]
    /// For each metric, in the order of `metrics`, the value of each query.
    private let values: [[Double]]

    /// Scores existing rankings.
    public init(_ ranks: RetrievalRanks, metrics: [RetrievalMetric] = RetrievalMetric.standard) {
        self.metrics = metrics
        queries = ranks.queries
        loneQueries = ranks.loneQueries
        classNumbers = ranks.classNumbers
        loneClassNumbers = ranks.loneClassNumbers
        values = metrics.map { metric in ranks.queries.indices.map { metric.score(ranks: ranks[$0]) } }
    }

    private init(
        metrics: [RetrievalMetric], queries: [Int], loneQueries: [Int], classNumbers: [Int], loneClassNumbers: [Int],
        values: [[Double]]
    ) {
        self.metrics = metrics
        self.queries = queries
        self.loneQueries = loneQueries
        self.classNumbers = classNumbers
        self.loneClassNumbers = loneClassNumbers
        self.values = values
    }

    /// Takes each query's values from a flat array, `stride` apart.
    init(queries: RetrievalQueries, metrics: [RetrievalMetric], flat: [Double], stride: Int) {
        self.metrics = metrics
        self.queries = queries.rows
        loneQueries = queries.loneRows
        classNumbers = queries.classNumbers
        loneClassNumbers = queries.loneClassNumbers
        values = metrics.indices.map { m in queries.rows.indices.map { flat[$0 * stride + m] } }
    }

    /// The same scores with renumbered rows: row r becomes `rows[r]`.
    ///
    /// - Precondition: `rows` ascend.
    package func selectingRows(_ rows: [Int]) -> QueryScores {
        QueryScores(
            metrics: metrics, queries: queries.map { rows[$0] }, loneQueries: loneQueries.map { rows[$0] },
            classNumbers: classNumbers, loneClassNumbers: loneClassNumbers, values: values)
    }

    /// The scores of several sets of queries as one set, whose rows ascend.
    ///
    /// Since means are sums in the order of rows, they do not depend on how the queries were divided among the sets.
    ///
    /// - Precondition: there is at least one set, all have the same metrics, and no row is in two of them.
    package static func pooled(_ sets: [QueryScores]) -> QueryScores {
        guard let first = sets.first, sets.allSatisfy({ $0.metrics == first.metrics }) else {
            preconditionFailure("\(sets.map(\.metrics)) are not the metrics of one or more equal sets")
        }
        guard sets.count > 1 else { return first }
        let rows = sets.flatMap(\.queries)
        let loneRows = sets.flatMap(\.loneQueries)
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        let loneOrder = loneRows.indices.sorted { loneRows[$0] < loneRows[$1] }
        let ascending = order.map { rows[$0] }
        if let twice = zip(ascending, ascending.dropFirst()).first(where: { $0 == $1 }) {
            preconditionFailure("row \(twice.0) is a query of two sets; expected one")
        }
        let (classes, loneClasses) = (sets.flatMap(\.classNumbers), sets.flatMap(\.loneClassNumbers))
        return QueryScores(
            metrics: first.metrics, queries: ascending, loneQueries: loneOrder.map { loneRows[$0] },
            classNumbers: order.map { classes[$0] }, loneClassNumbers: loneOrder.map { loneClasses[$0] },
            values: first.metrics.indices.map { m in
                let values = sets.flatMap { $0.values[m] }
                return order.map { values[$0] }
            })
    }

    /// The number of classes, including those of lone queries.
    public var classCount: Int { Set(classNumbers + loneClassNumbers).count }

    /// The value of a metric for each query, in the order of ``queries``, or nil if it is not among ``metrics``.
    public subscript(metric: RetrievalMetric) -> [Double]? {
        metrics.firstIndex(of: metric).map { values[$0] }
    }

    /// Each metric's mean over the queries, and how many there were.
    ///
    /// - Throws: ``RetrievalError/noQueries(loneQueryCount:)`` if there is nothing to average.
    public func mean(loneQueries policy: LoneQueryPolicy = .excluded) throws -> RetrievalScores {
        let divisor = queries.count + (policy == .zero ? loneQueries.count : 0)
        guard divisor > 0 else { throw RetrievalError.noQueries(loneQueryCount: loneQueries.count) }
        return RetrievalScores(
            metrics: metrics, values: values.map { $0.reduce(0, +) / Double(divisor) }, queryCount: queries.count,
            loneQueryCount: loneQueries.count)
    }

    /// For each metric, the mean over classes of the mean over each class's queries, so that every class counts
    /// equally.
    ///
    /// Under ``LoneQueryPolicy/zero`` a class's lone queries count as zeros in its mean; otherwise a class with only
    /// lone queries is left out. Without any class, all means are 0.
    public func classAveraged(loneQueries policy: LoneQueryPolicy = .excluded) -> RetrievalScores {
        var counts: [Int: Int] = [:]
        for number in classNumbers { counts[number, default: 0] += 1 }
        if policy == .zero { for number in loneClassNumbers { counts[number, default: 0] += 1 } }
        let means = values.map { values in
            var sums: [Int: Double] = [:]
            for (number, value) in zip(classNumbers, values) { sums[number, default: 0] += value }
            let classMeans = counts.sorted { $0.key < $1.key }.map { (sums[$0.key] ?? 0) / Double($0.value) }
            return classMeans.reduce(0, +) / Double(max(classMeans.count, 1))
        }
        return RetrievalScores(
            metrics: metrics, values: means, queryCount: queries.count, loneQueryCount: loneQueries.count)
    }

    /// The mean of a metric over each class's queries, or nil if the metric is not in ``metrics``; classes ascend by
    /// number.
    public func classMeans(of metric: RetrievalMetric) -> [(classNumber: Int, queryCount: Int, mean: Double)]? {
        guard let values = self[metric] else { return nil }
        var sums: [Int: (count: Int, sum: Double)] = [:]
        for (number, value) in zip(classNumbers, values) {
            let (count, sum) = sums[number] ?? (0, 0)
            sums[number] = (count + 1, sum + value)
        }
        return sums.sorted { $0.key < $1.key }
            .map { (classNumber: $0.key, queryCount: $0.value.count, mean: $0.value.sum / Double($0.value.count)) }
    }
}

extension QueryScores: Portable {
    package func put(into bytes: inout PortableBytes) {
        bytes.put(metrics, queries, loneQueries, classNumbers, loneClassNumbers, values)
    }

    package init(from bytes: inout PortableBytes) throws {
        self.init(
            metrics: try bytes.get(), queries: try bytes.get(), loneQueries: try bytes.get(),
            classNumbers: try bytes.get(), loneClassNumbers: try bytes.get(), values: try bytes.get())
    }
}
