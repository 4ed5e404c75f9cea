/// The settings that a series of splits is made by; the manifest records them.
public struct SplitProtocol: Sendable, Equatable, Codable {
    /// What the Gaussians are fitted to.
    public var statistic: ShiftStatistic
    /// How many levels to choose.
    public var levelCount: Int
    /// How many pairs of classes change places in one step, and how many leave each side in one.
    public var swapsPerStep: Int
    /// For how many steps a class that was moved stays where it is.
    public var tabuSteps: Int
    /// How many steps in a row may bring no new extreme before an arm ends.
    public var patience: Int
    /// The part of each side's classes that removal leaves.
    public var keepFraction: Double
    /// The number of classes that removal leaves on each side at least.
    public var minimumClassCount: Int

    /// The default settings for a dataset of so many classes.
    public init(
        classCount: Int, statistic: ShiftStatistic = .samples, levelCount: Int = 9, swapsPerStep: Int? = nil,
        tabuSteps: Int = 5, patience: Int = 6, keepFraction: Double = 0.6, minimumClassCount: Int = 10
    ) {
        self.statistic = statistic
        self.levelCount = levelCount
        self.swapsPerStep = swapsPerStep ?? max(1, classCount / 200)
        self.tabuSteps = tabuSteps
        self.patience = patience
        self.keepFraction = keepFraction
        self.minimumClassCount = minimumClassCount
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
        try require(tabuSteps >= 0, "the number of tabu steps", tabuSteps, "0 or more")
        try require(patience >= 0, "the patience", patience, "0 or more")
        try require(keepFraction > 0 && keepFraction <= 1, "the kept fraction", keepFraction, "above 0 and at most 1")
        try require(minimumClassCount >= 1, "the smallest number of classes", minimumClassCount, "at least 1")
    }
}
