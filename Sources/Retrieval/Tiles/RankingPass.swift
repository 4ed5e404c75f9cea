internal import Parallel
internal import Ranks

/// Where the similarities of queries to items come from.
enum RankingSource {
    case exact(RetrievalSet, Similarity)
    case reranked(RerankedSimilarities)

    /// Ranks the relevant items of all queries, and passes each query's ranks to `visit`.
    ///
    /// - Parameters:
    ///   - groups: the groups of the gallery's items, if ranks without each group are wanted; ties are then by row.
    ///   - visit: called concurrently, once per query.
    func rank(
        _ queries: RetrievalQueries, ties: TieOrder, groups: ItemGroups? = nil,
        visit: @Sendable (RankedQuery) -> Void
    ) {
        guard !queries.rows.isEmpty else { return }
        switch self {
        case .exact(let set, let similarity):
            TiledRanking(
                queries, in: set, similarity: similarity, ties: ties, groups: groups, sharedBy: Ranks.current
            ).run(visit: visit)
        case .reranked(let similarities):
            rankBlocks(of: queries, in: similarities, ties: ties, groups: groups, visit: visit)
        }
    }

    /// Ranks all queries, and returns the same number of values for each, query after query.
    ///
    /// - Parameters:
    ///   - count: how many values each query has; values that `write` does not set are 0.
    ///   - write: called concurrently, once per query, with room for its values.
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

/// Ranks the relevant items of all queries, one block of queries at a time.
///
/// A block's similarities come from one matrix product; then each row of them is counted. Every core works on its own
/// blocks, with BLAS on one thread. This measured faster than one threaded product followed by parallel counting, since
/// no core waits; and the partition into blocks, and so the result, is the same for any number of cores.
private func rankBlocks<Source: SimilaritySource>(
    of queries: RetrievalQueries, in source: Source, ties: TieOrder, groups: ItemGroups?,
    visit: @Sendable (RankedQuery) -> Void
) {
    let (n, m) = (source.queryCount, source.itemCount)
    // With large blocks BLAS packs the gallery less often: 256 rows take 1.2 s where 128 take 1.5 s (n = 20,000).
    let blockSize = max(64, min(256, (32 << 20) / (MemoryLayout<Source.Counter.Value>.stride * m)))
    let blockCount = (n + blockSize - 1) / blockSize
    // A product, and about 50 operations to count each item.
    let work = Double(n) * Double(m) * Double(2 * source.columnCount + 50)
    inParallel(blockCount: blockCount, work: work) {
        (worker: RankingWorker(source: source, ties: ties, groups: groups), similarities: [Source.Counter.Value]())
    } _: { buffers, block in
        guard !WorkStop.isRequested else { return }
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

/// Ranks queries one after the other.
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
                row: row, skipped: queries.skippedItems(ofQuery: position),
                relevant: queries.relevantItems(ofQuery: position),
                ties: ties, groups: groups, ranks: ranks, ranksWithout: ranksWithout)
            visit(
                RankedQuery(
                    position: position, ranks: UnsafeBufferPointer(ranks),
                    ranksWithout: UnsafeBufferPointer(ranksWithout)))
        }
    }
}
