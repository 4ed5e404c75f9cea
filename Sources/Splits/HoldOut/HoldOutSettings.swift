public import Datasets
internal import Files

/// How a catalogue is divided once into parts for training, validation and test, without a common class.
///
/// ```swift
/// var settings = HoldOutSettings(ratio: PartRatio(train: 70, validation: 10, test: 20))
/// settings.measure = .samples
/// settings.difficulty = .median
/// ```
public struct HoldOutSettings: Sendable, Equatable {
    /// How large the parts are, one against another.
    public var ratio: PartRatio
    /// What the ratio is of.
    public var measure = Measure.classes
    /// How far the test classes are from all others.
    public var difficulty = Difficulty.hardest
    /// Which of the other classes are for validation.
    public var validation = ValidationChoice.random
    /// What the Gaussians are fitted to.
    public var statistic = ShiftStatistic.samples
    /// What is in one part as a whole.
    public var unit = UnitRule.class
    /// The column of whose values each part has its share; nil for none.
    public var stratum: String?
    /// Classes that are in a certain part, by their labels.
    public var pins: [String: HoldOutPart] = [:]
    /// The seed of all random choices.
    public var seed: UInt64 = 0
    /// How many random exchanges make the null band; 0 for no band and no held-out repetition.
    public var nullDraws = 20

    /// What a ratio of parts is of.
    public enum Measure: String, Sendable, Codable, CaseIterable {
        /// The numbers of classes.
        case classes
        /// The numbers of samples.
        case samples
    }

    /// How far the test classes are from all others, among all choices that the other settings allow.
    public enum Difficulty: Sendable, Equatable {
        /// As far as the search can get them.
        case hardest
        /// In the middle of random choices.
        case median
        /// As near as the search can get them.
        case easiest
        /// At a squared Fréchet distance, which may be missed by ``HoldOutSettings/tolerance`` of itself.
        case at(Double)
    }

    /// Which of the classes that are not for test are for validation.
    public enum ValidationChoice: String, Sendable, Codable, CaseIterable {
        /// Random ones: they resemble the training classes, so that what is lost from validation to test is the shift.
        case random
        /// Those farthest from the training classes, by the same search: models are then chosen by what they do on
        /// classes unlike those that they have seen.
        case far
    }

    /// By which part of itself a wanted distance may be missed, 2 %.
    public static let tolerance = LevelChoice.defaultTolerance

    /// By which part of all weight a part may miss its share, where units weigh differently: 0.5 %.
    static let relativeSlack = 0.005

    /// The default settings at a ratio.
    public init(ratio: PartRatio) {
        self.ratio = ratio
    }

    /// Refuses settings outside their ranges.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
    public func validate() throws {
        for (name, share) in [("train", ratio.train), ("test", ratio.test)] {
            try requireSetting(
                share > 0 && share.isFinite, "the ratio of \(name)", share, "a number above 0")
        }
        try requireSetting(
            ratio.validation >= 0 && ratio.validation.isFinite, "the ratio of validation", ratio.validation,
            "a number above 0, or none")
        if case .at(let distance) = difficulty {
            try requireSetting(distance > 0 && distance.isFinite, "the difficulty", distance, "a positive distance")
        }
        try requireSetting(
            nullDraws == 0 || nullDraws >= 20, "the number of null draws", nullDraws,
            "20 or more (fewer cannot reach p = 0.05), or 0 for none")
    }
}

/// A part of a hold-out.
public enum HoldOutPart: String, Sendable, Codable, CaseIterable {
    /// To train on.
    case train
    /// To choose models by.
    case validation
    /// To test on, once.
    case test

    /// The side that the part belongs to, as validation folds belong to the training side of a level.
    public var side: Side { self == .test ? .test : .train }
}

/// How large the parts of a hold-out are, one against another.
public struct PartRatio: Sendable, Equatable {
    /// The share of the training part.
    public var train: Double
    /// The share of the validation part; 0 for no such part.
    public var validation: Double
    /// The share of the test part.
    public var test: Double

    /// Makes a ratio; only the numbers' proportions count.
    public init(train: Double, validation: Double = 0, test: Double) {
        (self.train, self.validation, self.test) = (train, validation, test)
    }

    /// The ratio of the form 70/10/20, or 80/20 without validation; nil for any other text.
    public init?(_ text: String) {
        let numbers = text.parts(between: "/").map { Double($0) }
        let shares = numbers.compactMap(\.self)
        guard shares.count == numbers.count, shares.count == 2 || shares.count == 3,
            shares.allSatisfy({ $0.isFinite && $0 >= 0 })
        else { return nil }
        self.init(train: shares[0], validation: shares.count == 3 ? shares[1] : 0, test: shares[shares.count - 1])
    }

    /// The part's share.
    public func share(of part: HoldOutPart) -> Double {
        switch part {
        case .train: train
        case .validation: validation
        case .test: test
        }
    }

    /// The part's share of all.
    public func fraction(of part: HoldOutPart) -> Double { share(of: part) / (train + validation + test) }
}

extension PartRatio: CustomStringConvertible {
    /// The ratio as people write it.
    public var description: String {
        let shares = validation > 0 ? [train, validation, test] : [train, test]
        return shares.map { $0 == $0.rounded() && abs($0) < 1e9 ? String(Int($0)) : "\($0)" }.joined(separator: "/")
    }
}
