/// Counts, for one query, how many items rank before each of its relevant items.
///
/// Goals, in this order: exact ranks with ties by row number, a cost that hardly grows with the number R of relevant
/// items, and a low cost for a good model. The relevant items are sorted by (similarity descending, row ascending). An
/// item that is at least as similar as the last of them is then placed among them, and the numbers placed before the
/// k-th are summed up. A guide table over many similarity ranges of equal width gives the place at once if no relevant
/// item lies in the item's range. If some do, a binary search among them finds it, so a collapsed model (all
/// similarities equal) costs no more than log R per item.
///
/// Sorting the whole row would give the same ranks at several times the cost, and a heap of the nearest K would give
/// only the ranks up to K.
///
/// If items are in groups, they are counted group by group, so the ranks without the items of any one group are
/// available as well, at little extra cost.
struct RankCounter: RowCounter {
    /// The relevant items: similarity (in reversed order) in the upper half, row number in the lower.
    private var keys: [UInt64] = []
    private var values: [Float] = []
    private var rows: [Int32] = []
    /// `guide[r]..<guide[r + 1]`: the relevant items in range r, where range 0 is the most similar.
    private var guide: [Int32] = []
    /// The place of every item in range r, or −1 where range r holds relevant items.
    private var places: [Int32] = []
    /// `counts[g · stride + k]`: how many items of group g rank before the k-th relevant item, but not before the
    /// previous one; the stride is the number of relevant items plus the number of lanes.
    private var counts: [Int32] = []

    mutating func count(
        row: UnsafeBufferPointer<Float>, skipped: [Int32], relevant: [Int32], ties: TieOrder, groups: ItemGroups?,
        ranks: UnsafeMutableBufferPointer<Int32>, ranksWithout: UnsafeMutableBufferPointer<Int32>
    ) {
        let groupCount = groups?.count ?? 1
        sortRelevant(row: row, relevant: relevant, groupCount: groupCount)
        let scale = fillGuide(itemCount: row.count)
        let stride = values.count + GuidedSearch.laneCount
        counts.withUnsafeMutableBufferPointer { counts in
            values.withUnsafeBufferPointer { values in
                rows.withUnsafeBufferPointer { rows in
                    guide.withUnsafeBufferPointer { guide in
                        places.withUnsafeBufferPointer { places in
                            let search = GuidedSearch(
                                values: values, rows: rows, guide: guide, places: places, scale: scale)
                            guard let base = counts.baseAddress else { return }
                            guard let groups else {
                                search.placeItems(of: row) { _, place in base[place] &+= 1 }
                                for item in skipped {
                                    counts[search.position(row[Int(item)], Int(item))] -= 1
                                }
                                return
                            }
                            groups.groupOfItem.withUnsafeBufferPointer { groupOfItem in
                                guard let group = groupOfItem.baseAddress else { return }
                                search.placeItems(of: row) { item, place in
                                    base[Int(group[item]) &* stride &+ place] &+= 1
                                }
                                for item in skipped.lazy.map(Int.init) {
                                    counts[Int(groupOfItem[item]) * stride + search.position(row[item], item)] -= 1
                                }
                            }
                        }
                    }
                }
            }
            sumUp(
                UnsafeBufferPointer(counts), stride: stride, groups: groups, ranks: ranks, ranksWithout: ranksWithout)
        }
        resolveTies(ties, row: row, skipped: skipped, relevant: relevant, ranks: ranks)
    }

    /// Adjusts the ranks just found so that relevant items come before all other items of the same similarity, or after
    /// them.
    ///
    /// - Complexity: O(m log R) for m items, most of which take one comparison.
    private func resolveTies(
        _ ties: TieOrder, row: UnsafeBufferPointer<Float>, skipped: [Int32], relevant: [Int32],
        ranks: UnsafeMutableBufferPointer<Int32>
    ) {
        guard ties != .sampleOrder, let highest = values.first, let lowest = values.last else { return }
        // `changes[k]`: the change of the ranks from the k-th on, relative to that of the ranks before.
        var changes = [Int32](repeating: 0, count: values.count + 1)
        var next = (relevant + skipped).sorted().makeIterator()
        var nextOther = next.next().map(Int.init)
        for item in row.indices {
            if item == nextOther {
                nextOther = next.next().map(Int.init)
                continue
            }
            let value = row[item]
            guard value <= highest, value >= lowest else { continue }
            let first = values.partitioningIndex { $0 <= value }
            guard values[first] == value else { continue }
            let end = values.partitioningIndex { $0 < value }
            let place = rows[first..<end].partitioningIndex { Int($0) > item }
            switch ties {
            case .sampleOrder: break
            case .relevantFirst:
                // The item no longer ranks before equal relevant items with later rows.
                changes[place] -= 1
                changes[end] += 1
            case .relevantLast:
                changes[first] += 1
                changes[place] -= 1
            }
        }
        var change: Int32 = 0
        for k in ranks.indices {
            change += changes[k]
            ranks[k] += change
        }
    }

    private mutating func sortRelevant(
        row: UnsafeBufferPointer<Float>, relevant: [Int32], groupCount: Int
    ) {
        keys.removeAll(keepingCapacity: true)
        for item in relevant {
            // Adding zero turns −0 into +0; the two compare as equal but differ in their bits.
            let bits = (row[Int(item)] + 0).bitPattern
            let ascending = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
            keys.append(UInt64(~ascending) << 32 | UInt64(UInt32(bitPattern: item)))
        }
        keys.sort()
        rows.removeAll(keepingCapacity: true)
        values.removeAll(keepingCapacity: true)
        for key in keys {
            let item = Int32(truncatingIfNeeded: key)
            rows.append(item)
            values.append(row[Int(item)])
        }
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: groupCount * (rows.count + GuidedSearch.laneCount)))
    }

    /// Fills the guide tables and returns the number of ranges per unit of similarity.
    ///
    /// The more ranges, the fewer searches: at 32 for each relevant item, filling the tables begins to cost what it
    /// saves, and 4096 fit in the innermost cache.
    private mutating func fillGuide(itemCount: Int) -> Float {
        let rangeCount = max(1, min(32 * rows.count, 4096, itemCount / 4))
        let quotient = Float(rangeCount) / (values[0] - values[values.count - 1])
        let scale = quotient.isFinite ? quotient : 0
        guide.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for (k, value) in values.enumerated() {
            let range = GuidedSearch.range(value, highest: values[0], scale: scale, last: Float(rangeCount - 1))
            guard range >= guide.count else { continue }
            places.append(contentsOf: repeatElement(Int32(k), count: range - places.count))
            places.append(-1)
            guide.append(contentsOf: repeatElement(Int32(k), count: range + 1 - guide.count))
        }
        let relevantCount = Int32(values.count)
        places.append(contentsOf: repeatElement(relevantCount, count: rangeCount - places.count))
        guide.append(contentsOf: repeatElement(relevantCount, count: rangeCount + 1 - guide.count))
        // Items below the lowest relevant one are counted too, but each lane at its own place: additions to the same
        // place would wait for one another.
        for lane in 0..<Int32(GuidedSearch.laneCount) { places.append(relevantCount + lane) }
        return scale
    }
}

/// The search for an item's place among the relevant ones.
///
/// Accesses are unchecked here: this is the innermost loop.
private struct GuidedSearch {
    static let laneCount = 8

    private let values: UnsafePointer<Float>
    private let rows: UnsafePointer<Int32>
    private let guide: UnsafePointer<Int32>
    private let places: UnsafePointer<Int32>
    private let scale: Float
    private let rangeCount: Int
    private let relevantCount: Int
    private let highest: Float
    private let lowest: Float

    init(
        values: UnsafeBufferPointer<Float>, rows: UnsafeBufferPointer<Int32>, guide: UnsafeBufferPointer<Int32>,
        places: UnsafeBufferPointer<Int32>, scale: Float
    ) {
        guard let first = values.baseAddress, let rows = rows.baseAddress, let guideStart = guide.baseAddress,
            let placesStart = places.baseAddress
        else { preconditionFailure("a query needs at least one relevant item") }
        precondition(places.count == guide.count - 1 + Self.laneCount, "the tables' sizes do not fit")
        self.values = first
        self.rows = rows
        self.guide = guideStart
        self.places = placesStart
        self.scale = scale
        rangeCount = guide.count - 1
        relevantCount = values.count
        highest = first[0]
        lowest = first[values.count - 1]
    }

    /// The range of a similarity: it never decreases with the distance from the highest, since no step of it does.
    @inline(__always)
    static func range(_ value: Float, highest: Float, scale: Float, last: Float) -> Int {
        let offset = (highest - value) * scale
        let clamped = offset > 0 ? (offset < last ? offset : last) : 0
        // Adding 2²³ leaves the rounded integer in the low bits of the significand; a conversion would check its range.
        return Int((clamped + 0x1p23).bitPattern & 0x7F_FFFF)
    }

    /// How many relevant items rank before an item; a relevant item does not rank before itself.
    func position(_ value: Float, _ item: Int) -> Int {
        guard value >= lowest else { return relevantCount }
        let range = Self.range(value, highest: highest, scale: scale, last: Float(rangeCount - 1))
        var low = Int(guide[range])
        var high = Int(guide[range &+ 1])
        while low < high {
            let middle = (low &+ high) &>> 1
            if value > values[middle] || (value == values[middle] && item <= Int(rows[middle])) {
                high = middle
            } else {
                low = middle &+ 1
            }
        }
        return low
    }

    /// Passes each item and its position to `visit`.
    ///
    /// An item below the lowest relevant one may get any position from R on, or not be visited at all.
    @inline(__always)
    func placeItems(of row: UnsafeBufferPointer<Float>, visit: (_ item: Int, _ position: Int) -> Void) {
        guard let items = row.baseAddress else { return }
        let laneCount = Self.laneCount
        let groupCount = 4
        let vectors = UnsafeRawPointer(items)
        let last = SIMD8<Float>(repeating: Float(rangeCount - 1))
        let highest = SIMD8<Float>(repeating: highest)
        let lowest = SIMD8<Float>(repeating: lowest)
        let beyond = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) &+ Int32(rangeCount)
        var start = 0
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: groupCount * laneCount) { buffer in
            guard let ranges = buffer.baseAddress else { return }
            let vectorRanges = UnsafeMutableRawPointer(ranges)
            while start &+ groupCount &* laneCount <= row.count {
                var reached = SIMD8<Int32>(repeating: 0)
                for group in 0..<groupCount {
                    let offset = start &+ group &* laneCount
                    let value = vectors.loadUnaligned(fromByteOffset: 4 &* offset, as: SIMD8<Float>.self)
                    reached.replace(with: -1, where: value .>= lowest)
                }
                // For a good model, usually no lane reaches the lowest relevant item.
                if reached.wrappedSum() != 0 {
                    for group in 0..<groupCount {
                        let offset = start &+ group &* laneCount
                        let value = vectors.loadUnaligned(fromByteOffset: 4 &* offset, as: SIMD8<Float>.self)
                        var scaled = (highest - value) * scale
                        scaled.replace(with: 0, where: scaled .< 0)
                        scaled.replace(with: last, where: scaled .> last)
                        var range = unsafeBitCast(scaled + 0x1p23, to: SIMD8<Int32>.self) & 0x7F_FFFF
                        range.replace(with: beyond, where: value .< lowest)
                        vectorRanges.storeBytes(of: range, toByteOffset: 4 &* group &* laneCount, as: SIMD8<Int32>.self)
                    }
                    for lane in 0..<groupCount &* laneCount {
                        let place = Int(places[Int(ranges[lane])])
                        let item = start &+ lane
                        visit(item, place >= 0 ? place : position(items[item], item))
                    }
                }
                start &+= groupCount &* laneCount
            }
        }
        for item in start..<row.count { visit(item, position(items[item], item)) }
    }
}
