import Datasets
import DenseLinearAlgebra
import Files
import Foundation
import Frechet
import Splits
import Statistics
import TestSupport
import Testing

/// `Fixtures/shift_measures.json`; `Scripts/fixtures/shift_measures.py` says what the fields mean.
private struct Reference: Decodable {
    struct Measures: Decodable, Sendable, CustomTestStringConvertible {
        struct Novelty: Decodable, Sendable {
            let `class`: Int
            let nearest: Int
            let distance: Double
        }

        let name: String
        let sizes: [Int]
        let sides: String
        let d: Int
        let shift: Double
        let scale: Double
        let offset: Double
        let seed: UInt64
        let bandwidth: Double
        let kid: Double
        let mmd: Double
        let energy: Double
        let median: Double
        let novelty: [Novelty]
        let spread: Double?
        let scipy_energy: Double?

        var testDescription: String { name }

        /// The dataset, its vectors, and the partition of its classes.
        func made(shuffledBy seed: UInt64? = nil) throws -> (EmbeddedDataset, ClassPartition) {
            let ordered = try dataset(ofSizes: sizes)
            var (rows, points) = (SplitMix64(seed: self.seed), SplitMix64(seed: self.seed + 1))
            let centres = sizes.map { _ in (0..<d).map { _ in points.uniform() } }
            let vectors = ordered.classOfSample.map { number in
                centres[number].map { Float((rows.uniform() + shift * $0) * scale + offset) }
            }
            let used = try seed.map { try dataset(ofSizes: sizes, shuffledBy: $0) } ?? ordered
            let place = ordered.indexOfSamples()
            let matrix = Matrix<Float>(rows: used.samples.map { vectors[place[$0.id] ?? -1] })
            return (try EmbeddedDataset(dataset: used, embeddings: matrix), partition(sides))
        }
    }

    struct Correlation: Decodable, Sendable {
        let x: [Double]
        let y: [Double]
        let tau: Double
    }

    let measures: [Measures]
    let kendall: [Correlation]

    static let stored: Reference? = {
        let url = Bundle.module.url(forResource: "shift_measures", withExtension: "json", subdirectory: "Fixtures")
        return url.flatMap { try? JSONDecoder().decode(Reference.self, from: Data(contentsOf: $0)) }
    }()
}

@Suite struct ShiftMeasurementsTests {
    private func settings(bandwidth: Double? = nil, draws: Int = 0) -> ShiftMeasurements.Settings {
        var settings = ShiftMeasurements.Settings()
        (settings.bandwidth, settings.nullDraws) = (bandwidth, draws)
        return settings
    }

    @Test func theFixtureIsThere() {
        #expect(Reference.stored?.measures.count == 7 && Reference.stored?.kendall.count == 4)
    }

    /// Several tiles of vectors, removed classes, classes of one sample, and a common offset.
    @Test(arguments: Reference.stored?.measures ?? [])
    private func agreeWithEstablishedTools(_ reference: Reference.Measures) throws {
        let (embedded, partition) = try reference.made()
        let found = try ShiftMeasurements(of: [partition], over: embedded, by: settings(bandwidth: reference.bandwidth))
        let values = found.levels[0].values
        // An offset of 1000 costs NumPy six of its digits, and eighteen of KID's.
        let (tolerance, kid) = reference.offset > 0 ? (1e-9, 1.0) : (1e-11, 1e-10)
        for (measure, expected, tolerance) in [
            (ShiftMeasure.mmd, reference.mmd, tolerance), (.energy, reference.energy, tolerance),
            (.kid, reference.kid, kid),
        ] where reference.offset == 0 || measure != .kid {
            let value = try #require(values[measure]?.value)
            #expect(abs(value - expected) <= tolerance * max(abs(expected), 1e-3), "\(measure)")
        }
        #expect(abs(values[.frechet]!.value - (try embedded.distance(of: partition)).squared) == 0)
        let novelty = Side.allCases.flatMap { found.levels[0].novelty[$0] ?? [] }.sorted {
            $0.classNumber < $1.classNumber
        }
        #expect(novelty.map(\.classNumber) == reference.novelty.map(\.class))
        #expect(novelty.map(\.nearest) == reference.novelty.map(\.nearest))
        #expect(zip(novelty, reference.novelty).allSatisfy { abs($0.distance - $1.distance) <= 1e-9 * $1.distance })
        #expect((found.spread.typical == nil) == (reference.spread == nil))
        if let spread = found.spread.typical, let expected = reference.spread {
            #expect(abs(spread - expected) <= 1e-9 * expected)
        }
        // Both directions' medians, in spreads.
        let medians = Direction.allCases.compactMap { found.novelty(quantile: 0.5, $0, level: 0) }
        #expect(
            medians.count == 2 && abs(values[.novelty]!.value - (medians[0] + medians[1]) / 2) <= 1e-12 * medians[0])
    }

    /// SciPy's energy distance is the root of that over all pairs, those of a sample with itself too.
    @Test func energyInOneDimensionIsSciPys() throws {
        let reference = try #require(Reference.stored?.measures.first { $0.scipy_energy != nil })
        let (embedded, partition) = try reference.made()
        let value = try #require(
            ShiftMeasurements(of: [partition], over: embedded, by: settings()).levels[0].values[.energy]?.value)
        func within(_ side: Side) -> Double {
            let rows = embedded.dataset.samples.indices.filter {
                partition.sides[embedded.dataset.classOfSample[$0]] == side
            }
            let x = rows.map { Double(embedded.embeddings[$0, 0]) }
            let sum = x.reduce(0) { sum, a in x.reduce(sum) { $0 + abs(a - $1) } }
            return sum / Double(x.count * (x.count - 1)) / Double(x.count)
        }
        let expected = try #require(reference.scipy_energy)
        #expect(abs((value + within(.train) + within(.test)).squareRoot() - expected) <= 1e-10)
    }

    @Test func theBandwidthIsTheMedianDistance() throws {
        for reference in try #require(Reference.stored?.measures) where reference.offset == 0 {
            let (embedded, partition) = try reference.made()
            let found = try ShiftMeasurements(of: [partition], over: embedded, by: settings())
            // Of more than a thousand samples, a thousand are taken.
            let tolerance = embedded.dataset.samples.count <= 1000 ? 1e-10 : 0.01
            #expect(abs(found.bandwidth - reference.median) <= tolerance * reference.median)
        }
    }

    /// A side and its copy: the mean over different pairs is n/(n − 1) of that over all, which is the cross term.
    @Test func aSetAndItsCopy() throws {
        var rng = SplitMix64(seed: 3)
        let rows = (0..<30).map { _ in (0..<5).map { _ in Float(rng.bell()) } }
        let dataset = try dataset(ofSizes: [10, 20, 10, 20])
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: Matrix(rows: rows + rows))
        let partition = ClassPartition(sides: [.train, .train, .test, .test])
        let found = try ShiftMeasurements(of: [partition], over: embedded, by: settings(bandwidth: 2))
        var (distances, kernels) = (0.0, 0.0)
        for a in rows {
            for b in rows where a != b {
                let square = zip(a, b).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
                distances += square.squareRoot()
                kernels += exp(-square / 8)
            }
        }
        let values = found.levels[0].values
        // −2S/n²(n−1), and for a kernel that is 1 at a point and itself, 2S/n²(n−1) − 2/n. (Differences in Float cost digits.)
        #expect(abs(values[.energy]!.value + 2 * distances / 26100) <= 1e-6)
        #expect(abs(values[.mmd]!.value - (2 * kernels / 26100 - 2 / 30.0)) <= 1e-6)
        #expect(abs(values[.frechet]!.value) <= 1e-9)
        #expect(found.levels[0].novelty[.test]?.map(\.distance) == [0, 0])
        #expect(found.levels[0].novelty[.test]?.map(\.nearest) == [0, 1])
    }

    @Test func theOrderOfRowsDoesNotMatter() throws {
        let reference = try #require(Reference.stored?.measures.first { $0.name == "several tiles" })
        let (embedded, partition) = try reference.made()
        let (shuffled, _) = try reference.made(shuffledBy: 8)
        let one = try ShiftMeasurements(of: [partition], over: embedded, by: settings(draws: 5))
        let other = try ShiftMeasurements(of: [partition], over: shuffled, by: settings(draws: 5))
        #expect(one.bandwidth == other.bandwidth && one.spread == other.spread)
        #expect(one.levels[0].novelty == other.levels[0].novelty)
        // Of the Fréchet distance, covariances are summed by BLAS in the order of rows.
        for measure in ShiftMeasure.allCases {
            let (a, b) = (one.levels[0].values[measure], other.levels[0].values[measure])
            #expect(abs(a!.value - b!.value) <= 1e-10 * abs(a!.value) && a!.position == b!.position)
        }
    }

    /// With the splits' seed and number of draws, random sides are those of the null bands.
    @Test func randomSidesAreThoseOfTheNullBand() throws {
        let data = SyntheticData.random(classCount: 24, dimension: 6, seed: 5)
        let embedded = try data.embedded()
        var splitSettings = SplitSettings()
        splitSettings.search.removal.minimumClassCount = 6
        splitSettings.nullDraws = 20
        splitSettings.seed = 9
        let series = try SplitSeries(of: embedded, by: splitSettings)
        var settings = settings(draws: 20)
        settings.seed = 9
        let found = try ShiftMeasurements(of: series.levels.map(\.partition), over: embedded, by: settings)
        for (level, controls) in zip(found.levels, try #require(series.controls).levels) {
            #expect(level.values[.frechet]?.null == controls.null)
            #expect(level.values[.frechet]?.position == controls.position)
        }
        for (level, discrepancy) in zip(found.levels, series.discrepancies) {
            #expect(abs(level.values[.kid]!.value - discrepancy!) <= 1e-10 * max(abs(discrepancy!), 0.01))
        }
        // Unbiased: random sides are about 0 by these, and the hardest level is above them by all.
        for measure in [ShiftMeasure.kid, .mmd, .energy] {
            let hardest = try #require(found.levels.last?.values[measure])
            #expect(abs(hardest.null!.mean) < 0.5 * hardest.value && hardest.position == .above)
        }
    }

    /// A part of the samples: those of the kernel discrepancy.
    @Test func aLimitTakesAPartOfEachClass() throws {
        let reference = try #require(Reference.stored?.measures.first { $0.name == "several tiles" })
        let (embedded, partition) = try reference.made()
        var limited = settings()
        limited.sampleLimit = 200
        let found = try ShiftMeasurements(of: [partition], over: embedded, by: limited)
        #expect(found.pairedSampleCount == 200)
        let discrepancy = KernelDiscrepancy(of: embedded.dataset, embeddings: embedded.embeddings, limit: 200, seed: 0)
        let expected = try #require(discrepancy.squared(between: partition))
        #expect(abs(found.levels[0].values[.kid]!.value - expected) <= 1e-10 * max(abs(expected), 0.01))
        let whole = try ShiftMeasurements(of: [partition], over: embedded, by: settings())
        #expect(whole.levels[0].values[.kid]?.value != found.levels[0].values[.kid]?.value)
        #expect(whole.levels[0].values[.frechet] == found.levels[0].values[.frechet])
    }

    /// Under class means, each class is one vector.
    @Test func classMeansAreVectors() throws {
        let data = SyntheticData.random(classCount: 12, dimension: 4, seed: 6)
        let embedded = try data.embedded(statistic: .classMeans)
        let partition = ClassPartition(sides: (0..<12).map { $0 % 2 == 0 ? .train : .test })
        let found = try ShiftMeasurements(of: [partition], over: embedded, by: settings())
        #expect(found.pairedSampleCount == 12)
        #expect(found.levels[0].values[.frechet]?.value == (try embedded.distance(of: partition)).squared)
    }

    @Test func kendallIsSciPys() throws {
        for reference in try #require(Reference.stored).kendall {
            let found = try #require(kendallCorrelation(reference.x, reference.y))
            #expect(abs(found - reference.tau) <= 1e-14)
        }
        #expect(kendallCorrelation([1, 1, 1], [1, 2, 3]) == nil && kendallCorrelation([1], [2]) == nil)
    }
}
