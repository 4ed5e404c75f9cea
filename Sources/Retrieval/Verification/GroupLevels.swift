/// To which of up to 2¹⁵ levels the bins belong: ranges of bins that hold a fiftieth more impostors than are above, or
/// a 512th of all genuine pairs, at most, where no bin holds more.
struct LevelTable: Sendable {
    static let refinedFlag: UInt16 = 0x8000

    /// For each bin its level, from 0 for the highest; or the flag and its place among the refined bins.
    let codes: [UInt16]
    /// The levels of the refined bins.
    let levelsOfRefined: [Int]
    let refinedBins: [Int]
    let levelCount: Int

    init(_ counts: PairCounts, refining bins: [Int]) {
        var codes = [UInt16](repeating: 0, count: SimilarityGrid.binCount)
        var (level, lastBin) = (0, -1)
        var (impostors, genuineInLevel, impostorsInLevel) = (0, 0, 0)
        for run in counts.runs {
            let bin = SimilarityGrid.bin(of: run.low)
            let isFull =
                impostorsInLevel * 50 > impostors - impostorsInLevel || genuineInLevel * 512 > counts.genuineCount
            // Of sorted pairs several runs can be of one bin.
            if isFull, bin != lastBin {
                level += 1
                (genuineInLevel, impostorsInLevel) = (0, 0)
            }
            (lastBin, codes[bin]) = (bin, UInt16(level))
            genuineInLevel += run.genuineCount
            impostorsInLevel += run.impostorCount
            impostors += run.impostorCount
        }
        levelCount = level + 1
        levelsOfRefined = bins.map { Int(codes[$0]) }
        for (place, bin) in bins.enumerated() { codes[bin] = Self.refinedFlag | UInt16(place) }
        self.codes = codes
        refinedBins = bins
    }
}

/// The numbers of pairs at each level of similarity, for every two groups of classes.
struct GroupLevels: Sendable, Equatable {
    let groupCount: Int
    let levelCount: Int
    /// The impostors of the groups g and h at `(g · G + h) · L` and on.
    private(set) var impostors: [Int]
    /// The genuine pairs of the group g at `g · L` and on.
    private(set) var genuine: [Int]

    init(groupCount: Int, levelCount: Int) {
        (self.groupCount, self.levelCount) = (groupCount, levelCount)
        impostors = Array(repeating: 0, count: groupCount * groupCount * levelCount)
        genuine = Array(repeating: 0, count: groupCount * levelCount)
    }

    /// Counts a pair.
    mutating func count(queryGroup: Int, itemGroup: Int, level: Int, isGenuine: Bool) {
        if isGenuine {
            genuine[queryGroup * levelCount + level] += 1
        } else {
            impostors[(queryGroup * groupCount + itemGroup) * levelCount + level] += 1
        }
    }

    mutating func add(_ other: GroupLevels) {
        for index in impostors.indices { impostors[index] += other.impostors[index] }
        for index in genuine.indices { genuine[index] += other.genuine[index] }
    }

    /// Adds a block's counts, and sets them to 0.
    mutating func take(
        genuine other: inout [Int], impostors otherImpostors: inout [Int], queryGroup: Int, itemGroup: Int
    ) {
        let start = (queryGroup * groupCount + itemGroup) * levelCount
        for level in 0..<levelCount {
            impostors[start + level] += otherImpostors[level]
            otherImpostors[level] = 0
        }
        // Genuine pairs are of one class, and so of one group.
        guard queryGroup == itemGroup else { return }
        for level in 0..<levelCount {
            genuine[queryGroup * levelCount + level] += other[level]
            other[level] = 0
        }
    }

    /// The pairs that are accepted level by level.
    ///
    /// - Parameter group: a group to leave out, with all pairs that one of its classes has a part in; nil for none.
    func accepted(without left: Int?) -> AcceptedPairs {
        let kept = (0..<groupCount).filter { $0 != left }
        return AcceptedPairs(
            (0..<levelCount).map { level in
                (
                    genuine: kept.reduce(0) { $0 + genuine[$1 * levelCount + level] },
                    impostors: kept.reduce(0) { sum, g in
                        kept.reduce(sum) { $0 + impostors[(g * groupCount + $1) * levelCount + level] }
                    }
                )
            })
    }
}
