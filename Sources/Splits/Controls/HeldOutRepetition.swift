import Parallel
internal import Datasets
internal import Statistics

/// The progression planned on a seeded half of each class's samples, where dependent samples stay together, with the other half to measure it on.
struct HeldOutRepetition {
    /// The vectors of the half that had no part in planning.
    let measuring: UnitVectors
    let start: ClassPartition
    private let plan: ProgressionPlan
    private let removals: [ProgressionPlan.Step]
    /// The number of steps of each arm of the progression that is repeated.
    let stepCounts: [Arm: Int]

    /// Plans a progression on one half; nil if a half is too small for any distance.
    init?(
        of progression: Progression, over embedded: EmbeddedDataset, searching searched: EmbeddedDataset,
        halves: SampleHalves, by settings: SplitSettings, report: WorkReport
    ) throws {
        let choosing = embedded.vectors(ofSamples: halves.choosing)
        measuring = embedded.vectors(ofSamples: halves.measuring)
        guard let official = progression.steps.first(where: { $0.arm == .start })?.unitPartition,
            choosing.canBeMeasured(official), measuring.canBeMeasured(official)
        else { return nil }
        start = official
        plan = try ProgressionPlan(
            choosing, searching: searched.vectors(ofSamples: halves.choosing), from: start, by: settings,
            isToBeConfirmed: true, report: report)
        removals = try plan.removals(
            from: plan.harder.last?.partition ?? start, classCounts: embedded.units.map(\.classes.count))
        stepCounts = Dictionary(grouping: progression.steps, by: \.arm).mapValues(\.count)
    }

    /// The partition that corresponds to `level` in the repeated progression: on the same arm, as far along it, and
    /// with as many classes removed.
    func counterpart(of level: ProgressionStep) -> ClassPartition? {
        let partition = partition(likeThatOf: level)
        return measuring.canBeMeasured(partition) ? partition : nil
    }

    private func partition(likeThatOf level: ProgressionStep) -> ClassPartition {
        switch level.arm {
        case .start, .imported, .holdOut: start
        case .easier: step(level, of: plan.easier)
        case .swap: step(level, of: plan.harder)
        case .removal:
            removals.min {
                abs($0.partition.removedClasses.count - level.unitPartition.removedClasses.count)
                    < abs($1.partition.removedClasses.count - level.unitPartition.removedClasses.count)
            }?.partition ?? start
        }
    }

    private func step(_ level: ProgressionStep, of arm: [ProgressionPlan.Step]) -> ClassPartition {
        guard !arm.isEmpty, let total = stepCounts[level.arm] else { return start }
        let number = (Double(level.step) / Double(total) * Double(arm.count)).rounded()
        return arm[min(max(Int(number), 1), arm.count) - 1].partition
    }
}
