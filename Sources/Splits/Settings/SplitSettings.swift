public import Datasets

/// The settings that a series of splits is made with.
///
/// Start from the defaults and change what you need:
///
/// ```swift
/// var settings = SplitSettings()
/// settings.search.removal.minimumClassCount = 5
/// settings.levels = .evenly(5, in: .excess)
/// settings.nullDraws = 40
/// ```
///
/// The settings of a method are part of that method, and those of a choice of levels part of that choice, so every
/// field has a meaning. Numbers can still be out of range: see ``validate()``.
public struct SplitSettings: Sendable, Equatable {
    /// How partitions are found, with the settings of that method.
    public var method: SplitMethod
    /// The split to start from.
    public var start = SplitStart.official
    /// The seed of all random choices.
    public var seed: UInt64 = 0
    /// Which steps become levels.
    public var levels = LevelChoice.evenly(LevelChoice.defaultCount)
    /// How many main directions of earlier series the search for the hardest sides leaves out: see ``ReplicateRule/direction``.
    ///
    /// It says of a series what it was found without; which directions these are depends on the series before it.
    public internal(set) var leftOutDirectionCount = 0
    /// How many random exchanges make the null band of a level; 0 for no bands and no held-out repetition.
    public var nullDraws = 20
    /// How many validation folds each level's train classes are divided into; 0 for none.
    public var foldCount = 4
    /// The numbers of support samples per class in few-shot episodes; each makes a set of episodes.
    public var shots = [2, 5]
    /// The number of episodes for each number of shots.
    public var episodeCount = 10

    /// The default settings, under one of the methods.
    public init(_ method: SplitMethod = .search(SearchSettings())) {
        self.method = method
    }

    /// The settings of the search, which can be changed one by one.
    ///
    /// Under another method these are the defaults, and changing one switches the method to the search.
    public var search: SearchSettings {
        get {
            guard case .search(let settings) = method else { return SearchSettings() }
            return settings
        }
        set { method = .search(newValue) }
    }

    /// What the Gaussians are fitted to: ``SearchSettings/statistic`` of the search, class means under
    /// ``SplitMethod/milbich2021(_:)``.
    public var statistic: ShiftStatistic {
        switch method {
        case .search(let search): search.statistic
        case .ordered(let order): order.statistic
        case .milbich2021: .classMeans
        }
    }

    /// What changes sides as a whole: ``SearchSettings/unit`` of the search, single classes under
    /// ``SplitMethod/milbich2021(_:)``.
    public var unit: UnitRule {
        switch method {
        case .search(let search): search.unit
        case .ordered(let order): order.unit
        case .milbich2021: .class
        }
    }

    /// The order that levels follow; nil if they follow the distance.
    public var order: OrderSettings? {
        if case .ordered(let order) = method { order } else { nil }
    }

    /// The split whose sides have as many units as those that the series starts from: ``start``, or halves where an order says
    /// which units these are.
    package var startOfSizes: SplitStart { order == nil ? start : .alphabetical }

    /// The settings of series `number` of several: these for the first, and a random start and its own seed for the
    /// others, which by ``ReplicateRule/direction`` leave out the main directions of those before.
    public func replicate(_ number: Int, by rule: ReplicateRule = .start) -> SplitSettings {
        guard number > 1 else { return self }
        var settings = self
        settings.start = .random
        settings.seed = seed &+ UInt64(number - 1)
        if rule == .direction { settings.leftOutDirectionCount = number - 1 }
        return settings
    }

    /// The same settings with the number of swaps per step of the search filled in, for a given number of units.
    package func resolved(forUnitCount count: Int) -> SplitSettings {
        var settings = self
        switch method {
        case .search(var search):
            search.swapsPerStep = search.swapsPerStep(forUnitCount: count)
            settings.method = .search(search)
        case .ordered(var order):
            order.swapsPerStep = order.search.swapsPerStep(forUnitCount: count)
            settings.method = .ordered(order)
        case .milbich2021: break
        }
        return settings
    }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    public func validate() throws {
        try levels.validate()
        switch method {
        case .search(let search): try search.validate()
        case .ordered(let order):
            try order.validate()
            guard case .evenly(_, in: .fid) = levels else {
                throw SplitError.invalidSetting(
                    name: "the choice of levels", found: "one by the distance",
                    expected: "a number of levels, which an order spaces evenly along itself")
            }
        case .milbich2021(let reference): try reference.validate()
        }
        try requireSetting(
            nullDraws == 0 || nullDraws >= 20, "the number of null draws", nullDraws,
            "20 or more (fewer cannot reach p = 0.05), or 0 for none")
        if case .evenly(_, in: .excess) = levels {
            try requireSetting(nullDraws > 0, "the number of null draws", nullDraws, "20 or more, to space by excess")
        }
        if leftOutDirectionCount != 0 {
            guard case .search = method else {
                throw SplitError.invalidSetting(
                    name: "left_out_directions", found: "\(leftOutDirectionCount)", expected: "none without a search")
            }
            try requireSetting(
                leftOutDirectionCount > 0, "left_out_directions", leftOutDirectionCount, "1 or more, or none")
        }
        try requireSettings(foldCount: foldCount, shots: shots, episodeCount: episodeCount)
    }
}

/// How partitions of extreme distance are found.
public enum SplitMethod: Sendable, Equatable {
    /// The search of this library (see ``Progression``).
    case search(SearchSettings)
    /// No search for the distance: sides follow an order (see ``OrderAxis``).
    case ordered(OrderSettings)
    /// The walk of the ooDML reference code, step by step, with its defects (see ``Milbich2021``).
    case milbich2021(Milbich2021.Settings)

    /// The name of the method in files: `oodml` for the search, `order`, or `milbich2021`.
    public var name: String {
        switch self {
        case .search: "oodml"
        case .ordered: "order"
        case .milbich2021: "milbich2021"
        }
    }
}
