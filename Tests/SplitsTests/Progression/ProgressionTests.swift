import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

@Suite struct ProgressionTests {
    private func progression(
        _ embedded: EmbeddedDataset, change: (inout SplitSettings) -> Void = { _ in }
    ) throws -> Progression {
        var settings = SplitSettings(.search(SearchSettings(statistic: embedded.statistic)))
        change(&settings)
        return try Progression(of: embedded, by: settings)
    }

    /// Two far clusters, of which the official split takes half each: the hardest exchange pulls them apart.
    @Test(arguments: ShiftStatistic.allCases)
    func hardestExchangeSeparatesTwoClusters(statistic: ShiftStatistic) throws {
        var rng = SplitMix64(seed: 3)
        var data = SyntheticData()
        for number in 0..<12 {
            let centre = [number % 2 == 0 ? 10.0 : -10, rng.bell()]
            data.addClass("c\(10 + number)", at: centre, count: 4, spread: 0.3, using: &rng)
        }
        let steps = try progression(data.embedded(statistic: statistic)).keptSteps
        let hardest = try #require(steps.last { $0.arm == .swap })
        let train = hardest.partition.classes(on: .train)
        #expect(Set(train.map { $0 % 2 }).count == 1)
        #expect(train.count == 6)
    }

    /// The reverse: the official split is the separation, and the easier arm mixes the clusters evenly.
    @Test func easiestExchangeMixesTwoClusters() throws {
        var rng = SplitMix64(seed: 4)
        var data = SyntheticData()
        for number in 0..<12 {
            let centre = [number < 6 ? 10.0 : -10, rng.bell()]
            data.addClass("c\(10 + number)", at: centre, count: 4, spread: 0.3, using: &rng)
        }
        let steps = try progression(data.embedded()).keptSteps
        let easiest = try #require(steps.first)
        #expect(easiest.arm == .easier)
        #expect(easiest.partition.classes(on: .train).filter { $0 < 6 }.count == 3)
    }

    /// With ten classes all 252 partitions can be measured: the ends of both arms are the extremes of them all.
    @Test(arguments: 0..<6, ShiftStatistic.allCases)
    func theExtremesAreThoseOfAllPartitions(seed: Int, statistic: ShiftStatistic) throws {
        let dimension = [2, 4, 12][seed % 3]
        let embedded = try SyntheticData.random(classCount: 10, dimension: dimension, seed: UInt64(seed))
            .embedded(statistic: statistic)
        let result = try progression(embedded)
        var all: [Double] = []
        for mask in 0..<1 << 10 where mask.nonzeroBitCount == 5 {
            let sides = (0..<10).map { mask >> $0 & 1 == 1 ? Side.train : .test }
            all.append(try embedded.distance(of: ClassPartition(sides: sides)).squared)
        }
        let hardest = try #require(result.keptSteps.last { $0.arm != .removal }).distance.squared
        let easiest = try #require(result.keptSteps.first).distance.squared
        let (least, greatest) = (try #require(all.min()), try #require(all.max()))
        #expect(abs(hardest - greatest) <= 1e-9 * greatest)
        #expect(abs(easiest - least) <= 1e-9 * greatest)
    }

    /// Along one dimension the gaps follow by hand: of the hardest split, a to c against d to f, the classes nearest to
    /// the other side leave first, c and d.
    @Test func firstRemovalByHand() throws {
        var samples: [Sample] = []
        var rows: [[Float]] = []
        for (label, centre) in [("a", 0), ("b", 1), ("c", 3), ("d", 10), ("e", 12), ("f", 14)] as [(String, Float)] {
            for (i, offset) in ([-0.5, 0.5] as [Float]).enumerated() {
                samples.append(Sample(id: "\(label)\(i)", classLabel: label))
                rows.append([centre + offset])
            }
        }
        let embedded = try EmbeddedDataset(
            dataset: Dataset(name: "line", samples: samples), embeddings: Matrix(rows: rows))
        let result = try progression(embedded) {
            $0.search.removal.keepFraction = 0.5
            $0.search.removal.minimumClassCount = 2
        }
        #expect(result.steps.filter { $0.arm == .swap }.isEmpty)
        #expect(result.steps.filter { $0.arm == .removal }.map { $0.removed.sorted() } == [[2, 3]])
    }

    /// Every step exchanges units that differ from the end of its arm, so no class moves twice.
    @Test func noClassMovesTwiceOnAnArm() throws {
        let embedded = try SyntheticData.random(classCount: 30, dimension: 6, seed: 8).embedded()
        let steps = try progression(embedded).steps
        for arm in [Arm.easier, .swap] {
            let moved = steps.filter { $0.arm == arm }.flatMap { $0.movedToTest + $0.movedToTrain }
            #expect(!moved.isEmpty && Set(moved).count == moved.count)
        }
    }

    @Test(arguments: [(20, ShiftStatistic.samples), (21, .samples), (40, .classMeans), (9, .samples)])
    func stepsKeepTheRules(classCount: Int, statistic: ShiftStatistic) throws {
        let embedded = try SyntheticData.random(classCount: classCount, dimension: 6, seed: 7).embedded(
            statistic: statistic)
        let result = try progression(embedded) { $0.search.removal.minimumClassCount = 3 }
        let fids = result.keptSteps.map(\.distance.squared)
        #expect(zip(fids, fids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(result.steps.filter { $0.arm == .start }.map(\.partition.sides) == [embedded.dataset.officialSides])
        for step in result.steps {
            let (train, test) = (step.partition.classes(on: .train), step.partition.classes(on: .test))
            let removed = step.partition.removedClasses
            #expect((train + test + removed).sorted() == Array(0..<classCount))
            #expect(test.count - train.count == classCount % 2)
            #expect(removed.isEmpty == (step.arm != .removal))
            #expect(train.count >= max(3, Int((0.6 * Double(classCount / 2)).rounded(.up))))
            // The sums that were updated from step to step have not drifted from those taken afresh.
            let distance = try embedded.distance(of: step.partition).squared
            #expect(abs(step.distance.squared - distance) <= 1e-12 * distance, "\(step.arm) \(step.step)")
        }
    }

    @Test func severalSwapsAStep() throws {
        let embedded = try SyntheticData.random(classCount: 30, dimension: 6, seed: 9).embedded()
        let result = try progression(embedded) { settings in
            settings.search.swapsPerStep = 3
            settings.search.removal.minimumClassCount = 2
        }
        let exchanges = result.steps.filter { $0.arm == .swap }
        #expect(exchanges.count > 1 && exchanges.dropLast().allSatisfy { $0.movedToTest.count == 3 })
        let removals = result.steps.filter { $0.arm == .removal }
        #expect(removals.map(\.removed.count) == [6, 6], "15 classes a side, at least 9 stay: 3 and 3 leave each")
    }

    /// The order of rows and the unit of the embeddings are no property of the data.
    @Test func rowOrderAndUnitsDoNotMatter() throws {
        let data = SyntheticData.random(classCount: 24, dimension: 6, seed: 10)
        let expected = try progression(data.embedded())
        var rng = SplitMix64(seed: 11)
        let shuffled = try progression(data.embedded(order: data.samples.indices.shuffled(using: &rng)))
        #expect(shuffled.steps.map(\.partition) == expected.steps.map(\.partition))
        for (a, b) in zip(shuffled.steps, expected.steps) {
            #expect(abs(a.distance.squared - b.distance.squared) <= 1e-12 * b.distance.squared)
        }
        let scaled = try progression(data.embedded(scale: 0x1p-9))
        #expect(scaled.steps.map(\.partition) == expected.steps.map(\.partition))
    }

    /// Of identical classes no partition differs from another, and rounding must not make it look so.
    @Test(arguments: ShiftStatistic.allCases)
    func identicalClassesStayWhereTheyAre(statistic: ShiftStatistic) throws {
        var samples: [Sample] = []
        var rows: [[Float]] = []
        for label in ["a", "b", "c", "d", "e", "f"] {
            for i in 0..<3 {
                samples.append(Sample(id: "\(label)\(i)", classLabel: label))
                rows.append([Float(i), 1 / 3, 0.1 * Float(i * i)])
            }
        }
        let embedded = try EmbeddedDataset(
            dataset: Dataset(name: "ties", samples: samples), embeddings: Matrix(rows: rows), statistic: statistic)
        #expect(try progression(embedded).steps.map(\.arm) == [.start])
    }

    @Test func settingsOutOfRange() throws {
        let embedded = try SyntheticData.random(classCount: 6, dimension: 2, seed: 1).embedded()
        func expectRefusal(of name: String, change: (inout SplitSettings) -> Void) {
            let error = #expect(throws: SplitError.self) { try progression(embedded, change: change) }
            #expect(error?.description.hasPrefix(name) == true)
        }
        expectRefusal(of: "the number of levels") { $0.levels = .evenly(2) }
        expectRefusal(of: "the number of swaps per step") { $0.search.swapsPerStep = 0 }
        expectRefusal(of: "the number of null draws") { $0.nullDraws = 19 }
        expectRefusal(of: "the kept fraction") { $0.search.removal.keepFraction = .nan }
        expectRefusal(of: "the smallest number of classes") { $0.search.removal.minimumClassCount = 0 }
    }
}
