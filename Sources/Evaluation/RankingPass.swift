internal import DenseLinearAlgebra

/// Ranks the relevant items of all queries, block after block of them, and hands each query's ranks to `visit`.
///
/// A block's similarities come from one matrix product; each row of them is then counted. Every core works on blocks of
/// its own with BLAS on one thread: measured faster than one threaded product followed by parallel counting, since
/// nobody waits, and the partition into blocks stays the same for any number of cores, hence the result too.
///
/// BLAS does not promise that equal columns give equal products. OpenBLAS 0.3.21 with its Haswell and Zen kernels breaks
/// that for every d ≥ 17 by where in a tile a column lies, and padding to multiples of 16, 48, 64 or 96 does not help.
/// So a row that duplicates another takes over its product, and ties between duplicates are exact by construction.
///
/// - Parameter visit: called concurrently, once a query, with the query's position and its ranks, ascending.
func rankAll(
    _ queries: RetrievalQueries, in prepared: PreparedEmbeddings, ties: TieOrder,
    visit: @Sendable (_ position: Int, _ ranks: UnsafeBufferPointer<Int32>) -> Void
) {
    let (n, m) = (prepared.queries.rowCount, prepared.gallery.rowCount)
    guard !queries.rows.isEmpty else { return }
    // Large blocks spare BLAS from packing the gallery often: 256 rows cost 1.2 s where 128 cost 1.5 s (n = 20,000).
    let blockSize = max(64, min(256, (32 << 20) / (4 * m)))
    let blockCount = (n + blockSize - 1) / blockSize
    inParallel(blockCount: blockCount) {
        RankingWorker(itemCount: m, ties: ties)
    } _: { worker, block in
        let rows = block * blockSize..<min((block + 1) * blockSize, n)
        worker.rank(rows, of: queries, in: prepared, visit: visit)
    }
}

/// The buffers of one thread.
private struct RankingWorker {
    let itemCount: Int
    let ties: TieOrder
    var similarities: [Float] = []
    var ranks: [Int32] = []
    var counter = RankCounter()

    init(itemCount: Int, ties: TieOrder) {
        self.itemCount = itemCount
        self.ties = ties
    }

    mutating func rank(
        _ rows: Range<Int>, of queries: RetrievalQueries, in prepared: PreparedEmbeddings,
        visit: (_ position: Int, _ ranks: UnsafeBufferPointer<Int32>) -> Void
    ) {
        let first = queries.rows.partitioningIndex { $0 >= rows.lowerBound }
        let end = queries.rows.partitioningIndex { $0 >= rows.upperBound }
        guard first < end else { return }
        innerProducts(ofRows: rows, of: prepared.queries, with: prepared.gallery, into: &similarities)
        similarities.withUnsafeMutableBufferPointer { similarities in
            for position in first..<end {
                let query = queries.rows[position]
                let start = (query - rows.lowerBound) * itemCount
                let row = UnsafeMutableBufferPointer(rebasing: similarities[start..<start + itemCount])
                for (duplicate, original) in prepared.duplicates { row[duplicate] = row[original] }
                prepared.halfSquaredNorms.withUnsafeBufferPointer { norms in
                    for item in norms.indices { row[item] -= norms[item] }
                }
                let relevant = queries.members[queries.groups[position]]
                let count = queries.relevantCounts[position]
                if ranks.count < count { ranks = Array(repeating: 0, count: count) }
                ranks.withUnsafeMutableBufferPointer { ranks in
                    let ranks = UnsafeMutableBufferPointer(rebasing: ranks[..<count])
                    counter.count(
                        row: UnsafeBufferPointer(row), own: queries.ownItems[position], relevant: relevant,
                        ranks: ranks)
                    counter.resolveTies(
                        ties, row: UnsafeBufferPointer(row), own: queries.ownItems[position], relevant: relevant,
                        ranks: ranks)
                    visit(position, UnsafeBufferPointer(ranks))
                }
            }
        }
    }
}

extension [Int] {
    /// The first index, of an array partitioned by `predicate`, where it holds; `count` where it nowhere does.
    fileprivate func partitioningIndex(where predicate: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
