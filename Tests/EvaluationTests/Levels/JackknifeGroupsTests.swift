import Datasets
import DenseLinearAlgebra
import Evaluation
import Retrieval
import Testing
import TestSupport

@Suite struct JackknifeGroupsTests {
    /// Two samples a class, and as many classes a superclass as given; without superclasses for 0.
    private func dataset(classCount: Int, familySize: Int) throws -> Dataset {
        try Dataset(
            name: "families",
            samples: (0..<2 * classCount).map { sample in
                Sample(
                    id: "\(1000 + sample)", classLabel: "\(1000 + sample / 2)",
                    superclass: familySize > 0 ? "\(1000 + sample / 2 / familySize)" : nil)
            })
    }

    @Test func wholeSuperclassesAreLeftOutIfEveryTaskHasTen() throws {
        let dataset = try dataset(classCount: 60, familySize: 3)
        let groups = try JackknifeGroups(.classJackknife(), of: dataset, tasks: [Array(0..<60), Array(30..<60)])
        #expect(groups.confidence.families == .init(of: "superclass", fewestCount: 10, areWhole: true))
        #expect(groups.families == (0..<20).map { [3 * $0, 3 * $0 + 1, 3 * $0 + 2] })
    }

    @Test func withFewerGroupsAreOfClasses() throws {
        let dataset = try dataset(classCount: 60, familySize: 3)
        let groups = try JackknifeGroups(.classJackknife(), of: dataset, tasks: [Array(0..<60), Array(33..<60)])
        #expect(groups.confidence.families == .init(of: "superclass", fewestCount: 9, areWhole: false))
        #expect(groups.families == nil)
    }

    /// Where superclasses change sides as one, they are left out as one, however few.
    @Test func unitsAreAlwaysWhole() throws {
        let dataset = try dataset(classCount: 12, familySize: 3)
        let groups = try JackknifeGroups(
            .classJackknife(), of: dataset, unit: .superclass, tasks: [Array(0..<6), Array(6..<12)])
        #expect(groups.confidence.families == .init(of: "superclass", fewestCount: 2, areWhole: true))
        #expect(groups.families?.count == 4)
    }

    @Test(arguments: [0, 1])
    func classesWithoutFamiliesOrAloneInThemStayClasses(familySize: Int) throws {
        let dataset = try dataset(classCount: 40, familySize: familySize)
        let groups = try JackknifeGroups(.classJackknife(), of: dataset, tasks: [Array(0..<40)])
        #expect(groups.confidence == .classJackknife() && groups.families == nil)
    }

    @Test func onlyTheJackknifeHasFamilies() throws {
        let dataset = try dataset(classCount: 60, familySize: 3)
        for method in [ConfidenceMethod.none, .fixedGalleryBootstrap()] {
            let groups = try JackknifeGroups(method, of: dataset, tasks: [Array(0..<60)])
            #expect(groups.confidence == method && groups.families == nil)
        }
    }

    /// Neighbouring classes share a photograph: they are left out together.
    @Test func classesWithACommonGroupAreOneFamily() throws {
        let dataset = try Dataset(
            name: "photographs",
            samples: (0..<80).map { sample in
                Sample(
                    id: "\(100 + sample)", classLabel: "\(100 + sample / 2)",
                    group: sample % 4 == 1 || sample % 4 == 2 ? "\(sample / 4)" : nil)
            })
        let groups = try JackknifeGroups(.classJackknife(), of: dataset, tasks: [Array(0..<40), Array(0..<20)])
        #expect(groups.confidence.families == .init(of: "group", fewestCount: 10, areWhole: true))
        #expect(groups.families == (0..<20).map { [2 * $0, 2 * $0 + 1] })
    }

    /// Twelve families, each at one place with little between its classes: all variation is between families, so an error
    /// over classes as if they were independent is much smaller.
    @Test func errorsOverFamiliesAreLargerWhereFamiliesFailAsOne() throws {
        let dataset = try dataset(classCount: 60, familySize: 5)
        var rng = SplitMix64(seed: 3)
        var rows: [[Float]] = []
        for number in 0..<60 {
            let spread = number / 5 % 2 == 0 ? 0.01 : 3.0
            let centre = (0..<4).map { number % 5 == $0 ? 1.0 : 0 }
            for _ in 0..<2 {
                rows.append(
                    (0..<16).map { place in
                        let family = place - 4 == number / 5 ? 50.0 : 0
                        return Float(family + (place < 4 ? centre[place] + spread * rng.bell() : 0))
                    })
            }
        }
        let groups = try JackknifeGroups(.classJackknife(), of: dataset, tasks: [Array(0..<60)])
        func error(_ families: [[Int]]?) throws -> Double {
            let scores = try TaskScorer(
                dataset: dataset, rules: RankingRules(similarity: .euclidean), confidence: groups.confidence,
                families: families
            ).scores(of: Matrix(rows: rows), samples: Array(0..<120))
            return try #require(scores.estimates[.recall(1)]?.standardError)
        }
        #expect(try error(groups.families) > 1.5 * error(nil))
    }
}
