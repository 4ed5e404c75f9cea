/// A second pass over all pairs, that counts those of some bins key by key, and those of every two groups level by level.
struct RefiningPass {
    /// What is known of the refined bins, in any order.
    let refined: [PairCounts.Run]
    /// The pairs of every two groups.
    let levels: GroupLevels

    /// - Parameters:
    ///   - counts: what the first pass found.
    ///   - bins: the bins to refine, ascending.
    init(_ walk: PairWalk, _ counts: PairCounts, refining bins: [Int]) {
        let table = LevelTable(counts, refining: bins)
        let counters = walk.run { RefiningCounter(walk.rows, table: table, groupCount: walk.groupCount) }
        var keys = KeyCounts(bins: bins)
        var levels = GroupLevels(groupCount: walk.groupCount, levelCount: table.levelCount)
        for counter in counters {
            keys.add(counter.keys)
            levels.add(counter.levels)
        }
        refined = keys.runs
        self.levels = levels
    }
}

/// Counts pairs of some bins key by key, and those of every two groups level by level.
// One thread at a time has it: see PairCounter.
final class RefiningCounter: PairCounter, @unchecked Sendable {
    private let rows: CosineRows
    private let table: LevelTable
    private var finder: BinFinder
    private(set) var keys: KeyCounts
    private(set) var levels: GroupLevels
    private var groups = (query: 0, item: 0)
    /// What the block at hand has at each level.
    private var genuine: [Int]
    private var impostors: [Int]

    init(_ rows: CosineRows, table: LevelTable, groupCount: Int) {
        (self.rows, self.table) = (rows, table)
        finder = BinFinder(rows)
        keys = KeyCounts(bins: table.refinedBins)
        levels = GroupLevels(groupCount: groupCount, levelCount: table.levelCount)
        genuine = Array(repeating: 0, count: table.levelCount)
        impostors = genuine
    }

    func count(query: Int, first: Int, products: UnsafeBufferPointer<Double>, genuine range: Range<Int>) {
        finder.find(query: query, first: first, products: products) { bins in
            func place(_ places: Range<Int>, _ counts: inout [Int], isGenuine: Bool) {
                table.codes.withUnsafeBufferPointer { codes in
                    counts.withUnsafeMutableBufferPointer { counts in
                        for place in places {
                            let code = codes[Int(bins[place])]
                            guard code & LevelTable.refinedFlag != 0 else {
                                counts[Int(code)] &+= 1
                                continue
                            }
                            let number = Int(code & ~LevelTable.refinedFlag)
                            counts[table.levelsOfRefined[number]] += 1
                            keys.count(
                                rows.key(query, first + place, product: products[place]), place: number,
                                isGenuine: isGenuine)
                        }
                    }
                }
            }
            place(0..<range.lowerBound, &impostors, isGenuine: false)
            place(range, &genuine, isGenuine: true)
            place(range.upperBound..<bins.count, &impostors, isGenuine: false)
        }
    }

    func beginBlock(queryGroup: Int, itemGroup: Int) { groups = (queryGroup, itemGroup) }

    func endBlock() {
        levels.take(genuine: &genuine, impostors: &impostors, queryGroup: groups.query, itemGroup: groups.item)
    }
}
