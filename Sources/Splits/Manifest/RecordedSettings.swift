public import Datasets

/// The settings that a manifest records: all of them for splits made here, or what is known of imported ones.
public enum RecordedSettings: Sendable, Equatable {
    /// The settings that the splits were made with.
    case made(SplitSettings)
    /// What is known of splits that were read from a published file.
    case imported(ImportedSettings)
    /// The settings of a hold-out.
    case heldOut(HoldOutSettings)

    /// The settings that a series of splits was made with; nil for imported splits and hold-outs.
    public var madeBy: SplitSettings? {
        if case .made(let settings) = self { settings } else { nil }
    }

    /// The settings of a hold-out; nil for other splits.
    public var heldOutBy: HoldOutSettings? {
        if case .heldOut(let settings) = self { settings } else { nil }
    }

    /// The name of the method in files: ``SplitMethod/name``, `imported` or `holdout`.
    public var methodName: String {
        switch self {
        case .made(let settings): settings.method.name
        case .imported: "imported"
        case .heldOut: "holdout"
        }
    }

    /// The seed of all random choices.
    public var seed: UInt64 {
        switch self {
        case .made(let settings): settings.seed
        case .imported(let settings): settings.seed
        case .heldOut(let settings): settings.seed
        }
    }

    /// The maximum number of levels.
    public var levelCount: Int {
        switch self {
        case .made(let settings): settings.levels.count
        case .imported(let settings): settings.levelCount
        case .heldOut: 1
        }
    }

    /// How many validation folds each level's train classes are divided into; 0 for none.
    ///
    /// Those of a hold-out are its validation part, and the classes to train on meanwhile.
    public var foldCount: Int {
        switch self {
        case .made(let settings): settings.foldCount
        case .imported(let settings): settings.foldCount
        case .heldOut(let settings): settings.ratio.validation > 0 ? 2 : 0
        }
    }

    /// The numbers of support samples per class in few-shot episodes.
    public var shots: [Int] {
        switch self {
        case .made(let settings): settings.shots
        case .imported(let settings): settings.shots
        case .heldOut: []
        }
    }

    /// The number of episodes for each number of shots.
    public var episodeCount: Int {
        switch self {
        case .made(let settings): settings.episodeCount
        case .imported(let settings): settings.episodeCount
        case .heldOut: 1
        }
    }

    /// What the Gaussians are fitted to; nil for imported splits, which do not say.
    public var statistic: ShiftStatistic? { madeBy?.statistic ?? heldOutBy?.statistic }

    /// What changes sides as a whole; single classes for imported splits.
    public var unit: UnitRule { madeBy?.unit ?? heldOutBy?.unit ?? .class }

    /// The column that an ordered series follows; nil for all others.
    public var orderColumn: String? {
        if case .column(let name, _)? = madeBy?.order?.axis { name } else { nil }
    }

    /// How many random exchanges make the null band of a level; 0 for none, as in imported splits.
    public var nullDraws: Int { madeBy?.nullDraws ?? heldOutBy?.nullDraws ?? 0 }

    /// The settings of series `number` of several (see ``SplitSettings/replicate(_:)``).
    func replicate(_ number: Int, by rule: ReplicateRule = .start) -> RecordedSettings {
        switch self {
        case .made(let settings): return .made(settings.replicate(number, by: rule))
        case .imported(var settings):
            settings.seed &+= UInt64(number - 1)
            return .imported(settings)
        case .heldOut(var settings):
            settings.seed &+= UInt64(number - 1)
            return .heldOut(settings)
        }
    }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    public func validate() throws {
        switch self {
        case .made(let settings): try settings.validate()
        case .imported(let settings): try settings.validate()
        case .heldOut(let settings): try settings.validate()
        }
    }
}

/// What is known of the settings of imported splits.
public struct ImportedSettings: Sendable, Equatable {
    /// The seed of the matched training sets.
    public var seed: UInt64
    /// The number of levels.
    public var levelCount: Int
    /// The largest number of validation folds of any level; 0 for none.
    public var foldCount: Int
    /// The numbers of support samples per class in few-shot episodes.
    public var shots: [Int]
    /// The largest number of episodes of any level, for one number of shots.
    public var episodeCount: Int

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    func validate() throws {
        try requireSetting(levelCount >= 1, "the number of levels", levelCount, "at least 1")
        try requireSettings(foldCount: foldCount, shots: shots, episodeCount: episodeCount)
    }
}
