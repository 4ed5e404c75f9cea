internal import Parallel

/// Where the similarities of queries to items come from.
enum RankingSource {
    case single(PreparedEmbeddings)
    case double(DoubleRows)
    case reranked(RerankedSimilarities)

    /// Ranks the relevant items of all queries, and hands each query's ranks to `visit`.
    ///
    /// Where classes are small, groups not asked for and similarities products in single precision, ``TiledRanking`` does so
    /// in less time and memory than blocks of queries against the whole gallery.
    ///
    /// - Parameters:
    ///   - groups: the groups of the gallery's items, where ranks without each of them are wanted; ties then go by row.
    ///   - visit: called concurrently, once a query.
    func rank(
        _ queries: RetrievalQueries, ties: TieOrder, groups: ItemGroups? = nil,
        visit: @Sendable (RankedQuery) -> Void
    ) {
        guard !queries.rows.isEmpty else { return }
        switch self {
        case .single(let prepared):
            if groups == nil, let tiled = TiledRanking(queries, in: prepared, ties: ties) {
                return tiled.run(visit: visit)
            }
            rankBlocks(of: queries, in: prepared, ties: ties, groups: groups, visit: visit)
        case .double(let rows): rankBlocks(of: queries, in: rows, ties: ties, groups: groups, visit: visit)
        case .reranked(let similarities):
            rankBlocks(of: queries, in: similarities, ties: ties, groups: groups, visit: visit)
        }
    }

    /// Ranks all queries, and returns equally many values of each, query after query.
    ///
    /// - Parameters:
    ///   - count: how many values a query has; 0 where nothing is written.
    ///   - write: called concurrently, once a query, with room for its values.
    func values(
        of queries: RetrievalQueries, ties: TieOrder, groups: ItemGroups? = nil, each count: Int,
        write: @Sendable (_ query: RankedQuery, _ values: UnsafeMutableBufferPointer<Double>) -> Void
    ) -> [Double] {
        var values = [Double](repeating: 0, count: queries.rows.count * count)
        values.withUnsafeMutableBufferPointer { values in
            let values = DisjointBuffer(values)
            rank(queries, ties: ties, groups: groups) { query in
                write(query, values[query.position * count..<(query.position + 1) * count])
            }
        }
        return values
    }
}

/// Ranks the relevant items of all queries, block after block of them.
///
/// A block's similarities come from one matrix product; each row of them is then counted. Every core works on blocks of
/// its own with BLAS on one thread: measured faster than one threaded product followed by parallel counting, since
/// nobody waits, and the partition into blocks stays the same for any number of cores, hence the result too.
private func rankBlocks<Source: SimilaritySource>(
    of queries: RetrievalQueries, in source: Source, ties: TieOrder, groups: ItemGroups?,
    visit: @Sendable (RankedQuery) -> Void
) {
    let (n, m) = (source.queryCount, source.itemCount)
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
