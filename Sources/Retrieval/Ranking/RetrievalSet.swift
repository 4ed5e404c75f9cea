public import DenseLinearAlgebra
internal import Parallel

/// Embeddings to search, and embeddings to search with, each with its class.
///
/// ```swift
/// let set = RetrievalSet(embeddings, classNumbers: [0, 0, 1, 1, 2])
/// print(try set.scores().mean()[.recall(1)] ?? 0)
/// ```
///
/// In one-vs-rest retrieval each row is a query once, and the gallery is all other rows. The query is left out by its
/// row number, so a duplicate of it stays and counts. A set can also have separate queries and gallery. Items of equal
/// similarity are ordered as the rules say, by default by row. Identical rows always tie, however BLAS rounds, except
/// with re-ranking. Results do not depend on the number of threads.
public struct RetrievalSet: Sendable {
    let queries: RowValues
    let gallery: RowValues
    /// For each row of the queries, the row of the gallery that is the same sample.
    let ownItems: [Int?]
    let rows: RetrievalQueries

    /// Whether every row is a query and an item for all others.
    var isOneSet: Bool { rows.areItems }

    /// One-vs-rest retrieval.
    ///
    /// - Parameters:
    ///   - embeddings: n × d, one row per sample.
    ///   - classNumbers: the class of each row; any integers.
    ///   - cameras: the cameras of the rows, if items of a query's class and camera do not count for it; nil for plain
    ///     retrieval.
    /// - Complexity: O(n), and O(n·R) with cameras for classes of R samples.
    /// - Precondition: there is one class number, and one camera, for each row.
    public init(_ embeddings: Matrix<Float>, classNumbers: [Int], cameras: RetrievalCameras? = nil) {
        self.init(.single(embeddings), classNumbers: classNumbers, cameras: cameras)
    }

    /// One-vs-rest retrieval among rows in either precision.
    package init(_ embeddings: RowValues, classNumbers: [Int], cameras: RetrievalCameras? = nil) {
        if let cameras {
            precondition(
                cameras.ofQueries.count == embeddings.rowCount && cameras.ofItems.count == embeddings.rowCount,
                "\(cameras.ofQueries.count) and \(cameras.ofItems.count) cameras for \(embeddings.rowCount) rows")
        }
        queries = embeddings
        gallery = embeddings
        ownItems = Array(classNumbers.indices)
        rows = RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers, cameras: cameras)
    }

    /// Retrieval from a gallery.
    ///
    /// - Parameters:
    ///   - queries: n × d, one row per query.
    ///   - classNumbers: the class of each query; any integers.
    ///   - gallery: m × d, one row per item.
    ///   - galleryClassNumbers: the class of each item.
    ///   - ownItems: for each query, the gallery row that is the same sample and is left out, or nil; empty if queries
    ///     and gallery have no sample in common.
    ///   - cameras: the cameras of queries and items, if items of a query's class and camera do not count for it; nil for
    ///     plain retrieval.
    /// - Complexity: O(n + m), and O(n·R) with cameras for classes of R items.
    /// - Precondition: there is one class number, and one camera, for each row, and both matrices have the same number of columns.
    public init(
        queries: Matrix<Float>, classNumbers: [Int], gallery: Matrix<Float>, galleryClassNumbers: [Int],
        ownItems: [Int?] = [], cameras: RetrievalCameras? = nil
    ) {
        self.init(
            queries: .single(queries), classNumbers: classNumbers, gallery: .single(gallery),
            galleryClassNumbers: galleryClassNumbers, ownItems: ownItems, cameras: cameras)
    }

    /// Retrieval from a gallery among rows in either precision.
    package init(
        queries: RowValues, classNumbers: [Int], gallery: RowValues, galleryClassNumbers: [Int],
        ownItems: [Int?] = [], cameras: RetrievalCameras? = nil
    ) {
        precondition(
            queries.columnCount == gallery.columnCount,
            "queries have \(queries.columnCount) columns, the gallery \(gallery.columnCount)")
        precondition(
            classNumbers.count == queries.rowCount,
            "\(classNumbers.count) class numbers for \(queries.rowCount) queries")
        precondition(
            galleryClassNumbers.count == gallery.rowCount,
            "\(galleryClassNumbers.count) class numbers for \(gallery.rowCount) items")
        if let cameras {
            precondition(
                cameras.ofQueries.count == queries.rowCount && cameras.ofItems.count == gallery.rowCount,
                "\(cameras.ofQueries.count) and \(cameras.ofItems.count) cameras for \(queries.rowCount) queries and "
                    + "\(gallery.rowCount) items")
        }
        self.queries = queries
        self.gallery = gallery
        self.ownItems = ownItems.isEmpty ? classNumbers.map { _ in nil } : ownItems
        rows = RetrievalQueries(
            classNumbers: classNumbers, galleryClassNumbers: galleryClassNumbers, ownItems: self.ownItems,
            cameras: cameras)
    }

    /// The ranks of every query's relevant items, from which any metric follows.
    ///
    /// - Complexity: O(n·m·d) operations; memory for two copies of the embeddings, 4 bytes per rank and 12 more for
    ///   each rank found, and 4 MB of similarities per thread. If a class has more than 1024 samples, or more than a
    ///   sixteenth of the rows equal another one, one-vs-rest retrieval takes twice the products, and similarities take
    ///   at most 32 MB per thread (or 64 rows of similarities if 32 MB holds fewer).
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query
    ///   rows.
    public func ranks(by rules: RankingRules = RankingRules()) throws -> RetrievalRanks {
        let ranks = try RetrievalRanks(of: rows, in: rules.source(for: self), ties: rules.ties)
        try WorkStop.check()
        return ranks
    }

    /// The scores of every query, without keeping any ranks: memory does not grow with the size of the classes, so use
    /// this to score few classes with many samples.
    ///
    /// - Parameter metrics: what to compute.
    /// - Complexity: O(n·m·d) operations; see ``ranks(by:)``.
    /// - Throws: as ``ranks(by:)``.
    public func scores(
        _ metrics: [RetrievalMetric] = RetrievalMetric.standard, by rules: RankingRules = RankingRules()
    ) throws -> QueryScores {
        let source = try rules.source(for: self)
        let functions = metrics.map(\.function)
        let flat = source.values(of: rows, ties: rules.ties, each: functions.count) { query, scores in
            for (m, score) in functions.enumerated() { scores[m] = score(query.ranks) }
        }
        try WorkStop.check()
        return QueryScores(queries: rows, metrics: metrics, flat: flat, stride: metrics.count)
    }

    /// The scores of every query, and the same without each group of classes, both as queries and as items, in one
    /// pass.
    ///
    /// - Parameters:
    ///   - metrics: what to compute.
    ///   - rules: how items rank; ties must be by row.
    ///   - groups: the group of each class, at most 255 beside a constant class.
    ///   - constantClass: a class without queries that is in every gallery, as of items without labels; nil for none.
    /// - Complexity: O(n·m·d + n·R·G) operations for R relevant items per query and G groups.
    /// - Precondition: every row's class has a group, and ties are by row.
    /// - Throws: as ``ranks(by:)``.
    public func scores(
        _ metrics: [RetrievalMetric] = RetrievalMetric.standard, by rules: RankingRules = RankingRules(),
        withoutEach groups: ClassGroups, constantClass: Int? = nil
    ) throws -> JackknifedScores {
        precondition(rules.ties == .sampleOrder, "ranks without groups have ties by row, not \(rules.ties)")
        precondition(constantClass == nil || groups.count < 256, "\(groups.count) groups beside a constant class")
        let scores = JackknifedScores(
            of: rows, in: try rules.source(for: self), groups: groups, constantClass: constantClass, metrics: metrics)
        try WorkStop.check()
        return scores
    }
}
