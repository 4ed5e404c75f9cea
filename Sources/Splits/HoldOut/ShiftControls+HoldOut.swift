internal import Datasets
internal import Frechet
internal import Parallel
internal import Statistics

extension ShiftControls {
    /// Draws the band of a hold-out, and repeats its search held out.
    ///
    /// Random exchanges obey what the search obeyed: strata keep their numbers, and pinned units stay.
    ///
    /// - Parameter found: the sides, and what they were made of.
    init(
        of found: HoldOutSearch.Found, at distance: FrechetDistance, over embedded: EmbeddedDataset,
        by settings: HoldOutSettings, draft: HoldOutDraft, report: WorkReport
    ) throws {
        let rules = draft.shares.rulesForTest()
        func draws(_ vectors: UnitVectors, around partition: ClassPartition) throws -> [Double]? {
            var bands = NullDraws(vectors, count: settings.nullDraws, seed: settings.seed, strata: rules.strata)
            return try bands.draws(around: vectors.smallerFirst(partition))?.map(\.squared)
        }
        report(.advanced("null bands", done: 0, of: 2, isSteady: false))
        guard let own = try draws(embedded.vectors, around: found.partition) else {
            throw SplitError.tooFewForBands(statistic: embedded.statistic)
        }
        let dependent = DependentSamples(of: embedded)
        let halves = SampleHalves(of: embedded, keeping: dependent, seed: settings.seed)
        let leftOut = halves.leftOutClasses
        let choosing = embedded.vectors(ofSamples: halves.choosing)
        let measuring = embedded.vectors(ofSamples: halves.measuring)
        let canBeRepeated =
            choosing.canBeMeasured(found.start) && measuring.canBeMeasured(found.start) && !dependent.spansClasses
        let repeated =
            canBeRepeated
            ? try Self.repeated(
                found, on: choosing, by: rules, draft: draft, settings: settings, report: report)
            : nil
        report(.advanced("null bands", done: 1, of: 2, isSteady: false))
        let heldOutDraws = try repeated.flatMap { partition in
            measuring.canBeMeasured(partition) ? try draws(measuring, around: partition) : nil
        }
        var holdout: Holdout?
        var test: SideDifferenceTest?
        if let repeated, let heldOutDraws {
            let dealCount = max(settings.nullDraws, SideDifferenceTest.fewestDeals)
            let dealt = try SideDifferenceTest(
                seeking: [SoughtSides(found.sought)], harder: [], start: found.start, by: rules,
                directionLimit: embedded.units.count > ExtremeSearch.largeCount ? 64 : nil, over: embedded,
                groups: dependent.clusters(of: embedded), dealCount: dealCount, seed: settings.seed
            ) { done in
                report(.advanced("dealing samples at random", done: done, of: dealCount + 1, isSteady: true))
            }
            let measured = try OrientedMeter.distance(of: repeated, over: measuring).squared
            test = dealt
            holdout = Holdout(
                fid: measured.rounded(significantDigits: 10),
                null: NullBand(of: measured, among: heldOutDraws, usualCount: settings.nullDraws),
                partition: embedded.classPartition(ofUnits: repeated, without: leftOut), p: dealt.p[0])
        }
        let band = NullBand(of: distance.squared, among: own, usualCount: settings.nullDraws)
        let partition = embedded.classPartition(ofUnits: found.partition)
        levels = [
            Level(
                null: band, excess: (distance.squared - band.mean).rounded(significantDigits: 10), holdout: holdout,
                position: BandPosition(of: distance.squared, among: own),
                canStandOut: NullBand.canReject(
                    drawCount: band.drawCount, trainCount: partition.classes(on: .train).count,
                    testCount: partition.classes(on: .test).count))
        ]
        p = nil
        dealCount = test?.dealCount ?? 0
        halvingCount = test?.halvingCount ?? 0
        dependentSamples = dependent
        undividedClasses = leftOut.filter { embedded.orderedSamples[$0].count > 1 }
        singletonClassCount = embedded.orderedSamples.filter { $0.count == 1 }.count
    }

    /// The sides that correspond to those found, of half of the samples.
    private static func repeated(
        _ found: HoldOutSearch.Found, on choosing: UnitVectors, by rules: ExchangeRules, draft: HoldOutDraft,
        settings: HoldOutSettings, report: WorkReport
    ) throws -> ClassPartition {
        guard settings.difficulty != .median else { return found.partition }
        let search = try HoldOutSearch(
            choosing, rules: rules, from: draft.sides, seed: settings.seed, isToBeConfirmed: true)
        switch found.sought {
        case .exchanged(let part):
            return try search.sides(from: found.start, part: part, report: report)
        case .hardest: return try search.hardest(report: report)
        case .fixed, .removed:
            return settings.difficulty == .easiest ? try search.easiest(report: report) : found.partition
        }
    }
}
