internal import CRanks

/// What all tiles of a ranking share.
struct RankingSetting: Sendable {
    let rows: ComparableRows
    let order: ItemOrder
    let ties: TieOrder
    /// The number of groups for which ranks are counted apart; 1 if there are none.
    let groupCount: Int
    /// Whether ranks without each group are wanted.
    let countsGroups: Bool
    /// Bounds for all items but those far longer than most.
    let typicalBounds: LengthBounds

    init(rows: ComparableRows, order: ItemOrder, ties: TieOrder, groups: ItemGroups?) {
        self.rows = rows
        self.order = order
        self.ties = ties
        groupCount = groups?.count ?? 1
        countsGroups = groups != nil
        let (norms, penalties) = (rows.items.norms, rows.items.penalties)
        let count = norms.count
        func typical(_ values: [Double]) -> Double {
            guard let largest = values.max() else { return 0 }
            let median = values.sorted()[count / 2]
            return min(largest, 4 * median)
        }
        typicalBounds = LengthBounds(length: typical(norms), penalty: typical(penalties))
    }

    /// Bounds for the items of a class.
    func classBounds(_ positions: Range<Int>) -> LengthBounds { LengthBounds(of: positions, in: rows) }

    /// For each position the first one with an equal row, where that matters.
    var originals: [Int32]? {
        rows.bounds.exactness == .single || rows.hasIntegralCosines ? nil : rows.originals
    }

    /// How items within the doubt compare.
    var comparison: Int32 {
        let comparison =
            rows.bounds.exactness == .single
            ? RANKS_EQUAL
            : rows.hasIntegralCosines ? RANKS_COSINES : rows.originals == nil ? RANKS_UNKNOWN : RANKS_SAME_ROW
        return Int32(comparison)
    }

    var tieOrder: Int32 {
        switch ties {
        case .sampleOrder: 0
        case .relevantFirst: 1
        case .relevantLast: 2
        }
    }

    /// How far the similarities of a query to items within some bounds can be off.
    func doubt(ofQuery row: Int, _ bounds: LengthBounds) -> Float {
        rows.bounds.doubt(query: rows.queries.norms[row], item: bounds.length, penalty: bounds.penalty)
    }
}

/// The largest length and penalty of some items.
struct LengthBounds: Sendable {
    let length: Double
    let penalty: Double

    init(length: Double, penalty: Double) {
        self.length = length
        self.penalty = penalty
    }

    init(of positions: Range<Int>, in rows: ComparableRows) {
        length = rows.items.norms[positions].max() ?? 0
        penalty = rows.items.penalties[positions].max() ?? 0
    }
}

extension QueryTile.Query {
    /// The parts of a range of items that may count for the query: not its own class, and not itself.
    func parts(of range: Range<Int>) -> [Range<Int>] {
        var parts = [range]
        if ownClass.overlaps(range) {
            parts = [
                range.lowerBound..<max(range.lowerBound, ownClass.lowerBound),
                min(range.upperBound, ownClass.upperBound)..<range.upperBound,
            ]
        }
        if ownPosition >= 0, range.contains(ownPosition) {
            parts = parts.flatMap { part in
                part.contains(ownPosition)
                    ? [part.lowerBound..<ownPosition, ownPosition + 1..<part.upperBound] : [part]
            }
        }
        return parts.filter { !$0.isEmpty }
    }
}

extension ItemOrder {
    /// Each group's part of a range of positions.
    func parts(of range: Range<Int>) -> [(group: Int, range: Range<Int>)] {
        guard groups.count > 1 else { return [(groups.first?.group ?? 0, range)] }
        var next = groups.partitioningIndex { $0.range.upperBound > range.lowerBound }
        var parts: [(group: Int, range: Range<Int>)] = []
        while next < groups.count, groups[next].range.lowerBound < range.upperBound {
            let part = range.clamped(to: groups[next].range)
            if !part.isEmpty { parts.append((groups[next].group, part)) }
            next += 1
        }
        return parts
    }
}
