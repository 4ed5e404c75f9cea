internal import Parallel

/// The ranks of every query's relevant items: all that a retrieval metric needs.
///
/// ```swift
/// let ranks = try RetrievalSet(embeddings, classNumbers: [0, 0, 1, 1, 2]).ranks()
/// for position in ranks.queries.indices {
///     print("row", ranks.queries[position], "finds its class at", Array(ranks[position]))
/// }
/// ```
public struct RetrievalRanks: Sendable, Equatable {
    /// The rows that are queries, ascending: those with at least one relevant item.
    public let queries: [Int]
    /// The rows that are not queries, ascending, because no other item has their class.
    public let loneQueries: [Int]
    /// The class number of each query, in the order of `queries`.
    public let classNumbers: [Int]
    /// The class number of each lone query, in the order of `loneQueries`.
    public let loneClassNumbers: [Int]
    /// Where the ranks of each query start in `storage`, and one past the last.
    private let starts: [Int]
    private let storage: [Int32]

    /// The ranks of all relevant items of the query at a position in ``queries``: ascending, where 1 is the nearest
    /// item.
    public subscript(position: Int) -> ArraySlice<Int32> {
        storage[starts[position]..<starts[position + 1]]
    }

    /// Ranks all queries.
    init(of queries: RetrievalQueries, in source: RankingSource, ties: TieOrder) {
        let starts = queries.relevantCounts.reduce(into: [0]) { starts, count in
            starts.append(starts[starts.count - 1] + count)
        }
        var storage = [Int32](repeating: 0, count: starts[starts.count - 1])
        storage.withUnsafeMutableBufferPointer { storage in
            let storage = DisjointBuffer(storage)
            source.rank(queries, ties: ties) { query in
                _ = storage[starts[query.position]..<starts[query.position + 1]].update(from: query.ranks)
            }
        }
        self.queries = queries.rows
        loneQueries = queries.loneRows
        classNumbers = queries.classNumbers
        loneClassNumbers = queries.loneClassNumbers
        self.starts = starts
        self.storage = storage
    }
}
