import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

@Suite struct ProgressionTests {
    private func progression(
        _ embedded: EmbeddedDataset, change: (inout SplitProtocol) -> Void = { _ in }
    ) throws -> Progression {
        var settings = SplitProtocol(classCount: embedded.dataset.classLabels.count, statistic: embedded.statistic)
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
        let hardest = try #require(steps.last { $0.origin == .swap })
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
        #expect(easiest.origin == .easier)
        #expect(easiest.partition.classes(on: .train).filter { $0 < 6 }.count == 3)
    }

    /// Along one dimension everything can be followed by hand: gaps are largest for the classes nearest to the other
    /// side's mean, so 3 and 10 change places.
    @Test func firstExchangeByHand() throws {
        var samples: [Sample] = []
        var rows: [[Float]] = []
        for (label, centre) in [("a", 0), ("b", 1), ("c", 10), ("d", 3), ("e", 12), ("f", 14)] as [(String, Float)] {
            for (i, offset) in ([-0.5, 0.5] as [Float]).enumerated() {
                samples.append(Sample(id: "\(label)\(i)", classLabel: label))
                rows.append([centre + offset])
            }
        }
        let embedded = try EmbeddedDataset(
            dataset: Dataset(name: "line", samples: samples), embeddings: Matrix(rows: rows))
        let step = try #require(progression(embedded).steps.first { $0.origin == .swap })
        #expect(step.movedToTest == [2])
        #expect(step.movedToTrain == [3])
        #expect(step.isKept)
    }

    /// The easier arm takes the pair that brute force over all pairs finds.
    @Test(arguments: 0..<5)
    func easierPairIsTheBestOfAll(seed: Int) throws {
        let embedded = try SyntheticData.random(classCount: 10, dimension: 4, seed: UInt64(seed)).embedded()
        let first = try #require(progression(embedded).steps.last { $0.origin == .easier && $0.step == 1 })
        let start = ClassPartition(sides: embedded.dataset.officialSides)
        func meanDistance(_ partition: ClassPartition) -> Double {
            let means = Side.allCases.map { side in
                let rows = embedded.dataset.samples(ofClasses: partition.classes(on: side))
                return (0..<4).map { j in
                    rows.reduce(0) { $0 + Double(embedded.embeddings[$1, j]) } / Double(rows.count)
                }
            }
            return zip(means[0], means[1]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        var best = (distance: Double.infinity, pair: (0, 0))
        for a in start.classes(on: .train) {
            for b in start.classes(on: .test) {
                var partition = start
                partition.exchange(trainClass: a, testClass: b)
                let distance = meanDistance(partition)
                if distance < best.distance { best = (distance, (a, b)) }
            }
        }
        #expect(first.movedToTest == [best.pair.0])
        #expect(first.movedToTrain == [best.pair.1])
    }

    @Test(arguments: [(20, ShiftStatistic.samples), (21, .samples), (40, .classMeans), (9, .samples)])
    func stepsKeepTheRules(classCount: Int, statistic: ShiftStatistic) throws {
        let embedded = try SyntheticData.random(classCount: classCount, dimension: 6, seed: 7).embedded(
            statistic: statistic)
        let result = try progression(embedded) { $0.minimumClassCount = 3 }
        let fids = result.keptSteps.map(\.distance.squared)
        #expect(zip(fids, fids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(result.steps.filter { $0.origin == .start }.map(\.partition.sides) == [embedded.dataset.officialSides])
        for step in result.steps {
            let (train, test) = (step.partition.classes(on: .train), step.partition.classes(on: .test))
            let removed = step.partition.removedClasses
            #expect((train + test + removed).sorted() == Array(0..<classCount))
            #expect(test.count - train.count == classCount % 2)
            #expect(removed.isEmpty == (step.origin != .removal))
            #expect(train.count >= max(3, Int((0.6 * Double(classCount / 2)).rounded(.up))))
            let distance = try embedded.distance(of: step.partition)
            #expect(step.distance == distance, "the stored distance is that of the stored partition")
        }
    }

    @Test func tabuKeepsAMovedClassInPlace() throws {
        let embedded = try SyntheticData.random(classCount: 30, dimension: 6, seed: 8).embedded()
        let steps = try progression(embedded) { $0.patience = 20 }.steps.filter { $0.origin == .swap }
        #expect(steps.count > 10)
        var lastMoved: [Int: Int] = [:]
        for step in steps {
            for number in step.movedToTest + step.movedToTrain {
                if let last = lastMoved.updateValue(step.step, forKey: number) { #expect(step.step - last > 5) }
            }
        }
    }

    @Test func severalSwapsAStep() throws {
        let embedded = try SyntheticData.random(classCount: 30, dimension: 6, seed: 9).embedded()
        let result = try progression(embedded) { settings in
            settings.swapsPerStep = 3
            settings.minimumClassCount = 2
        }
        #expect(result.steps.filter { $0.origin == .easier }.allSatisfy { $0.movedToTest.count == 3 })
        let removals = result.steps.filter { $0.origin == .removal }
        #expect(removals.map(\.removed.count) == [6, 6], "15 classes a side, at least 9 stay: 3 and 3 leave each")
    }

    /// The order of rows and the unit of the embeddings are no property of the data.
    @Test func rowOrderAndUnitsDoNotMatter() throws {
        let data = SyntheticData.random(classCount: 24, dimension: 6, seed: 10)
        let expected = try progression(data.embedded())
        var rng = SplitMix64(seed: 11)
        let shuffled = try progression(data.embedded(order: data.samples.indices.shuffled(using: &rng)))
        #expect(shuffled == expected)
        let scaled = try progression(data.embedded(scale: 0x1p-9))
        #expect(scaled.steps.map(\.partition) == expected.steps.map(\.partition))
    }

    /// Identical classes tie everywhere; the smaller number goes first, and nothing is harder than the start.
    @Test func tiesGoToTheSmallerNumber() throws {
        var samples: [Sample] = []
        var rows: [[Float]] = []
        for label in ["a", "b", "c", "d", "e", "f"] {
            for i in 0..<3 {
                samples.append(Sample(id: "\(label)\(i)", classLabel: label))
                rows.append([Float(i), 1 / 3])
            }
        }
        let embedded = try EmbeddedDataset(
            dataset: Dataset(name: "ties", samples: samples), embeddings: Matrix(rows: rows))
        let result = try progression(embedded)
        #expect(result.keptSteps.map(\.origin) == [.start])
        let first = try #require(result.steps.first { $0.origin == .swap })
        #expect(first.movedToTest == [0])
        #expect(first.movedToTrain == [3])
    }

    @Test func settingsOutOfRange() throws {
        let embedded = try SyntheticData.random(classCount: 6, dimension: 2, seed: 1).embedded()
        func expectRefusal(of name: String, change: (inout SplitProtocol) -> Void) {
            let error = #expect(throws: SplitError.self) { try progression(embedded, change: change) }
            #expect(error?.description.hasPrefix(name) == true)
        }
        expectRefusal(of: "the number of levels") { $0.levelCount = 2 }
        expectRefusal(of: "the number of swaps per step") { $0.swapsPerStep = 0 }
        expectRefusal(of: "the number of tabu steps") { $0.tabuSteps = -1 }
        expectRefusal(of: "the patience") { $0.patience = -1 }
        expectRefusal(of: "the kept fraction") { $0.keepFraction = .nan }
        expectRefusal(of: "the smallest number of classes") { $0.minimumClassCount = 0 }
    }
}
