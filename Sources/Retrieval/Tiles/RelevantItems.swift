internal import CRanks

/// The relevant items of a tile's queries, and what places other items among them.
struct RelevantItems: Sendable {
    /// `starts[q]..<starts[q + 1]`: the relevant items of query q in what follows, by descending similarity, and of equal
    /// rows by item.
    private let starts: [Int]
    /// Followed by as many zeros as ``spareValueCount``.
    private let values: [Float]
    /// The positions of the relevant items, and the first position with an equal row.
    let positions: [Int32]
    private let originals: [Int32]
    /// The relevant items' numbers; for cosines of integers their inner products with the query and squared lengths.
    private let numbers: [Int32]
    private let innerProducts: [Double]
    private let squares: [Double]
    /// For each query, where its relevant items divide similarities.
    private let guides: [Guide]
    private let places: [UInt16]

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

    /// How many numbers `ranks_place` may read after the values.
    private static let spareValueCount = 7

    /// How many counts there are beyond the relevant items: four in turn for what comes last, and one for what is unclear.
    private static let spareCount = 5

    /// Sorts relevant items.
    ///
    /// - Parameters:
    ///   - queries: the tile's queries.
    ///   - positions: for each query the positions of its relevant items.
    ///   - similarities: the same for their similarities.
    init(
        of queries: [QueryTile.Query], positions relevant: [[Int32]], similarities: [[Float]], setting: RankingSetting
    ) {
        var (starts, values, positions, originals): ([Int], [Float], [Int32], [Int32]) = ([0], [], [], [])
        var (guides, places): ([Guide], [UInt16]) = ([], [])
        let total = relevant.reduce(0) { $0 + $1.count }
        values.reserveCapacity(total + Self.spareValueCount)
        positions.reserveCapacity(total)
        for (q, query) in queries.enumerated() {
            let sorted = Self.sorted(relevant[q], similarities[q], originals: setting.originals, setting)
            for item in sorted {
                values.append(item.value)
                positions.append(item.position)
                if setting.originals != nil { originals.append(item.original) }
            }
            starts.append(values.count)
            guides.append(
                sorted.isEmpty
                    ? Guide() : Self.guide(values[starts[q]...], of: query, setting: setting, places: &places))
        }
        self.starts = starts
        values += repeatElement(0, count: Self.spareValueCount)
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
    }

    /// The places of a query's relevant items in ``values``, ``positions`` and ``originals``.
    subscript(q: Int) -> Range<Int> { starts[q]..<starts[q + 1] }

    var largestCount: Int { zip(starts, starts.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) } }

    // MARK: Counts

    /// How many relevant items all queries have.
    var count: Int { positions.count }

    /// How many counts all queries have for one group of items.
    var countCount: Int { count + guides.count * Self.spareCount }

    /// Where a query's counts for a group of items begin.
    func firstCount(ofQuery q: Int, group: Int, groupCount: Int) -> Int {
        Self.firstCount(ofQuery: q, self[q], group: group, groupCount: groupCount)
    }

    /// The same of a query whose relevant items have some places.
    fileprivate static func firstCount(ofQuery q: Int, _ places: Range<Int>, group: Int, groupCount: Int) -> Int {
        (places.lowerBound + q * spareCount) * groupCount + group * (places.count + spareCount)
    }

    // MARK: Making

    /// The relevant items by descending similarity.
    ///
    /// Equal rows get one similarity, since BLAS does not promise equal
    /// products, and follow one another by item.
    private static func sorted(
        _ relevant: [Int32], _ similarities: [Float], originals: [Int32]?, _ setting: RankingSetting
    ) -> [(value: Float, original: Int32, position: Int32)] {
        guard let originals else {
            // The bits of floats, turned so that they ascend as similarities fall, then positions. Adding zero turns −0 into +0.
            var keys = zip(similarities, relevant).map { value, position in
                let bits = (value + 0).bitPattern
                let ascending = bits & 0x8000_0000 == 0 ? ~bits & 0x7FFF_FFFF : bits
                return UInt64(ascending) << 32 | UInt64(UInt32(bitPattern: position))
            }
            keys.sort()
            return keys.map { key in
                let ascending = UInt32(truncatingIfNeeded: key >> 32)
                let bits = ascending & 0x8000_0000 == 0 ? ~ascending & 0x7FFF_FFFF : ascending
                let position = Int32(truncatingIfNeeded: key)
                return (Float(bitPattern: bits), position, position)
            }
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
        _ values: ArraySlice<Float>, of query: QueryTile.Query, setting: RankingSetting, places: inout [UInt16]
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
        let rangeCount = max(16, min(16 * count, 1024))
        guide.rangeCount = Int32(rangeCount)
        guide.origin = highest
        let quotient = Float(rangeCount) / (highest - lowest) * (1 - 0x1p-20)
        guide.scale = quotient.isFinite ? quotient : 0
        // One range above, the ranges, and four below.
        let end = rangeCount + 2
        places.append(contentsOf: repeatElement(UInt16(truncatingIfNeeded: count), count: end))
        for lane in 0..<4 { places.append(UInt16(truncatingIfNeeded: count + lane)) }
        places.withUnsafeMutableBufferPointer { places in
            let own = UnsafeMutableBufferPointer(rebasing: places[guide.start...])
            var next = 0
            for (k, value) in values.enumerated() where next < end {
                let first = guide.range(of: value + guide.doubt)
                let last = guide.range(of: value - guide.doubt)
                if next < first {
                    own[next..<first].update(repeating: UInt16(truncatingIfNeeded: k))
                    next = first
                }
                // A search may begin earlier than it needs to.
                let unclear = UInt16(min(count + 4 + k, Int(UInt16.max)))
                while next <= last {
                    own[next] = unclear
                    next += 1
                }
            }
        }
        return guide
    }
}

// MARK: - For the innermost loops

extension RelevantItems {
    /// The memory of relevant items.
    struct Pointers {
        fileprivate let starts: UnsafePointer<Int>
        fileprivate let guides: UnsafePointer<Guide>
        fileprivate let values: UnsafePointer<Float>
        fileprivate let places: UnsafePointer<UInt16>?
        let positions: UnsafePointer<Int32>
        /// For each relevant item the first position with an equal row; nil where that does not matter.
        let originals: UnsafePointer<Int32>?
        fileprivate let numbers: UnsafePointer<Int32>?
        fileprivate let innerProducts, squares: UnsafePointer<Double>?
        fileprivate let comparison, tieOrder: Int32
    }

    /// Passes the memory of the relevant items to a function; not if there are none.
    func withPointers(_ setting: RankingSetting, _ body: (Pointers) -> Void) {
        withAddresses(starts, guides, values, places) { starts, guides, values, places in
            withAddresses(positions, originals, numbers) { positions, originals, numbers in
                withAddresses(innerProducts, squares) { innerProducts, squares in
                    guard let starts, let guides, let values, let positions, !self.positions.isEmpty else { return }
                    body(
                        Pointers(
                            starts: starts, guides: guides, values: values, places: places, positions: positions,
                            originals: self.originals.isEmpty ? nil : originals, numbers: numbers,
                            innerProducts: self.innerProducts.isEmpty ? nil : innerProducts,
                            squares: self.squares.isEmpty ? nil : squares, comparison: setting.comparison,
                            tieOrder: setting.tieOrder))
                }
            }
        }
    }
}

extension RelevantItems.Pointers {
    /// The places of a query's relevant items among all of them.
    subscript(q: Int) -> Range<Int> { starts[q]..<starts[q + 1] }

    /// Where a query's counts for a group of items begin.
    func firstCount(ofQuery q: Int, group: Int, groupCount: Int) -> Int {
        RelevantItems.firstCount(ofQuery: q, self[q], group: group, groupCount: groupCount)
    }

    /// What places items among the relevant ones of a query that has some.
    ///
    /// - Parameters:
    ///   - doubt: how far similarities to the items can be off.
    ///   - length: the query's, for cosines of integers.
    func guide(ofQuery q: Int, doubt: Float, length: Double) -> ranks_guide {
        let (guide, own) = (guides[q], self[q])
        let (start, count) = (own.lowerBound, own.count)
        let sum = guide.ownDoubt + doubt
        let isGuided = sum <= guide.doubt && guide.rangeCount > 0
        let wanted = isGuided ? guide.doubt : sum
        return ranks_guide(
            values: values + start, relevant_count: Int32(count), doubt: wanted,
            lowest: values[start + count - 1] - wanted, origin: guide.origin, scale: guide.scale,
            range_count: isGuided ? guide.rangeCount : 0, places: places.map { $0 + guide.start },
            comparison: comparison, tie_order: tieOrder, rows: originals.map { $0 + start },
            numbers: numbers.map { $0 + start }, length: length,
            inner_products: innerProducts.map { $0 + start }, squares: squares.map { $0 + start })
    }
}

extension RankingSetting {
    /// What loops over items need.
    struct Memory {
        /// All items, without products.
        let items: ranks_items
        let rows: RowMemory
        /// Each query's length, for cosines of integers.
        fileprivate let lengths: UnsafePointer<Double>?

        func length(ofQuery row: Int) -> Double { lengths.map { $0[row] } ?? 0 }
    }

    /// Passes the memory of rows and items to a function.
    func withMemory(_ body: (Memory) -> Void) {
        let (items, originals) = (rows.items, originals)
        withAddresses(items.roundedPenalties, order.items, originals ?? []) { penalties, numbers, equal in
            withAddresses(items.lengths, items.squares, rows.queries.lengths) { lengths, squares, queryLengths in
                rows.withMemory { memory in
                    body(
                        Memory(
                            items: ranks_items(
                                products: nil, penalties: penalties, count: items.roundedPenalties.count,
                                rows: originals == nil ? nil : equal, numbers: numbers,
                                lengths: items.lengths.isEmpty ? nil : lengths, squares: squares),
                            rows: memory, lengths: rows.queries.lengths.isEmpty ? nil : queryLengths))
                }
            }
        }
    }
}

extension ranks_items {
    /// Some of all items, with their products.
    func part(_ range: Range<Int>, products: UnsafePointer<Float>) -> ranks_items {
        let start = range.lowerBound
        return ranks_items(
            products: products, penalties: penalties + start, count: range.count, rows: rows.map { $0 + start },
            numbers: numbers + start, lengths: lengths.map { $0 + start }, squares: squares + start)
    }
}

extension RelevantItems.Guide {
    /// The range of a value, as `ranks_place` finds it; it never decreases as values fall, since no step of it does.
    func range(of value: Float) -> Int {
        let last = Float(rangeCount)
        var range = (origin - value) * scale
        range = range > -1 ? range : -1
        range = range < last ? range : last
        return Int(range + 1)
    }
}

/// Memory of a thread in which items are counted.
final class CountingRoom {
    private(set) var tables = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
    private(set) var doubtful = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    private var tableSize = 1
    private var itemCount = 1

    func grow(itemCount: Int, relevantCount: Int) {
        let size = ranks_table_size(relevantCount)
        if size > tableSize {
            tables.deallocate()
            tables = .allocate(capacity: size)
            tables.initialize(repeating: 0, count: size)
            tableSize = size
        }
        if itemCount > self.itemCount {
            doubtful.deallocate()
            doubtful = .allocate(capacity: itemCount)
            self.itemCount = itemCount
        }
    }

    deinit {
        tables.deallocate()
        doubtful.deallocate()
    }
}
