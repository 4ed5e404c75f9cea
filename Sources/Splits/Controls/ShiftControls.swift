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
        /// Whether the held-out repetition finds a shift, p ≤ 0.05; nil if it could not be made.
        public var isShift: Bool? { holdout.map { $0.null.p <= 0.05 } }
    }

    /// The same procedure with one half of the samples, measured on the other half.
    public struct Holdout: Sendable, Equatable {
        /// The distance, on the other half, of the partition that the first half chose.
        public let fid: Double
        /// The band of random exchanges of that partition, on the same half; its p uses the part of the distance that
        /// stands out more.
        public let null: NullBand
        /// That partition of the classes; classes of one sample, and those whose samples all stay together, are in neither
        /// half, and so on no side.
        public let partition: ClassPartition
    }

    /// The controls of each level.
    public let levels: [Level]
    /// The probability, if all classes had the same distribution, that the held-out distances of the levels harder than
    /// the start would rise above their bands as far as they do; nil without such levels.
    ///
    /// The statistic behind each level's p is standardised over its band and averaged over the levels. Levels of the
    /// same classes share their draws, so the average varies more among draws than it does for the levels, which makes
    /// the result conservative.
    public let p: Double?
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
    /// - Complexity: `settings.nullDraws` distances for each set of kept classes (and of sample counts), twice.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    public init(
        of levels: [ProgressionStep], in progression: Progression, over embedded: EmbeddedDataset,
        by settings: SplitSettings, report: WorkReport = { _ in }
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
            of: progression, over: embedded, halves: halves, by: settings, report: report)
        var heldOutBands = repetition.map { NullDraws($0.measuring, settings: settings) }
        var meter = repetition.map { ShiftMeter($0.measuring) }
        let holdouts = try levels.enumerated().map { index, level -> Holdout? in
            report(
                .advanced("null bands", done: levels.count + index, of: 2 * levels.count, isSteady: false))
            guard let repetition, let partition = repetition.counterpart(of: level),
                let draws = try heldOutBands?.draws(around: partition),
                let distance = try meter?.distance(of: partition)
            else { return nil }
            let own = SizedDistance(
                distance: distance, biasScale: repetition.measuring.biasScale(of: partition))
            return Holdout(
                fid: distance.squared.rounded(significantDigits: 10),
                null: NullBand(of: own, among: draws, byParts: true),
                partition: embedded.classPartition(ofUnits: partition, without: leftOut))
        }
        self.levels = zip(zip(levels, nulls), holdouts).map { pair, holdout in
            let (level, draws) = pair
            let distance = level.distance.squared
            let own = SizedDistance(
                distance: level.distance, biasScale: embedded.vectors.biasScale(of: level.unitPartition))
            let band = NullBand(of: own, among: draws)
            return Level(
                null: band, excess: (distance - band.mean).rounded(significantDigits: 10), holdout: holdout,
                position: BandPosition(of: distance, among: draws.map(\.distance.squared)))
        }
        p = Self.p(
            of: zip(levels, holdouts).filter { $0.0.arm == .swap || $0.0.arm == .removal }.compactMap(\.1))
        dependentSamples = dependent
        undividedClasses = leftOut.filter { embedded.orderedSamples[$0].count > 1 }
        singletonClassCount = embedded.orderedSamples.filter { $0.count == 1 }.count
    }

    private static func p(of holdouts: [Holdout]) -> Double? {
        guard let count = holdouts.first?.null.standing.count else { return nil }
        var sums = [Double](repeating: 0, count: count)
        for holdout in holdouts {
            for (place, value) in standardised(holdout.null.standing).enumerated() { sums[place] += value }
        }
        return NullBand.p(of: sums[0], among: Array(sums.dropFirst())).rounded(significantDigits: 6)
    }
}

extension EmbeddedDataset {
    /// The partition of the classes that corresponds to one of the units; some classes are on no side.
    fileprivate func classPartition(ofUnits partition: ClassPartition, without leftOut: [Int]) -> ClassPartition {
        var result = classPartition(ofUnits: partition)
        for number in leftOut where result.sides[number] != nil { result.remove(number) }
        return result
    }
}
