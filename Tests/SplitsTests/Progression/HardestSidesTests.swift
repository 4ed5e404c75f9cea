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
}
