internal import CRanks

/// Counts some items for the queries of a tile.
///
/// All of it is memory that somebody else owns meanwhile: to count references to what threads share would take longer than to
/// count items.
struct CountingPass {
    let memory: RankingSetting.Memory
    let relevant: RelevantItems.Pointers
    let queries: UnsafePointer<QueryTile.Query>
    let groupCount: Int
    let ties: TieOrder
    /// The items, and each group's part of them.
    let range: Range<Int>
    let parts: UnsafeBufferPointer<(group: Int, range: Range<Int>)>
    let bounds: LengthBounds
    /// Room for the inner loops.
    let tables: UnsafeMutablePointer<Int32>
    let doubtful: UnsafeMutablePointer<UInt32>

    /// Counts the items for some queries.
    ///
    /// - Parameters:
    ///   - counted: the numbers of the queries.
    ///   - products: the products of all queries of the tile with the items, row after row.
    func run(
        for counted: [Int], products: UnsafePointer<Float>, counts: inout [Int32],
        comparisons: inout QueryTile.Comparisons
    ) {
        counts.withUnsafeMutableBufferPointer { counts in
            guard let counts = counts.baseAddress, let first = counted.first else { return }
            var next = guide(ofQuery: first)
            for (number, q) in counted.enumerated() {
                var guide = next
                if number + 1 < counted.count {
                    next = self.guide(ofQuery: counted[number + 1])
                    ranks_prefetch(&next)
                }
                count(for: q, &guide, products: products + q * range.count, counts, &comparisons)
            }
        }
    }

    private func guide(ofQuery q: Int) -> ranks_guide {
        let row = queries[q].row
        return relevant.guide(
            ofQuery: q, doubt: memory.rows.doubt(ofQuery: row, bounds), length: memory.length(ofQuery: row))
    }

    private func count(
        for q: Int, _ guide: inout ranks_guide, products: UnsafePointer<Float>, _ counts: UnsafeMutablePointer<Int32>,
        _ comparisons: inout QueryTile.Comparisons
    ) {
        let query = queries[q]
        let isWhole = !query.ownClass.overlaps(range) && !range.contains(query.ownPosition)
        for (group, part) in parts {
            let counts = counts + relevant.firstCount(ofQuery: q, group: group, groupCount: groupCount)
            if isWhole {
                place(part, for: q, &guide, products: products, counts, &comparisons)
            } else {
                for piece in query.parts(of: part) {
                    place(piece, for: q, &guide, products: products, counts, &comparisons)
                }
            }
        }
    }

    /// Places items, given the query's products with all of ``range`` and its counts for their group.
    private func place(
        _ part: Range<Int>, for q: Int, _ guide: inout ranks_guide, products: UnsafePointer<Float>,
        _ counts: UnsafeMutablePointer<Int32>, _ comparisons: inout QueryTile.Comparisons
    ) {
        let products = products + (part.lowerBound - range.lowerBound)
        var items = memory.items.part(part, products: products)
        for k in 0..<ranks_place(&items, &guide, counts, tables, doubtful) {
            let offset = Int(doubtful[k])
            place(
                part.lowerBound + offset, value: products[offset] - items.penalties[offset], for: q, &guide, counts,
                &comparisons)
        }
    }

    /// Places an item whose similarity leaves its place in doubt.
    private func place(
        _ item: Int, value: Float, for q: Int, _ guide: inout ranks_guide, _ counts: UnsafeMutablePointer<Int32>,
        _ comparisons: inout QueryTile.Comparisons
    ) {
        var (first, end): (Int32, Int32) = (0, 0)
        ranks_find(&guide, value, &first, &end)
        var comparison = ItemComparison(query: queries[q].row, item: item, in: memory.rows)
        var k = Int(first)
        while k < Int(end) {
            // Equal rows are compared once.
            let runEnd = endOfRun(at: k, ofQuery: q)
            let place = relevant[q].lowerBound + k
            let order =
                comparison.order(
                    before: Int(relevant.positions[place]), original: relevant.originals.map { $0[place] },
                    refined: &comparisons.refined, precise: &comparisons.precise, at: place)
            let start =
                switch order {
                case .before: k
                case .after: runEnd
                case .tie: firstAfterTie(item, k..<runEnd, ofQuery: q)
                }
            counts[start] += 1
            counts[runEnd] -= 1
            k = runEnd
        }
        counts[Int(end)] += 1
    }

    private func endOfRun(at k: Int, ofQuery q: Int) -> Int {
        guard let originals = relevant.originals else { return k + 1 }
        let (start, limit) = (relevant[q].lowerBound, relevant[q].upperBound)
        var end = start + k + 1
        let original = originals[start + k]
        // Runs may be as long as classes, so they are searched in growing steps.
        var step = 1
        while end < limit, originals[end] == original {
            if end + step < limit, originals[end + step] == original {
                end += step
                step *= 2
            } else if step > 1 {
                step /= 2
            } else {
                end += 1
            }
        }
        return end - start
    }

    /// The first of some relevant items that an equally similar item comes before; they are sorted by item.
    private func firstAfterTie(_ item: Int, _ run: Range<Int>, ofQuery q: Int) -> Int {
        switch ties {
        case .relevantFirst: return run.upperBound
        case .relevantLast: return run.lowerBound
        case .sampleOrder:
            guard let items = memory.items.numbers else { return run.upperBound }
            let (start, number) = (relevant[q].lowerBound, items[item])
            return run.partitioningIndex { items[Int(relevant.positions[start + $0])] > number }
        }
    }
}
