import Datasets
import DenseLinearAlgebra
import Files
import Foundation
import Splits
import Testing
import TestSupport

@Suite struct ClassMapTests {
    /// Two samples a class, at equal distances from its mean, so that the means are known.
    private func embedded(means: [[Double]]) throws -> EmbeddedDataset {
        var (samples, rows): ([Sample], [[Float]]) = ([], [])
        for (number, mean) in means.enumerated() {
            for sign in [-1.0, 1] {
                samples.append(Sample(id: "\(number)/\(sign)", classLabel: "class-\(number)"))
                rows.append(mean.enumerated().map { Float($0.element + ($0.offset == 0 ? sign : 0)) })
            }
        }
        return try EmbeddedDataset(
            dataset: Dataset(name: "map", samples: samples), embeddings: Matrix(rows: rows))
    }

    /// Means at (±6, 0, ±1) and (0, ±3, 0) about the origin: the axes are the components, and the third is off the map.
    @Test(arguments: [0.0, 100])
    func axesOfARectangle(offset: Double) throws {
        let means: [[Double]] = [[7, 0, 1], [-6, 0, -1], [0, 3, 0], [0, -3, 0], [-1, 0, 0]].map { (row: [Double]) in
            row.map { $0 + offset }
        }
        let map = try ClassMap(of: embedded(means: means))
        let y = map.points.map(\.y)
        for (found, expected) in zip(y, [0, 0, 3, -3, 0] as [Double]) {
            #expect(abs(abs(found) - abs(expected)) < 1e-9)
        }
        #expect(map.points[0].x > 6.9 && map.points[1].x < -5.9)
        #expect(map.points.map(\.sampleCount) == [2, 2, 2, 2, 2])
        // The parts of all three axes add to the whole, 49 + 36 + 1 + 9 + 9 + 1 + 1.
        let squares = map.points.reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y + $1.offPlane * $1.offPlane }
        #expect(abs(squares - 106) < 1e-6)
        #expect(abs(map.shares.y - 18 / 106) < 1e-9)
        #expect(map.shares.x > 0.8 && map.shares.x + map.shares.y < 1)
    }

    /// No other plane through the mean holds more of the variance; with fewer classes than dimensions, and with more.
    @Test(arguments: [(6, 9), (40, 5)])
    func noPlaneHoldsMore(classCount: Int, dimension: Int) throws {
        var rng = SplitMix64(seed: 7)
        let means = (0..<classCount).map { _ in (0..<dimension).map { j in rng.bell() * Double(j + 1) } }
        let map = try ClassMap(of: embedded(means: means))
        let centre = (0..<dimension).map { j in means.reduce(0) { $0 + $1[j] } / Double(classCount) }
        func sum(along direction: [Double]) -> Double {
            means.reduce(0) { total, mean in
                let value = zip(zip(mean, centre).map { $0 - $1 }, direction).reduce(0) { $0 + $1.0 * $1.1 }
                return total + value * value
            }
        }
        let held = map.points.reduce(0) { $0 + $1.x * $1.x + $1.y * $1.y }
        for _ in 0..<200 {
            var (a, b) = ((0..<dimension).map { _ in rng.bell() }, (0..<dimension).map { _ in rng.bell() })
            func scale(_ v: [Double]) -> [Double] {
                let length = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
                return v.map { $0 / length }
            }
            a = scale(a)
            let overlap = zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
            b = scale(zip(b, a).map { $0 - overlap * $1 })
            #expect(sum(along: a) + sum(along: b) <= held * (1 + 1e-9))
        }
        let total = (0..<dimension).reduce(0) { all, j in
            all + sum(along: (0..<dimension).map { $0 == j ? 1 : 0 })
        }
        #expect(abs(map.shares.x + map.shares.y - held / total) < 1e-6)
    }

    @Test func oneDirectionOnly() throws {
        let map = try ClassMap(of: embedded(means: [[0, 0], [4, 0], [8, 0], [20, 0]]))
        #expect(map.points.allSatisfy { abs($0.y) < 1e-9 && $0.offPlane < 1e-6 })
        #expect(map.points[3].x > 0)
    }

    @Test func theTableReadsBack() throws {
        let map = try ClassMap(of: SyntheticData.random(classCount: 12, dimension: 4, seed: 2).embedded())
        let folder = try TemporaryFolder()
        let read = try ClassMap(readingFrom: folder.write(map.table.text, to: "class-map.csv"))
        #expect(read.points.map(\.classLabel) == map.points.map(\.classLabel))
        #expect(read.points.map(\.sampleCount) == map.points.map(\.sampleCount))
        for (a, b) in zip(read.points, map.points) {
            #expect(abs(a.x - b.x) < 1e-4 && abs(a.y - b.y) < 1e-4 && abs(a.offPlane - b.offPlane) < 1e-4)
        }
        for (text, part) in [
            ("class,samples,pc1\nA,1,2\n", "no column pc2"),
            ("class,samples,pc1,pc2,off_plane\nA,1,x,0,0\n", "\"x\" as pc1"),
            ("class,samples,pc1,pc2,off_plane\nA,1,nan,0,0\n", "\"nan\""),
        ] {
            let file = try folder.write(text, to: "bad.csv")
            do {
                _ = try ClassMap(readingFrom: file)
                Issue.record("\(text) was read")
            } catch {
                #expect("\(error)".contains(part) && "\(error)".contains("bad.csv"))
            }
        }
    }
}
