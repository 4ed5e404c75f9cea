public import Datasets

/// The settings that a series of splits is made by; the manifest records them.
///
/// Of imported splits only `name`, `seed`, `levelCount`, `foldCount`, `shots` and `episodeCount` are known; the others have
/// their defaults and are not recorded.
public struct SplitProtocol: Sendable, Equatable {
    /// How partitions are found.
    public var name: SplitMethod
    /// The settings of ``SplitMethod/milbich2021``; nil for the own search.
    public var milbich2021: Milbich2021.Settings?
    /// What the Gaussians are fitted to.
    public var statistic: ShiftStatistic
    /// What changes sides as a whole.
    public var unit: UnitRule
    /// The split to start from.
    public var start: SplitStart
    /// What all random choices come from.
    public var seed: UInt64
    /// How many pairs of units change places in one step, and how many leave each side in one.
    public var swapsPerStep: Int
    /// The part of each side's classes that removal leaves.
    public var keepFraction: Double
    /// The number of classes that removal leaves on each side at least.
    public var minimumClassCount: Int
    /// How many levels to choose; without meaning where there are targets.
    public var levelCount: Int
    /// What the levels are spaced evenly in.
    public var spacing: LevelSpacing
    /// The distances to make levels for, in place of even spacing.
    public var targets: [Double]?
    /// By which part of itself a target may be missed.
    public var tolerance: Double
    /// How many seeded random exchanges make the null band of a level; 0 for no bands and no held-out repetition.
    public var nullDraws: Int
    /// How many validation folds each level's train classes are divided into; 0 for none.
    public var foldCount: Int
    /// The numbers of support samples a class of the few-shot episodes.
    public var shots: [Int]
    /// The number of episodes for each number of shots.
    public var episodeCount: Int

    /// The default settings for a dataset of so many units, which are classes unless told otherwise.
    public init(
        unitCount: Int, name: SplitMethod = .oodml, milbich2021: Milbich2021.Settings? = nil,
        statistic: ShiftStatistic = .samples, unit: UnitRule = .class, start: SplitStart = .official, seed: UInt64 = 0,
        swapsPerStep: Int? = nil, keepFraction: Double = 0.6, minimumClassCount: Int = 10, levelCount: Int = 9,
        spacing: LevelSpacing = .fid, targets: [Double]? = nil, tolerance: Double = 0.02, nullDraws: Int = 20,
        foldCount: Int = 4, shots: [Int] = [2, 5], episodeCount: Int = 10
    ) {
        self.name = name
        self.milbich2021 = milbich2021
        self.statistic = statistic
        self.unit = unit
        self.start = start
        self.seed = seed
        self.swapsPerStep = swapsPerStep ?? max(1, unitCount / 100)
        self.keepFraction = keepFraction
        self.minimumClassCount = minimumClassCount
        self.levelCount = levelCount
        self.spacing = spacing
        self.targets = targets
        self.tolerance = tolerance
        self.nullDraws = nullDraws
        self.foldCount = foldCount
        self.shots = shots
        self.episodeCount = episodeCount
    }

    /// The settings of series `number` of several: these for the first, a random start and a seed of its own for the others.
    public func replicate(_ number: Int) -> SplitProtocol {
        guard number > 1 else { return self }
        var settings = self
        settings.start = .random
        settings.seed = seed &+ UInt64(number - 1)
        return settings
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
        try require(
            levelCount >= (name == .imported ? 1 : 3), "the number of levels", levelCount,
            name == .imported ? "at least 1" : "at least 3: easiest, official, hardest")
        try require(swapsPerStep >= 1, "the number of swaps per step", swapsPerStep, "at least 1")
        try require(keepFraction > 0 && keepFraction <= 1, "the kept fraction", keepFraction, "above 0 and at most 1")
        try require(minimumClassCount >= 1, "the smallest number of classes", minimumClassCount, "at least 1")
        try require(
            nullDraws == 0 || nullDraws >= 20, "the number of null draws", nullDraws,
            "20 or more (fewer cannot reach p = 0.05), or 0 for none")
        try require(
            spacing == .fid || nullDraws > 0, "the number of null draws", nullDraws, "20 or more, to space by excess")
        for target in targets ?? [] {
            try require(target > 0 && target.isFinite, "a target", target, "a positive distance")
        }
        try require(targets?.isEmpty != true, "the number of targets", 0, "at least 1")
        try require(tolerance > 0 && tolerance < 1, "the tolerance", tolerance, "above 0 and below 1, as 0.02 for 2 %")
        try require(foldCount == 0 || foldCount >= 2, "the number of folds", foldCount, "2 or more, or 0 for none")
        for count in shots { try require(count >= 1, "the number of shots", count, "at least 1") }
        try require(episodeCount >= 1, "the number of episodes", episodeCount, "at least 1")
        if name == .milbich2021 {
            try require(
                statistic == .classMeans, "the statistic", statistic.rawValue, "class-means, as the reference has it")
            try require(unit == .class, "the unit", unit.rawValue, "class, for the protocol milbich2021")
            try milbich2021?.validate()
        }
    }
}

/// How partitions of extreme distance are found.
public enum SplitMethod: String, Sendable, Codable, CaseIterable {
    /// The search of this library (see ``Progression``).
    case oodml
    /// The walk of the ooDML reference code, step by step, with its defects (see ``Milbich2021``).
    case milbich2021
    /// Published by somebody else, and read (see ``ImportedSplits``).
    case imported
}

/// What levels are spaced evenly in.
public enum LevelSpacing: String, Sendable, Codable, CaseIterable {
    /// The distance.
    case fid
    /// The distance less what it would be for random sides of the same classes.
    case excess
}
