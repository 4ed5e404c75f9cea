internal import DenseLinearAlgebra

/// Ranks the rows of one set for one another with half of the products: x·y serves both the query x and the query y.
///
/// The rows are sorted by class and divided into tiles of whole classes. A tile's product with itself has the similarities
/// of all relevant items, so that these are known before any other item is counted; then every pair of tiles takes one
/// product, the rows of which are counted for the queries of one, the columns for those of the other. All that threads share
/// are counts of items, so that the ranks are the same for any number of them.
struct SymmetricRanking {
    private let queries: RetrievalQueries
    private let prepared: PreparedEmbeddings
    private let ties: TieOrder
    /// Where the classes of each tile are among `queries.members`.
    private let classRanges: [Range<Int>]

    /// Plans the ranking, or returns nil where it takes too much memory or does not pay: classes must fit into tiles, their
    /// pairs into 200 MB, and few rows may equal another one.
    ///
    /// - Precondition: every row of the set is a query and an item for all others.
    init?(_ queries: RetrievalQueries, in prepared: PreparedEmbeddings, ties: TieOrder) {
        let n = prepared.queries.rowCount
        let sizes = queries.members.map(\.count)
        guard sizes.allSatisfy({ $0 <= 1024 }), sizes.reduce(0, { $0 + $1 * ($1 - 1) }) <= 1 << 24,
            prepared.duplicates.count <= n / 16
        else { return nil }
        self.queries = queries
        self.prepared = prepared
        self.ties = ties
        // Larger tiles spare BLAS from packing rows often, but a tile's product is to stay in the cache.
        let tileSize = max(64, min(1024, n / 16))
        var ranges: [Range<Int>] = []
        var (start, count) = (0, 0)
        for (number, size) in sizes.enumerated() {
            if count > 0, count + size > tileSize {
                ranges.append(start..<number)
                (start, count) = (number, 0)
            }
            count += size
        }
        classRanges = ranges + [start..<sizes.count]
    }

    /// - Parameter visit: called concurrently, once a query.
    func run(visit: @Sendable (RankedQuery) -> Void) {
        let tiles = makeTiles()
        let pairs = tiles.indices.flatMap { i in (i + 1..<max(i + 1, tiles.count)).map { (i, $0) } }
        inParallel(blockCount: pairs.count) {
            [Float]()
        } _: { products, number in
            let (first, second) = (tiles[pairs[number].0], tiles[pairs[number].1])
            innerProducts(ofRows: 0..<first.rows.rowCount, of: first.rows, with: second.rows, into: &products)
            products.withUnsafeBufferPointer { products in
                first.withTargets { countRows(of: products, second, for: first, $0) }
                second.withTargets { countColumns(of: products, first, for: second, $0) }
            }
        }
        var positions = [Int](repeating: 0, count: prepared.queries.rowCount)
        for (position, row) in queries.rows.enumerated() { positions[row] = position }
        inParallel(blockCount: tiles.count) {
        } _: { [positions] _, number in
            let tile = tiles[number]
            for (p, item) in tile.items.enumerated() where tile.starts[p] < tile.starts[p + 1] {
                tile.ranks(ofQueryAt: p).withUnsafeBufferPointer { ranks in
                    visit(
                        RankedQuery(
                            position: positions[Int(item)], ranks: ranks, ranksWithout: .init(start: nil, count: 0)))
                }
            }
        }
    }

    private func makeTiles() -> [RankingTile] {
        let repeated = RepeatedRows(in: prepared)
        let tiles = [RankingTile](unsafeUninitializedCapacity: classRanges.count) { buffer, initializedCount in
            // Each thread makes tiles of its own.
            nonisolated(unsafe) let buffer = buffer
            inParallel(blockCount: classRanges.count) {
            } _: { _, number in
                buffer.initializeElement(
                    at: number,
                    to: RankingTile(
                        classes: queries.members[classRanges[number]], in: prepared, repeated: repeated, ties: ties))
            }
            initializedCount = classRanges.count
        }
        return tiles
    }
}

/// Counts the items of one tile for the queries of another, whose products with them are the rows.
private func countRows(
    of products: UnsafeBufferPointer<Float>, _ items: RankingTile, for queries: RankingTile, _ targets: RankTargets
) {
    let count = items.rows.rowCount
    items.penalties.withUnsafeBufferPointer { penalties in
        for p in 0..<queries.rows.rowCount where queries.lowest[p] < .infinity {
            let row = UnsafeBufferPointer(rebasing: products[p * count..<(p + 1) * count])
            let lowest = queries.lowest[p]
            forEachIndex(of: row, and: penalties) {
                $0 - $1 .>= lowest
            } _: {
                $0 - $1 >= lowest
            } _: { item in
                guard !items.isRepeated[item] else { return }
                targets.count(row[item] - penalties[item], item: items.items[item], forQuery: p)
            }
        }
    }
}

/// Counts the items of one tile for the queries of another, whose products with them are the columns.
private func countColumns(
    of products: UnsafeBufferPointer<Float>, _ items: RankingTile, for queries: RankingTile, _ targets: RankTargets
) {
    let count = queries.rows.rowCount
    queries.lowest.withUnsafeBufferPointer { lowest in
        for item in 0..<items.rows.rowCount where !items.isRepeated[item] {
            let row = UnsafeBufferPointer(rebasing: products[item * count..<(item + 1) * count])
            let penalty = items.penalties[item]
            forEachIndex(of: row, and: lowest) {
                $0 - penalty .>= $1
            } _: {
                $0 - penalty >= $1
            } _: { p in
                targets.count(row[p] - penalty, item: items.items[item], forQuery: p)
            }
        }
    }
}
