import Datasets
import Splits
import TestSupport
import Testing

@Suite struct ValidationFoldsTests {
    private func sampleCounts(_ folds: [[Int]], of dataset: Dataset) -> [Int] {
        folds.map { $0.reduce(0) { $0 + dataset.samplesOfClass[$1].count } }
    }

    private func spread(_ counts: [Int]) -> Int {
        (counts.max() ?? 0) - (counts.min() ?? 0)
    }

    /// Of the sizes 9, 7 | 6, 4 | 3 the fold that got 9 gets 4, the other one 7 and 6; the first of these two folds of 13
    /// samples gets 3.
    @Test func handComputed() throws {
        let dataset = try dataset(ofSizes: [3, 9, 6, 4, 7])
        #expect(dataset.validationFolds(of: 0..<5, count: 2, seed: 1) == [[0, 1, 3], [2, 4]])
    }

    /// The folds are part of every published split, so a seed must give the same for ever; these were also dealt by a
    /// generator written anew in Python.
    @Test func aSeedGivesTheSameFoldsForEver() throws {
        let dataset = try dataset(ofSizes: Array(repeating: 3, count: 8))
        #expect(dataset.validationFolds(of: 0..<8, count: 2, seed: 1) == [[2, 4, 5, 7], [0, 1, 3, 6]])
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func foldsAreDisjointCompleteAndBalanced(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        // Every third dataset has a long tail of sizes.
        let sizes = (0..<Int.random(in: 4...60, using: &rng)).map {
            seed % 3 == 0 ? 1 + 300 / (1 + $0 * $0) : Int.random(in: 1...40, using: &rng)
        }
        let dataset = try dataset(ofSizes: sizes)
        let classes = sizes.indices.filter { _ in Int.random(in: 0..<3, using: &rng) > 0 }
        let count = Int.random(in: 2...6, using: &rng)
        let folds = dataset.validationFolds(of: classes, count: count, seed: seed)
        #expect(folds.flatMap { $0 }.sorted() == (classes.count < 2 ? [] : classes))
        #expect(folds.count == (classes.count < 2 ? 0 : min(count, classes.count)))
        #expect(folds.allSatisfy { !$0.isEmpty && $0 == $0.sorted() })
        #expect(spread(folds.map(\.count)) <= 1)
        #expect(spread(sampleCounts(folds, of: dataset)) <= classes.map { sizes[$0] }.max() ?? 0)
    }

    /// The classes of CUB-200-2011 have 41 to 60 samples; folds of 25 of them then differ by few samples.
    @Test func foldsOfManyClassesAreNearlyEqual() throws {
        var rng = SplitMix64(seed: 3)
        let dataset = try dataset(ofSizes: (0..<100).map { _ in Int.random(in: 41...60, using: &rng) })
        let folds = dataset.validationFolds(of: 0..<100, count: 4, seed: 0)
        #expect(folds.map(\.count) == [25, 25, 25, 25])
        #expect(spread(sampleCounts(folds, of: dataset)) <= 3)
    }

    @Test func rowsAndTheOrderOfClassesDoNotMatter() throws {
        let sizes = (0..<30).map { 3 + $0 % 4 }
        let folds = try dataset(ofSizes: sizes).validationFolds(of: 0..<20, count: 4, seed: 5)
        let shuffled = try dataset(ofSizes: sizes, shuffledBy: 1)
        #expect(shuffled.validationFolds(of: (0..<20).reversed(), count: 4, seed: 5) == folds)
        #expect(shuffled.validationFolds(of: 0..<20, count: 4, seed: 6) != folds)
    }

    @Test func fewerClassesThanFolds() throws {
        let dataset = try dataset(ofSizes: [4, 2, 5, 3])
        #expect(dataset.validationFolds(of: [0, 1, 3], count: 4, seed: 0) == [[0], [3], [1]])
        #expect(dataset.validationFolds(of: [2], count: 4, seed: 0) == [])
        #expect(dataset.validationFolds(of: [Int](), count: 4, seed: 0) == [])
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func unitsStayWhole(seed: UInt64) throws {
        var rng = SplitMix64(seed: seed)
        let dataset = try dataset(ofSizes: (0..<40).map { _ in Int.random(in: 1...9, using: &rng) })
        // Classes 35… are in no unit, and every fourth class is not to be divided.
        let unitOfClass = (0..<35).map { _ in Int.random(in: 0..<12, using: &rng) }
        let units = (0..<12).compactMap { unit -> ClassUnit? in
            let members = (0..<35).filter { unitOfClass[$0] == unit }
            return members.isEmpty ? nil : ClassUnit(label: "\(unit)", classes: members)
        }
        let classes = (0..<40).filter { $0 % 4 > 0 }
        let folds = dataset.validationFolds(of: classes, count: 3, units: units, seed: seed)
        #expect(folds.flatMap { $0 }.sorted() == classes)
        for unit in units {
            #expect(folds.filter { !Set($0).isDisjoint(with: unit.classes) }.count <= 1)
        }
        let largest = units.map { Set($0.classes).intersection(classes).count }.max() ?? 0
        #expect(spread(folds.map(\.count)) <= largest)
        #expect(dataset.validationFolds(of: classes, count: 3, units: units.reversed(), seed: seed) == folds)
    }

    @Test func oneUnitCannotBeDivided() throws {
        let dataset = try dataset(ofSizes: [2, 2, 2, 2])
        let unit = ClassUnit(label: "all", classes: 0..<4)
        #expect(dataset.validationFolds(of: 0..<4, count: 2, units: [unit], seed: 0) == [])
        let pair = ClassUnit(label: "pair", classes: 0..<2)
        #expect(dataset.validationFolds(of: 0..<3, count: 4, units: [pair], seed: 0) == [[0, 1], [2]])
    }
}
