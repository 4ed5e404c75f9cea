public import Datasets
internal import DenseLinearAlgebra
internal import Frechet
internal import Statistics
public import Parallel

/// A graded series of splits and everything known about it: what a manifest records.
public struct SplitSeries: Sendable {
    /// The dataset, its embeddings, and the units that move as one.
    public let embedded: EmbeddedDataset
    /// The settings, with the number of swaps per step of the search filled in.
    public let settings: SplitSettings
    /// All steps from the easiest to the hardest split.
    public let progression: Progression
    /// The steps that became levels, by increasing distance, or along the axis of an ordered series.
    public let levels: [ProgressionStep]
    /// Where each level is along the axis of an ordered series; empty in others.
    public let positions: [AxisPosition]
    /// What the values of the column are taken for that an ordered series follows; nil in others.
    public let orderKind: ColumnOrder.Kind?
    /// The nearest class of the other side for each class at each level, along ``OrderAxis/nearest``; empty in others.
    let nearest: [[(number: Int, distance: Double)?]]
    /// The null bands and the held-out repetition; nil if none were asked for.
    public let controls: ShiftControls?
    /// The kernel discrepancy between the sides of each level; nil if a side has fewer than two vectors.
    public let discrepancies: [Double?]
    /// What distinguishes the sides of each level.
    public let compositions: [ShiftComposition]
    /// The validation folds of each level's train classes.
    public let folds: [[[Int]]]
    /// Training sets of equal size for the levels.
    public let matched: MatchedTraining

    /// Makes a series.
    ///
    /// - Parameter report: called with the work in progress; concurrently where work is done concurrently.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    /// - Precondition: as for ``Progression/init(of:by:report:)``.
    public init(
        of embedded: EmbeddedDataset, by settings: SplitSettings, report: WorkReport = { _ in }
    ) throws {
        try self.init(of: embedded, searching: embedded, by: settings, report: report)
    }

    /// Makes a series whose hardest sides are searched for in other embeddings of the same samples.
    init(
        of embedded: EmbeddedDataset, searching searched: EmbeddedDataset, by settings: SplitSettings,
        report: WorkReport
    ) throws {
        try settings.validate()
        let walk = try settings.order.map {
            try OrderedWalk(over: embedded, by: $0, seed: settings.seed, report: report)
        }
        let progression =
            try walk.map { try Progression(along: $0, over: embedded, report: report) }
            ?? Progression(of: embedded, searching: searched, by: settings, report: report)
        let levels: [ProgressionStep]
        switch settings.levels {
        case .evenly(let count, _) where walk != nil:
            levels = progression.levels(alongAxis: count)
        case .at(let targets, let tolerance):
            levels = try progression.levels(at: targets, tolerance: tolerance, of: embedded)
        case .evenly(let count, in: .excess):
            let spacing = try ExcessSpacing(progression, over: embedded, by: settings)
            levels = progression.levels(count: count, by: spacing.excess(of:))
        case .evenly(let count, in: .fid):
            levels = progression.levels(count: count)
        }
        let positions =
            walk.map { walk in
                AxisPosition.positions(
                    of: levels.map(\.unitPartition), along: walk.measure, over: embedded, drawCount: settings.nullDraws,
                    seed: settings.seed)
            } ?? []
        if settings.nullDraws == 0 {
            controls = nil
        } else if walk != nil {
            controls = try ShiftControls(
                ofOrdered: levels, at: positions, over: embedded, by: settings, report: report)
        } else {
            controls = try ShiftControls(
                of: levels, in: progression, over: embedded, searching: searched, by: settings, report: report)
        }
        self.positions = positions
        orderKind = walk?.measure.order?.kind
        nearest = walk?.measure.nearest.map { classes in levels.map { classes.nearest(in: $0.unitPartition) } } ?? []
        report(.began("kernel discrepancy"))
        let discrepancy = embedded.kernelDiscrepancy(seed: settings.seed)
        discrepancies = levels.map { discrepancy.squared(between: $0.partition) }
        compositions = ShiftComposition.compositions(
            of: levels.map(\.partition), over: embedded, seed: settings.seed)
        let dataset = embedded.dataset
        let foldUnits = dataset.joined(embedded.units)
        folds = levels.map { level in
            settings.foldCount == 0
                ? []
                : dataset.validationFolds(
                    of: level.partition.classes(on: .train), count: settings.foldCount, units: foldUnits,
                    seed: settings.seed)
        }
        matched = MatchedTraining(
            of: dataset, trainClasses: levels.map { $0.partition.classes(on: .train) }, seed: settings.seed)
        self.embedded = embedded
        self.settings = settings.resolved(forUnitCount: embedded.units.count)
        self.progression = progression
        self.levels = levels
    }

    /// Spearman's correlation of the Fréchet distance and the kernel discrepancy over the levels; nil for fewer than
    /// three of them.
    public var rankAgreement: Double? {
        let pairs = zip(levels, discrepancies).compactMap { level, discrepancy in
            discrepancy.map { (level.distance.squared, $0) }
        }
        return spearmanCorrelation(pairs.map(\.0), pairs.map(\.1))
    }
}
