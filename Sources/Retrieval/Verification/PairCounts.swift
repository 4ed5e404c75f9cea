/// How many genuine pairs and impostors there are of each similarity, from the highest down.
struct PairCounts: Sendable, Equatable {
    /// Pairs of some keys that follow one another.
    struct Run: Sendable, Equatable {
        /// The lowest key of the run.
        var low: Int32
        /// The highest key.
        var high: Int32
        var genuineCount: Int
        var impostorCount: Int

        /// Whether the order of all its pairs is known.
        var isResolved: Bool { low == high || genuineCount == 0 || impostorCount == 0 }
    }

    /// The runs, descending; none without pairs.
    private(set) var runs: [Run]
    let genuineCount: Int
    let impostorCount: Int

    init(_ runs: [Run]) {
        self.runs = runs
        genuineCount = runs.reduce(0) { $0 + $1.genuineCount }
        impostorCount = runs.reduce(0) { $0 + $1.impostorCount }
    }

    /// Counts keys one by one.
    init(genuine: [Int32], impostors: [Int32]) {
        let (genuine, impostors) = (genuine.sorted(by: >), impostors.sorted(by: >))
        var runs: [Run] = []
        var (i, j) = (0, 0)
        while i < genuine.count || j < impostors.count {
            let key = max(i < genuine.count ? genuine[i] : .min, j < impostors.count ? impostors[j] : .min)
            let (first, second) = (i, j)
            while i < genuine.count, genuine[i] == key { i += 1 }
            while j < impostors.count, impostors[j] == key { j += 1 }
            runs.append(Run(low: key, high: key, genuineCount: i - first, impostorCount: j - second))
        }
        self.init(runs)
    }

    /// Keeps the keys of all pairs of a walk, and sorts them.
    init(sorting walk: PairWalk) {
        let found = walk.run { KeyCounter(walk.rows) }
        self.init(genuine: found.flatMap(\.genuine), impostors: found.flatMap(\.impostors))
    }

    /// Counts the pairs of a walk in bins.
    init(binning walk: PairWalk) {
        let total = BinTotal()
        for counter in walk.run({ BinCounter(walk.rows, total: total) }) { counter.flush() }
        self.init(total.runs)
    }

    /// The bins that hold the thresholds of some false accept rates and the equal error rate, ascending; each is a run.
    func bins(forRates rates: [Double]) -> [Int] {
        let wanted = rates.compactMap { rate in
            runOfImpostor(number: allowedCount(rate, of: impostorCount) + 1)
        }
        return Set(
            (wanted + [AcceptedPairs(self).crossing].compactMap { $0 }).map { SimilarityGrid.bin(of: runs[$0].low) }
        ).sorted()
    }

    /// The run with the impostor of a number, from 1, counted from the most similar one; nil if there are fewer.
    func runOfImpostor(number: Int) -> Int? {
        var count = 0
        return runs.firstIndex {
            count += $0.impostorCount
            return count >= number
        }
    }

    /// Puts what is known of some bins in the place of their runs.
    mutating func replace(_ bins: [Int], by refined: [Run]) {
        guard !bins.isEmpty else { return }
        let isReplaced = Set(bins)
        runs = (runs.filter { !isReplaced.contains(SimilarityGrid.bin(of: $0.low)) } + refined)
            .sorted { $0.low > $1.low }
        precondition(
            runs.reduce(0) { $0 + $1.genuineCount } == genuineCount
                && runs.reduce(0) { $0 + $1.impostorCount } == impostorCount,
            "the second pass counts other pairs than the first")
    }
}
