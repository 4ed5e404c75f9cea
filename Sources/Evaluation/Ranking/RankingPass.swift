internal import DenseLinearAlgebra

/// Where the ranking pass has the similarities of queries to items from.
///
/// The pass is generic over it and specialised within this module, so that the plain source costs nothing more.
protocol SimilaritySource: Sendable {
    /// What counts items in a row of similarities, and says what numbers these are.
    associatedtype Counter: RowCounter
    /// What one thread keeps from row to row.
    associatedtype Scratch

    /// The number of rows of queries, those that are no queries included.
    var queryCount: Int { get }
    /// The number of items, hence of similarities in a row.
    var itemCount: Int { get }

    func makeScratch() -> Scratch
    /// Writes the rows of some queries one after the other, growing the buffer where it is short.
    func fill(_ similarities: inout [Counter.Value], rows: Range<Int>)
    /// Makes one of these rows final.
    func finish(_ row: UnsafeMutableBufferPointer<Counter.Value>, query: Int, scratch: inout Scratch)
}

/// Ranks the relevant items of all queries, block after block of them, and hands each query's ranks to `visit`.
///
/// A block's similarities come from one matrix product; each row of them is then counted. Every core works on blocks of
/// its own with BLAS on one thread: measured faster than one threaded product followed by parallel counting, since
/// nobody waits, and the partition into blocks stays the same for any number of cores, hence the result too.
///
/// Where embeddings are prepared for double precision, that is taken.
/// Where classes are small, groups not asked for and similarities products, ``TiledRanking`` does the same in less time and
/// memory.
///
/// - Parameters:
///   - groups: the groups of the gallery's items, where ranks without each of them are wanted; ties then go by row.
///   - visit: called concurrently, once a query.
func rankAll<Source: SimilaritySource>(
    _ queries: RetrievalQueries, in source: Source, ties: TieOrder = .sampleOrder,
    groups: ItemGroups? = nil, visit: @Sendable (RankedQuery) -> Void
) {
    precondition(groups == nil || ties == .sampleOrder, "ranks without groups have ties by row, not \(ties)")
    let (n, m) = (source.queryCount, source.itemCount)
    guard !queries.rows.isEmpty else { return }
    if let prepared = source as? PreparedEmbeddings {
        if let exact = prepared.exact { return rankAll(queries, in: exact, ties: ties, groups: groups, visit: visit) }
        if groups == nil, let tiled = TiledRanking(queries, in: prepared, ties: ties) {
            return tiled.run(visit: visit)
        }
    }
    // Large blocks spare BLAS from packing the gallery often: 256 rows cost 1.2 s where 128 cost 1.5 s (n = 20,000).
    let blockSize = max(64, min(256, (32 << 20) / (MemoryLayout<Source.Counter.Value>.stride * m)))
    let blockCount = (n + blockSize - 1) / blockSize
    inParallel(blockCount: blockCount) {
        (worker: RankingWorker(source: source, ties: ties, groups: groups), similarities: [Source.Counter.Value]())
    } _: { buffers, block in
        let rows = block * blockSize..<min((block + 1) * blockSize, n)
        buffers.worker.rank(rows, of: queries, in: &buffers.similarities, visit: visit)
    }
}

/// Ranks as ``rankAll(_:in:ties:groups:visit:)`` does, and returns equally many values of each query, query after query.
///
/// - Parameters:
///   - count: how many values a query has.
///   - initial: what stands where nothing is written.
///   - write: called concurrently, once a query, with room for its values.
func rankAll<Source: SimilaritySource, Value: Sendable>(
    _ queries: RetrievalQueries, in source: Source, ties: TieOrder = .sampleOrder, groups: ItemGroups? = nil,
    each count: Int, of initial: Value,
    write: @Sendable (_ query: RankedQuery, _ values: UnsafeMutableBufferPointer<Value>) -> Void
) -> [Value] {
    var values = [Value](repeating: initial, count: queries.rows.count * count)
    values.withUnsafeMutableBufferPointer { values in
        let values = DisjointBuffer(values)
        rankAll(queries, in: source, ties: ties, groups: groups) { query in
            write(query, values[query.position * count..<(query.position + 1) * count])
        }
    }
    return values
}

/// What the ranking pass found for one query; the buffers live no longer than the call that they are handed to.
struct RankedQuery {
    /// The query's position among the queries.
    let position: Int
    /// The 1-based ranks of the relevant items, ascending.
    let ranks: UnsafeBufferPointer<Int32>
    /// The same in the gallery without each group's items, group after group; empty if there are no groups.
    let ranksWithout: UnsafeBufferPointer<Int32>

    /// The ranks in the gallery without a group that is not the query's own.
    func ranks(withoutGroup group: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeBufferPointer(rebasing: ranksWithout[group * ranks.count..<(group + 1) * ranks.count])
    }
}

/// A division of the items of a gallery into groups.
struct ItemGroups: Sendable {
    /// The number of groups, at most 256.
    let count: Int
    /// The group of each item.
    let groupOfItem: [UInt8]

    /// - Precondition: the numbers are from 0 up to but not including `count`, which is 256 at most.
    init(_ groupOfItem: [Int], count: Int) {
        precondition(count <= 256, "\(count) groups; expected 256 at most")
        precondition(groupOfItem.allSatisfy { (0..<count).contains($0) }, "a group is not within 0..<\(count)")
        self.count = count
        self.groupOfItem = groupOfItem.map { UInt8($0) }
    }
}

/// The buffers of one thread.
private struct RankingWorker<Source: SimilaritySource> {
    let source: Source
    var scratch: Source.Scratch
    var ranker: QueryRanker<Source.Counter>

    init(source: Source, ties: TieOrder, groups: ItemGroups?) {
        self.source = source
        scratch = source.makeScratch()
        ranker = QueryRanker(ties: ties, groups: groups)
    }

    mutating func rank(
        _ rows: Range<Int>, of queries: RetrievalQueries, in similarities: inout [Source.Counter.Value],
        visit: (RankedQuery) -> Void
    ) {
        let first = queries.rows.partitioningIndex { $0 >= rows.lowerBound }
        let end = queries.rows.partitioningIndex { $0 >= rows.upperBound }
        guard first < end else { return }
        let itemCount = source.itemCount
        source.fill(&similarities, rows: rows)
        similarities.withUnsafeMutableBufferPointer { similarities in
            for position in first..<end {
                let query = queries.rows[position]
                let start = (query - rows.lowerBound) * itemCount
                let row = UnsafeMutableBufferPointer(rebasing: similarities[start..<start + itemCount])
                source.finish(row, query: query, scratch: &scratch)
                ranker.rank(position, of: queries, row: UnsafeBufferPointer(row), visit: visit)
            }
        }
    }
}

/// Ranks one query after the other.
private struct QueryRanker<Counter: RowCounter> {
    let ties: TieOrder
    let groups: ItemGroups?
    private var counter = Counter()

    init(ties: TieOrder, groups: ItemGroups?) {
        self.ties = ties
        self.groups = groups
    }

    /// - Parameter row: the query's similarity to each item.
    mutating func rank(
        _ position: Int, of queries: RetrievalQueries, row: UnsafeBufferPointer<Counter.Value>,
        visit: (RankedQuery) -> Void
    ) {
        let count = queries.relevantCounts[position]
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: (1 + (groups?.count ?? 0)) * count) { buffer in
            buffer.initialize(repeating: 0)
            let ranks = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
            let ranksWithout = UnsafeMutableBufferPointer(rebasing: buffer[count...])
            counter.count(
                row: row, own: queries.ownItems[position], relevant: queries.members[queries.groups[position]],
                ties: ties, groups: groups, ranks: ranks, ranksWithout: ranksWithout)
            visit(
                RankedQuery(
                    position: position, ranks: UnsafeBufferPointer(ranks),
                    ranksWithout: UnsafeBufferPointer(ranksWithout)))
        }
    }
}
