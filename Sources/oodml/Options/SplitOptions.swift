internal import Files
public import ArgumentParser
public import Datasets
import Foundation
public import Splits

/// How to search for splits, and which levels to make of them.
struct SplitOptions: ParsableArguments {
    @Option(help: "What the distance is computed over: all samples, or one mean for each class (default: samples).")
    var statistic: ShiftStatistic?

    @Option(help: ArgumentHelp("How many levels to make (default: 9).", valueName: "n"))
    var levels: Int?

    @Option(
        help: ArgumentHelp(
            "Levels at these distances (fid) instead, separated by commas, as in 20,40,80.", valueName: "d,d,…"),
        transform: numbers)
    var targets: [Double]?

    @Option(help: ArgumentHelp("By which part of itself a target may be missed.", valueName: "fraction"))
    var tolerance = 0.02

    @Option(help: "What levels are spaced evenly in: the distance, or its excess over random sides.")
    var spacing = LevelSpacing.fid

    @Option(
        help: ArgumentHelp(
            "Let levels follow a column of --samples instead of the distance (a date, a number, a site: from mixed sides to early "
                + "against late classes, to these with a gap), or near: from classes that have their like on the other side to "
                + "classes that do not.",
            valueName: "column|near"))
    var order: String?

    @Option(
        help: ArgumentHelp(
            "With --order COLUMN: which of its samples says where a class is (default: median).",
            valueName: "which"))
    var classValue: ClassMoment?

    @Option(help: "The split to start from.")
    var start = SplitStart.official

    @Option(
        help: ArgumentHelp(
            "What changes sides as a whole: class, superclass, or a column of --samples.",
            valueName: "class|superclass|column"),
        completion: .list(["class", "superclass"]))
    var unit = UnitRule.class

    @Option(
        help: ArgumentHelp(
            "How many pairs of classes a step exchanges, and how many it removes (default: classes / 100).",
            valueName: "n"))
    var swapsPerStep: Int?

    @Option(help: ArgumentHelp("The part of each side's classes that removal leaves.", valueName: "fraction"))
    var keepFraction = 0.6

    @Option(help: ArgumentHelp("The number of classes that removal leaves on each side at least.", valueName: "n"))
    var minClasses = 10

    @Option(
        help: ArgumentHelp(
            "Which classes are removed first: by the gap between class and side means, or by the distance that is left, which is slower and goes further where classes spread differently.",
            valueName: "rule"))
    var removal = RemovalRule.gap

    @Option(help: ArgumentHelp("What all random choices come from.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Make this many series, all but the first from random starts, to see how much depends on the start.",
            valueName: "n"))
    var replicates = 1

    @Option(
        help: ArgumentHelp(
            "How further series differ: by a random start, or by searching without the main directions of those before "
                + "them, so that each is hard along another one.",
            valueName: ReplicateRule.allCases.map(\.rawValue).joined(separator: "|")))
    var replicatesBy = ReplicateRule.start

    @Option(
        help: ArgumentHelp(
            "Random exchanges for each null band; 0 leaves out the bands and the held-out repetition.", valueName: "n"))
    var draws = 20

    @Option(help: ArgumentHelp("Validation folds within the train classes of each level; 0 for none.", valueName: "n"))
    var folds = 4

    @Option(
        help: ArgumentHelp(
            "Support samples a class in few-shot episodes, separated by commas; 0 for none (default: 2,5).",
            valueName: "k,k,…"),
        transform: counts)
    var shots = [2, 5]

    @Option(help: ArgumentHelp("How many few-shot episodes to fix.", valueName: "n"))
    var episodes = 10

    @Option(
        name: .customLong("protocol"),
        help: """
            How splits are found: by the search of oodml, or step by step as the reference code of the ooDML paper does \
            it, defects included (sets --statistic class-means).
            """)
    var method = ProtocolName.oodml

    @Option(
        help: ArgumentHelp(
            "With --protocol milbich2021: add this to the diagonals under the root, where the reference has 1e-8 (default: nothing).",
            valueName: "e"))
    var ridge: Double?

    func validate() throws {
        guard replicates >= 1 else { throw ValidationError("--replicates is \(replicates); expected at least 1") }
        guard replicatesBy == .start || replicates > 1 else {
            throw ValidationError("--replicates-by says how several series differ; expected --replicates of 2 or more")
        }
        if replicatesBy == .direction && method == .milbich2021 {
            throw ValidationError("--replicates-by direction is of the own search; leave out --protocol milbich2021")
        }
        if ridge != nil && method != .milbich2021 {
            throw ValidationError("--ridge goes with --protocol milbich2021 only; the own distance needs none")
        }
        if method == .milbich2021 && statistic == .samples {
            throw ValidationError("--protocol milbich2021 is defined over class means; leave out --statistic samples")
        }
        try validateOrder()
        if targets != nil && levels != nil {
            throw ValidationError("--levels and --targets exclude each other; every target makes a level")
        }
    }

    /// Refuses options that an order has no use for.
    private func validateOrder() throws {
        guard let order else {
            guard classValue == nil else {
                throw ValidationError("--class-value says which sample counts in an order; expected --order COLUMN")
            }
            return
        }
        let isNear = order == OrderAxis.nearestName
        let refused: [(Bool, String, String)] = [
            (method != .oodml, "--protocol \(method.rawValue)", "the reference has no order"),
            (targets != nil, "--targets", "levels follow the order, not the distance"),
            (spacing != .fid, "--spacing \(spacing.rawValue)", "levels are spaced evenly along the order"),
            (start != .official, "--start \(start.rawValue)", "the order says where the series starts"),
            (removal != .gap, "--removal \(removal.rawValue)", "the classes next to the cut are removed first"),
            (replicates > 1, "--replicates", "the order leaves nothing to chance"),
            (isNear && unit != .class, "--unit", "it moves single classes"),
            (isNear && keepFraction != 0.6, "--keep-fraction", "it removes no class"),
            (isNear && minClasses != 10, "--min-classes", "it removes no class"),
            (isNear && classValue != nil, "--class-value", "it follows no column"),
        ]
        if let (_, option, reason) = refused.first(where: \.0) {
            throw ValidationError("--order \(order) and \(option) exclude each other: \(reason)")
        }
    }

    /// The column that the samples are read for; nil without one.
    var orderColumn: String? { order == OrderAxis.nearestName ? nil : order }

    /// What levels follow; nil for the distance.
    private var axis: OrderAxis? {
        order.map { $0 == OrderAxis.nearestName ? .nearest : .column($0, of: classValue ?? .median) }
    }

    /// The settings that the options ask for.
    ///
    /// - Throws: `SplitError.invalidSetting` for a unit that the protocol does not support.
    func settings() throws -> SplitSettings {
        var settings: SplitSettings
        switch method {
        case .oodml where axis != nil:
            settings = SplitSettings(
                .ordered(
                    OrderSettings(
                        axis ?? .nearest, statistic: statistic ?? .samples, unit: unit, swapsPerStep: swapsPerStep,
                        removal: .init(keepFraction: keepFraction, minimumClassCount: minClasses))))
        case .oodml:
            settings = SplitSettings(
                .search(
                    SearchSettings(
                        statistic: statistic ?? .samples, unit: unit, swapsPerStep: swapsPerStep,
                        removal: .init(
                            keepFraction: keepFraction, minimumClassCount: minClasses, rule: removal))))
        case .milbich2021:
            guard unit == .class else {
                throw SplitError.invalidSetting(
                    name: "the unit", found: unit.rawValue, expected: "class, for the protocol milbich2021")
            }
            settings = SplitSettings(
                .milbich2021(Milbich2021.Settings(swapsPerIteration: swapsPerStep ?? 2, ridge: ridge)))
        }
        settings.start = start
        settings.seed = seed
        settings.levels = targets.map { .at($0, tolerance: tolerance) } ?? .evenly(levels ?? 9, in: spacing)
        settings.nullDraws = draws
        settings.foldCount = folds
        settings.shots = shots.filter { $0 != 0 }
        settings.episodeCount = episodes
        return settings
    }
}

/// Parses numbers separated by commas, for options' `transform`.
private func numbers(_ argument: String) throws -> [Double] {
    try argument.parts(between: ",").map { part in
        guard let number = Double(part.trimmingCharacters(in: .whitespaces)) else {
            throw ValidationError("\"\(part)\" is not a number; expected numbers separated by commas")
        }
        return number
    }
}

/// Parses whole numbers separated by commas, for options' `transform`.
func counts(_ argument: String) throws -> [Int] {
    try argument.parts(between: ",").map { part in
        guard let number = Int(part.trimmingCharacters(in: .whitespaces)), number >= 0 else {
            throw ValidationError("\"\(part)\" is not a count; expected whole numbers separated by commas")
        }
        return number
    }
}

extension ShiftStatistic: ExpressibleByArgument {}
extension RemovalRule: ExpressibleByArgument {}

extension ReplicateRule: ExpressibleByArgument {}
extension LevelSpacing: ExpressibleByArgument {}
extension SplitStart: ExpressibleByArgument {}
extension ClassMoment: ExpressibleByArgument {}

/// The value of `--protocol`: the name of a `SplitMethod`.
enum ProtocolName: String, ExpressibleByArgument, CaseIterable {
    case oodml
    case milbich2021
}

extension UnitRule: ExpressibleByArgument {}
