import Datasets
import DenseLinearAlgebra
import Embeddings
import Foundation
import Frechet
import Splits
import TestSupport
import Testing

/// Series along different main directions of the classes.
@Suite struct ReplicateDirectionsTests {
    /// Thirty-two classes at the corners of a box in three of six dimensions, four at each; the box is longest along the first
    /// of its axes, which are turned against the coordinates.
    private func box(classMeans: Bool = false, dimension: Int = 6) throws -> EmbeddedDataset {
        var rng = SplitMix64(seed: 21)
        var (samples, rows): ([Sample], [[Float]]) = ([], [])
        let axes: [[Double]] = [[0.6, 0.8, 0, 0, 0, 0], [-0.8, 0.6, 0, 0, 0, 0], [0, 0, 0, 0.28, 0.96, 0]]
        for number in 0..<32 {
            let corner = zip(axes, [5.0, 3.5, 2.5]).enumerated().map { place, axis -> [Double] in
                let sign: Double = number >> place & 1 == 1 ? 1 : -1
                return axis.0.map { $0 * axis.1 * sign }
            }
            let own = (0..<6).map { j in corner.reduce(0) { $0 + $1[j] } + 0.2 * rng.bell() }
            for i in 0..<6 {
                samples.append(Sample(id: "\(number)-\(i)", classLabel: "c\(100 + number)"))
                rows.append(own.prefix(dimension).map { Float($0 + 0.4 * rng.bell()) })
            }
        }
        return try EmbeddedDataset(
            dataset: Dataset(name: "box", samples: samples), embeddings: Matrix(rows: rows),
            statistic: classMeans ? .classMeans : .samples)
    }

    private func settings(classMeans: Bool = false, draws: Int = 0) -> SplitSettings {
        var settings = SplitSettings()
        settings.search.statistic = classMeans ? .classMeans : .samples
        settings.search.removal.minimumClassCount = 10
        settings.nullDraws = draws
        settings.foldCount = 0
        settings.shots = []
        return settings
    }

    /// The share of the classes whose side is that of one of the box's axes.
    private func agreement(_ series: SplitSeries, withAxis place: Int) throws -> Double {
        let level = try #require(series.levels.last { $0.partition.removedClasses.isEmpty })
        let same = level.partition.sides.enumerated().count { number, side in
            (side == .train) == (number >> place & 1 == 1)
        }
        return Double(max(same, 32 - same)) / 32
    }

    /// Each series finds an axis of its own, the longest first; from random starts all find the same.
    @Test(arguments: [false, true]) func eachSeriesFindsAnotherDirection(_ classMeans: Bool) throws {
        let data = try box(classMeans: classMeans)
        let series = try SplitSeries.replicates(
            of: data, by: settings(classMeans: classMeans), count: 3, differingBy: .direction)
        for (place, one) in series.enumerated() {
            #expect(try agreement(one, withAxis: place) == 1, "series \(place + 1)")
            #expect(one.settings.leftOutDirectionCount == place)
            // Whatever was left out of the search, the distance is of all dimensions.
            for level in one.levels {
                let expected = try data.distance(of: level.partition).squared
                #expect(abs(level.distance.squared - expected) < 1e-9 * expected)
            }
        }
        let found = ReplicateAgreement(of: series, differingBy: .direction)
        #expect(found.rule == .direction && found.pairs.map(\.sameSideShare) == [0.5, 0.5, 0.5])

        let random = try SplitSeries.replicates(of: data, by: settings(classMeans: classMeans), count: 3)
        #expect(try random.allSatisfy { try agreement($0, withAxis: 0) == 1 })
        #expect(ReplicateAgreement(of: random).pairs.map(\.sameSideShare) == [1, 1, 1])
        // The first series is the same either way, and as one alone.
        #expect(random[0].levels == series[0].levels)
        #expect(try SplitSeries(of: data, by: settings(classMeans: classMeans)).levels == series[0].levels)
    }

    @Test func theShiftAlongALaterDirectionIsTested() throws {
        let series = try SplitSeries.replicates(
            of: box(), by: settings(draws: 20), count: 2, differingBy: .direction)
        #expect(series[1].controls?.levels.last?.isShift == true)
        #expect(series[1].controls?.levels.last?.holdout.map { $0.fid > $0.null.mean } == true)
    }

    @Test func aManifestSaysHowManyDirectionsAreLeftOut() throws {
        let series = try SplitSeries.replicates(of: box(), by: settings(), count: 2, differingBy: .direction)
        let manifests = series.map { one in
            SplitManifest(
                generator: "oodml test", series: one,
                provenance: .init(
                    source: .features, file: "f.npy", sha256: String(repeating: "0", count: 64), dimension: 6))
        }
        for (number, manifest) in manifests.enumerated() {
            let data = try manifest.json
            #expect(String(decoding: data, as: UTF8.self).contains("left_out_directions") == (number == 1))
            let read = try JSONDecoder().decode(SplitManifest.self, from: data)
            #expect(read == manifest && read.settings.madeBy?.leftOutDirectionCount == number)
        }
        let checks = try manifests.map { try SplitValidation(of: $0, in: box().dataset) }
        let all = [1: checks[0], 2: checks[1]]
        let right = ReplicateAgreement(of: series, differingBy: .direction)
        #expect(SplitValidation.violations(ofReplicates: all, summary: right).isEmpty)
        let wrong = SplitValidation.violations(ofReplicates: all, summary: ReplicateAgreement(of: series))
        #expect(wrong.map(\.place) == ["protocol"])
    }

    /// Of two dimensions the third series has nothing left to search.
    @Test func directionsEnd() throws {
        #expect {
            try SplitSeries.replicates(of: box(dimension: 2), by: settings(), count: 3, differingBy: .direction)
        } throws: { "\($0)".contains("along no direction but those of the series before; expected fewer series") }
    }
}
