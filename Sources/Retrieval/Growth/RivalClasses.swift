internal import Parallel

/// For each query, how many classes of the gallery have an item before the first of the query's own class.
///
/// These are all that Recall@1 in a gallery of fewer classes depends on: the query is answered rightly if none of its rivals is
/// among the classes that are left. They are counted for all classes of a gallery in one pass, exactly: similarities in single
/// precision leave those items in doubt that are near the first relevant one, and only these are compared one by one, as for
/// ranks (``RetrievalRanks``).
///
/// ```swift
/// let line = Matrix<Float>(rows: [[0], [1], [2.5], [8], [20], [21], [30], [31]])
/// let set = RetrievalSet(line, classNumbers: [0, 0, 1, 1, 2, 2, 3, 3])
/// let rivals = try set.rivals(by: .euclidean)
/// print(rivals.counts)  // [0, 0, 1, 0, 0, 0, 0, 0]: 1, of class 0, is nearer to 2.5 than 8 is
/// ```
public struct RivalClasses: Sendable, Equatable {
    /// The rows that are queries, ascending: those with an item of their class to find.
    public let queries: [Int]
    /// How many rows are not, as no item of their class is there.
    public let loneQueryCount: Int
    /// How many classes the gallery has.
    public let classCount: Int
    /// The number of rivals of each query.
    public var counts: [Int] {
        queries.indices.map { query in (0..<groupCount).reduce(0) { $0 + count(ofQuery: query, inGroup: $1) } }
    }
    /// For each query, whether an item that is in every gallery comes before the first of its class.
    public let areBlocked: [Bool]

    /// How many groups the classes are divided into.
    let groupCount: Int
    /// The group of each query's class.
    let groupOfQuery: [Int]
    /// In how many groups there are queries.
    package var queryGroupCount: Int { Set(groupOfQuery).count }
    /// How many classes of the gallery each group has.
    let classCounts: [Int]
    /// The rivals of each query by group, query after query.
    fileprivate let countsByGroup: [Int32]

    /// How many classes of a group are rivals of a query.
    func count(ofQuery query: Int, inGroup group: Int) -> Int {
        Int(countsByGroup[query * groupCount + group])
    }
}

extension RetrievalSet {
    /// Counts the rivals of every query.
    ///
    /// - Parameters:
    ///   - similarity: what items rank by; of equally similar ones the first row comes first.
    ///   - groups: groups of classes that are left out in turn; nil for one of all.
    ///   - constantClass: the number of a class whose items are in every gallery, such as distractors, and no rival.
    /// - Complexity: O(n·m·d) for n queries and m items, in tiles of the cache's size.
    /// - Precondition: every class of the gallery but the constant one has a group.
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``, where gallery rows are numbered after the query rows.
    public func rivals(
        by similarity: Similarity = .cosine, groups: ClassGroups? = nil, constantClass: Int? = nil
    ) throws -> RivalClasses {
        try requireFinite(isOneSet ? [gallery] : [queries, gallery])
        let groupCount = groups?.count ?? 1
        var classCounts = [Int](repeating: 0, count: groupCount)
        // The group of each class of the gallery; −1 for the constant one.
        let groupOfMember = rows.members.map { members -> Int in
            let number = rows.classOfItem[Int(members[0])]
            guard number != constantClass else { return -1 }
            let group = groups?.group(ofClass: number) ?? 0
            classCounts[group] += 1
            return group
        }
        var counts = [Int32](repeating: 0, count: rows.rows.count * groupCount)
        var blocked = [Bool](repeating: false, count: rows.rows.count)
        counts.withUnsafeMutableBufferPointer { counts in
            blocked.withUnsafeMutableBufferPointer { blocked in
                let (counts, blocked) = (DisjointBuffer(counts), DisjointBuffer(blocked))
                TiledRanking(rows, in: self, similarity: similarity, ties: .sampleOrder, groups: nil)
                    .findRivals { query, member in
                        let group = groupOfMember[member]
                        if group < 0 { blocked[query] = true } else { counts[query * groupCount + group] += 1 }
                    }
            }
        }
        try WorkStop.check()
        return RivalClasses(
            queries: rows.rows, loneQueryCount: rows.loneRows.count, classCount: classCounts.reduce(0, +),
            areBlocked: blocked, groupCount: groupCount,
            groupOfQuery: rows.groups.map { max(groupOfMember[$0], 0) }, classCounts: classCounts,
            countsByGroup: counts)
    }
}
