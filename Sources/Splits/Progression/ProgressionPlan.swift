internal import Datasets
internal import Parallel

/// The partitions that a progression passes through, before any of them is measured.
///
/// The plan depends only on the vectors and needs no exact distance, so the held-out repetition can afford to plan
/// anew.
struct ProgressionPlan: Sendable {
    /// A step of the plan, over units.
    struct Step: Sendable {
        let partition: ClassPartition
        var movedToTest: [Int] = []
        var movedToTrain: [Int] = []
        var removed: [Int] = []
        /// The reference code's own distance for the step, under its protocol.
        var referenceSquared: Double?
    }

    /// From the start towards the least distance.
    let easier: [Step]
    /// From the start towards the greatest distance.
    let harder: [Step]
    /// Whether the last of ``harder`` is the hardest, even where steps before it are at a greater distance, which is mostly bias.
    let endsHardest: Bool

    /// How units leave after the hardest exchange.
    private enum Removal {
        /// By rank, this many from each side per step, down to the floors.
        case ranked(SearchSettings.Removal, countPerStep: Int, ExtremeSearch)
        /// In the way the reference code removes them.
        case fixed([Step])
    }

    private let vectors: UnitVectors
    private let removal: Removal

    /// Searches for both extremes from `start` and walks to them, or walks as the reference code does.
    ///
    /// - Parameters:
    ///   - vectors: the vectors of the units, in which sides are alike or not.
    ///   - searched: those in which the hardest sides, and the units with the largest gap, are searched for.
    ///   - isToBeConfirmed: see ``ExtremeSearch/init(_:isToBeConfirmed:)``.
    init(
        _ vectors: UnitVectors, searching searched: UnitVectors, from start: ClassPartition, by settings: SplitSettings,
        isToBeConfirmed: Bool = false,
        report: WorkReport
    ) throws {
        self.vectors = searched
        @Sendable func searching(_ goal: String, _ done: Int, _ total: Int) {
            report(
                .advanced(
                    "searching the \(goal) split" + (isToBeConfirmed ? " again, held out" : ""), done: done, of: total,
                    isSteady: false))
        }
        switch settings.method {
        case .ordered: preconditionFailure("an ordered series is planned by an OrderedWalk")
        case .milbich2021(let reference):
            let walk = try Milbich2021(
                means: vectors.means, train: start.classes(on: .train), test: start.classes(on: .test),
                by: reference
            ) { arm, iteration in
                guard arm != .removal else { return }
                searching(arm == .harder ? "hardest" : "easiest", iteration, reference.iterations)
            }
            harder = Self.steps(of: walk.harder, unitCount: vectors.unitCount)
            easier = Self.steps(of: walk.easier, unitCount: vectors.unitCount)
            removal = .fixed(Self.steps(of: walk.removal, unitCount: vectors.unitCount))
            endsHardest = false
        case .search(let searchSettings):
            let search = try ExtremeSearch(searched, isToBeConfirmed: isToBeConfirmed)
            // Leaving directions out makes sides alike that are not, so the easiest are those of all directions.
            let isWhole = settings.leftOutDirectionCount == 0
            let easy = isWhole ? search : try ExtremeSearch(vectors, isToBeConfirmed: isToBeConfirmed)
            @Sendable func searchingHardest(_ done: Int, _ total: Int) { searching("hardest", done, total) }
            var means: SidesByMeans?
            let hardest: ClassPartition
            if isToBeConfirmed {
                hardest = try search.extreme(.harder, from: start, seed: settings.seed, report: searchingHardest)
            } else {
                let found = try HardestSides(
                    of: searched, by: search, from: start, seed: settings.seed,
                    leastGrowth: Progression.smallestGrowth, report: searchingHardest)
                (hardest, means) = (found.partition, found.means)
            }
            endsHardest = means != nil
            let easiest = try easy.extreme(.easier, from: start, seed: settings.seed) { done, total in
                searching("easiest", done, total)
            }
            let swaps = searchSettings.swapsPerStep(forUnitCount: vectors.unitCount)
            easier = try Self.walk(
                .easier, from: start, to: easiest, swapsPerStep: swaps, scoring: easy.scores(at:))
            harder = try Self.walk(.harder, from: start, to: hardest, swapsPerStep: swaps) { sides in
                try means?.scores(at: sides) ?? search.scores(at: sides)
            }
            removal = .ranked(searchSettings.removal, countPerStep: swaps, search)
        }
    }

    /// The records of an arm of the reference code, as steps; the first record is where the arm begins.
    private static func steps(of records: [Milbich2021.Record], unitCount: Int) -> [Step] {
        func partition(_ record: Milbich2021.Record) -> ClassPartition {
            var sides = [Side?](repeating: nil, count: unitCount)
            for number in record.train { sides[number] = .train }
            for number in record.test { sides[number] = .test }
            return ClassPartition(sides: sides)
        }
        return zip(records, records.dropFirst()).map { before, record in
            let (old, new) = (partition(before), partition(record))
            func moved(from side: Side, to other: Side?) -> [Int] {
                old.classes(on: side).filter { new.sides[$0] == other }
            }
            return Step(
                partition: new, movedToTest: moved(from: .train, to: .test),
                movedToTrain: moved(from: .test, to: .train),
                removed: moved(from: .train, to: nil) + moved(from: .test, to: nil), referenceSquared: record.squared)
        }
    }

    /// Exchanges the units that differ between two partitions, the most promising exchange first.
    ///
    /// - Parameter scoring: how much each unit favours the train side, if sides are to differ.
    private static func walk(
        _ goal: ExtremeSearch.Goal, from start: ClassPartition, to end: ClassPartition, swapsPerStep: Int,
        scoring: (ClassPartition) throws -> [Double]
    ) throws -> [Step] {
        let end = nearerOrientation(of: end, to: start)
        var partition = start
        var steps: [Step] = []
        while true {
            let differing = partition.sides.indices.filter { partition.sides[$0] != end.sides[$0] }
            guard !differing.isEmpty else { return steps }
            let scores = try scoring(partition)
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

    /// The same two sides, named so that fewer units have to move: if the sides have equal numbers of units, either may
    /// be the train side.
    private static func nearerOrientation(of end: ClassPartition, to start: ClassPartition) -> ClassPartition {
        let counts = Side.allCases.map { end.classes(on: $0).count }
        let differing = start.sides.indices.filter { start.sides[$0] != end.sides[$0] }.count
        guard counts[0] == counts[1], 2 * differing > start.sides.count else { return end }
        return ClassPartition(sides: end.sides.map { $0?.opposite })
    }

    /// Takes units out of a partition by decreasing gap, or by the distance that is left, equally many from each side, down
    /// to the floor.
    ///
    /// The floor counts classes: a fraction of each side's classes stays, and no fewer than a given number.
    ///
    /// - Parameter classCounts: the number of classes of each unit.
    func removals(from start: ClassPartition, classCounts: [Int]) throws -> [Step] {
        switch removal {
        case .fixed(let steps): steps
        case .ranked(let floor, let countPerStep, let search):
            try removals(
                from: start, classCounts: classCounts, floor: floor, countPerStep: countPerStep, by: search)
        }
    }

    private func removals(
        from start: ClassPartition, classCounts: [Int], floor: SearchSettings.Removal, countPerStep: Int,
        by search: ExtremeSearch
    ) throws -> [Step] {
        var partition = start
        var steps: [Step] = []
        func classCount(_ side: Side) -> Int { partition.classes(on: side).reduce(0) { $0 + classCounts[$1] } }
        let floors = Side.allCases.map { side in
            max(floor.minimumClassCount, Int((floor.keepFraction * Double(classCount(side))).rounded(.up)))
        }
        while true {
            var leaving: [Int] = []
            let ranked = try Side.allCases.map { side in
                let byGap = unitsByGap(on: side, of: partition, in: vectors)
                guard floor.rule == .distance else { return byGap }
                return try search.unitsByDistanceLeft(on: side, of: partition, byGap: byGap, count: countPerStep)
            }
            var spare = zip(Side.allCases, floors).map { classCount($0) - $1 }
            var vectorsLeft = Side.allCases.map { vectors.count(ofUnits: partition.classes(on: $0)) }
            for place in 0..<min(countPerStep, ranked[0].count, ranked[1].count) {
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
