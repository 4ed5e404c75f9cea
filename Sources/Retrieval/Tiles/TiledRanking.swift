internal import Ranks

/// Ranks items for tiles of queries, one tile of items after the other, so that only the products of two tiles are held
/// at a time, in the cache.
///
/// A tile's queries first get the similarities of their relevant items; then all others are counted. In one-vs-rest
/// retrieval x·y serves both the query x and the query y. Where classes are small, tiles consist of whole classes, and
/// every pair of tiles takes one product, whose rows are counted for one tile and whose columns for the other. Where
/// classes are large, what is known of all queries would take too much memory: then each tile of queries goes through all
/// items, with twice the products.
///
/// Threads share only counts, and places are exact, so ranks are the same for any number of threads, any size of tiles and
/// any way in which BLAS computes.
///
/// Ranks divide the tiles, or the items, among them; each counts for the pairs in which it has a part (``RankPairs``), keeps
/// about its share of the rows in memory, and adds its counts to those of the others. What places depend on, the similarities
/// of relevant items, is computed by one of them for all.
///
/// After a request to stop, counts are left incomplete, and the caller throws.
struct TiledRanking {
    let setting: RankingSetting
    private let queries: RetrievalQueries
    /// The queries of all tiles, each by its row among the prepared ones.
    let tiles: [[QueryTile.Query]]
    /// Whether every pair of tiles takes one product only.
    private let isSymmetric: Bool
    /// The ranks that share the work; nil if this process does all of it.
    let group: RankGroup?
    /// How many tiles ranks work on and exchange at a time, so that what is known of their queries fits into 2 GB.
    let tilesAtOnce: Int

    /// Plans the ranking.
    ///
    /// - Parameter group: the ranks that share the work.
    init(
        _ queries: RetrievalQueries, in set: RetrievalSet, similarity: Similarity, ties: TieOrder, groups: ItemGroups?,
        sharedBy group: RankGroup? = nil
    ) {
        self.group = group
        self.queries = queries
        let order = ItemOrder(queries, groups: groups)
        let groupCount = groups?.count ?? 1
        // Queries in the order of their classes; in one-vs-rest retrieval with all rows that are none.
        var positions: [Int32]
        if queries.areItems {
            positions = [Int32](repeating: -1, count: queries.itemCount)
            for (position, row) in queries.rows.enumerated() { positions[row] = Int32(position) }
            positions = order.items.map { positions[Int($0)] }
        } else {
            positions = queries.rows.indices.map(Int32.init).sorted {
                let (a, b) = (order.classes[queries.groups[Int($0)]], order.classes[queries.groups[Int($1)]])
                return (a.lowerBound, $0) < (b.lowerBound, $1)
            }
        }
        var placeOfItem: [Int32] = []
        if !queries.areItems {
            placeOfItem = [Int32](repeating: 0, count: order.items.count)
            for (place, item) in order.items.enumerated() { placeOfItem[Int(item)] = Int32(place) }
        }
        var classOfPosition: [Int32] = []
        if queries.areItems {
            classOfPosition = [Int32](repeating: 0, count: order.items.count)
            for (number, range) in order.classes.enumerated() {
                for place in range { classOfPosition[place] = Int32(number) }
            }
        }
        let all = positions.enumerated().map { row, position -> QueryTile.Query in
            let number = queries.areItems ? Int(classOfPosition[row]) : queries.groups[Int(position)]
            let ownClass = order.classes[number]
            var ownPosition = -1
            if !queries.areItems, let own = queries.ownItems[Int(position)] {
                let place = Int(placeOfItem[own])
                if !ownClass.contains(place) { ownPosition = place }
            }
            return QueryTile.Query(
                row: row, position: Int(position), ownClass: ownClass, ownPosition: ownPosition)
        }

        let relevantCount = queries.relevantCounts.reduce(0, +)
        let largestClass = order.classes.lazy.map(\.count).max() ?? 0
        let byteCount =
            relevantCount * QueryTile.byteCount(groupCount: groupCount) + all.count * QueryTile.placesByteCount
        let isSymmetric = queries.areItems && largestClass <= 1024 && byteCount <= 1 << 29
        self.isSymmetric = isSymmetric
        // With larger tiles BLAS packs rows less often, but a tile's products should stay in the cache.
        var tileSize = max(64, min(512, all.count / 16))
        if !isSymmetric {
            let perQuery = max(1, largestClass * QueryTile.byteCount(groupCount: groupCount))
            tileSize = max(16, min(256, (64 << 20) / perQuery))
        }
        var tiles: [[QueryTile.Query]] = []
        var start = 0
        while start < all.count {
            var end = start
            var memberCount = 0
            while end < all.count {
                let ownClass = all[end].ownClass
                let classEnd = all[end...].firstIndex { $0.ownClass != ownClass } ?? all.count
                memberCount += ownClass.count
                guard end == start || (classEnd - start <= tileSize && memberCount <= 1 << 12) else { break }
                end = classEnd
            }
            if !isSymmetric { end = min(end, start + tileSize) }
            tiles.append(Array(all[start..<end]))
            start = end
        }
        let largestTile = tiles.lazy.map { tile in
            tile.reduce(0) {
                $0 + $1.ownClass.count * QueryTile.byteCount(groupCount: groupCount) + QueryTile.placesByteCount
            }
        }.max()
        tilesAtOnce = max(1, min(64, (2 << 30) / max(largestTile ?? 1, 1)))
        let tileEnds = tiles.map { $0[$0.count - 1].row + 1 }
        let rows = ComparableRows(
            queries: queries.areItems
                ? nil : (set.queries, positions.map { Int32(queries.rows[Int($0)]) }),
            items: (set.gallery, order.items), similarity: similarity,
            keeping: group.map {
                RowShare(
                    of: $0, queryEnds: tileEnds,
                    itemEnds: isSymmetric ? tileEnds : Self.chunks(of: order.items.count).map(\.upperBound))
            })
        setting = RankingSetting(rows: rows, order: order, ties: ties, groups: groups)
        if similarity == .cosine {
            for tile in tiles.indices {
                for q in tiles[tile].indices where rows.queries.areZero[tiles[tile][q].row] {
                    tiles[tile][q].isIndifferent = true
                }
            }
        }
        self.tiles = tiles
    }

    /// The items in pieces of about as many as a product should have.
    static func chunks(of itemCount: Int) -> [Range<Int>] {
        stride(from: 0, to: itemCount, by: 1024).map { $0..<min($0 + 1024, itemCount) }
    }

    /// - Parameter visit: called concurrently, once per query.
    func run(visit: @Sendable (RankedQuery) -> Void) {
        isSymmetric ? rankPairsOfTiles(visit: visit) : rankOneTileAfterTheOther(visit: visit)
    }

    /// About how many operations all products and counts take.
    var work: Double {
        let d = setting.rows.items.values.columnCount
        return Double(setting.rows.queries.rows.count) * Double(setting.order.items.count) * Double(2 * d + 20)
    }

    // MARK: Tiles

    /// A tile with the similarities of its relevant items.
    ///
    /// For pairs of tiles, `products` then has the products of the tile with itself.
    func tile(_ number: Int, _ products: inout TileProducts) -> QueryTile {
        let relevant = relevantItems(number)
        return QueryTile(
            rows: rows(ofTile: number), queries: tiles[number], setting: setting, relevant: relevant,
            similarities: similarities(number, to: relevant, &products))
    }

    func rows(ofTile number: Int) -> Range<Int> {
        let own = tiles[number]
        return own[0].row..<own[own.count - 1].row + 1
    }

    /// The positions of the relevant items of a tile's queries.
    func relevantItems(_ number: Int) -> [[Int32]] {
        tiles[number].map { query in
            guard query.position >= 0 else { return [] }
            var relevant: [Int32] = []
            for position in query.ownClass where isRelevant(position, row: query.row, query: query.position) {
                relevant.append(Int32(position))
            }
            return relevant
        }
    }

    /// The similarities of a tile's queries to their relevant items.
    func similarities(_ number: Int, to relevant: [[Int32]], _ products: inout TileProducts) -> [[Float]] {
        let own = tiles[number]
        let rows = rows(ofTile: number)
        var similarities = [[Float]](repeating: [], count: own.count)
        /// Takes the similarities of queries to the items of their classes, which begin at `first` among the products.
        func take(_ range: Range<Int>, itemCount: Int, first: (Int) -> Int) {
            for q in range where !relevant[q].isEmpty {
                guard let base = products.values.baseAddress else { continue }
                let row = base + ((q - range.lowerBound) * itemCount + first(q) - own[q].ownClass.lowerBound)
                similarities[q] = relevant[q].map { row[Int($0)] - setting.rows.items.roundedPenalties[Int($0)] }
            }
        }
        let classes = own.map(\.ownClass)
        let (start, end) = (classes.map(\.lowerBound).min() ?? 0, classes.map(\.upperBound).max() ?? 0)
        var distinct: [(queries: Range<Int>, members: Range<Int>)] = []
        for (q, members) in classes.enumerated() {
            if let last = distinct.last, last.members == members {
                distinct[distinct.count - 1].queries = last.queries.lowerBound..<q + 1
            } else {
                distinct.append((q..<q + 1, members))
            }
        }
        let memberCount = distinct.reduce(0) { $0 + $1.members.count }
        if isSymmetric || end - start <= memberCount + memberCount / 4 {
            products.multiply(rows, with: start..<end, in: setting.rows)
            take(own.indices, itemCount: end - start) { classes[$0].lowerBound - start }
        } else {
            for (range, members) in distinct {
                products.multiply(
                    rows.lowerBound + range.lowerBound..<rows.lowerBound + range.upperBound, with: members,
                    in: setting.rows)
                take(range, itemCount: members.count) { _ in 0 }
            }
        }
        return similarities
    }

    /// Whether an item, by position, is relevant to a query.
    func isRelevant(_ position: Int, row: Int, query: Int) -> Bool {
        if queries.areItems, position == row { return false }
        let item = Int(setting.order.items[position])
        if !queries.areItems, queries.ownItems[query] == item { return false }
        return !(queries.cameras?.match(queries.rows[query], item) ?? false)
    }
}
