public import Datasets
public import Frechet
public import Parallel
internal import Statistics

/// One division of a dataset's classes into parts for training, validation and test, without a common class, and what
/// is known of it.
///
/// ```swift
/// let settings = HoldOutSettings(ratio: PartRatio(train: 70, validation: 10, test: 20))
/// let holdOut = try HoldOut(of: embedded, by: settings)
/// print(holdOut.distance.squared, holdOut.classes(in: .test).count)
/// ```
///
/// The test part is what shifts: its distance is that from all other classes, those for validation included, for a
/// model is trained on both before it is tested. The search is that of ``Progression``, for sides of any sizes.
public struct HoldOut: Sendable {
    /// The dataset, its embeddings, and the units that are in one part as a whole.
    public let embedded: EmbeddedDataset
    /// The settings.
    public let settings: HoldOutSettings
    /// The part of each class.
    public let parts: [HoldOutPart]
    /// The distance of the test classes from all others.
    public let distance: FrechetDistance
    /// The distance of the validation classes from the training classes; nil if there are too few samples for one.
    public let validationDistance: FrechetDistance?
    /// The null band and the held-out repetition; nil if none were asked for.
    public let controls: ShiftControls?
    /// The kernel discrepancy between the test classes and all others; nil if a side has fewer than two vectors.
    public let discrepancy: Double?
    /// What distinguishes the test classes from all others.
    public let composition: ShiftComposition
    /// The value of each class in the column of the strata; nil without strata.
    public let strata: [String]?

    /// The numbers of a part's classes, ascending.
    public func classes(in part: HoldOutPart) -> [Int] { parts.indices.filter { parts[$0] == part } }

    /// The test classes against all others.
    public var partition: ClassPartition { ClassPartition(sides: parts.map(\.side)) }

    /// Divides a dataset.
    ///
    /// - Parameters:
    ///   - embedded: the samples, with units that keep groups whole (``/Datasets/Dataset/joined(_:)``).
    ///   - report: called with the work in progress; concurrently where work is done concurrently.
    /// - Complexity: the search of ``Progression/init(of:by:report:)`` once, twice with controls, and as many distances as
    ///   random exchanges are asked for, twice.
    /// - Throws: ``SplitError``; `DatasetError` for a column that has no value for each unit; `LinearAlgebraError`.
    /// - Precondition: `embedded` has the statistic of the settings.
    public init(
        of embedded: EmbeddedDataset, by settings: HoldOutSettings, report: WorkReport = { _ in }
    ) throws {
        precondition(
            embedded.statistic == settings.statistic,
            "the dataset's statistic is \(embedded.statistic.rawValue), not \(settings.statistic.rawValue)")
        let draft = try HoldOutDraft(of: embedded.dataset, units: embedded.units, by: settings)
        let vectors = embedded.vectors
        let rules = draft.shares.rulesForTest()
        let search = try HoldOutSearch(vectors, rules: rules, from: draft.sides, seed: settings.seed)
        try embedded.requireVectors(in: search.start, of: vectors)
        var meter = OrientedMeter(vectors)
        let found = try search.found(settings.difficulty, measure: { try meter.distance(of: $0) }, report: report)
        try embedded.requireVectors(in: found.partition, of: vectors)
        report(.began("measuring the distance"))
        distance = try meter.distance(of: found.partition)

        let validation = try Self.validation(
            beside: found.partition, over: vectors, by: draft, settings: settings, report: report)
        var parts = [HoldOutPart](repeating: .train, count: embedded.dataset.classLabels.count)
        for (unit, classes) in embedded.units.map(\.classes).enumerated() {
            for number in classes {
                parts[number] =
                    found.partition.sides[unit] == .test
                    ? .test : validation?.sides[unit] == .test ? .validation : .train
            }
        }
        for part in HoldOutPart.allCases where settings.ratio.share(of: part) > 0 && !parts.contains(part) {
            throw SplitError.invalidSetting(
                name: "the number of classes for \(part.rawValue)", found: "0",
                expected: "at least 1; the units of \(settings.unit.rawValue) are too large for the ratio "
                    + "\(settings.ratio)")
        }
        validationDistance = try validation.flatMap { sides in
            vectors.canBeMeasured(sides) ? try OrientedMeter.distance(of: sides, over: vectors) : nil
        }
        self.parts = parts
        controls =
            settings.nullDraws == 0
            ? nil
            : try ShiftControls(
                of: found, at: distance, over: embedded, by: settings, draft: draft, report: report
            )
        report(.began("kernel discrepancy"))
        let partition = ClassPartition(sides: parts.map(\.side))
        discrepancy = embedded.kernelDiscrepancy(seed: settings.seed).squared(between: partition)
        composition =
            ShiftComposition.compositions(of: [partition], over: embedded, seed: settings.seed)[0]
        strata = draft.strataOfClass
        self.embedded = embedded
        self.settings = settings
    }

    /// Refuses settings that no embeddings of a dataset could satisfy.
    ///
    /// - Throws: ``SplitError``.
    public static func requirePossible(
        of dataset: Dataset, units: [ClassUnit], by settings: HoldOutSettings
    ) throws {
        _ = try HoldOutDraft(of: dataset, units: units, by: settings)
    }

    /// The validation part against the training part; nil if there is none.
    private static func validation(
        beside test: ClassPartition, over vectors: UnitVectors, by draft: HoldOutDraft, settings: HoldOutSettings,
        report: WorkReport
    ) throws -> ClassPartition? {
        guard settings.ratio.validation > 0 else { return nil }
        let rules = draft.shares.rulesForValidation(test: test.sides.map { $0 == .test })
        let sides = zip(test.sides, draft.shares.pins).map { side, pin -> Side? in
            side == .test ? nil : pin == .validation ? .test : .train
        }
        switch settings.validation {
        case .random:
            return HoldOutSearch.randomSides(by: rules, from: sides, seed: settings.seed, stream: "validation")
        case .far:
            let search = try HoldOutSearch(vectors, rules: rules, from: sides, seed: settings.seed)
            guard vectors.canBeMeasured(search.start) else {
                throw SplitError.invalidSetting(
                    name: "the validation part", found: "far, of too few samples for a distance", expected: "random")
            }
            return try search.hardest { event in report(event.prefixed("validation: ")) }
        }
    }
}

extension HoldOutSearch {
    /// Sides of a difficulty.
    ///
    /// - Parameter measure: the exact distance of sides.
    func found(
        _ difficulty: HoldOutSettings.Difficulty, measure: (ClassPartition) throws -> FrechetDistance,
        report: WorkReport
    ) throws -> Found {
        switch difficulty {
        case .hardest: return Found(partition: try hardest(report: report), sought: .hardest, start: start)
        case .easiest:
            let sides = try easiest(report: report)
            return Found(partition: sides, sought: .fixed(sides), start: start)
        case .median:
            let sides = try median(measure: measure)
            return Found(partition: sides, sought: .fixed(sides), start: start)
        case .at(let target):
            return try sides(
                at: target, tolerance: HoldOutSettings.tolerance, measure: measure, report: report)
        }
    }
}

/// Measures sides of unequal sizes: the distance is symmetric, and sums over the smaller side take less time.
struct OrientedMeter {
    private let vectors: UnitVectors
    private var meter: ShiftMeter

    init(_ vectors: UnitVectors) {
        self.vectors = vectors
        meter = ShiftMeter(vectors)
    }

    mutating func distance(of partition: ClassPartition) throws -> FrechetDistance {
        try meter.distance(of: vectors.smallerFirst(partition))
    }

    static func distance(of partition: ClassPartition, over vectors: UnitVectors) throws -> FrechetDistance {
        var meter = OrientedMeter(vectors)
        return try meter.distance(of: partition)
    }
}

extension UnitVectors {
    /// The same two sides, with the one that has fewer vectors as the train side.
    func smallerFirst(_ partition: ClassPartition) -> ClassPartition {
        let counts = Side.allCases.map { count(ofUnits: partition.classes(on: $0)) }
        guard counts[1] < counts[0] else { return partition }
        return ClassPartition(sides: partition.sides.map { $0?.opposite })
    }
}
