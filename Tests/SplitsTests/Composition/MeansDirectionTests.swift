import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

/// The direction between the sides' means, and what lies at its ends.
@Suite struct MeansDirectionTests {
    private func direction(
        _ partition: ClassPartition, _ embedded: EmbeddedDataset
    ) throws -> ShiftComposition.MeansDirection {
        try #require(ShiftComposition.compositions(of: [partition], over: embedded, seed: 1).first?.direction)
    }

    private func alternating(_ count: Int) -> ClassPartition {
        ClassPartition(sides: (0..<count).map { $0 % 5 == 4 ? nil : $0 % 2 == 0 ? .train : .test })
    }

    private func embedded(_ rows: [(String, [Float])], statistic: ShiftStatistic = .samples) throws -> EmbeddedDataset {
        var counts: [String: Int] = [:]
        let samples = rows.map { label, _ in
            counts[label, default: 0] += 1
            return Sample(id: "\(label)/\(counts[label] ?? 0)", classLabel: label)
        }
        return try EmbeddedDataset(
            dataset: Dataset(name: "hand", samples: samples), embeddings: Matrix(rows: rows.map(\.1)),
            statistic: statistic)
    }

    /// Means at (0, 1) and (6, 1), of three samples each.
    @Test func byHand() throws {
        let rows: [(String, [Float])] = [
            ("a", [-1, 0]), ("a", [-1, 0]), ("b", [2, 3]),
            ("c", [5, 1]), ("c", [7, 3]), ("d", [6, -1]),
        ]
        let found = try direction(ClassPartition(sides: [.train, .train, .test, .test] as [Side]), embedded(rows))
        // Along x from 3: the samples are at -4, -4, -1 and 2, 4, 3.
        #expect(found.separation == 1)
        #expect(found.train.classes.map(\.label) == ["a", "b"] && found.train.classes.map(\.position) == [-4, -1])
        // Both means of test are at 3, a tie, and both samples of c are equally near to its mean.
        #expect(found.test.classes.map(\.label) == ["c", "d"] && found.test.classes.map(\.position) == [3, 3])
        #expect(found.test.classes.map(\.sample) == ["c/1", "d/1"])
        #expect(found.train.samples == ["a/1", "b/1"] && found.test.samples == ["c/2", "d/1"])
        let balanced: [(String, [Float])] = [
            ("a", [-1, 0]), ("a", [-1, 0]), ("b", [1, 0]), ("c", [4, 0]), ("c", [4, 0]), ("d", [-2, 0]), ("d", [0, 0]),
            ("d", [2, 0]),
        ]
        let sides = ClassPartition(sides: [.train, .train, .test, .test] as [Side])
        // Class means at -1, 1 and 4, 0: the sides' are 0 and 2.
        #expect(
            try direction(sides, embedded(balanced, statistic: .classMeans)).train.classes.map(\.position) == [-2, 0])
        // Samples: -1/3 and 8/5.
        let weighed = try direction(sides, embedded(balanced))
        #expect(weighed.train.classes.map(\.position) == [-1.63333, 0.366667])
        #expect(weighed.train.samples == ["a/1", "b/1"])
        // Of 3 · 5 pairs: 4 beats all three twice, -2 none, 0 two, 2 all three.
        #expect(weighed.separation == (11.0 / 15 * 1e6).rounded() / 1e6)
    }

    /// Everything again by its definition, in another way.
    @Test(arguments: [(ShiftStatistic.samples, 11), (.classMeans, 12), (.samples, 13)] as [(ShiftStatistic, UInt64)])
    func byDefinition(statistic: ShiftStatistic, seed: UInt64) throws {
        let data = SyntheticData.random(classCount: 26, dimension: 6, seed: seed)
        let embedded = try data.embedded(statistic: statistic)
        let partition = alternating(26)
        let found = try direction(partition, embedded)
        let dataset = embedded.dataset
        let rows = data.rows.map { $0.map(Double.init) }
        let classMeans = dataset.samplesOfClass.map { members in mean(members.map { rows[$0] }) }
        let centres = Side.allCases.map { side in
            let classes = partition.classes(on: side)
            return mean(
                statistic == .samples
                    ? classes.flatMap { dataset.samplesOfClass[$0].map { rows[$0] } } : classes.map { classMeans[$0] })
        }
        let axis = difference(centres[1], centres[0])
        let middle = mean(centres)
        func place(_ x: [Double]) -> Double {
            product(difference(x, middle), axis) / product(axis, axis).squareRoot()
        }
        let (places, classPlaces) = (rows.map(place), classMeans.map(place))
        for side in Side.allCases {
            let sign: Double = side == .test ? 1 : -1
            let end = found.end(of: side)
            let classes = partition.classes(on: side)
            let ranked = classes.sorted { sign * classPlaces[$0] > sign * classPlaces[$1] }.prefix(5)
            #expect(end.classes.map(\.label) == ranked.map { dataset.classLabels[$0] })
            for (entry, number) in zip(end.classes, ranked) {
                #expect(abs(entry.position - classPlaces[number]) < 1e-5)
                func far(_ row: Int) -> Double {
                    let step = difference(rows[row], classMeans[number])
                    return product(step, step)
                }
                let nearest = dataset.samplesOfClass[number].min { far($0) < far($1) } ?? 0
                #expect(entry.sample == dataset.samples[nearest].id)
            }
            let farthest = classes.map { number in
                dataset.samplesOfClass[number].max { sign * places[$0] < sign * places[$1] } ?? 0
            }.sorted { sign * places[$0] > sign * places[$1] }
            #expect(end.samples == farthest.prefix(5).map { dataset.samples[$0].id })
        }
        let values = Side.allCases.map { side in
            dataset.samples(ofClasses: partition.classes(on: side)).map { places[$0] }
        }
        var won = 0.0
        for a in values[0] { for b in values[1] { won += b > a ? 1 : b == a ? 0.5 : 0 } }
        #expect(abs(found.separation - won / Double(values[0].count * values[1].count)) < 1e-6)
    }

    private func mean(_ rows: [[Double]]) -> [Double] {
        rows[0].indices.map { j in rows.reduce(0) { $0 + $1[j] } / Double(rows.count) }
    }

    private func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }

    private func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

    /// The whole part of the distance that is between the means lies along the direction: a property of its choice.
    @Test func allOfTheMeansPartLiesAlongIt() throws {
        let embedded = try SyntheticData.random(classCount: 12, dimension: 5, seed: 2).embedded(statistic: .classMeans)
        let partition = ClassPartition(sides: (0..<12).map { $0 % 2 == 0 ? Side.train : .test })
        let found = try direction(partition, embedded)
        let far = Side.allCases.map { side in
            let end = found.end(of: side).classes.map(\.position)
            return end.reduce(0, +) / Double(end.count)
        }
        // Five of six classes a side are named; the sixth is nearest to the other side.
        let apart = try embedded.distance(of: partition).meanPart.squareRoot()
        #expect(far[1] - far[0] > apart)
    }

    @Test func rowsInAnyOrderAndSidesExchanged() throws {
        let data = SyntheticData.random(classCount: 20, dimension: 5, seed: 21)
        var rng = SplitMix64(seed: 9)
        var order = Array(data.samples.indices)
        order.shuffle(using: &rng)
        let plain = try direction(alternating(20), data.embedded())
        #expect(try direction(alternating(20), data.embedded(order: order)) == plain)
        let exchanged = ClassPartition(sides: alternating(20).sides.map { $0?.opposite })
        let mirrored = try direction(exchanged, data.embedded())
        #expect(mirrored.separation == plain.separation)
        for side in Side.allCases {
            let (a, b) = (mirrored.end(of: side), plain.end(of: side.opposite))
            #expect(a.samples == b.samples && a.classes.map(\.label) == b.classes.map(\.label))
            #expect(a.classes.map(\.sample) == b.classes.map(\.sample))
            #expect(a.classes.map(\.position) == b.classes.map { -$0.position })
        }
    }

    /// Turned, moved and enlarged in ways that are exact in binary, the same classes and samples are at the ends.
    @Test func turnedMovedAndEnlarged() throws {
        var data = SyntheticData.random(classCount: 20, dimension: 4, seed: 31)
        data.rows = data.rows.map { $0.map { ($0 * 64).rounded() / 8 } }
        let plain = try direction(alternating(20), data.embedded())
        // Half a Hadamard matrix is a rotation with a reflection.
        let turn: [[Float]] = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
        var turned = data
        turned.rows = data.rows.map { x in turn.map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } / 2 } }
        var moved = data
        moved.rows = data.rows.map { $0.map { $0 + 8192 } }
        for (other, scale) in [
            (try turned.embedded(), 1.0), (try moved.embedded(), 1), (try data.embedded(scale: 4), 4),
        ] {
            let found = try direction(alternating(20), other)
            #expect(found.separation == plain.separation)
            for side in Side.allCases {
                let (a, b) = (found.end(of: side), plain.end(of: side))
                #expect(a.samples == b.samples && a.classes.map(\.label) == b.classes.map(\.label))
                #expect(a.classes.map(\.sample) == b.classes.map(\.sample))
                for (x, y) in zip(a.classes, b.classes) {
                    #expect(abs(x.position - scale * y.position) < 2e-5 * abs(scale * y.position) + 1e-9)
                }
            }
        }
    }

    @Test func equalMeansHaveNoDirection() throws {
        let rows: [(String, [Float])] = [("a", [1, 5]), ("b", [3, 5]), ("c", [0, 5]), ("d", [4, 5])]
        let partition = ClassPartition(sides: [.train, .train, .test, .test] as [Side])
        let found = ShiftComposition.compositions(of: [partition, alternating(4)], over: try embedded(rows), seed: 0)
        #expect(found[0].direction == nil && found[1].direction != nil)
    }
}
