/// The settings that a series of splits is made by; the manifest records them.
public struct SplitProtocol: Sendable, Equatable, Codable {
    /// What the Gaussians are fitted to.
    public var statistic: ShiftStatistic
    /// How many levels to choose.
    public var levelCount: Int
    /// How many pairs of classes change places in one step, and how many leave each side in one.
    public var swapsPerStep: Int
    /// The split to start from.
    public var start: SplitStart
    /// What all random choices come from.
    public var seed: UInt64
    /// The part of each side's classes that removal leaves.
    public var keepFraction: Double
    /// The number of classes that removal leaves on each side at least.
    public var minimumClassCount: Int

    /// How many seeded random exchanges make the null band of a level; 0 for no bands and no held-out repetition.
    public var nullDraws: Int
    /// What the levels are spaced evenly in.
    public var spacing: LevelSpacing

    /// The default settings for a dataset of so many units, which are classes unless told otherwise.
    public init(
        unitCount: Int, statistic: ShiftStatistic = .samples, levelCount: Int = 9, swapsPerStep: Int? = nil,
        start: SplitStart = .official, seed: UInt64 = 0, keepFraction: Double = 0.6, minimumClassCount: Int = 10,
        nullDraws: Int = 20, spacing: LevelSpacing = .fid
    ) {
        self.statistic = statistic
        self.levelCount = levelCount
        self.swapsPerStep = swapsPerStep ?? max(1, unitCount / 100)
        self.start = start
        self.seed = seed
        self.keepFraction = keepFraction
        self.minimumClassCount = minimumClassCount
        self.nullDraws = nullDraws
        self.spacing = spacing
    }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    public func validate() throws {
        func require(_ holds: Bool, _ name: String, _ found: any CustomStringConvertible, _ expected: String) throws {
            guard holds else {
                throw SplitError.invalidSetting(name: name, found: found.description, expected: expected)
            }
        }
        try require(levelCount >= 3, "the number of levels", levelCount, "at least 3: easiest, official, hardest")
        try require(swapsPerStep >= 1, "the number of swaps per step", swapsPerStep, "at least 1")
        try require(keepFraction > 0 && keepFraction <= 1, "the kept fraction", keepFraction, "above 0 and at most 1")
        try require(minimumClassCount >= 1, "the smallest number of classes", minimumClassCount, "at least 1")
        try require(
            nullDraws == 0 || nullDraws >= 20, "the number of null draws", nullDraws,
            "20 or more (fewer cannot reach p = 0.05), or 0 for none")
    }
}

/// What levels are spaced evenly in.
public enum LevelSpacing: String, Sendable, Codable, CaseIterable {
    /// The distance.
    case fid
    /// The distance less what it would be for random sides of the same classes.
    case excess
}
