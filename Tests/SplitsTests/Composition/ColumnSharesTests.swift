import Datasets
import DenseLinearAlgebra
import Foundation
import Splits
import TestSupport
import Testing

/// What sides consist of by the columns that describe samples.
@Suite struct ColumnSharesTests {
    /// Classes of the given samples, each with its superclass and domain, embedded anywhere.
    private func embedded(
        _ classes: [(label: String, superclass: String?, domains: [String?])], order: [Int]? = nil
    ) throws -> EmbeddedDataset {
        let samples = classes.flatMap { entry in
            entry.domains.enumerated().map {
                Sample(
                    id: "\(entry.label)/\($0.offset)", classLabel: entry.label, superclass: entry.superclass,
                    domain: $0.element)
            }
        }
        let rows = samples.indices.map { [Float($0 % 7), Float($0 * $0 % 11)] }
        let order = order ?? Array(samples.indices)
        return try EmbeddedDataset(
            dataset: Dataset(name: "columns", samples: order.map { samples[$0] }),
            embeddings: Matrix(rows: order.map { rows[$0] }))
    }

    private func sides(_ letters: String) -> ClassPartition {
        ClassPartition(sides: letters.map { $0 == "t" ? Side.train : $0 == "e" ? .test : nil })
    }

    private func composition(of partition: ClassPartition, _ embedded: EmbeddedDataset) throws -> ShiftComposition {
        try #require(ShiftComposition.compositions(of: [partition], over: embedded, seed: 4).first)
    }

    /// Train is x and y, test is y and z: half of a side would have to be replaced.
    ///
    /// Of the five other ways to deal four
    /// classes, three give ½ as well and two give 1.
    @Test func byHand() throws {
        let nothing: [String?] = [nil, nil, nil, nil]
        let embedded = try embedded([
            ("a", "x", nothing), ("b", "y", nothing), ("c", "y", nothing), ("d", "z", nothing),
        ])
        let found = try composition(of: sides("ttee"), embedded).columns
        #expect(found.count == 1)
        let column = try #require(found.first)
        #expect(column.column == "superclass" && column.difference == 0.5 && column.randomMean == 0.7 && column.p == 1)
        #expect(column.valueCount == 3 && column.values.map(\.value) == ["x", "z"])
        #expect(column.values.map(\.train) == [0.5, 0] && column.values.map(\.test) == [0, 0.5])
        #expect(!column.isBeyondRandom)
    }

    /// Samples without a value count as those of another value; removed classes do not count.
    @Test func missingValuesAndRemovedClasses() throws {
        let embedded = try embedded([
            ("a", nil, ["sun", "sun", nil, nil]), ("b", nil, ["sun", "rain", "rain", nil]),
            ("c", nil, ["rain", "rain"]),
            ("d", nil, ["fog", "fog"]),
        ])
        let column = try #require(composition(of: sides("tex-"), embedded).columns.first)
        #expect(column.column == "domain" && column.difference == 0.5 && column.valueCount == 3)
        #expect(column.values.map(\.value) == ["rain", "sun", nil])
        #expect(column.values.map(\.train) == [0, 0.5, 0.5] && column.values.map(\.test) == [0.5, 0.25, 0.25])
    }

    /// Columns that no two classes share a value of say nothing of sides, nor does one with the same value for all.
    @Test func columnsThatDescribeNothing() throws {
        let alone = try embedded([("a", "x", ["1"]), ("b", "y", ["2"]), ("c", "z", ["3"]), ("d", "w", ["4"])])
        #expect(try composition(of: sides("ttee"), alone).columns.isEmpty)
        let alike = try embedded([("a", "x", ["1"]), ("b", "x", ["1"]), ("c", "x", ["1"]), ("d", "x", ["1"])])
        #expect(try composition(of: sides("ttee"), alike).columns.isEmpty)
        // A domain that divides the samples as the superclass does is told once.
        let twice = try embedded([("a", "x", ["1"]), ("b", "x", ["1"]), ("c", "y", ["2"]), ("d", "y", ["2"])])
        #expect(try composition(of: sides("ttee"), twice).columns.map(\.column) == ["superclass"])
    }

    /// Eight classes of four samples can be dealt in 70 ways, which are all enumerated here by their bits.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func allWaysByBruteForce(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let names = ["p", "q", "r", "s", nil]
        let classes = (0..<8).map { number in
            (
                label: "c\(number)", superclass: Optional("\(number % 3)"),
                domains: (0..<4).map { _ in names[Int(rng.next() % 5)] }
            )
        }
        func difference(_ train: Int) -> Double {
            var counts: [String?: (Double, Double)] = [:]
            for (number, entry) in classes.enumerated() {
                for domain in entry.domains {
                    if train >> number & 1 == 1 { counts[domain, default: (0, 0)].0 += 1 / 16 }
                    if train >> number & 1 == 0 { counts[domain, default: (0, 0)].1 += 1 / 16 }
                }
            }
            return counts.values.reduce(0) { $0 + max($1.0 - $1.1, 0) }
        }
        let mine = 0b0110_1010
        let partition = ClassPartition(sides: (0..<8).map { mine >> $0 & 1 == 1 ? Side.train : .test })
        let others = (0..<256).filter { $0.nonzeroBitCount == 4 && $0 != mine }.map(difference)
        let columns = try composition(of: partition, embedded(classes)).columns
        let column = try #require(columns.first { $0.column == "domain" })
        #expect(abs(column.difference - difference(mine)) < 1e-6)
        #expect(abs(column.randomMean - others.reduce(0, +) / 69) < 1e-6)
        #expect(abs(column.p - Double(1 + others.count { $0 > difference(mine) - 1e-9 }) / 70) < 1e-6)
        #expect(columns.count == 2)
        let excess = columns.map { $0.difference - $0.randomMean }
        #expect(excess == excess.sorted(by: >))
    }

    /// Random sides differ as the hypergeometric distribution says, for classes of one size.
    @Test func randomSidesAreHypergeometric() throws {
        let sizes = [24, 10, 6]
        let classes = sizes.enumerated().flatMap { value, count in
            (0..<count).map {
                (label: "\(value)-\(10 + $0)", superclass: Optional("\(value)"), domains: [nil, nil] as [String?])
            }
        }
        let (all, train) = (sizes.reduce(0, +), 16)
        func choose(_ n: Int, _ k: Int) -> Double {
            k < 0 || k > n ? 0 : exp(lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1)))
        }
        var expected = 0.0
        for count in sizes {
            for k in 0...min(count, train) {
                let chance = choose(count, k) * choose(all - count, train - k) / choose(all, train)
                expected += chance * abs(Double(k) / Double(train) - Double(count - k) / Double(all - train)) / 2
            }
        }
        let embedded = try embedded(classes)
        let partition = ClassPartition(sides: (0..<all).map { $0 < train ? Side.train : .test })
        var means: [Double] = []
        for seed in 0..<20 as Range<UInt64> {
            let found = ShiftComposition.compositions(of: [partition], over: embedded, seed: seed)[0].columns[0]
            means.append(found.randomMean)
            // All 16 train classes have the first value, and 8 of the 24 test classes.
            #expect(found.difference == 0.666667 && found.p == 0.005)
        }
        let mean = means.reduce(0, +) / 20
        let sd = (means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 19).squareRoot()
        #expect(abs(mean - expected) < 4 * sd / 20.0.squareRoot(), "\(mean) for \(expected)")
        #expect(sd < 0.02)
    }

    /// Units that are whole on a side: random sides of units share no value either.
    @Test func unitsChangeSidesAsAWhole() throws {
        let data = try embedded((0..<8).map { ("c\($0)", "\($0 / 2)", ["x", "y"]) })
        let whole = try EmbeddedDataset(
            dataset: data.dataset, embeddings: data.embeddings, units: data.dataset.units(by: .superclass))
        let column = try #require(composition(of: sides("tttteeee"), whole).columns.first)
        #expect(column.column == "superclass" && column.difference == 1 && column.randomMean == 1 && column.p == 1)
    }

    @Test(arguments: [5, 6] as [UInt64])
    func rowsInAnyOrderAndSidesExchanged(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let classes = (0..<14).map { number in
            (
                label: "c\(100 + number)", superclass: Optional("\(number % 4)"),
                domains: (0..<3).map { _ in ["p", "q", "r", nil][Int(rng.next() % 4)] }
            )
        }
        let partition = sides("tttteeteeteete")
        let plain = try composition(of: partition, embedded(classes))
        var order = Array(0..<42)
        order.shuffle(using: &rng)
        #expect(try composition(of: partition, embedded(classes, order: order)) == plain)
        let exchanged = ClassPartition(sides: partition.sides.map { $0?.opposite })
        let mirrored = try composition(of: exchanged, embedded(classes))
        #expect(mirrored.columns.map(\.difference) == plain.columns.map(\.difference))
        for (a, b) in zip(mirrored.columns, plain.columns) {
            #expect(a.values.map(\.value) == b.values.map(\.value))
            #expect(a.values.map(\.train) == b.values.map(\.test) && a.values.map(\.test) == b.values.map(\.train))
            #expect(abs(a.randomMean - b.randomMean) < 1e-5 && a.p == b.p)
        }
    }
}
