internal import Datasets
public import Frechet
public import Parallel

/// One step of a progression.
public struct ProgressionStep: Sendable, Equatable {
    /// The arm that the step is on.
    public let arm: Arm
    /// The number of the step on its arm, from 1; 0 at the start.
    public let step: Int
    /// Where the classes are after the step.
    public let partition: ClassPartition
    /// The distance between the sides after the step.
    public let distance: FrechetDistance
    /// The classes that moved from the train to the test side in this step.
    public let movedToTest: [Int]
    /// The classes that moved from the test to the train side in this step.
    public let movedToTrain: [Int]
    /// The classes that left in this step.
    public let removed: [Int]
    /// Whether the step went further than all before it on its arm; only such steps can become levels.
    public let isKept: Bool
    /// How many pairs were exchanged after the step to come nearer to a wanted distance; `partition` and `distance` are
    /// those after these exchanges.
    public let adjustedPairCount: Int
    /// The reference code's own squared distance for the step, under ``SplitMethod/milbich2021(_:)``.
    public let referenceSquared: Double?
    /// How far the step is along the axis of an ordered series; nil in others.
    public let axisPosition: Double?
    /// Where the units are after the step.
    let unitPartition: ClassPartition

    init(
        arm: Arm, step: Int, unitPartition: ClassPartition, distance: FrechetDistance, movedToTest: [Int] = [],
        movedToTrain: [Int] = [], removed: [Int] = [], isKept: Bool = true, adjustedPairCount: Int = 0,
        referenceSquared: Double? = nil, axisPosition: Double? = nil, in embedded: EmbeddedDataset
    ) {
        func classes(_ units: [Int]) -> [Int] { units.flatMap { embedded.units[$0].classes } }
        self.arm = arm
        self.step = step
        partition = embedded.classPartition(ofUnits: unitPartition)
        self.distance = distance
        self.movedToTest = classes(movedToTest)
        self.movedToTrain = classes(movedToTrain)
        self.removed = classes(removed)
        self.isKept = isKept
        self.adjustedPairCount = adjustedPairCount
        self.referenceSquared = referenceSquared
        self.axisPosition = axisPosition
        self.unitPartition = unitPartition
    }
}

/// All steps from a split, towards easier ones and towards harder ones.
public struct Progression: Sendable, Equatable {
    /// The steps, in the order easiest, …, start, …, hardest exchange, …, hardest removal.
    public let steps: [ProgressionStep]

    /// The kept steps; their distances strictly increase, except in an ordered series, which keeps every step.
    public var keptSteps: [ProgressionStep] { steps.filter(\.isKept) }

    /// Searches for the easiest and the hardest partition of `embedded`, walks to both from the start, and goes on by
    /// removal.
    ///
    /// The extremes are searched for from several starts (see `ExtremeSearch`). Each walk exchanges the classes that
    /// differ between start and extreme, the most effective exchange first, so it ends after a known number of steps;
    /// steps that bring no new extreme are passed through and not kept. *Removal*: from the hardest exchange on, the
    /// classes with the largest gap leave, equally many from each side.
    ///
    /// The sides keep their numbers of classes, or of units if units are what moves (removal takes equally many from
    /// each).
    ///
    /// - Parameter report: called with the work in progress; concurrently while the extremes are searched for.
    /// - Complexity: one Fréchet distance per step; up to n/2 exchanges per arm for n classes.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    /// - Precondition: `embedded` has the statistic of the settings, and under ``SplitMethod/milbich2021(_:)`` each class is a
    ///   unit.
    public init(
        of embedded: EmbeddedDataset, by settings: SplitSettings,
        report: WorkReport = { _ in }
    ) throws {
        try self.init(of: embedded, searching: embedded, by: settings, report: report)
    }

    /// Searches for the hardest partition in other embeddings of the same samples, and measures it in these.
    init(
        of embedded: EmbeddedDataset, searching searched: EmbeddedDataset, by settings: SplitSettings,
        report: WorkReport
    ) throws {
        try settings.validate()
        if let order = settings.order {
            let walk = try OrderedWalk(over: embedded, by: order, seed: settings.seed, report: report)
            steps = try Progression(along: walk, over: embedded, report: report).steps
            return
        }
        precondition(
            embedded.statistic == settings.statistic,
            "the dataset's statistic is \(embedded.statistic.rawValue), not \(settings.statistic.rawValue)")
        if case .milbich2021 = settings.method {
            precondition(
                embedded.units.count == embedded.dataset.classLabels.count,
                "\(embedded.units.count) units of \(embedded.dataset.classLabels.count) classes; the reference moves classes"
            )
        }
        let start = try settings.start.partition(of: embedded, seed: settings.seed)
        try embedded.requireVectors(in: start, of: embedded.vectors)
        guard embedded.units.count >= 4 else { throw SplitError.tooFewUnits(count: embedded.units.count) }
        let plan = try ProgressionPlan(
            embedded.vectors, searching: searched.vectors, from: start, by: settings, report: report)
        var meter = ShiftMeter(embedded.vectors)
        let first = try meter.distance(of: start)
        let startStep = ProgressionStep(
            arm: .start, step: 0, unitPartition: start, distance: first, in: embedded)
        func measured(_ arm: Arm, _ steps: [ProgressionPlan.Step], from start: ProgressionStep) throws
            -> [ProgressionStep]
        {
            let distances = try meter.distances(along: steps.map(\.partition)) { done in
                report(.advanced("measuring \(arm.rawValue)", done: done, of: steps.count, isSteady: false))
            }
            let goal: ExtremeSearch.Goal = arm == .easier ? .easier : .harder
            // Steps that are at a greater distance than the hardest only look harder.
            let last = arm == .swap && plan.endsHardest ? distances.last?.squared : nil
            let limit = last.flatMap { goal.prefers($0, to: start.distance.squared) ? $0 : nil }
            var best = start.distance.squared
            return zip(steps, distances).enumerated().map { index, measured in
                let (step, distance) = measured
                let isWithin = index == steps.count - 1 || limit.map { goal.prefers($0, to: distance.squared) } ?? true
                let isKept = isWithin && goal.prefers(distance.squared, to: best)
                if isKept { best = distance.squared }
                return ProgressionStep(
                    arm: arm, step: index + 1, unitPartition: step.partition, distance: distance,
                    movedToTest: step.movedToTest, movedToTrain: step.movedToTrain, removed: step.removed,
                    isKept: isKept, referenceSquared: step.referenceSquared, in: embedded)
            }
        }
        let harder = try measured(.swap, plan.harder, from: startStep)
        let hardest = harder.last(where: \.isKept) ?? startStep
        let removals = try plan.removals(from: hardest.unitPartition, classCounts: embedded.units.map(\.classes.count))
        let removal = try measured(.removal, removals, from: hardest)
        let easier = try measured(.easier, plan.easier, from: startStep)
        steps = easier.reversed() + [startStep] + harder + removal
    }
}
