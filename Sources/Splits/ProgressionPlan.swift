internal import Datasets

/// The partitions that a progression passes through, before any of them is measured.
///
/// The plan depends on the vectors alone and costs no exact distance, so that the held-out repetition can plan anew.
struct ProgressionPlan: Sendable {
    /// A step of the plan, over units.
    struct Step: Sendable {
        let partition: ClassPartition
        var movedToTest: [Int] = []
        var movedToTrain: [Int] = []
        var removed: [Int] = []
    }

    /// From the start towards the least distance.
    let easier: [Step]
    /// From the start towards the greatest distance.
    let harder: [Step]

    private let vectors: UnitVectors
    private let settings: SplitProtocol

    /// Searches both extremes from `start` and walks to them.
    init(_ vectors: UnitVectors, from start: ClassPartition, by settings: SplitProtocol) throws {
        self.vectors = vectors
        self.settings = settings
        let search = try ExtremeSearch(vectors)
        let hardest = try search.extreme(.harder, from: start, seed: settings.seed)
        let easiest = try search.extreme(.easier, from: start, seed: settings.seed)
        easier = try Self.walk(.easier, from: start, to: easiest, swapsPerStep: settings.swapsPerStep, in: search)
        harder = try Self.walk(.harder, from: start, to: hardest, swapsPerStep: settings.swapsPerStep, in: search)
    }

    /// Exchanges the units that differ between two partitions, those first whose exchange promises most.
    private static func walk(
        _ goal: ExtremeSearch.Goal, from start: ClassPartition, to end: ClassPartition, swapsPerStep: Int,
        in search: ExtremeSearch
    ) throws -> [Step] {
        let end = nearerOrientation(of: end, to: start)
        var partition = start
        var steps: [Step] = []
        while true {
            let differing = partition.sides.indices.filter { partition.sides[$0] != end.sides[$0] }
            guard !differing.isEmpty else { return steps }
            let scores = try search.scores(at: partition)
            let scale = scores.map(abs).max() ?? 0
            func ranked(_ side: Side, _ sign: Double) -> [Int] {
                differing.filter { partition.sides[$0] == side }
                    .map { ($0, value: (goal == .harder ? sign : -sign) * scores[$0], scale: scale) }
                    .rankedByFallingValue()
            }
            let pairs = zip(ranked(.train, -1), ranked(.test, 1)).prefix(swapsPerStep)
            for (train, test) in pairs { partition.exchange(trainClass: train, testClass: test) }
            steps.append(
                Step(partition: partition, movedToTest: pairs.map(\.0), movedToTrain: pairs.map(\.1)))
        }
    }

    /// The same two sides, named so that fewer units have to move: where the sides have equal numbers of units, either
    /// may be the train side.
    private static func nearerOrientation(of end: ClassPartition, to start: ClassPartition) -> ClassPartition {
        let counts = Side.allCases.map { end.classes(on: $0).count }
        let differing = start.sides.indices.filter { start.sides[$0] != end.sides[$0] }.count
        guard counts[0] == counts[1], 2 * differing > start.sides.count else { return end }
        return ClassPartition(sides: end.sides.map { $0?.opposite })
    }

    /// Takes units out of a partition by falling gap, as many from each side, down to the floor.
    ///
    /// The floor counts classes: the part of each side's that stays, and no fewer than a given number.
    ///
    /// - Parameter classCounts: the number of classes of each unit.
    func removals(from start: ClassPartition, classCounts: [Int]) -> [Step] {
        var partition = start
        var steps: [Step] = []
        func classCount(_ side: Side) -> Int { partition.classes(on: side).reduce(0) { $0 + classCounts[$1] } }
        let floors = Side.allCases.map { side in
            max(settings.minimumClassCount, Int((settings.keepFraction * Double(classCount(side))).rounded(.up)))
        }
        while true {
            var leaving: [Int] = []
            let ranked = Side.allCases.map { unitsByGap(on: $0, of: partition, in: vectors) }
            var spare = zip(Side.allCases, floors).map { classCount($0) - $1 }
            var vectorsLeft = Side.allCases.map { vectors.count(ofUnits: partition.classes(on: $0)) }
            for place in 0..<min(settings.swapsPerStep, ranked[0].count, ranked[1].count) {
                let pair = ranked.map { $0[place] }
                let fits = pair.indices.allSatisfy { side in
                    classCounts[pair[side]] <= spare[side] && vectorsLeft[side] - vectors.rows[pair[side]].count >= 2
                }
                guard fits else { break }
                for side in pair.indices {
                    spare[side] -= classCounts[pair[side]]
                    vectorsLeft[side] -= vectors.rows[pair[side]].count
                }
                leaving += pair
            }
            guard !leaving.isEmpty else { return steps }
            for unit in leaving { partition.remove(unit) }
            steps.append(Step(partition: partition, removed: leaving))
        }
    }
}
