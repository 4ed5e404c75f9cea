internal import CRanks
internal import Synchronization

/// Queries that are ranked together: their relevant items, and how many other items rank before each of these.
///
/// An item is placed among a query's relevant items by similarities in single precision, which leave those in doubt that
/// are nearer to a relevant item than ``RoundingBounds`` allow; only these are compared one by one, exactly. The order of
/// the relevant items among themselves does not matter: ranks follow from how many others come before each.
final class QueryTile: Sendable {
    /// A query of the tile.
    struct Query: Sendable {
        /// Its row among the prepared queries.
        let row: Int
        /// Its position among the queries; negative for a row without relevant items.
        let position: Int
        /// The positions of its class in the order of items, none of which are counted.
        let ownClass: Range<Int>
        /// The position of the item that is the query itself if it is of another class, or −1.
        let ownPosition: Int
        /// Whether all items are equally similar, as they are to the zero vector by cosine.
        let isIndifferent: Bool
    }

    /// The range of prepared rows that the queries are.
    let rows: Range<Int>
    let queries: [Query]
    private let setting: RankingSetting
    /// `starts[q]..<starts[q + 1]`: the query's relevant items in what follows, by descending similarity, and of equal rows
    /// by item.
    private let starts: [Int]
    private let values: [Float]
    /// The positions of the relevant items, and the first position with an equal row.
    private let positions: [Int32]
    private let originals: [Int32]
    /// The relevant items' numbers; for cosines of integers their inner products with the query and squared lengths.
    private let numbers: [Int32]
    private let innerProducts: [Double]
    private let squares: [Double]
    /// For each query, where its relevant items divide similarities.
    private let guides: [Guide]
    private let places: [UInt16]
    private let state: Mutex<State>

    private struct State {
        /// For each query and group, how many items come before the relevant items from a place on, but after those before it.
        ///
        /// An item in doubt adds 1 where it begins to come before relevant items, and takes 1 where it no longer does.
        var counts: [Int32]
        /// The refined similarities of the relevant items, NaN where they have not been needed.
        var refined: [Double]
        /// Some of them in twice the precision of a double.
        var precise: [Int: PreciseSimilarity] = [:]
        /// Room for the items in doubt.
        var doubtful: [UInt32] = []
    }

    fileprivate struct Guide {
        var origin: Float = 0
        var scale: Float = 0
        var rangeCount: Int32 = 0
        /// Where the query's places begin.
        var start = 0
        /// How far similarities of the query's relevant items can be off, and what the ranges take into account.
        var ownDoubt: Float = 0
        var doubt: Float = 0
    }

    /// How many places there are beyond the relevant items: four in turn for what comes last, and one for what is unclear.
    private static let spareCount = 5

    /// Bytes for each relevant item of a query.
    static func byteCount(groupCount: Int) -> Int { 20 + 4 * groupCount + 64 }

    /// Takes queries whose relevant items' similarities are known.
    ///
    /// - Parameters:
    ///   - relevant: for each query the positions of its relevant items.
    ///   - similarities: the same for their similarities.
    init(
        rows: Range<Int>, queries: [Query], setting: RankingSetting, relevant: [[Int32]], similarities: [[Float]]
    ) {
        self.rows = rows
        self.queries = queries
        self.setting = setting
        var (starts, values, positions, originals): ([Int], [Float], [Int32], [Int32]) = ([0], [], [], [])
        var (guides, places): ([Guide], [UInt16]) = ([], [])
        let total = relevant.reduce(0) { $0 + $1.count }
        values.reserveCapacity(total)
        positions.reserveCapacity(total)
        for (q, query) in queries.enumerated() {
            let sorted = Self.sorted(relevant[q], similarities[q], originals: setting.originals, setting)
            values += sorted.map(\.value)
            positions += sorted.map(\.position)
            if setting.originals != nil { originals += sorted.map(\.original) }
            starts.append(values.count)
            guides.append(
                sorted.isEmpty
                    ? Guide() : Self.guide(values[starts[q]...], of: query, setting: setting, places: &places))
        }
        self.starts = starts
        self.values = values
        self.positions = positions
        self.originals = originals
        numbers = positions.map { setting.order.items[Int($0)] }
        let items = setting.rows.items
        squares = setting.rows.hasIntegralCosines ? positions.map { items.squares[Int($0)] } : []
        innerProducts =
            setting.rows.hasIntegralCosines
            ? queries.indices.flatMap { q in
                let length = setting.rows.queries.lengths[queries[q].row]
                return (starts[q]..<starts[q + 1]).map { k in
                    let item = Int(positions[k])
                    let cosine = Double(values[k]) + Double(items.roundedPenalties[item])
                    return (cosine * items.lengths[item] * length).rounded(.toNearestOrEven)
                }
            } : []
        self.guides = guides
        self.places = places
        let countCount = starts.last.map { $0 + queries.count * Self.spareCount } ?? 0
        state = Mutex(
            State(
                counts: Array(repeating: 0, count: countCount * setting.groupCount),
                refined: Array(repeating: .nan, count: setting.rows.bounds.exactness == .single ? 0 : total)))
        for (q, query) in queries.enumerated() where query.isIndifferent { placeByTies(q) }
    }

    /// The relevant items by descending similarity.
    ///
    /// Equal rows get one similarity, since BLAS does not promise equal
    /// products, and follow one another by item.
    private static func sorted(
        _ relevant: [Int32], _ similarities: [Float], originals: [Int32]?, _ setting: RankingSetting
    ) -> [(value: Float, original: Int32, position: Int32)] {
        guard let originals else {
            return zip(similarities, relevant).sorted { ($1.0, $0.1) < ($0.0, $1.1) }.map { ($0.0, $0.1, $0.1) }
        }
        var values: [Int32: Float] = [:]
        for (position, value) in zip(relevant, similarities) where values[originals[Int(position)]] == nil {
            values[originals[Int(position)]] = value
        }
        let items = setting.order.items
        return relevant.map { (values[originals[Int($0)]] ?? 0, originals[Int($0)], $0) }
            .sorted { ($1.0, $0.1, items[Int($0.2)]) < ($0.0, $1.1, items[Int($1.2)]) }
    }

    /// Divides similarities into ranges, and finds the place of each range where there is only one.
    ///
    /// A range has one place if it is not within the doubt of any relevant item. The more ranges, the more often that is
    /// so; with 2,048 the places of a query still fit in the innermost cache.
    private static func guide(
        _ values: ArraySlice<Float>, of query: Query, setting: RankingSetting, places: inout [UInt16]
    ) -> Guide {
        let count = values.count
        var guide = Guide()
        guide.start = places.count
        let bounds = setting.classBounds(query.ownClass)
        guide.ownDoubt = setting.doubt(ofQuery: query.row, bounds)
        guide.doubt = guide.ownDoubt + max(guide.ownDoubt, setting.doubt(ofQuery: query.row, setting.typicalBounds))
        let highest = values[values.startIndex] + guide.doubt
        let lowest = values[values.endIndex - 1] - guide.doubt
        // A place must fit into 16 bits.
        guard count <= 60_000 else { return guide }
        let rangeCount = max(16, min(32 * count, 2048))
        guide.rangeCount = Int32(rangeCount)
        guide.origin = highest
        let quotient = Float(rangeCount) / (highest - lowest) * (1 - 0x1p-20)
        guide.scale = quotient.isFinite ? quotient : 0
        let mixed = UInt16(truncatingIfNeeded: count + 4)
        // One range above, the ranges, and four below.
        var own = [UInt16](repeating: 0, count: rangeCount + 6)
        var next = 0
        for (k, value) in values.enumerated() {
            let first = guide.range(of: value + guide.doubt)
            let last = guide.range(of: value - guide.doubt)
            while next < first {
                own[next] = UInt16(k)
                next += 1
            }
            while next <= last {
                own[next] = mixed
                next += 1
            }
        }
        while next <= rangeCount + 1 {
            own[next] = UInt16(truncatingIfNeeded: count)
            next += 1
        }
        for lane in 0..<4 { own[rangeCount + 2 + lane] = UInt16(truncatingIfNeeded: count + lane) }
        places += own
        return guide
    }

    // MARK: Counting

    /// Counts items for a query.
    ///
    /// - Parameters:
    ///   - products: the query's products with the items at `range`.
    ///   - bounds: of these items, or of more.
    private func count(
        _ range: Range<Int>, products: UnsafePointer<Float>, penalties: UnsafePointer<Float>, forQuery q: Int,
        bounds: LengthBounds, state: inout State
    ) {
        let query = queries[q]
        let count = starts[q + 1] - starts[q]
        let guide = guides[q]
        let doubt = guide.ownDoubt + setting.doubt(ofQuery: query.row, bounds)
        let isGuided = doubt <= guide.doubt && guide.rangeCount > 0
        let stride = count + Self.spareCount
        let countStart = (starts[q] + q * Self.spareCount) * setting.groupCount
        if state.doubtful.count < range.count { state.doubtful = Array(repeating: 0, count: range.count) }
        let rows = setting.rows
        let hasCosines = rows.hasIntegralCosines
        func from<Element>(_ start: Int, _ values: [Element], _ body: (UnsafePointer<Element>?) -> Void) {
            values.withUnsafeBufferPointer { values in body(values.baseAddress.map { $0 + min(start, values.count) }) }
        }
        let start = starts[q]
        from(start, values) { values in
            from(guide.start, places) { places in
                from(start, originals) { originals in
                    from(start, numbers) { numbers in
                        from(start, innerProducts) { innerProducts in
                            from(start, squares) { squares in
                                guard let values else { return }
                                let ranks = ranks_guide(
                                    values: values, relevant_count: Int32(count),
                                    doubt: isGuided ? guide.doubt : doubt,
                                    lowest: values[count - 1] - (isGuided ? guide.doubt : doubt),
                                    origin: guide.origin, scale: guide.scale,
                                    range_count: isGuided ? guide.rangeCount : 0, places: places,
                                    comparison: setting.comparison, tie_order: setting.tieOrder, rows: originals,
                                    numbers: numbers, length: hasCosines ? rows.queries.lengths[query.row] : 0,
                                    inner_products: innerProducts, squares: squares)
                                // What does not count lies between up to three parts of the range.
                                for part in query.parts(of: range) {
                                    setting.order.forEachGroup(in: part) { group, part in
                                        place(
                                            part, products: products + (part.lowerBound - range.lowerBound),
                                            penalties: penalties, forQuery: q, ranks,
                                            counts: countStart + group * stride, state: &state)
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Places items, given their products with a query.
    private func place(
        _ range: Range<Int>, products: UnsafePointer<Float>, penalties: UnsafePointer<Float>, forQuery q: Int,
        _ guide: ranks_guide, counts first: Int, state: inout State
    ) {
        let rows = setting.rows
        let found = setting.order.items.withUnsafeBufferPointer { numbers in
            (setting.originals ?? []).withUnsafeBufferPointer { originals in
                rows.items.lengths.withUnsafeBufferPointer { lengths in
                    rows.items.squares.withUnsafeBufferPointer { squares in
                        state.counts.withUnsafeMutableBufferPointer { counts in
                            state.doubtful.withUnsafeMutableBufferPointer { doubtful -> Int in
                                guard let counts = counts.baseAddress, let doubtful = doubtful.baseAddress,
                                    let numbers = numbers.baseAddress, let squares = squares.baseAddress
                                else { return 0 }
                                var items = ranks_items(
                                    products: products, penalties: penalties + range.lowerBound, count: range.count,
                                    rows: originals.baseAddress.map { $0 + range.lowerBound },
                                    numbers: numbers + range.lowerBound,
                                    lengths: lengths.baseAddress.map { $0 + min(range.lowerBound, lengths.count) },
                                    squares: squares + range.lowerBound)
                                var guide = guide
                                return ranks_place(&items, &guide, counts + first, doubtful)
                            }
                        }
                    }
                }
            }
        }
        for k in 0..<found {
            let offset = Int(state.doubtful[k])
            let item = range.lowerBound + offset
            place(item, value: products[offset] - penalties[item], forQuery: q, guide, counts: first, state: &state)
        }
    }

    /// Places an item whose similarity leaves its place in doubt.
    private func place(
        _ item: Int, value: Float, forQuery q: Int, _ guide: ranks_guide, counts: Int, state: inout State
    ) {
        var (first, end): (Int32, Int32) = (0, 0)
        withUnsafePointer(to: guide) { ranks_find($0, value, &first, &end) }
        var comparison = ItemComparison(query: queries[q].row, item: item, in: setting.rows)
        var k = Int(first)
        while k < Int(end) {
            // Equal rows are compared once.
            let runEnd = endOfRun(at: k, ofQuery: q)
            let relevant = starts[q] + k
            let order =
                originals.isEmpty
                ? comparison.order(
                    before: Int(positions[relevant]), refined: &state.refined, precise: &state.precise, at: relevant)
                : comparison.order(
                    before: Int(positions[relevant]), original: originals[relevant], refined: &state.refined,
                    precise: &state.precise, at: relevant)
            let start =
                switch order {
                case .before: k
                case .after: runEnd
                case .tie: firstAfterTie(item, k..<runEnd, ofQuery: q)
                }
            state.counts[counts + start] += 1
            state.counts[counts + runEnd] -= 1
            k = runEnd
        }
        state.counts[counts + Int(end)] += 1
    }

    private func endOfRun(at k: Int, ofQuery q: Int) -> Int {
        guard !originals.isEmpty else { return k + 1 }
        var end = starts[q] + k + 1
        let (limit, original) = (starts[q + 1], originals[starts[q] + k])
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
        return end - starts[q]
    }

    /// The first of some relevant items that an equally similar item comes before; they are sorted by item.
    private func firstAfterTie(_ item: Int, _ run: Range<Int>, ofQuery q: Int) -> Int {
        switch setting.ties {
        case .relevantFirst: return run.upperBound
        case .relevantLast: return run.lowerBound
        case .sampleOrder:
            let items = setting.order.items
            let number = items[item]
            return run.partitioningIndex { items[Int(positions[starts[q] + $0])] > number }
        }
    }

    /// Counts all items for a query to which all are equally similar.
    private func placeByTies(_ q: Int) {
        let run = 0..<starts[q + 1] - starts[q]
        guard !run.isEmpty else { return }
        let items = setting.order.items
        let sorted = positions[starts[q]..<starts[q + 1]].map { items[Int($0)] }.sorted()
        let first = (starts[q] + q * Self.spareCount) * setting.groupCount
        state.withLock { state in
            for part in queries[q].parts(of: 0..<items.count) {
                setting.order.forEachGroup(in: part) { group, part in
                    for position in part {
                        let place =
                            switch setting.ties {
                            case .relevantFirst: run.upperBound
                            case .relevantLast: 0
                            case .sampleOrder: sorted.partitioningIndex { $0 > items[position] }
                            }
                        state.counts[first + group * (run.count + Self.spareCount) + place] += 1
                    }
                }
            }
        }
    }

    /// Counts items for all queries.
    ///
    /// - Parameters:
    ///   - products: the products of the tile's rows with the items, row after row.
    ///   - bounds: of the items.
    func count(_ range: Range<Int>, products: UnsafeBufferPointer<Float>, bounds: LengthBounds) {
        setting.rows.items.roundedPenalties.withUnsafeBufferPointer { penalties in
            guard let products = products.baseAddress, let penalties = penalties.baseAddress else { return }
            state.withLock { state in
                for (q, query) in queries.enumerated() where starts[q] < starts[q + 1] && !query.isIndifferent {
                    count(
                        range, products: products + q * range.count, penalties: penalties, forQuery: q, bounds: bounds,
                        state: &state)
                }
            }
        }
    }

    // MARK: Ranks

    /// Passes the ranks of all queries of the tile to `visit`.
    func visitRanks(_ visit: (RankedQuery) -> Void) {
        let groupCount = setting.groupCount
        state.withLock { state in
            for (q, query) in queries.enumerated() where starts[q] < starts[q + 1] {
                let count = starts[q + 1] - starts[q]
                let stride = count + Self.spareCount
                let first = (starts[q] + q * Self.spareCount) * groupCount
                // How many items of each group come before each relevant item, and of all groups.
                var before = [Int32](repeating: 0, count: groupCount * count)
                var totals = [Int32](repeating: 0, count: count)
                for group in 0..<groupCount {
                    var sum: Int32 = 0
                    for k in 0..<count {
                        sum += state.counts[first + group * stride + k]
                        before[group * count + k] = sum
                        totals[k] += sum
                    }
                }
                // Relevant items that are nearly as similar may be in another order, which does not matter.
                var order = Array(0..<count)
                if !zip(totals, totals.dropFirst()).allSatisfy({ $0 <= $1 }) {
                    order.sort { (totals[$0], $0) < (totals[$1], $1) }
                }
                let ranks = order.enumerated().map { totals[$1] + Int32($0) + 1 }
                var without: [Int32] = []
                if setting.countsGroups {
                    without.reserveCapacity(groupCount * count)
                    for group in 0..<groupCount {
                        for (place, k) in order.enumerated() {
                            without.append(ranks[place] - before[group * count + k])
                        }
                    }
                }
                ranks.withUnsafeBufferPointer { ranks in
                    without.withUnsafeBufferPointer { without in
                        visit(RankedQuery(position: query.position, ranks: ranks, ranksWithout: without))
                    }
                }
            }
        }
    }
}

extension QueryTile {
    /// Bytes that the places of one query take at most.
    static let placesByteCount = 2 * (2048 + 6)
}

extension QueryTile.Guide {
    /// The range of a value, as `ranks_place` finds it; it never decreases as values fall, since no step of it does.
    func range(of value: Float) -> Int {
        let last = Float(rangeCount)
        var range = (origin - value) * scale
        range = range > -1 ? range : -1
        range = range < last ? range : last
        return Int(range + 1)
    }
}
