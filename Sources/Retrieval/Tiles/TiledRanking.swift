internal import DenseLinearAlgebra
internal import Parallel

/// Ranks items for tiles of queries, one tile of items after the other, so that only the products of two tiles are held
/// at a time, in the cache.
///
/// A query's relevant items and their similarities are known before any other item is counted: a tile has queries of
/// few classes, and one product gives the similarities of the relevant items of all of them.
///
/// One-vs-rest retrieval needs half of the products, since x·y serves both the query x and the query y. Tiles consist
/// of whole classes, so the product of a tile with itself has all its relevant items. Every pair of tiles takes one
/// product, whose rows are counted for one tile and whose columns for the other.
///
/// Threads share only counts, so ranks are the same for any number of threads.
struct TiledRanking {
    private let items: TiledItems
    private let ties: TieOrder
    /// The rows of each tile.
    private let tiles: [[TiledRow]]
    /// Whether every row is a query and an item for all others.
    private let isOneSet: Bool

    /// Plans the ranking, or returns nil if it does not pay: classes must be small, and few items may equal another
    /// one.
    init?(_ queries: RetrievalQueries, in prepared: PreparedEmbeddings, ties: TieOrder) {
        let (n, m) = (prepared.queries.rowCount, prepared.gallery.rowCount)
        let relevantCount = queries.relevantCounts.reduce(0, +)
        // Tiles share the relevant items of a class among its queries, which cameras do not allow.
        guard queries.cameras == nil, queries.members.allSatisfy({ $0.count <= 1024 }),
            prepared.duplicates.count <= m / 16,
            !queries.areItems || relevantCount <= 1 << 24
        else { return nil }
        let items = TiledItems(prepared, members: queries.members)
        self.items = items
        self.ties = ties
        isOneSet = queries.areItems
        var rows = queries.rows.indices.map { position in
            TiledRow(
                row: Int32(queries.rows[position]), position: position, group: Int32(queries.groups[position]),
                ownItem: Int32(queries.ownItems[position] ?? -1))
        }
        if isOneSet {
            rows += queries.loneRows.map { row in
                TiledRow(row: Int32(row), position: -1, group: items.groupOfItem[row], ownItem: Int32(row))
            }
        }
        rows.sort { ($0.group, $0.row) < ($1.group, $1.row) }
        // With larger tiles BLAS packs rows less often, but a tile's products should stay in the cache.
        let tileSize = max(64, min(1024, n / 16))
        var tiles: [[TiledRow]] = []
        var start = 0
        var memberCount = 0
        while start < rows.count {
            var end = start
            memberCount = 0
            while end < rows.count {
                let group = rows[end].group
                let classEnd = rows[end...].firstIndex { $0.group != group } ?? rows.count
                memberCount += queries.members[Int(group)].count
                guard end == start || (classEnd - start <= tileSize && memberCount <= 1 << 14) else { break }
                end = classEnd
            }
            // A class of many queries need not stay together if the queries are not items.
            if !isOneSet { end = min(end, start + tileSize) }
            tiles.append(Array(rows[start..<end]))
            start = end
        }
        self.tiles = tiles
    }

    /// - Parameter visit: called concurrently, once per query.
    func run(visit: @Sendable (RankedQuery) -> Void) {
        isOneSet ? rankOneSet(visit: visit) : rankGallery(visit: visit)
    }

    /// About how many operations all products and counts take.
    private var work: Double {
        let (n, gallery) = (tiles.reduce(0) { $0 + $1.count }, items.prepared.gallery)
        return Double(n) * Double(gallery.rowCount) * Double(2 * gallery.columnCount + 10)
    }

    private func rankGallery(visit: @Sendable (RankedQuery) -> Void) {
        let gallery = items.prepared.gallery
        let starts = stride(from: 0, to: gallery.rowCount, by: 1024)
        inParallel(blockCount: tiles.count, work: work) {
            [Float]()
        } _: { products, number in
            let tile = RankingTile(tiles[number], in: items, ties: ties, countsMembers: false)
            tile.withTargets { targets in
                for start in starts {
                    let range = start..<min(start + 1024, gallery.rowCount)
                    innerProducts(
                        ofRows: 0..<tile.rows.rowCount, of: tile.rows, with: gallery, rows: range, into: &products)
                    let penalties = range.map { items.penalty(of: Int32($0)) }
                    products.withUnsafeBufferPointer { products in
                        countRows(of: products, penalties: penalties, for: tile, targets) { p, place in
                            let item = start + place
                            let isOther =
                                items.groupOfItem[item] != tile.groups[p] && item != tile.ownItems[p]
                                && items.repeated.places[item] < 0
                            return isOther ? Int32(item) : nil
                        }
                    }
                }
            }
            tile.visitRanks(visit)
        }
    }

    private func rankOneSet(visit: @Sendable (RankedQuery) -> Void) {
        let made = concurrentMap(count: tiles.count) { number in
            RankingTile(tiles[number], in: self.items, ties: ties, countsMembers: true)
        }
        let items = tiles.map { TileItems($0, in: self.items) }
        let pairs = made.indices.flatMap { i in (i + 1..<max(i + 1, made.count)).map { (i, $0) } }
        inParallel(blockCount: pairs.count, work: work / 2) {
            [Float]()
        } _: { products, number in
            let (i, j) = pairs[number]
            let (first, second) = (made[i], made[j])
            innerProducts(ofRows: 0..<first.rows.rowCount, of: first.rows, with: second.rows, into: &products)
            products.withUnsafeBufferPointer { products in
                first.withTargets { targets in
                    countRows(of: products, penalties: items[j].penalties, for: first, targets) { _, place in
                        items[j].isRepeated[place] ? nil : items[j].numbers[place]
                    }
                }
                second.withTargets { countColumns(of: products, items[i], for: second, $0) }
            }
        }
        inParallel(blockCount: made.count) {
        } _: { _, number in
            made[number].visitRanks(visit)
        }
    }
}

/// The rows of a tile as items.
private struct TileItems: Sendable {
    let numbers: [Int32]
    let penalties: [Float]
    let isRepeated: [Bool]

    init(_ rows: [TiledRow], in items: TiledItems) {
        numbers = rows.map(\.row)
        penalties = numbers.map { items.penalty(of: $0) }
        isRepeated = numbers.map { items.repeated.places[Int($0)] >= 0 }
    }
}

/// Counts items for the queries of a tile, given products with one row per query.
///
/// - Parameter item: the item of a product, or nil if the item does not count for the query.
@inline(__always)
private func countRows(
    of products: UnsafeBufferPointer<Float>, penalties: [Float], for queries: RankingTile, _ targets: RankTargets,
    item: (_ query: Int, _ place: Int) -> Int32?
) {
    let count = penalties.count
    penalties.withUnsafeBufferPointer { penalties in
        for p in 0..<queries.rows.rowCount where queries.lowest[p] < .infinity {
            let row = UnsafeBufferPointer(rebasing: products[p * count..<(p + 1) * count])
            let lowest = queries.lowest[p]
            forEachIndex(of: row, and: penalties) {
                $0 - $1 .>= lowest
            } _: {
                $0 - $1 >= lowest
            } _: { place in
                guard let item = item(p, place) else { return }
                targets.count(row[place] - penalties[place], item: item, forQuery: p)
            }
        }
    }
}

/// Counts items for the queries of a tile, given products with one column per query.
private func countColumns(
    of products: UnsafeBufferPointer<Float>, _ items: TileItems, for queries: RankingTile, _ targets: RankTargets
) {
    let count = queries.rows.rowCount
    queries.lowest.withUnsafeBufferPointer { lowest in
        for item in items.numbers.indices where !items.isRepeated[item] {
            let row = UnsafeBufferPointer(rebasing: products[item * count..<(item + 1) * count])
            let penalty = items.penalties[item]
            forEachIndex(of: row, and: lowest) {
                $0 - penalty .>= $1
            } _: {
                $0 - penalty >= $1
            } _: { p in
                targets.count(row[p] - penalty, item: items.numbers[item], forQuery: p)
            }
        }
    }
}
