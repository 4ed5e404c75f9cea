public import Datasets

/// The settings of the search for the easiest and the hardest split.
public struct SearchSettings: Sendable, Equatable {
    /// What the Gaussians are fitted to.
    public var statistic: ShiftStatistic
    /// What changes sides as a whole.
    public var unit: UnitRule
    /// How many pairs of units are exchanged per step, and how many units leave each side per step of removal; nil for
    /// a hundredth of the units, at least 1.
    ///
    /// In the settings of a ``SplitSeries`` the number is filled in.
    public var swapsPerStep: Int?
    /// How far removal goes.
    public var removal: Removal

    /// Which classes removal takes, and how many it leaves on each side: at least the larger of two numbers.
    public struct Removal: Sendable, Equatable {
        /// The smallest fraction of each side's classes that stays, above 0 and at most 1.
        public var keepFraction: Double
        /// The smallest number of classes that stay on each side, at least 1.
        public var minimumClassCount: Int

        /// Which units leave first.
        public var rule: RemovalRule

        /// Sets both numbers and the rule.
        public init(keepFraction: Double = 0.6, minimumClassCount: Int = 10, rule: RemovalRule = .gap) {
            self.keepFraction = keepFraction
            self.minimumClassCount = minimumClassCount
            self.rule = rule
        }
    }

    /// The default settings, except where given.
    public init(
        statistic: ShiftStatistic = .samples, unit: UnitRule = .class, swapsPerStep: Int? = nil,
        removal: Removal = Removal()
    ) {
        self.statistic = statistic
        self.unit = unit
        self.swapsPerStep = swapsPerStep
        self.removal = removal
    }

    /// The number of pairs that a step exchanges, for a given number of units.
    func swapsPerStep(forUnitCount count: Int) -> Int { swapsPerStep ?? max(1, count / 100) }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    func validate() throws {
        if let swapsPerStep {
            try requireSetting(swapsPerStep >= 1, "the number of swaps per step", swapsPerStep, "at least 1")
        }
        try requireSetting(
            removal.keepFraction > 0 && removal.keepFraction <= 1, "the kept fraction", removal.keepFraction,
            "above 0 and at most 1")
        try requireSetting(
            removal.minimumClassCount >= 1, "the smallest number of classes", removal.minimumClassCount, "at least 1")
    }
}

/// Which units removal takes first.
public enum RemovalRule: String, Sendable, Codable, CaseIterable {
    /// Those whose means look most as if they belonged to the other side.
    case gap
    /// Those without which the distance is greatest, in the coordinates of the search. It takes longer, and goes further
    /// where classes spread differently.
    case distance
}
