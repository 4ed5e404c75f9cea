public import DenseLinearAlgebra

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
    /// The rows that are no queries, ascending, because no other row has their class.
    public let loneQueries: [Int]
    /// The class number of each query, in the order of `queries`.
    public let classNumbers: [Int]
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
/// - Precondition: there is one class number for each row.
/// - Complexity: O(n²·d) operations, 4 bytes a rank of memory, and 32 MB a thread at most for similarities (64 rows of
///   them where 32 MB hold fewer).
/// - Throws: ``EvaluationError/nonFiniteEmbedding(row:column:)``.
public func retrievalRanks(
    of embeddings: Matrix<Float>, classNumbers: [Int], similarity: Similarity = .cosine
) throws -> RetrievalRanks {
    let prepared = try PreparedEmbeddings(embeddings, similarity: similarity)
    let queries = RetrievalQueries(rowCount: embeddings.rowCount, classNumbers: classNumbers)
    let starts = queries.groups.reduce(into: [0]) { starts, group in
        starts.append(starts[starts.count - 1] + queries.members[group].count - 1)
    }
    let count = starts[starts.count - 1]
    let storage = [Int32](unsafeUninitializedCapacity: count) { buffer, initializedCount in
        // Each query writes its own part, so the threads do not meet.
        nonisolated(unsafe) let buffer = buffer
        rankAll(queries, in: prepared) { position, ranks in
            _ = UnsafeMutableBufferPointer(rebasing: buffer[starts[position]..<starts[position + 1]])
                .initialize(from: ranks)
        }
        initializedCount = count
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
    /// The rows of each class, ascending; classes in the order of their first rows.
    let members: [[Int32]]

    init(rowCount: Int, classNumbers: [Int]) {
        precondition(classNumbers.count == rowCount, "\(classNumbers.count) class numbers for \(rowCount) embeddings")
        var groupOfClass: [Int: Int] = [:]
        var groupOfRow: [Int] = []
        groupOfRow.reserveCapacity(rowCount)
        var members: [[Int32]] = []
        for (row, number) in classNumbers.enumerated() {
            let group = groupOfClass[number] ?? members.count
            if group == members.count {
                groupOfClass[number] = group
                members.append([])
            }
            members[group].append(Int32(row))
            groupOfRow.append(group)
        }
        rows = (0..<rowCount).filter { members[groupOfRow[$0]].count > 1 }
        loneRows = (0..<rowCount).filter { members[groupOfRow[$0]].count == 1 }
        groups = rows.map { groupOfRow[$0] }
        self.classNumbers = rows.map { classNumbers[$0] }
        self.members = members
    }
}
