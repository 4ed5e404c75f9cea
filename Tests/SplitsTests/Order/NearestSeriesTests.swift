import Datasets
import DenseLinearAlgebra
import Files
import Foundation
import Splits
import TestSupport
import Testing

/// Series from classes whose like is on the other side to classes whose like is not.
@Suite struct NearestSeriesTests {
    private func settings(draws: Int = 20) -> SplitSettings {
        var settings = SplitSettings(.ordered(OrderSettings(.nearest)))
        settings.nullDraws = draws
        settings.foldCount = 0
        settings.shots = []
        return settings
    }

    /// Pairs of like classes in groups that are far apart.
    private func paired(seed: UInt64, groupCount: Int = 2, pairCount: Int = 3) throws -> EmbeddedDataset {
        var rng = SplitMix64(seed: seed)
        var data = SyntheticData()
        for group in 0..<groupCount {
            for pair in 0..<pairCount {
                let centre = (0..<4).map { ($0 == 0 ? 40 * Double(group) : 0) + 6 * rng.bell() }
                for twin in 0..<2 {
                    data.addClass(
                        "\(group)-\(pair)-\(twin)", at: centre.map { $0 + 0.2 * rng.bell() }, count: 4, spread: 0.1,
                        using: &rng)
                }
            }
        }
        return try data.embedded()
    }

    /// The mean distance of a class mean to the nearest on the other side, computed in the plainest way.
    private func novelty(_ sides: [Side?], _ data: EmbeddedDataset) -> Double {
        let d = data.embeddings.columnCount
        let means = data.dataset.samplesOfClass.map { members -> [Double] in
            (0..<d).map { j in
                let sum: Double = members.reduce(0) { $0 + Double(data.embeddings[$1, j]) }
                return sum / Double(members.count)
            }
        }
        func distance(_ a: Int, _ b: Int) -> Double {
            let squares: [Double] = (0..<d).map { (means[a][$0] - means[b][$0]) * (means[a][$0] - means[b][$0]) }
            return squares.reduce(0, +).squareRoot()
        }
        let nearest: [Double] = sides.indices.map { a in
            sides.indices.filter { sides[$0] != sides[a] }.map { distance(a, $0) }.min() ?? 0
        }
        return nearest.reduce(0, +) / Double(nearest.count)
    }

    /// The extremes are those of all halves of ten classes.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func extremesAreThoseOfAllHalves(_ seed: UInt64) throws {
        let data = try SyntheticData.random(classCount: 10, dimension: 3, seed: seed).embedded()
        let series = try SplitSeries(of: data, by: settings(draws: 0))
        var (least, greatest) = (Double.infinity, 0.0)
        for bits in 0..<1024 where bits.nonzeroBitCount == 5 {
            let value = novelty((0..<10).map { bits >> $0 & 1 == 1 ? .train : .test }, data)
            (least, greatest) = (min(least, value), max(greatest, value))
        }
        let positions = series.positions.map(\.value)
        #expect(abs((positions.first ?? 0) - least) < 1e-6 * least)
        #expect(abs((positions.last ?? 0) - greatest) < 1e-6 * greatest)
        #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 <= $1 })
        for (level, position) in zip(series.levels, positions) {
            #expect(abs(novelty(level.partition.sides, data) - position) < 1e-6 * position)
        }
    }

    /// At the near end twins are on both sides, at the far end groups are whole.
    @Test func twinsAreDividedAndGroupsAreNot() throws {
        let data = try paired(seed: 9)
        let series = try SplitSeries(of: data, by: settings())
        let labels = data.dataset.classLabels
        let first = try #require(series.levels.first).partition
        for pair in Set(labels.map { $0.dropLast(2) }) {
            #expect(Set(labels.indices.filter { labels[$0].dropLast(2) == pair }.map { first.sides[$0] }).count == 2)
        }
        let last = try #require(series.levels.last).partition
        for group in ["0", "1"] {
            #expect(Set(labels.indices.filter { labels[$0].hasPrefix(group) }.map { last.sides[$0] }).count == 1)
        }
        let null = try #require(series.positions[0].nullMean)
        #expect(series.positions[0].value < null && null < series.positions[series.positions.count - 1].value)
        #expect(series.controls?.levels.allSatisfy { $0.isShift == nil } == true)

        let table = try #require(series.nearestTable(levels: series.levels.indices.map { "l\($0)" }))
        #expect(table.rows.count == series.levels.count * labels.count)
        for row in table.rows where row[0] == "l0" { #expect(row[2].dropLast(2) == row[3].dropLast(2)) }
    }

    @Test func rowsInAnyOrderGiveTheSameSides() throws {
        let data = SyntheticData.random(classCount: 24, dimension: 5, seed: 6)
        var rng = SplitMix64(seed: 1)
        let order = Array(data.samples.indices).shuffled(using: &rng)
        let (one, other) = (
            try SplitSeries(of: data.embedded(), by: settings()),
            try SplitSeries(of: data.embedded(order: order), by: settings())
        )
        #expect(one.levels.map(\.partition) == other.levels.map(\.partition))
        #expect(one.positions == other.positions)
    }

    @Test func unitsAreRefused() {
        #expect(throws: SplitError.self) {
            try SplitSettings(.ordered(OrderSettings(.nearest, unit: .superclass))).validate()
        }
    }
}
