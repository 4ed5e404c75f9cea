/// Counts, for one query, how many items rank before each of its relevant items, by similarities in double precision.
///
/// A binary search among the relevant items places each item that is at least as similar as the last of them; this is
/// used only for short rows.
struct DoubleCounter: RowCounter {
    /// The relevant items by descending similarity, equal ones by ascending row.
    private var sorted: [(value: Double, row: Int)] = []
    private var counts: [Int32] = []

    mutating func count(
        row: UnsafeBufferPointer<Double>, skipped: [Int32], relevant: [Int32], ties: TieOrder, groups: ItemGroups?,
        ranks: UnsafeMutableBufferPointer<Int32>, ranksWithout: UnsafeMutableBufferPointer<Int32>
    ) {
        sorted.removeAll(keepingCapacity: true)
        for item in relevant { sorted.append((row[Int(item)], Int(item))) }
        sorted.sort { $0.value > $1.value || ($0.value == $1.value && $0.row < $1.row) }
        let count = sorted.count
        let groupCount = groups?.count ?? 1
        counts.removeAll(keepingCapacity: true)
        counts.append(contentsOf: repeatElement(0, count: count * groupCount))
        guard let lowest = sorted.last?.value else { return }
        var next = relevant.makeIterator()
        var nextRelevant = next.next().map(Int.init)
        var others = skipped.makeIterator()
        var nextSkipped = others.next().map(Int.init)
        for item in row.indices {
            let isRelevant = item == nextRelevant
            if isRelevant { nextRelevant = next.next().map(Int.init) }
            guard item != nextSkipped else {
                nextSkipped = others.next().map(Int.init)
                continue
            }
            guard row[item] >= lowest else { continue }
            let place = place(of: row[item], item, ties: isRelevant ? .sampleOrder : ties)
            guard place < count else { continue }
            counts[(groups.map { Int($0.groupOfItem[item]) } ?? 0) * count + place] += 1
        }
        counts.withUnsafeBufferPointer { counts in
            sumUp(counts, stride: count, groups: groups, ranks: ranks, ranksWithout: ranksWithout)
        }
    }

    /// How many relevant items rank before an item; a relevant item does not rank before itself.
    private func place(of value: Double, _ item: Int, ties: TieOrder) -> Int {
        sorted.partitioningIndex { other in
            guard value == other.value else { return value > other.value }
            switch ties {
            case .sampleOrder: return item <= other.row
            case .relevantFirst: return false
            case .relevantLast: return true
            }
        }
    }
}
