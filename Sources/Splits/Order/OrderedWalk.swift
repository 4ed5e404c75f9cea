internal import Datasets
internal import Parallel

/// The partitions that an ordered series passes through, and how far each is along its axis.
struct OrderedWalk: Sendable {
    /// Where it begins: mixed sides, or the nearest ones.
    let start: ClassPartition
    /// Exchanges, to the first half against the second or to the farthest sides.
    let exchanges: [ProgressionPlan.Step]
    /// Removals from there on, of the units next to the cut.
    let removals: [ProgressionPlan.Step]
    /// What says how far a partition is.
    let measure: AxisMeasure

    /// Plans the walk.
    ///
    /// - Throws: `DatasetError` as ``UnitOrder/init(of:in:by:of:)``; ``SplitError/invalidSetting(name:found:expected:)`` for more
    ///   classes than ``OrderAxis/nearest`` can serve.
    init(
        over embedded: EmbeddedDataset, by settings: OrderSettings, seed: UInt64, report: WorkReport
    ) throws {
        let count = embedded.units.count
        let pairCount = settings.search.swapsPerStep(forUnitCount: count)
        switch settings.axis {
        case .column(let name, let moment):
            let order = try UnitOrder(of: embedded.units, in: embedded.dataset, by: name, of: moment)
            measure = .separation(order)
            start = order.mixed
            exchanges = Self.exchanges(from: order.mixed, to: order.divided, in: order, pairCount: pairCount)
            removals = Self.removals(
                from: order.divided, in: order, classCounts: embedded.units.map(\.classes.count),
                floor: settings.removal, countPerStep: pairCount, vectors: embedded.vectors)
        case .nearest:
            let classes = try NearestClasses(of: embedded.vectors)
            measure = .novelty(classes)
            let search = NearestSearch(classes, seed: seed)
            let (near, far) = search.extremes { goal, done, total in
                report(.advanced("searching the \(goal) sides", done: done, of: total, isSteady: false))
            }
            start = near
            exchanges = search.walk(from: near, to: far, pairCount: pairCount)
            removals = []
        }
    }

    /// How far the sides of a partition of the units are along the axis.
    func position(of partition: ClassPartition) -> Double { measure.position(of: partition) }

    /// Exchanges the units on the wrong side, those at the ends of the order first, so that what is mixed shrinks to the middle.
    private static func exchanges(
        from start: ClassPartition, to end: ClassPartition, in order: UnitOrder, pairCount: Int
    ) -> [ProgressionPlan.Step] {
        let differing = order.order.filter { start.sides[$0] != end.sides[$0] }
        let toTrain = differing.filter { end.sides[$0] == .train }
        let toTest = Array(differing.filter { end.sides[$0] == .test }.reversed())
        var partition = start
        var steps: [ProgressionPlan.Step] = []
        for first in stride(from: 0, to: toTrain.count, by: pairCount) {
            let pairs = zip(toTest, toTrain).dropFirst(first).prefix(pairCount)
            for (train, test) in pairs { partition.exchange(trainClass: train, testClass: test) }
            steps.append(
                ProgressionPlan.Step(
                    partition: partition, movedToTest: pairs.map(\.0), movedToTrain: pairs.map(\.1)))
        }
        return steps
    }

    private static func removals(
        from start: ClassPartition, in order: UnitOrder, classCounts: [Int], floor: SearchSettings.Removal,
        countPerStep: Int, vectors: UnitVectors
    ) -> [ProgressionPlan.Step] {
        func classCount(_ side: Side) -> Int { start.classes(on: side).reduce(0) { $0 + classCounts[$1] } }
        var spare = Side.allCases.map { side in
            classCount(side)
                - max(floor.minimumClassCount, Int((floor.keepFraction * Double(classCount(side))).rounded(.up)))
        }
        var vectorsLeft = Side.allCases.map { vectors.count(ofUnits: start.classes(on: $0)) }
        // From the cut outwards.
        let leaving = [
            Array(order.order.filter { start.sides[$0] == .train }.reversed()),
            order.order.filter { start.sides[$0] == .test },
        ]
        var partition = start
        var steps: [ProgressionPlan.Step] = []
        var step: [Int] = []
        for place in 0..<min(leaving[0].count, leaving[1].count) {
            let pair = leaving.map { $0[place] }
            let fits = pair.indices.allSatisfy { side in
                classCounts[pair[side]] <= spare[side] && vectorsLeft[side] - vectors.rows[pair[side]].count >= 2
            }
            guard fits else { break }
            for side in pair.indices {
                spare[side] -= classCounts[pair[side]]
                vectorsLeft[side] -= vectors.rows[pair[side]].count
                partition.remove(pair[side])
            }
            step += pair
            if step.count == 2 * countPerStep {
                steps.append(ProgressionPlan.Step(partition: partition, removed: step))
                step = []
            }
        }
        if !step.isEmpty { steps.append(ProgressionPlan.Step(partition: partition, removed: step)) }
        return steps
    }
}

/// What says how far a partition of the units is along an axis.
enum AxisMeasure: Sendable {
    /// The order of a column.
    case separation(UnitOrder)
    /// The distances of classes, along ``OrderAxis/nearest``.
    case novelty(NearestClasses)

    /// How far the sides are along the axis: ``UnitOrder/separation(of:)``, or the mean distance of a class to the nearest one
    /// of the other side.
    func position(of partition: ClassPartition) -> Double {
        switch self {
        case .separation(let order): order.separation(of: partition)
        case .novelty(let classes): classes.novelty(of: partition)
        }
    }

    /// The order of the units; nil along ``OrderAxis/nearest``.
    var order: UnitOrder? {
        if case .separation(let order) = self { order } else { nil }
    }

    /// The distances of classes; nil along a column.
    var nearest: NearestClasses? {
        if case .novelty(let classes) = self { classes } else { nil }
    }
}
