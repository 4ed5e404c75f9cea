internal import Datasets
internal import Frechet
internal import Statistics
public import Parallel

/// What keeps a level's distance from being mistaken for shift: how large it would be for random sides of the same
/// classes, and whether it recurs in samples that had no part in choosing the sides.
public struct ShiftControls: Sendable, Equatable {
    /// One level's controls.
    public struct Level: Sendable, Equatable {
        /// The distances of random exchanges of the level's own classes.
        public let null: NullBand
        /// The level's distance minus the mean of its band.
        public let excess: Double
        /// The held-out repetition; nil if there are too few held-out samples to measure anything.
        public let holdout: Holdout?
        /// Where the level's distance lies relative to its band.
        public let position: BandPosition
        /// What tests the level.
        var test = Test.heldOut
        /// Whether the classes can be dealt to the sides in so many ways that one of them can stand out.
        let canStandOut: Bool
        /// Whether a shift is shown: the distance lies above the band, and, where sides were searched for, other samples confirm
        /// the difference, p ≤ 0.05; nil if that could not be tested, because too few samples are left over, or because the
        /// classes can be dealt to the sides in so few ways that none would stand out.
        public var isShift: Bool? {
            guard canStandOut else { return nil }
            switch test {
            case .none: return nil
            case .band: return position == .above
            case .heldOut: return holdout.map { $0.p <= 0.05 && position == .above }
            }
        }

        /// What tells a shift from chance.
        enum Test: Sendable {
            /// The band, and samples that had no part in the search for the sides.
            case heldOut
            /// The band alone, since a column says what the sides are.
            case band
            /// Nothing: sides were searched for, but not for their distance.
            case none
        }
    }

    /// What samples say that had no part in choosing the sides.
    public struct Holdout: Sendable, Equatable {
        /// The distance, on half of the samples, of the partition that the same procedure chose on the other half.
        public let fid: Double
        /// The band of random exchanges of that partition, on the same half.
        public let null: NullBand
        /// That partition of the classes; classes of one sample, and those whose samples all stay together, are in neither
        /// half, and so on no side.
        public let partition: ClassPartition
        /// The probability, if all samples were draws of one distribution, that sides found in one half of the samples
        /// would differ as much in the other half, over several halvings (see ``ShiftControls/halvingCount``).
        public let p: Double
    }

    /// The controls of each level.
    public let levels: [Level]
    /// The probability, if all samples were draws of one distribution, that the differences of all levels harder than
    /// the start together would recur as they do; nil without such levels, or without samples to test them on.
    public let p: Double?
    /// The number of random deals of the samples that each p compares the given one with; 0 if none was possible.
    public let dealCount: Int
    /// The number of halvings of the samples, whose halves serve to choose and to measure in turn.
    public let halvingCount: Int
    /// The number of classes of one sample, which the held-out repetition leaves out.
    public let singletonClassCount: Int
    /// The samples that stay together in the held-out repetition.
    public let dependentSamples: DependentSamples
    /// The numbers of the classes of several samples that the held-out repetition leaves out, since all stay together.
    public let undividedClasses: [Int]

    /// Draws the bands of some levels, and repeats the progression held out.
    ///
    /// - Parameter report: called with the work in progress: before each level of each of the two passes, and
    ///   concurrently within the search.
    /// - Complexity: `settings.nullDraws` distances for each set of kept classes (and of sample counts), twice, and 100
    ///   quick searches for each half of each halving.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    public init(
        of levels: [ProgressionStep], in progression: Progression, over embedded: EmbeddedDataset,
        by settings: SplitSettings, report: WorkReport = { _ in }
    ) throws {
        try self.init(
            of: levels, in: progression, over: embedded, searching: embedded, by: settings, report: report)
    }

    /// The same where the hardest sides were searched for in other embeddings of the same samples: what recurs in samples that
    /// had no part in the search is tested in these, as it was found.
    init(
        of levels: [ProgressionStep], in progression: Progression, over embedded: EmbeddedDataset,
        searching searched: EmbeddedDataset, by settings: SplitSettings, report: WorkReport
    ) throws {
        var bands = NullDraws(embedded.vectors, settings: settings)
        let nulls = try levels.enumerated().map { index, level in
            report(.advanced("null bands", done: index, of: 2 * levels.count, isSteady: false))
            guard let draws = try bands.draws(around: level.unitPartition) else {
                throw SplitError.tooFewForBands(statistic: embedded.statistic)
            }
            return draws
        }
        let dependent = DependentSamples(of: embedded)
        let halves = SampleHalves(of: embedded, keeping: dependent, seed: settings.seed)
        let leftOut = halves.leftOutClasses
        let repetition = try HeldOutRepetition(
            of: progression, over: embedded, searching: searched, halves: halves, by: settings, report: report)
        let test = try (dependent.spansClasses ? nil : repetition).map { repetition in
            let dealCount = max(settings.nullDraws, SideDifferenceTest.fewestDeals)
            return try SideDifferenceTest(
                of: levels, stepCounts: repetition.stepCounts, start: repetition.start, over: searched,
                groups: dependent.clusters(of: embedded), dealCount: dealCount, seed: settings.seed
            ) { done in
                report(.advanced("dealing samples at random", done: done, of: dealCount + 1, isSteady: true))
            }
        }
        var heldOutBands = repetition.map { NullDraws($0.measuring, settings: settings) }
        let counterparts = try levels.enumerated().map { index, level in
            report(
                .advanced("null bands", done: levels.count + index, of: 2 * levels.count, isSteady: false))
            return try test.flatMap { _ in repetition?.counterpart(of: level) }.flatMap { partition in
                try heldOutBands?.draws(around: partition).map { (partition: partition, draws: $0) }
            }
        }
        var meter = repetition.map { ShiftMeter($0.measuring) }
        var distances = try meter?.distances(of: counterparts.compactMap { $0?.partition })[...] ?? []
        let holdouts = levels.indices.map { index -> Holdout? in
            guard let test, let (partition, draws) = counterparts[index], let distance = distances.popFirst() else {
                return nil
            }
            return Holdout(
                fid: distance.squared.rounded(significantDigits: 10),
                null: NullBand(
                    of: distance.squared, among: draws.map(\.squared), usualCount: settings.nullDraws),
                partition: embedded.classPartition(ofUnits: partition, without: leftOut), p: test.p[index])
        }
        self.levels = zip(zip(levels, nulls), holdouts).map { pair, holdout in
            let (level, draws) = pair
            let distance = level.distance.squared
            let band = NullBand(of: distance, among: draws.map(\.squared), usualCount: settings.nullDraws)
            return Level(
                null: band, excess: (distance - band.mean).rounded(significantDigits: 10), holdout: holdout,
                position: BandPosition(of: distance, among: draws.map(\.squared)),
                canStandOut: NullBand.canReject(
                    drawCount: band.drawCount, trainCount: level.partition.classes(on: .train).count,
                    testCount: level.partition.classes(on: .test).count))
        }
        p = test?.seriesP
        dealCount = test?.dealCount ?? 0
        halvingCount = test?.halvingCount ?? 0
        dependentSamples = dependent
        undividedClasses = leftOut.filter { embedded.orderedSamples[$0].count > 1 }
        singletonClassCount = embedded.orderedSamples.filter { $0.count == 1 }.count
    }
}

extension EmbeddedDataset {
    /// The partition of the classes that corresponds to one of the units; some classes are on no side.
    func classPartition(ofUnits partition: ClassPartition, without leftOut: [Int]) -> ClassPartition {
        var result = classPartition(ofUnits: partition)
        for number in leftOut where result.sides[number] != nil { result.remove(number) }
        return result
    }
}
