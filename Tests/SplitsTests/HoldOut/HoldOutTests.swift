import Datasets
import DenseLinearAlgebra
import Frechet
import Splits
import TestSupport
import Testing

/// A hold-out against everything that can be known of it independently: all partitions of a few classes, the shares of
/// the ratio, and what was asked for.
@Suite struct HoldOutTests {
    /// The numbers of classes of the parts.
    private func sizes(_ holdOut: HoldOut) -> [Int] {
        HoldOutPart.allCases.map { holdOut.classes(in: $0).count }
    }

    /// The squared distances of all ways to take some classes for testing, by the distance of two sets of rows.
    private func allDistances(
        _ data: SyntheticData, testCount: Int, where isAllowed: ([Int]) -> Bool = { _ in true }
    ) throws -> [[Int]: Double] {
        let labels = Set(data.samples.map(\.classLabel)).sorted()
        var choices: [[Int]] = [[]]
        for number in labels.indices {
            choices += choices.filter { $0.count < testCount }.map { $0 + [number] }
        }
        var found: [[Int]: Double] = [:]
        for choice in choices where choice.count == testCount && isAllowed(choice) {
            let test = Set(choice.map { labels[$0] })
            func rows(_ isTest: Bool) -> Matrix<Float> {
                Matrix(
                    rows: data.samples.indices.filter { test.contains(data.samples[$0].classLabel) == isTest }.map {
                        data.rows[$0]
                    })
            }
            found[choice] = try frechetDistance(rows(false), rows(true)).squared
        }
        return found
    }

    /// Many samples a class, so that the search does not mistrust their spread.
    private func cloud(_ classCount: Int, dimension: Int, seed: UInt64, samples: Int = 60) -> SyntheticData {
        var rng = SplitMix64(seed: seed)
        var data = SyntheticData()
        for number in 0..<classCount {
            let centre = (0..<dimension).map { _ in 2 * rng.bell() }
            data.addClass(
                "c\(100 + number)", at: centre, count: samples, spread: 0.3 + 0.1 * Double(number % 4), using: &rng)
        }
        return data
    }

    /// All 210, 495 and 1,820 ways are measured; the last two are too many for the search to try all.
    @Test(arguments: [(10, 4), (12, 4), (16, 4)], [1, 2, 3])
    func theExtremesAreThoseOfAllWays(sizes: (classes: Int, test: Int), seed: UInt64) throws {
        let data = cloud(sizes.classes, dimension: 5, seed: seed)
        let all = try allDistances(data, testCount: sizes.test)
        let embedded = try data.embedded()
        let ratio = "\(sizes.classes - sizes.test)/\(sizes.test)"
        let hardest = try HoldOut(of: embedded, by: holdOutSettings(ratio))
        let easiest = try HoldOut(of: embedded, by: holdOutSettings(ratio) { $0.difficulty = .easiest })
        let (least, greatest) = (try #require(all.values.min()), try #require(all.values.max()))
        #expect(abs(hardest.distance.squared - greatest) <= 1e-9 * greatest, "\(hardest.distance.squared) \(greatest)")
        #expect(abs(easiest.distance.squared - least) <= 1e-9 * greatest, "\(easiest.distance.squared) \(least)")
        // What is reported is the distance of the classes that are named.
        let own = try #require(all[hardest.classes(in: .test)])
        #expect(abs(hardest.distance.squared - own) <= 1e-9 * own)
    }

    /// Beyond what can be enumerated the search must still find what all ways have.
    @Test(arguments: [4, 5]) func theSearchFindsTheHardestOfManyWays(seed: UInt64) throws {
        let data = cloud(22, dimension: 3, seed: seed, samples: 30)
        let all = try allDistances(data, testCount: 4)
        let greatest = try #require(all.values.max())
        #expect(all.count == 7315)
        let found = try HoldOut(of: data.embedded(), by: holdOutSettings("18/4"))
        #expect(found.distance.squared >= greatest * (1 - 1e-9))
        let easiest = try HoldOut(of: data.embedded(), by: holdOutSettings("18/4") { $0.difficulty = .easiest })
        let better = all.values.count { $0 < easiest.distance.squared * (1 - 1e-9) }
        #expect(better <= 2, "\(better) of \(all.count) are easier")
    }

    /// Class means, where the distance comes from inner products.
    @Test func theExtremesOfClassMeansAreThoseOfAllWays() throws {
        let data = cloud(11, dimension: 40, seed: 8, samples: 3)
        let embedded = try data.embedded(statistic: .classMeans)
        var all: [Double] = []
        for mask in 0..<(1 << 11) where mask.nonzeroBitCount == 3 {
            let partition = ClassPartition(sides: (0..<11).map { mask >> $0 & 1 == 1 ? Side.test : .train })
            all.append(try embedded.distance(of: partition).squared)
        }
        for (difficulty, best) in [(HoldOutSettings.Difficulty.hardest, all.max()), (.easiest, all.min())] {
            let found = try HoldOut(
                of: embedded,
                by: holdOutSettings("8/3") {
                    $0.difficulty = difficulty
                    $0.statistic = .classMeans
                })
            #expect(abs(found.distance.squared - (try #require(best))) <= 1e-9 * found.distance.squared)
        }
    }

    /// Shares by largest remainders, at least one class each; the expected numbers are by hand.
    @Test(arguments: [
        ("70/10/20", 20, [14, 2, 4]), ("70/10/20", 23, [16, 2, 5]), ("80/20", 21, [17, 0, 4]),
        ("1/1/1", 10, [4, 3, 3]), ("98/1/1", 12, [10, 1, 1]), ("0.6/0.4", 5, [3, 0, 2]), ("50/50", 9, [5, 0, 4]),
    ])
    func partsHaveTheirShares(ratio: String, classCount: Int, expected: [Int]) throws {
        let embedded = try cloud(classCount, dimension: 3, seed: 5, samples: 4).embedded()
        for difficulty in [HoldOutSettings.Difficulty.hardest, .median, .easiest] {
            for validation in HoldOutSettings.ValidationChoice.allCases {
                let found = try HoldOut(
                    of: embedded,
                    by: holdOutSettings(ratio) {
                        $0.difficulty = difficulty
                        $0.validation = validation
                    })
                #expect(sizes(found) == expected, "\(difficulty)")
            }
        }
    }

    @Test func difficultiesAreInOrder() throws {
        let embedded = try cloud(40, dimension: 8, seed: 6, samples: 10).embedded()
        let distances = try [HoldOutSettings.Difficulty.easiest, .median, .hardest].map { difficulty in
            try HoldOut(of: embedded, by: holdOutSettings("70/10/20") { $0.difficulty = difficulty }).distance.squared
        }
        #expect(distances[0] < 0.9 * distances[1] && distances[1] < 0.9 * distances[2], "\(distances)")
        // A wanted distance anywhere between them is met.
        for part in [0.1, 0.4, 0.8] {
            let target = distances[0] + part * (distances[2] - distances[0])
            let found = try HoldOut(of: embedded, by: holdOutSettings("70/10/20") { $0.difficulty = .at(target) })
            #expect(abs(found.distance.squared - target) <= HoldOutSettings.tolerance * target)
            #expect(sizes(found) == [28, 4, 8])
        }
        for target in [distances[0] / 2, 2 * distances[2]] {
            let error = #expect(throws: SplitError.self) {
                try HoldOut(of: embedded, by: holdOutSettings("70/10/20") { $0.difficulty = .at(target) })
            }
            guard case .unattainableTarget(target, let range)? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(abs(range.lowerBound - distances[0]) <= 1e-9 * distances[0])
            #expect(abs(range.upperBound - distances[2]) <= 1e-9 * distances[2])
        }
    }

    /// Far validation classes are farther from the training classes than random ones.
    @Test func farValidationClassesAreFar() throws {
        let embedded = try cloud(40, dimension: 8, seed: 9, samples: 10).embedded()
        let distances = try HoldOutSettings.ValidationChoice.allCases.map { choice in
            let found = try HoldOut(of: embedded, by: holdOutSettings("60/20/20") { $0.validation = choice })
            return try #require(found.validationDistance).squared
        }
        #expect(distances[1] > 1.2 * distances[0], "\(distances)")
    }

    /// The order of the samples changes nothing, and another seed changes only what is random.
    @Test func theSameSeedGivesTheSameParts() throws {
        let data = cloud(30, dimension: 6, seed: 10, samples: 7)
        var rng = SplitMix64(seed: 1)
        let order = data.samples.indices.map { ($0, rng.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
        let first = try HoldOut(of: data.embedded(), by: holdOutSettings("70/10/20"))
        let second = try HoldOut(of: data.embedded(order: order), by: holdOutSettings("70/10/20"))
        #expect(first.parts == second.parts)
        let other = try HoldOut(of: data.embedded(), by: holdOutSettings("70/10/20") { $0.seed = 1 })
        #expect(other.classes(in: .test) == first.classes(in: .test))
        #expect(other.classes(in: .validation) != first.classes(in: .validation))
    }

    /// Of copies of one distribution no shift is shown; of two groups of classes, of which the smaller is tested, one is.
    @Test func controlsTellShiftFromSearch() throws {
        var rng = SplitMix64(seed: 12)
        var (same, groups) = (SyntheticData(), SyntheticData())
        for number in 0..<30 {
            let label = "c\(100 + number)"
            same.addClass(label, at: [Double](repeating: 0, count: 10), count: 12, spread: 1, using: &rng)
            groups.addClass(
                label, at: (0..<10).map { $0 == 0 && number < 6 ? 4 : 0.1 * rng.bell() }, count: 12, spread: 1,
                using: &rng)
        }
        func level(_ data: SyntheticData) throws -> (HoldOut, ShiftControls.Level) {
            let holdOut = try HoldOut(of: data.embedded(), by: holdOutSettings("80/20") { $0.nullDraws = 20 })
            return (holdOut, try #require(holdOut.controls).levels[0])
        }
        let (_, none) = try level(same)
        #expect(none.isShift == false)
        let (found, some) = try level(groups)
        #expect(found.classes(in: .test) == Array(0..<6))
        #expect(some.isShift == true && some.position == .above && some.excess > 5)
        #expect(try #require(some.holdout).partition.classes(on: .test) == Array(0..<6))
    }
}
