import Datasets
import DenseLinearAlgebra
import Files
import Foundation
import Frechet
import Splits
import TestSupport
import Testing

/// Series whose levels follow the values of a column.
@Suite struct OrderedSeriesTests {
    /// Classes in the order of a column whose means drift along one direction; the labels are in another order.
    private func embedded(
        _ values: [String], drift: Double = 1, samplesPerClass: Int = 4, unit: UnitRule = .class,
        value: (Int, Int) -> String? = { _, _ in nil }
    ) throws -> EmbeddedDataset {
        var rng = SplitMix64(seed: 7)
        var table = "sample,class,superclass,when\n"
        var rows: [[Float]] = []
        for (number, own) in values.enumerated() {
            let centre = (0..<3).map { ($0 == 0 ? drift * Double(number) : 0) + 0.2 * rng.bell() }
            for i in 0..<samplesPerClass {
                table +=
                    "\(number)/\(i),c\(100 + (number + values.count / 2) % values.count),s\(number / 2),\(value(number, i) ?? own)\n"
                rows.append(centre.map { Float($0 + 0.3 * rng.bell()) })
            }
        }
        let folder = try TemporaryFolder()
        let dataset = try Dataset(
            sampleTableAt: folder.write(table, to: "s.csv"), name: "drift", unit: unit, order: "when")
        return try EmbeddedDataset(
            dataset: dataset, embeddings: Matrix(rows: rows), units: dataset.units(by: unit))
    }

    private func settings(
        _ axis: OrderAxis = .column("when"), unit: UnitRule = .class, minimum: Int = 2, keep: Double = 0.5,
        draws: Int = 0
    ) -> SplitSettings {
        var settings = SplitSettings(
            .ordered(
                OrderSettings(axis, unit: unit, removal: .init(keepFraction: keep, minimumClassCount: minimum))))
        settings.nullDraws = draws
        settings.foldCount = 0
        settings.shots = []
        return settings
    }

    /// The numbers of the classes on a side in the order of the column, as the class's place in it.
    private func places(_ side: Side, _ step: ProgressionStep, of count: Int, in dataset: Dataset) -> [Int] {
        step.partition.classes(on: side).map { number in
            let label = (Int(dataset.classLabels[number].dropFirst()) ?? 0) - 100
            return (0..<count).first { ($0 + count / 2) % count == label } ?? -1
        }.sorted()
    }

    /// Eight classes: by hand, from mixed sides to the first half against the second, to these without the middle.
    @Test func eightClassesByHand() throws {
        let data = try embedded((0..<8).map { String(2010 + $0) })
        let series = try SplitSeries(of: data, by: settings())
        let steps = series.progression.steps
        func sides(_ step: ProgressionStep) -> [[Int]] {
            Side.allCases.map { places($0, step, of: 8, in: data.dataset) }
        }
        #expect(steps.map(\.arm) == [.start, .swap, .swap, .removal, .removal])
        #expect(sides(steps[0]) == [[0, 3, 4, 7], [1, 2, 5, 6]])
        // The last on the train side for the first on the test side.
        #expect(sides(steps[1]) == [[0, 1, 3, 4], [2, 5, 6, 7]])
        #expect(sides(steps[2]) == [[0, 1, 2, 3], [4, 5, 6, 7]])
        #expect(sides(steps[3]) == [[0, 1, 2], [5, 6, 7]])
        #expect(sides(steps[4]) == [[0, 1], [6, 7]])
        let wanted = [0, 0.75, 1, 1.25, 1.5]
        for (step, value) in zip(steps, wanted) { #expect(abs((step.axisPosition ?? -1) - value) < 1e-12) }
        // Five steps are all levels; each has the distance of its sides, whatever the others have.
        #expect(series.levels.map(\.partition) == steps.map(\.partition))
        for level in series.levels {
            let expected = try data.distance(of: level.partition).squared
            #expect(abs(level.distance.squared - expected) < 1e-9 * expected)
        }
        #expect(series.positions[2].train?.first == "2010" && series.positions[2].train?.last == "2013")
        #expect(series.positions[2].test?.median == "2015")
        #expect(series.positions.allSatisfy { $0.nullMean == nil })
        #expect(try UnitOrder(of: data.units, in: data.dataset, by: "when", of: .median).kind == .numbers)
    }

    /// Mixed sides differ in their mean place by less than one, whatever the number of classes.
    @Test(arguments: 4...17) func mixedSidesAreMixed(_ count: Int) throws {
        let data = try embedded((0..<count).map(String.init))
        let start = try SplitSeries(of: data, by: settings()).progression.steps[0]
        let (train, test) = (start.partition.classes(on: .train).count, start.partition.classes(on: .test).count)
        #expect(train == count / 2 && test == count - train)
        #expect(abs(start.axisPosition ?? 9) * Double(count) / 2 < 1)
    }

    /// What a class counts as, where its samples differ.
    @Test func momentsOfClasses() throws {
        // Class 0 has the samples 1, 9, 9, 9, all others their number.
        let data = try embedded((0..<6).map(String.init)) { number, i in number == 0 ? ["1", "9", "9", "9"][i] : nil }
        for (moment, value) in [(ClassMoment.first, "1"), (.median, "9"), (.last, "9")] {
            let order = try UnitOrder(of: data.units, in: data.dataset, by: "when", of: moment)
            #expect(order.mixedUnitCount == 1)
            #expect(order.values.sorted() == ([value] + ["1", "2", "3", "4", "5"]).sorted())
        }
        // Of two in the middle, the earlier.
        let even = try embedded((0..<6).map(String.init), samplesPerClass: 2) { number, i in
            number == 0 ? ["7", "3"][i] : nil
        }
        let order = try UnitOrder(of: even.units, in: even.dataset, by: "when", of: .median)
        #expect(order.values.contains("3") && !order.values.contains("7"))
    }

    @Test func unitsStayWhole() throws {
        let data = try embedded((0..<12).map { String($0 / 2) }, unit: .superclass)
        let series = try SplitSeries(of: data, by: settings(unit: .superclass))
        for level in series.levels {
            for unit in data.units {
                #expect(Set(unit.classes.map { level.partition.sides[$0] }).count == 1)
            }
        }
        #expect(series.levels.count > 2)
    }

    /// Rows in another order, and other names of the same order, give the same sides.
    @Test func rowsInAnyOrder() throws {
        let data = try embedded((0..<10).map { String(format: "2013-%02d", $0 + 1) })
        let expected = try SplitSeries(of: data, by: settings(draws: 20))
        var rng = SplitMix64(seed: 2)
        let rows = Array(data.dataset.samples.indices).shuffled(using: &rng)
        let folder = try TemporaryFolder()
        let table = data.dataset.sampleTable
        let shuffled = CSVTable(columns: table.columns, rows: rows.map { table.rows[$0] })
        let again = try EmbeddedDataset(
            dataset: Dataset(sampleTableAt: folder.write(shuffled.text, to: "s.csv"), name: "drift", order: "when"),
            embeddings: Matrix(rows: rows.map { Array(data.embeddings.row($0)) }))
        let found = try SplitSeries(of: again, by: settings(draws: 20))
        #expect(found.levels.map(\.partition) == expected.levels.map(\.partition))
        #expect(found.positions == expected.positions)
    }

    /// A drift is found at the levels that follow it, and at none where the values mean nothing.
    @Test func driftIsTestedAndNoiseIsNot() throws {
        let drifting = try embedded((0..<40).map(String.init), drift: 0.2, samplesPerClass: 8)
        let found = try SplitSeries(of: drifting, by: settings(minimum: 5, draws: 20))
        #expect(found.controls?.levels.last?.isShift == true && found.controls?.levels[0].isShift == false)
        #expect(found.controls?.p.map { $0 <= 0.05 } == true)
        #expect(found.controls?.levels.allSatisfy { $0.holdout == nil } == true)
        let noise = try embedded((0..<40).map(String.init), drift: 0, samplesPerClass: 8)
        let none = try SplitSeries(of: noise, by: settings(minimum: 5, draws: 20))
        #expect(none.controls?.levels.filter { $0.isShift == true }.isEmpty == true)
    }

    /// Where later classes have more samples, random orders of like sizes are the order itself: nothing can be tested.
    @Test func sizesThatFollowTheColumnAreSaid() throws {
        var rng = SplitMix64(seed: 4)
        var table = "sample,class,when\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            for i in 0..<(3 + number * number / 8) {
                table += "\(number)/\(i),c\(100 + number),\(number)\n"
                rows.append((0..<3).map { Float(($0 == 0 ? Double(number) : 0) + rng.bell()) })
            }
        }
        let folder = try TemporaryFolder()
        let dataset = try Dataset(sampleTableAt: folder.write(table, to: "s.csv"), name: "growing", order: "when")
        let series = try SplitSeries(
            of: EmbeddedDataset(dataset: dataset, embeddings: Matrix(rows: rows)), by: settings(draws: 20))
        #expect(series.controls?.levels.last?.isShift == nil)
        #expect(series.positions.last.flatMap(\.nullMean).map { $0 > 0.7 } == true)
    }

    /// If the values mean nothing, all orders are equally likely, and so is every rank of the given one among the draws.
    @Test func pIsUniformWithoutAnOrder() throws {
        let places = try (0..<60).map { seed -> Double in
            var rng = SplitMix64(seed: UInt64(1000 + seed))
            let order = Array(0..<16).shuffled(using: &rng)
            let data = try embedded(order.map(String.init), drift: 0.5, samplesPerClass: 3)
            return try #require(SplitSeries(of: data, by: settings(draws: 20)).controls?.p)
        }
        let mean = places.reduce(0, +) / 60
        // Uniform values on (0, 1] in steps of 1/21 have mean 11/21 and deviation .29, so that the mean of 60 has .037.
        #expect(abs(mean - 11.0 / 21) < 0.15)
        #expect(places.count { $0 <= 0.05 } <= 9)
        #expect(places.contains { $0 > 0.8 } && places.contains { $0 < 0.3 })
    }

    @Test func whatIsNoOrderIsRefused() throws {
        #expect(throws: DatasetError.oneOrderValue(source: "drift", column: "when", value: "5")) {
            _ = try SplitSeries(of: embedded(Array(repeating: "5", count: 6)), by: settings())
        }
        let data = try embedded((0..<6).map(String.init)) { number, _ in number == 2 ? "" : nil }
        #expect(throws: DatasetError.noOrderValue(source: "drift", column: "when", classLabel: "c105")) {
            _ = try SplitSeries(of: data, by: settings())
        }
        #expect(throws: DatasetError.noOrderColumn(source: "drift", column: "where")) {
            _ = try SplitSeries(of: data, by: settings(.column("where")))
        }
        var targets = settings()
        targets.levels = .at([1])
        #expect(throws: SplitError.self) { _ = try SplitSeries(of: data, by: targets) }
    }
}
