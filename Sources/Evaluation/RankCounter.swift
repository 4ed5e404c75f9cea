/// Counts, for one query, how many items rank before each of its relevant items.
///
/// Goals, in this order: exact ranks with ties by row number, a cost that hardly grows with the number R of relevant
/// items, and little of it for a good model. The relevant items are sorted by (similarity descending, row ascending).
/// An item that is at least as similar as the last of them is then placed among them, and the number placed before the
/// k-th is summed up. A guide table over R similarity ranges of equal width narrows the search, mostly to nothing; what
/// remains is a binary search, so that a collapsed model (all similarities equal) costs log R an item and no more.
///
/// Sorting the whole row would give the same ranks at several times the cost, and a heap of the nearest K only those
/// within K.
struct RankCounter {
    /// The relevant items: similarity (its order reversed) in the upper half, row number in the lower.
    private var keys: [UInt64] = []
    private var values: [Float] = []
    private var rows: [Int32] = []
    /// `guide[b]`: how many relevant items are in a range above b.
    private var guide: [Int32] = []
    /// `counts[k]`: how many items rank before the k-th relevant one, but not before the one before it.
    private var counts: [Int32] = []

    /// Writes the 1-based ranks of the query's relevant items, ascending, to `ranks`.
    ///
    /// - Parameters:
    ///   - row: the query's similarity to each item; all finite.
    ///   - query: the query's own row, which is no item.
    ///   - relevant: the rows of the query's class, the query's among them; at least one other.
    ///   - ranks: room for `relevant.count − 1` ranks.
    mutating func count(
        row: UnsafeBufferPointer<Float>, query: Int, relevant: [Int32], ranks: UnsafeMutableBufferPointer<Int32>
    ) {
        sortRelevant(row: row, query: query, relevant: relevant)
        let last = rows.count - 1
        let lowest = values[last]
        let width = guide.count
        let scale = fillGuide(rangeCount: width)
        counts.withUnsafeMutableBufferPointer { counts in
            values.withUnsafeBufferPointer { values in
                rows.withUnsafeBufferPointer { rows in
                    guide.withUnsafeBufferPointer { guide in
                        /// The position of an item among the relevant ones, which is R after all of them.
                        func position(_ value: Float, _ item: Int) -> Int {
                            let range = Self.range(value, lowest: lowest, scale: scale, rangeCount: width)
                            var low = Int(guide[range])
                            var high = range == 0 ? values.count : Int(guide[range &- 1])
                            while low < high {
                                let middle = (low &+ high) &>> 1
                                let precedes =
                                    value > values[middle]
                                    || (value == values[middle] && item <= Int(rows[middle]))
                                if precedes { high = middle } else { low = middle &+ 1 }
                            }
                            return low
                        }
                        let chunk = 32
                        var start = 0
                        while start < row.count {
                            let end = min(start &+ chunk, row.count)
                            var hits: Int32 = 0
                            for item in start..<end { hits |= row[item] >= lowest ? 1 : 0 }
                            if hits != 0 {
                                for item in start..<end where row[item] >= lowest {
                                    counts[position(row[item], item)] &+= 1
                                }
                            }
                            start = end
                        }
                        if row[query] >= lowest { counts[position(row[query], query)] &-= 1 }
                    }
                }
            }
            // A relevant item was placed at itself, so the sum up to k counts the k-th item too: a 1-based rank.
            var rank: Int32 = 0
            for k in 0...last {
                rank &+= counts[k]
                ranks[k] = rank
            }
        }
    }

    private mutating func sortRelevant(row: UnsafeBufferPointer<Float>, query: Int, relevant: [Int32]) {
        keys.removeAll(keepingCapacity: true)
        for item in relevant where Int(item) != query {
            // Adding zero turns −0 into +0, which compare as equal but differ in their bits.
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
        counts.append(contentsOf: repeatElement(0, count: rows.count + 1))
        let width = max(1, min(4 * rows.count, 4096))
        guide.removeAll(keepingCapacity: true)
        guide.append(contentsOf: repeatElement(0, count: width))
    }

    /// Fills the guide table and returns the ranges per unit of similarity.
    private mutating func fillGuide(rangeCount: Int) -> Float {
        let (highest, lowest) = (values[0], values[values.count - 1])
        let quotient = Float(rangeCount) / (highest - lowest)
        let scale = quotient.isFinite ? quotient : 0
        var range = rangeCount - 1
        for (k, value) in values.enumerated() {
            let own = Self.range(value, lowest: lowest, scale: scale, rangeCount: rangeCount)
            while range >= own {
                guide[range] = Int32(k)
                range -= 1
            }
        }
        return scale
    }

    /// The range of a similarity that is at least `lowest`: an increasing function, since every step of it is.
    @inline(__always)
    private static func range(_ value: Float, lowest: Float, scale: Float, rangeCount: Int) -> Int {
        Int(min((value - lowest) * scale, Float(rangeCount - 1)))
    }
}
