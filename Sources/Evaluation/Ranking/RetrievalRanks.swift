public import DenseLinearAlgebra

/// How items of the same similarity to the query rank.
public enum TieOrder: String, Sendable, Hashable, Codable, CaseIterable {
    /// By their rows.
    case sampleOrder = "order"
    /// Relevant items before the others: the most that any order could score.
    case relevantFirst = "best"
    /// Relevant items after the others: the least that any order could score.
    case relevantLast = "worst"
}

/// The ranks of every query's relevant items: all that a retrieval metric needs.
///
/// ```swift
/// let ranks = try retrievalRanks(of: embeddings, classNumbers: [0, 0, 1, 1, 2])
/// for position in ranks.queries.indices {
///     print("row", ranks.queries[position], "finds its class at", Array(ranks[position]))
/// }
/// ```
public struct RetrievalRanks: Sendable, Equatable {
    /// The rows that are queries, ascending: those with at least one relevant item.
    public let queries: [Int]
    /// The rows that are no queries, ascending, because no item other than themselves has their class.
    public let loneQueries: [Int]
    /// The class number of each query, in the order of `queries`.
    public let classNumbers: [Int]
    /// The class number of each lone query, in the order of `loneQueries`.
    public let loneClassNumbers: [Int]
    /// Where the ranks of each query start in `storage`, and one past the last.
    private let starts: [Int]
    private let storage: [Int32]

    /// The ranks of all relevant items of the query at a position in ``queries``: ascending, the nearest item being 1.
    public subscript(position: Int) -> ArraySlice<Int32> {
        storage[starts[position]..<starts[position + 1]]
    }

    init(queries: RetrievalQueries, starts: [Int], storage: [Int32]) {
        self.queries = queries.rows
        loneQueries = queries.loneRows
        classNumbers = queries.classNumbers
        loneClassNumbers = queries.loneClassNumbers
        self.starts = starts
        self.storage = storage
    }
}

/// Ranks every item of each query's class among all other items: one-vs-rest retrieval.
///
/// Each row is a query once, and the gallery is all other rows. The query is left out by its row number, so a duplicate
/// of it stays and counts. Items of equal similarity rank by row number; identical rows always tie, whatever BLAS makes
/// of them. The result does not depend on the number of threads.
///
/// - Parameters:
///   - embeddings: n × d, one row a sample.
///   - classNumbers: the class of each row; any integers.
///   - similarity: what to rank by.
///   - ties: how items of equal similarity rank.
///   - precision: that of the similarities.
///   - reranking: how neighbours re-rank, in single precision; nil if they do not.
/// - Precondition: there is one class number for each row.
/// - Complexity: O(n²·d) operations; memory for two copies of the embeddings, 4 bytes a rank and 12 more of those found, and
///   4 MB a thread for similarities. Where a class has more than 1024 samples, or more than a sixteenth of the rows equal
///   another one, twice the products, and 32 MB a thread at most (64 rows of similarities where 32 MB hold fewer).
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func retrievalRanks(
    of embeddings: Matrix<Float>, classNumbers: [Int], similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder,
    precision: RetrievalPrecision = .automatic,
    reranking: ReciprocalReranking? = nil
) throws -> RetrievalRanks {
    let queries = RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers)
    if let reranking {
        return retrievalRanks(
            of: queries, in: try RerankedSimilarities(embeddings, similarity: similarity, settings: reranking),
            ties: ties)
    }
    return retrievalRanks(
        of: queries, in: try PreparedEmbeddings(embeddings, similarity: similarity, precision: precision), ties: ties)
}

/// Ranks every item of each query's class among all items of a gallery.
///
/// Ties and duplicates are as in ``retrievalRanks(of:classNumbers:similarity:ties:precision:reranking:)``.
///
/// - Parameters:
///   - queries: n × d, one row a query.
///   - classNumbers: the class of each query; any integers.
///   - gallery: m × d, one row an item.
///   - galleryClassNumbers: the class of each item.
///   - ownItems: for each query the row of the gallery that is the same sample and is left out, or nil; empty if the two
///     sets have no sample in common.
///   - similarity: what to rank by.
///   - ties: how items of equal similarity rank.
///   - precision: that of the similarities.
///   - reranking: how neighbours re-rank, in single precision; nil if they do not.
/// - Precondition: there is one class number for each row, and both matrices have the same number of columns.
/// - Complexity: O(n·m·d) operations; memory for one copy of the embeddings, and as for one-vs-rest retrieval.
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``, the rows of the gallery counted after those of the
///   queries.
public func retrievalRanks(
    of queries: Matrix<Float>, classNumbers: [Int], inGallery gallery: Matrix<Float>, galleryClassNumbers: [Int],
    ownItems: [Int?] = [], similarity: Similarity = .cosine, ties: TieOrder = .sampleOrder,
    precision: RetrievalPrecision = .automatic,
    reranking: ReciprocalReranking? = nil
) throws -> RetrievalRanks {
    let own = ownItems.isEmpty ? classNumbers.map { _ in nil } : ownItems
    let all = RetrievalQueries(classNumbers: classNumbers, galleryClassNumbers: galleryClassNumbers, ownItems: own)
    if let reranking {
        let source = try RerankedSimilarities(
            queries: queries, gallery: gallery, ownItems: own, similarity: similarity, settings: reranking)
        return retrievalRanks(of: all, in: source, ties: ties)
    }
    let source = try PreparedEmbeddings(
        queries: queries, gallery: gallery, similarity: similarity, precision: precision)
    return retrievalRanks(of: all, in: source, ties: ties)
}

private func retrievalRanks(
    of queries: RetrievalQueries, in source: some SimilaritySource, ties: TieOrder
) -> RetrievalRanks {
    let starts = queries.relevantCounts.reduce(into: [0]) { starts, count in
        starts.append(starts[starts.count - 1] + count)
    }
    var storage = [Int32](repeating: 0, count: starts[starts.count - 1])
    storage.withUnsafeMutableBufferPointer { storage in
        let storage = DisjointBuffer(storage)
        rankAll(queries, in: source, ties: ties) { query in
            _ = storage[starts[query.position]..<starts[query.position + 1]].update(from: query.ranks)
        }
    }
    return RetrievalRanks(queries: queries, starts: starts, storage: storage)
}

/// The rows that can be queries, and what is relevant to each.
struct RetrievalQueries: Sendable {
    /// The rows with at least one relevant item, ascending.
    let rows: [Int]
    /// The rows without one, ascending.
    let loneRows: [Int]
    /// For each query, the index of its class in `members`.
    let groups: [Int]
    /// The class number of each query, as given.
    let classNumbers: [Int]
    /// The class number of each lone row, as given.
    let loneClassNumbers: [Int]
    /// For each query, the item that it is itself, which does not count.
    let ownItems: [Int?]
    /// For each query, how many items are relevant to it.
    let relevantCounts: [Int]
    /// The items of each class, ascending; classes in the order of their first items.
    let members: [[Int32]]
    /// Whether every row is a query and an item for all others.
    let areItems: Bool

    /// One-vs-rest retrieval: every row is a query, and an item for all others.
    init(rowCount: Int, classNumbers: [Int]) {
        precondition(classNumbers.count == rowCount, "\(classNumbers.count) class numbers for \(rowCount) embeddings")
        self.init(
            classNumbers: classNumbers, galleryClassNumbers: classNumbers, ownItems: Array(classNumbers.indices),
            areItems: true)
    }

    /// Queries against a gallery.
    ///
    /// - Parameter ownItems: for each row the item that is the same sample.
    init(classNumbers: [Int], galleryClassNumbers: [Int], ownItems: [Int?], areItems: Bool = false) {
        precondition(ownItems.count == classNumbers.count, "\(ownItems.count) own items for \(classNumbers.count) rows")
        var groupOfClass: [Int: Int] = [:]
        var members: [[Int32]] = []
        for (item, number) in galleryClassNumbers.enumerated() {
            let group = groupOfClass[number] ?? members.count
            if group == members.count {
                groupOfClass[number] = group
                members.append([])
            }
            members[group].append(Int32(item))
        }
        var (rows, loneRows, groups, relevantCounts): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
        for (row, number) in classNumbers.enumerated() {
            let isAmongThem = ownItems[row].map { galleryClassNumbers[$0] == number } ?? false
            guard let group = groupOfClass[number], members[group].count > (isAmongThem ? 1 : 0) else {
                loneRows.append(row)
                continue
            }
            rows.append(row)
            groups.append(group)
            relevantCounts.append(members[group].count - (isAmongThem ? 1 : 0))
        }
        self.areItems = areItems
        self.rows = rows
        self.loneRows = loneRows
        self.groups = groups
        self.relevantCounts = relevantCounts
        self.members = members
        self.ownItems = rows.map { ownItems[$0] }
        self.classNumbers = rows.map { classNumbers[$0] }
        loneClassNumbers = loneRows.map { classNumbers[$0] }
    }
}
