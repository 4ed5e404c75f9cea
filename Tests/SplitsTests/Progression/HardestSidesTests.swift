import Datasets
import Foundation
import Frechet
import Splits
import TestSupport
import Testing

/// Sides that are far apart in truth, not only in the samples at hand.
@Suite struct HardestSidesTests {
    /// Two groups of classes, of few samples each and unevenly many: the search for the greatest distance would put few
    /// samples on one side, since spreads differ by chance; the hardest level is the two groups, but for a few classes.
    @Test(arguments: 0..<4)
    func fewSamplesDoNotHideTheGroups(seed: Int) throws {
        var rng = SplitMix64(seed: UInt64(60 + seed))
        var data = SyntheticData()
        for number in 0..<60 {
            let centre = (0..<32).map { $0 == 0 ? (number % 2 == 0 ? 1.2 : -1.2) : 0.2 * rng.bell() }
            data.addClass("c\(100 + number)", at: centre, count: 3 + (number % 7 == 0 ? 30 : 0), spread: 1, using: &rng)
        }
        let progression = try Progression(of: data.embedded(), by: SplitSettings())
        let hardest = try #require(progression.keptSteps.last { $0.arm == .swap }).partition
        let inFirst = hardest.classes(on: .train).count { $0 % 2 == 0 }
        #expect(max(inFirst, 30 - inFirst) >= 27, "\(inFirst) of 30")
    }

    /// In many dimensions sides that are mostly bias lie on the way to the groups, at greater distances than these: the way is
    /// gone to its end nevertheless, and the groups are farther than the start.
    @Test(arguments: 0..<3)
    func biasOnTheWayIsNoLevel(seed: Int) throws {
        var rng = SplitMix64(seed: UInt64(80 + seed))
        var data = SyntheticData()
        for number in 0..<60 {
            let centre = (0..<400).map { $0 == 0 ? (number % 2 == 0 ? 1.3 : -1.3) : 0.2 * rng.bell() }
            data.addClass("c\(100 + number)", at: centre, count: 4, spread: 1, using: &rng)
        }
        let progression = try Progression(of: data.embedded(), by: SplitSettings())
        let hardest = try #require(progression.steps.last { $0.arm == .swap })
        #expect(hardest.isKept)
        let inFirst = hardest.partition.classes(on: .train).count { $0 % 2 == 0 }
        #expect(max(inFirst, 30 - inFirst) >= 25, "\(inFirst) of 30")
        let kept = progression.keptSteps.map(\.distance.squared)
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 })
        #expect(progression.levels(count: 9).contains(hardest))
    }

    /// Classes with one mean that spread by different amounts: those that spread as the other side does should leave,
    /// which the gap between means does not see.
    @Test func removalByTheDistanceGoesFurther() throws {
        var rng = SplitMix64(seed: 12)
        var data = SyntheticData()
        for number in 0..<40 {
            let spread = exp(0.5 * rng.bell())
            data.addClass(
                "c\(100 + number)", at: Array(repeating: 0, count: 5), count: 40, spread: spread, using: &rng)
        }
        let embedded = try data.embedded()
        let fids = try RemovalRule.allCases.map { rule in
            var settings = SplitSettings()
            settings.search.removal.rule = rule
            let kept = try Progression(of: embedded, by: settings).keptSteps
            #expect(kept.last?.arm == .removal && kept.last?.partition.removedClasses.count == 16)
            return try #require(kept.last).distance.squared
        }
        #expect(fids[1] > 1.05 * fids[0], "\(fids)")
    }
}
