internal import Datasets
internal import Frechet
internal import Parallel
internal import Statistics

extension ShiftControls {
    /// Compares the levels of an ordered series with random orders of the units.
    ///
    /// A column says what the sides are, so nothing was searched for that other samples would have to confirm: if the column
    /// means nothing, its order is one of N + 1 that are equally likely, and p is exact, also for all levels together. Along
    /// ``OrderAxis/nearest`` sides are chosen by the embeddings, and their distance is compared with that of random exchanges, but
    /// not tested.
    ///
    /// - Parameters:
    ///   - positions: where the levels are.
    ///   - report: called before each level.
    /// - Complexity: `settings.nullDraws` distances for each level of a column, or for all levels along `nearest`.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    init(
        ofOrdered levels: [ProgressionStep], at positions: [AxisPosition], over embedded: EmbeddedDataset,
        by settings: SplitSettings, report: WorkReport
    ) throws {
        let vectors = embedded.vectors
        let isColumn = settings.order?.axis != .nearest
        let orders = OrderDraws(of: vectors, count: isColumn ? settings.nullDraws : 0, seed: settings.seed)
        var exchanges = NullDraws(vectors, settings: settings)
        var meter = ShiftMeter(vectors)
        let draws = try levels.enumerated().map { index, level -> [Double] in
            report(.advanced("null bands", done: index, of: levels.count, isSteady: false))
            let partition = level.unitPartition
            guard isColumn else {
                guard let found = try exchanges.draws(around: partition) else {
                    throw SplitError.tooFewForBands(statistic: embedded.statistic)
                }
                return found.map(\.squared)
            }
            return try (0..<orders.count).map { number in
                let drawn = orders.partition(partition, draw: number)
                guard vectors.canBeMeasured(drawn) else {
                    throw SplitError.tooFewForBands(statistic: embedded.statistic)
                }
                return try meter.distance(of: drawn).squared
            }
        }
        let controlled = zip(zip(levels, positions), draws).map { pair, draws in
            let (level, place) = pair
            let distance = level.distance.squared
            let band = NullBand(of: distance, among: draws, usualCount: settings.nullDraws)
            return Level(
                null: band, excess: (distance - band.mean).rounded(significantDigits: 10), holdout: nil,
                position: BandPosition(of: distance, among: draws), test: isColumn ? .band : .none,
                canStandOut: !place.isConfounded
                    && NullBand.canReject(
                        drawCount: band.drawCount, trainCount: level.partition.classes(on: .train).count,
                        testCount: level.partition.classes(on: .test).count)
            )
        }
        // The sum over the levels beyond the start, in units of each level's spread over all orders.
        let tested = levels.indices.filter { levels[$0].arm != .start && controlled[$0].isShift != nil }
        let standing = tested.map { standardised([levels[$0].distance.squared] + draws[$0]) }
        let sums = (0...settings.nullDraws).map { number in standing.reduce(0) { $0 + $1[number] } }
        p = tested.isEmpty ? nil : NullBand.p(of: sums[0], among: Array(sums.dropFirst())).rounded(significantDigits: 6)
        self.levels = controlled
        dealCount = 0
        halvingCount = 0
        singletonClassCount = embedded.orderedSamples.filter { $0.count == 1 }.count
        dependentSamples = .none
        undividedClasses = []
    }
}
