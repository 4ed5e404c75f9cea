import Datasets
import Frechet
import Splits
import TestSupport
import Testing

@Suite struct ShiftControlsTests {
    private func series(
        of embedded: EmbeddedDataset, change: (inout SplitSettings) -> Void = { _ in }
    ) throws -> SplitSeries {
        var settings = SplitSettings(.search(SearchSettings(statistic: embedded.statistic)))
        settings.search.removal.minimumClassCount = 4
        settings.levels = .evenly(5)
        change(&settings)
        return try SplitSeries(of: embedded, by: settings)
    }

    /// Classes about one centre: nothing tells one from another.
    private func noise(classCount: Int, size: (Int) -> Int, seed: UInt64) throws -> EmbeddedDataset {
        var rng = SplitMix64(seed: seed)
        var data = SyntheticData()
        for number in 0..<classCount {
            let label = "class-\(1000 + number)"
            data.addClass(label, at: Array(repeating: 0, count: 6), count: size(number), spread: 1, using: &rng)
        }
        return try data.embedded()
    }

    /// Of data without structure, about one level in twenty is flagged, and not the hardest as a matter of course, though
    /// its distance is above its band; of forty seeds, 14 % would be four standard errors off.
    @Test(arguments: [false, true])
    func noiseIsNotTakenForShift(isLongTailed: Bool) throws {
        var flagged = 0
        var (levelCount, aboveBand) = (0, 0)
        for seed in 0..<40 {
            let embedded = try noise(
                classCount: 24, size: { isLongTailed ? 4 + 60 / (1 + $0) : 8 }, seed: 500 + UInt64(seed))
            let controls = try #require(try series(of: embedded).controls)
            flagged += controls.levels.count { $0.isShift == true }
            levelCount += controls.levels.count
            if controls.levels.last?.position == .above { aboveBand += 1 }
        }
        #expect(Double(flagged) <= 0.14 * Double(levelCount), "\(flagged) of \(levelCount)")
        #expect(aboveBand >= 35, "the hardest level is chosen to be far above its band")
    }

    /// Two clusters of classes are a shift if they are parted, on samples that had no part in parting them as well.
    @Test func structureIsFound() throws {
        var rng = SplitMix64(seed: 9)
        var data = SyntheticData()
        for number in 0..<24 {
            let centre = [number % 2 == 0 ? 1.0 : -1, rng.bell(), 0, 0]
            data.addClass("c\(100 + number)", at: centre, count: 10, spread: 1, using: &rng)
        }
        let controls = try #require(try series(of: data.embedded()).controls)
        let hardest = try #require(controls.levels.last)
        #expect(hardest.isShift == true && hardest.position == .above && hardest.excess > 0)
        #expect(try #require(controls.levels.first).position == .below)
        #expect(try #require(controls.p) <= 0.05)
        let holdout = try #require(hardest.holdout)
        #expect(holdout.fid > holdout.null.q95)
    }

    @Test func levelsOfTheSameClassesShareTheirBand() throws {
        let result = try series(
            of: SyntheticData.random(classCount: 40, dimension: 6, seed: 3).embedded(
                statistic: .classMeans))
        let bands = try #require(result.controls).levels
        let exchanges = zip(result.levels, bands).filter { $0.0.arm != .removal }
        #expect(exchanges.count >= 3 && Set(exchanges.map(\.1.null.mean)).count == 1)
        for (level, band) in zip(result.levels, bands) {
            #expect(abs(band.excess - (level.distance.squared - band.null.mean)) <= 1e-8)
            let count = band.null.p * 21
            #expect(abs(count - count.rounded()) < 1e-3 && band.null.p > 0 && band.null.p <= 1)
        }
    }

    /// Classes of one sample can be in neither half; with nothing else there is no repetition, and no claim.
    @Test func classesOfOneSampleAreLeftOutOfTheHalves() throws {
        let mixed = try noise(classCount: 20, size: { $0 < 4 ? 1 : 6 }, seed: 1)
        let controls = try #require(try series(of: mixed).controls)
        #expect(controls.singletonClassCount == 4)
        for level in controls.levels {
            let partition = try #require(level.holdout).partition
            #expect((0..<4).allSatisfy { partition.sides[$0] == nil })
        }
        let single = try noise(classCount: 20, size: { _ in 1 }, seed: 2)
        let none = try #require(try series(of: single).controls)
        #expect(none.levels.allSatisfy { $0.holdout == nil && $0.isShift == nil } && none.p == nil)
    }

    /// Hardly any samples: a sentence or no repetition, but neither a crash nor an obscure error.
    @Test(arguments: [[1, 1, 3, 3, 3, 3], [4, 1, 2, 1, 3], [1, 1, 1, 1], [2, 2, 2, 2], [1, 1, 1, 9]])
    func tinyData(sizes: [Int]) throws {
        for statistic in ShiftStatistic.allCases {
            var rng = SplitMix64(seed: 3)
            var data = SyntheticData()
            for (number, size) in sizes.enumerated() {
                data.addClass("c\(number)", at: [Double(number), 0], count: size, spread: 1, using: &rng)
            }
            let embedded = try data.embedded(statistic: statistic)
            do {
                let result = try series(of: embedded) { $0.search.removal.minimumClassCount = 1 }
                #expect(result.controls?.levels.count == result.levels.count)
            } catch let error as SplitError {
                #expect(error == .tooFewForBands(statistic: statistic))
            }
        }
    }

    /// Ten classes in two groups, and eight far apart in as many directions: few partitions, but a clear difference.
    @Test(arguments: 0..<3)
    func fewSeparateClassesAreEnough(seed: Int) throws {
        var rng = SplitMix64(seed: UInt64(40 + seed))
        var data = SyntheticData()
        for number in 0..<8 {
            let centre = (0..<16).map { _ in 8 * rng.bell() }
            data.addClass("c\(number)", at: centre, count: 10, spread: 1, using: &rng)
        }
        let result = try series(of: data.embedded()) { $0.seed = UInt64(seed) }
        let controls = try #require(result.controls)
        let hardest = try #require(Array(zip(result.levels, controls.levels)).last { $0.0.arm == .swap })
        // Of 70 ways to deal 8 classes to sides of 4, all but one make the band, two of each distance.
        #expect(hardest.1.null.drawCount == 69 && abs(hardest.1.null.p - 2 / 70) < 1e-6)
        #expect(hardest.1.isShift == true)
    }

    /// Weak differences in three directions, which half of the samples show only roughly: averaged over halvings, they are
    /// found, whatever the seed.
    @Test func weakStructureIsFoundWhateverTheSeed() throws {
        var rng = SplitMix64(seed: 77)
        var data = SyntheticData()
        for number in 0..<40 {
            let centre = (0..<32).map { $0 < 3 ? 0.8 * rng.bell() : 0 }
            data.addClass("c\(100 + number)", at: centre, count: 20, spread: 1, using: &rng)
        }
        let embedded = try data.embedded()
        for seed in 0..<4 {
            let controls = try #require(try series(of: embedded) { $0.seed = UInt64(seed) }.controls)
            #expect(controls.levels.last?.isShift == true, "seed \(seed)")
            #expect(controls.halvingCount == 5 && controls.dealCount == 99)
        }
    }

    /// Four classes can be dealt to two sides in six ways, of which none can stand out: that is no test.
    @Test func tooFewPartitionsAreNotTested() throws {
        var rng = SplitMix64(seed: 5)
        var data = SyntheticData()
        for number in 0..<4 {
            data.addClass("c\(number)", at: [10 * rng.bell(), 10 * rng.bell()], count: 12, spread: 1, using: &rng)
        }
        let controls = try #require(try series(of: data.embedded()).controls)
        for level in controls.levels {
            #expect(level.null.drawCount == 5 && level.isShift == nil && level.position == .within)
        }
    }

    /// Of three and three classes, each way to deal them and its mirror image have one distance.
    ///
    /// So no p is below 2/20. Three and four can be dealt in 35 ways.
    @Test(arguments: [6, 7]) func mirrorImagesAreNotFurtherWays(classCount: Int) throws {
        var rng = SplitMix64(seed: 8)
        var data = SyntheticData()
        for number in 0..<classCount {
            let side = number % 2 == 0 ? 0.0 : 40
            data.addClass("c\(number)", at: [side + rng.bell(), rng.bell()], count: 14, spread: 1, using: &rng)
        }
        let controls = try #require(
            try series(of: data.embedded()) { $0.search.removal.minimumClassCount = classCount }.controls)
        let hardest = try #require(controls.levels.last)
        #expect(hardest.holdout != nil)
        #expect(hardest.isShift == (classCount == 6 ? nil : true))
    }

    @Test func theSameSeedDrawsTheSameBands() throws {
        let embedded = try SyntheticData.random(classCount: 20, dimension: 5, seed: 4).embedded()
        let first = try series(of: embedded)
        #expect(try series(of: embedded).controls == first.controls)
        #expect(try series(of: embedded) { $0.seed = 1 }.controls != first.controls)
    }
}
