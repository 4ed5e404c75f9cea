internal import Parallel
internal import Ranks

// The ways through the pairs of queries and items, and what ranks exchange on them.
extension TiledRanking {
    func rankOneTileAfterTheOther(visit: @Sendable (RankedQuery) -> Void) {
        let chunks = Self.chunks(of: setting.order.items.count)
        let bounds = chunks.map { LengthBounds(of: $0, in: setting.rows) }
        /// Counts the items of some of the chunks.
        @Sendable func count(_ numbers: [Int], for tile: QueryTile, _ products: inout TileProducts) {
            for number in numbers where !WorkStop.isRequested {
                products.multiply(tile.rows, with: chunks[number], in: setting.rows)
                tile.count(chunks[number], products: products.values, bounds: bounds[number], room: products.room)
            }
        }
        guard let group else {
            return inParallel(blockCount: tiles.count, work: work) {
                TileProducts()
            } _: { products, number in
                let tile = tile(number, &products)
                count(Array(chunks.indices), for: tile, &products)
                tile.visitRanks(visit)
            }
        }
        let own = Array(stride(from: group.rank, to: chunks.count, by: group.count))
        for start in stride(from: 0, to: tiles.count, by: tilesAtOnce) where !WorkStop.isRequested {
            let numbers = start..<min(start + tilesAtOnce, tiles.count)
            let made = sharedTiles(numbers)
            inParallel(blockCount: made.count, work: work) {
                TileProducts()
            } _: { products, place in
                count(own, for: made[place], &products)
            }
            addCounts(of: made)
            inParallel(blockCount: made.count) {
            } _: { _, place in
                made[place].visitRanks(visit)
            }
        }
    }

    func rankPairsOfTiles(visit: @Sendable (RankedQuery) -> Void) {
        /// Counts the items of a tile for its own queries.
        @Sendable func countOwn(_ tile: QueryTile, _ products: TileProducts) {
            tile.count(
                tile.rows, products: products.values, bounds: LengthBounds(of: tile.rows, in: setting.rows),
                room: products.room)
        }
        let made: [QueryTile]
        if let group {
            made = sharedTiles(tiles.indices)
            let own = stride(from: group.rank, to: made.count, by: group.count).map { made[$0] }
            inParallel(blockCount: own.count) {
                TileProducts()
            } _: { products, place in
                products.multiply(own[place].rows, with: own[place].rows, in: setting.rows)
                countOwn(own[place], products)
            }
        } else {
            made = concurrentMap(count: tiles.count, buffers: { TileProducts() }) { products, number in
                let tile = tile(number, &products)
                // All of the tile's products are there already.
                countOwn(tile, products)
                return tile
            }
        }
        let bounds = made.map { LengthBounds(of: $0.rows, in: setting.rows) }
        let pairs = RankPairs(of: group?.rank ?? 0, among: group?.count ?? 1, tileCount: made.count).pairs
        inParallel(blockCount: pairs.count, work: work / 2) {
            TileProducts()
        } _: { products, number in
            guard !WorkStop.isRequested else { return }
            let (i, j) = pairs[number]
            let (first, second) = (made[i], made[j])
            products.multiply(first.rows, with: second.rows, in: setting.rows)
            first.count(second.rows, products: products.values, bounds: bounds[j], room: products.room)
            products.transpose(rowCount: first.rows.count, columnCount: second.rows.count)
            second.count(first.rows, products: products.values, bounds: bounds[i], room: products.room)
        }
        for start in stride(from: 0, to: group == nil ? 0 : made.count, by: tilesAtOnce) {
            addCounts(of: made[start..<min(start + tilesAtOnce, made.count)])
        }
        inParallel(blockCount: made.count) {
        } _: { _, number in
            made[number].visitRanks(visit)
        }
    }

    // MARK: What ranks exchange

    /// Some of the tiles, the similarities of whose relevant items each rank has computed for some of them; none if a rank has
    /// failed.
    private func sharedTiles(_ numbers: Range<Int>) -> [QueryTile] {
        let found = stoppingOnFailure {
            try sharedMap(of: "similarities", count: numbers.count, buffers: { TileProducts() }) { products, place in
                let number = numbers.lowerBound + place
                return similarities(number, to: relevantItems(number), &products)
            }
        }
        guard let found, let group else { return [] }
        return concurrentMap(count: numbers.count) { place in
            let number = numbers.lowerBound + place
            let tile = QueryTile(
                rows: rows(ofTile: number), queries: tiles[number], setting: setting, relevant: relevantItems(number),
                similarities: found[place])
            // What is counted without looking at items is counted by one of them.
            if number % group.count != group.rank { tile.clearCounts() }
            return tile
        }
    }

    /// Adds up what the ranks have counted for tiles.
    private func addCounts(of tiles: some Collection<QueryTile>) {
        var counts = tiles.flatMap(\.counts)
        stoppingOnFailure { try addShares(of: "ranks", &counts) }
        var start = 0
        for tile in tiles { start = tile.replaceCounts(by: counts, from: start) }
    }

    /// Runs an exchange between ranks; if one has failed, the work ends as after a request to stop.
    @discardableResult
    private func stoppingOnFailure<Value>(_ exchange: () throws -> Value) -> Value? {
        do {
            return try exchange()
        } catch {
            WorkStop.request()
            return nil
        }
    }
}
