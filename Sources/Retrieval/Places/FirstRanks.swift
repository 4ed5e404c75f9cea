internal import Parallel

/// Where the first relevant item of each query ranks, for items whose relevance is given query by query rather than by classes.
///
/// That is all that Recall@N depends on as place recognition has it: a query counts if any of the first N items is relevant. Ranks are
/// exact, as those of classes (``RetrievalRanks``): similarities in single precision leave those items in doubt that are near the
/// first relevant one, and only these are compared one by one.
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20]])
/// let set = RetrievalSet(line, classNumbers: [0, 0, 0, 1, 1])
/// let relevant: [[Int32]] = [[1], [0], [3], [2], []]
/// let ranks = try set.firstRanks(by: .euclidean) { relevant[$0] }
/// print(ranks.ranks.map { $0 ?? 0 })  // [1, 1, 3, 1, 0]: from 2.5 both 1 and 0 come before 8
/// print(ranks.recall(at: 1).value)  // 0.6, where nothing relevant is a miss
/// print(ranks.recall(at: 1, loneQueries: .excluded).value)  // 0.75
/// ```
public struct FirstRanks: Sendable, Equatable {
    /// For each row of the queries, the rank of its first relevant item, from 1; nil if none is relevant.
    public let ranks: [Int?]
    /// For each row of the queries, the item that comes first, relevant or not; nil if there is none but the query itself.
    public let firstItems: [Int?]
    /// How many groups of classes there are, and which one each query is of; one group if none were given.
    let groupCount: Int
    let groupOfQuery: [Int]
    /// For each query and group, the rank in the gallery without the group's items; 0 for the query's own.
    let ranksWithout: [Int32]

    /// How many queries have nothing relevant.
    public var loneQueryCount: Int { ranks.count { $0 == nil } }

    /// The part of the queries of which one of the first items is relevant.
    ///
    /// With groups of classes, the error is that over other groups, as queries and as items at once (``JackknifedScores``). A query
    /// whose relevant items are all in the group that is left out keeps its rank.
    ///
    /// - Parameters:
    ///   - count: how many items are looked at.
    ///   - policy: what becomes of queries without a relevant item: by default they are misses, as in the benchmarks of the field.
    /// - Returns: the mean; NaN without any query.
    /// - Complexity: O(n·G) for n queries and G groups.
    public func recall(at count: Int, loneQueries policy: LoneQueryPolicy = .zero) -> Estimate {
        var sums = [Double](repeating: 0, count: groupCount * groupCount)
        var counts = [Int](repeating: 0, count: groupCount)
        for (query, rank) in ranks.enumerated() where policy == .zero || rank != nil {
            let own = groupOfQuery[query]
            counts[own] += 1
            guard let rank else { continue }
            for group in 0..<groupCount {
                let found = group == own ? rank : Int(ranksWithout[query * groupCount + group])
                if found <= count { sums[own * groupCount + group] += 1 }
            }
        }
        let total = Double(counts.reduce(0, +))
        let mean = (0..<groupCount).reduce(0) { $0 + sums[$1 * groupCount + $1] } / total
        guard groupCount > 1 else { return Estimate(value: mean) }
        return Estimate(mean: mean, ofGroups: counts) { sums[$0 * groupCount + $1] }
    }
}

extension RetrievalSet {
    /// Finds where the first relevant item of every query ranks.
    ///
    /// - Parameters:
    ///   - similarity: what items rank by; of equally similar ones the first row comes first.
    ///   - groups: groups of the set's classes that are left out in turn for errors; nil for none.
    ///   - relevant: the items that are relevant to the query of a row, in any order; called concurrently. The query itself, if it is an
    ///     item, never counts.
    /// - Complexity: O(n·m·d) for n queries and m items, in tiles of the cache's size; and O(d) for each relevant item of each query.
    ///   Memory for two copies of the embeddings, and 4 bytes for each query and group.
    /// - Precondition: every class has a group.
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query rows.
    public func firstRanks(
        by similarity: Similarity = .cosine, groups: ClassGroups? = nil, relevant: @Sendable (_ query: Int) -> [Int32]
    ) throws -> FirstRanks {
        try requireFinite(isOneSet ? [gallery] : [queries, gallery])
        let count = queries.rowCount
        var classOfQuery = [Int](repeating: 0, count: count)
        for (row, number) in zip(rows.rows, rows.classNumbers) { classOfQuery[row] = number }
        for (row, number) in zip(rows.loneRows, rows.loneClassNumbers) { classOfQuery[row] = number }
        let groupCount = groups?.count ?? 1
        func groupNumbers(_ classes: [Int]) -> [Int] { classes.map { groups?.group(ofClass: $0) ?? 0 } }
        let groupOfQuery = groupNumbers(classOfQuery)
        let pass = FirstRankPass(
            self, similarity: similarity, groupOfItem: groupNumbers(rows.classOfItem), groupOfQuery: groupOfQuery,
            groupCount: groupCount)
        var ranks = [Int32](repeating: 0, count: count)
        var firstItems = [Int32](repeating: -1, count: count)
        var ranksWithout = [Int32](repeating: 0, count: groups == nil ? 0 : count * groupCount)
        ranks.withUnsafeMutableBufferPointer { ranks in
            firstItems.withUnsafeMutableBufferPointer { firstItems in
                ranksWithout.withUnsafeMutableBufferPointer { without in
                    let (ranks, firstItems) = (DisjointBuffer(ranks), DisjointBuffer(firstItems))
                    let without = DisjointBuffer(without)
                    pass.run(relevant: relevant) { query, found in
                        ranks[query] = found.rank
                        firstItems[query] = found.firstItem
                        guard groups != nil, found.rank > 0 else { return }
                        for group in 0..<groupCount where group != groupOfQuery[query] {
                            without[query * groupCount + group] = found.rank(without: group)
                        }
                    }
                }
            }
        }
        try WorkStop.check()
        return FirstRanks(
            ranks: ranks.map { $0 > 0 ? Int($0) : nil }, firstItems: firstItems.map { $0 >= 0 ? Int($0) : nil },
            groupCount: groupCount, groupOfQuery: groupOfQuery, ranksWithout: ranksWithout)
    }
}
