import Datasets
import Frechet
import Splits
import TestSupport
import Testing

@Suite struct SplitSeriesTests {
    private func embedded(
        classCount: Int = 40, seed: UInt64 = 5, statistic: ShiftStatistic = .samples, unitSize: Int? = nil
    ) throws -> EmbeddedDataset {
        let plain = try SyntheticData.random(classCount: classCount, dimension: 6, seed: seed)
            .embedded(statistic: statistic)
        guard let unitSize else { return plain }
        let units = stride(from: 0, to: classCount, by: unitSize).map { first in
            ClassUnit(label: "unit \(first)", classes: first..<min(first + unitSize, classCount))
        }
        return try EmbeddedDataset(
            dataset: plain.dataset, embeddings: plain.embeddings, statistic: statistic, units: units)
    }

    private func series(
        of embedded: EmbeddedDataset, change: (inout SplitSettings) -> Void = { _ in }
    ) throws -> SplitSeries {
        var settings = SplitSettings(.search(SearchSettings(statistic: embedded.statistic)))
        settings.search.removal.minimumClassCount = 4
        settings.nullDraws = 0
        change(&settings)
        return try SplitSeries(of: embedded, by: settings)
    }

    // MARK: Targets

    @Test func targetsAreHit() throws {
        let data = try embedded()
        let kept = try series(of: data).progression.keptSteps.map(\.distance.squared)
        let (least, greatest) = (try #require(kept.first), try #require(kept.last))
        // Between the steps too, and in any order.
        let targets = [0.9, 0.13, 0.37, 0.61].map { least + $0 * (greatest - least) }
        let levels = try series(of: data) { $0.levels = .at(targets, tolerance: 0.01) }.levels
        #expect(levels.count == 4)
        for (level, target) in zip(levels, targets.sorted()) {
            #expect(abs(level.distance.squared - target) <= 0.01 * target)
            let distance = try data.distance(of: level.partition).squared
            #expect(abs(distance - level.distance.squared) <= 1e-12 * distance)
        }
    }

    @Test func targetsOutOfRangeNameTheRange() throws {
        let data = try embedded()
        let kept = try series(of: data).progression.keptSteps.map(\.distance.squared)
        let range = try #require(kept.first)...(try #require(kept.last))
        for target in [range.lowerBound * 0.5, range.upperBound * 2] {
            #expect(throws: SplitError.unattainableTarget(target, range: range)) {
                try series(of: data) { $0.levels = .at([target]) }
            }
        }
        #expect(throws: SplitError.self) { try series(of: data) { $0.levels = .at([-1]) } }
        #expect(throws: SplitError.self) { try series(of: data) { $0.levels = .at([]) } }
    }

    // MARK: Units

    @Test(arguments: ShiftStatistic.allCases)
    func unitsStayWhole(statistic: ShiftStatistic) throws {
        let data = try embedded(statistic: statistic, unitSize: 4)
        let result = try series(of: data)
        #expect(result.levels.count >= 3)
        for step in result.progression.steps {
            for unit in data.units { #expect(Set(unit.classes.map { step.partition.sides[$0] }).count == 1) }
            let distance = try data.distance(of: step.partition).squared
            #expect(abs(distance - step.distance.squared) <= 1e-12 * distance)
        }
        for (level, folds) in zip(result.levels, result.folds) {
            #expect(folds.flatMap { $0 }.sorted() == level.partition.classes(on: .train))
            for unit in data.units {
                let homes = folds.indices.filter { !Set(folds[$0]).isDisjoint(with: unit.classes) }
                #expect(homes.count <= 1)
            }
        }
    }

    @Test func anOfficialSplitThatDividesAUnitIsRefused() throws {
        let data = try embedded(classCount: 30, unitSize: 4)
        #expect(throws: SplitError.dividedUnit(label: "unit 12")) { try series(of: data) }
        #expect(try series(of: data) { $0.start = .alphabetical }.levels.count >= 2)
    }

    // MARK: Starts, spacing and replicates

    @Test func startsAreWhatTheySay() throws {
        let data = try embedded(classCount: 21)
        func start(_ change: (inout SplitSettings) -> Void) throws -> ClassPartition? {
            try series(of: data, change: change).progression.steps.first { $0.arm == .start }?.partition
        }
        #expect(try start { $0.start = .alphabetical }?.classes(on: .train) == Array(0..<10))
        let random = try #require(try start { $0.start = .random })
        #expect(random.classes(on: .train).count == 10 && random.classes(on: .train) != Array(0..<10))
        #expect(try start { $0.start = .random } == random)
        #expect(
            try start {
                $0.start = .random
                $0.seed = 1
            } != random)
    }

    @Test func spacingByExcessIsEven() throws {
        let result = try series(of: embedded(classCount: 80)) {
            $0.nullDraws = 20
            $0.levels = .evenly(6, in: .excess)
        }
        let excesses = try #require(result.controls).levels.map(\.excess)
        #expect(excesses.count >= 5 && zip(excesses, excesses.dropFirst()).allSatisfy { $0 < $1 })
        #expect(result.levels.contains { $0.arm == .removal })
    }

    @Test func agreementOfReplicates() throws {
        let data = try embedded(classCount: 24)
        let first = try series(of: data)
        let same = ReplicateAgreement(of: [first, first])
        #expect(same.pairs.count == 1 && same.pairs[0].adjustedRandIndices.allSatisfy { $0 == 1 })
        let other = try series(of: data) {
            $0.start = .random
            $0.seed = 3
        }
        let pair = try #require(ReplicateAgreement(of: [first, other]).pairs.first)
        #expect((pair.first, pair.second) == (1, 2))
        // Starts differ, whatever the extremes have in common.
        #expect(pair.adjustedRandIndices.contains { $0 < 0.9 } && pair.adjustedRandIndices.allSatisfy { $0 <= 1 })
    }

    // MARK: The protocol of the reference

    @Test func theReferenceProtocolIsLabelledAndMeasured() throws {
        let data = try embedded(statistic: .classMeans)
        let result = try series(of: data) {
            $0.method = .milbich2021(Milbich2021.Settings(swapsPerIteration: 1, iterations: 12, ridge: 1e-8))
        }
        let steps = result.progression.steps
        #expect(steps.filter { $0.arm == .swap }.count == 11)
        for step in steps where step.arm == .swap {
            // Well-conditioned class means: the ridge moves the reference's own value by next to nothing.
            let reference = try #require(step.referenceSquared)
            #expect(abs(reference - step.distance.squared) <= 1e-4 * reference)
        }
    }
}
