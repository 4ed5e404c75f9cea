import Foundation
import Retrieval
import Testing

@Suite struct EstimateTests {
    private let estimate = Estimate(value: 0.5, contributions: [0.3, -0.4], degreesOfFreedom: 1)

    @Test func theErrorAndTheIntervalByHand() throws {
        let error = try #require(estimate.standardError)
        #expect(abs(error - 0.5) < 1e-7)
        // Student's t with one degree of freedom is the Cauchy distribution: tan(0.475 π).
        let margin = try #require(estimate.margin)
        #expect(abs(margin - error * tan(0.475 * Double.pi)) < 1e-10)
        let interval = try #require(estimate.interval)
        #expect(interval.low == 0.5 - margin && interval.high == 0.5 + margin)
        // P(|t| ≥ 1) = 1/2.
        #expect(estimate.pValue.map { abs($0 - 0.5) < 1e-6 } == true)
    }

    @Test func withoutContributionsNothingIsKnown() {
        let bare = Estimate(value: 0.5)
        #expect(bare.standardError == nil && bare.margin == nil && bare.interval == nil && bare.pValue == nil)
        #expect((bare - estimate).standardError == nil)
        #expect((bare - estimate).value == 0)
    }

    @Test func withoutErrorThePValueIsThatOfTheValue() {
        #expect(Estimate(value: 0, contributions: [0, 0], degreesOfFreedom: 1).pValue == 1)
        #expect(Estimate(value: 0.1, contributions: [0, 0], degreesOfFreedom: 1).pValue == 0)
    }

    @Test func theSignIsShownWhereTheIntervalLeavesZero() {
        #expect(Estimate(value: 0.5).shownSign == nil)
        #expect(estimate.shownSign == 0)
        for (value, sign) in [(0.1, 1), (-0.1, -1), (0, 0)] {
            #expect(Estimate(value: value, contributions: [0, 0], degreesOfFreedom: 1).shownSign == sign)
        }
    }

    @Test func estimatesAddGroupByGroup() throws {
        let other = Estimate(value: 0.25, contributions: [0.3, 0.4], degreesOfFreedom: 1)
        let difference = estimate - other
        #expect(difference.value == 0.25)
        #expect(difference.contributions.map { ($0 * 1e6).rounded() / 1e6 } == [0, -0.8])
        let mean = Estimate.mean(of: [estimate, other])
        #expect(mean.value == 0.375)
        #expect(mean.contributions.map { ($0 * 1e6).rounded() / 1e6 } == [0.3, 0])
        #expect((estimate - estimate).standardError == 0)
    }

    @Test func pairsAreTakenOffOnce() throws {
        func estimate(_ pairs: [Double]) -> Estimate {
            Estimate(value: 0, contributions: [0.3, -0.4], pairContributions: pairs, degreesOfFreedom: 1)
        }
        // 0.25 − 0.09; never less than half of 0.25.
        #expect(estimate([0.3, 0]).standardError.map { abs($0 - 0.4) < 1e-7 } == true)
        #expect(estimate([0.3, 0.3]).standardError.map { abs($0 - 0.125.squareRoot()) < 1e-7 } == true)
        // Pairs that two estimates share cancel in their difference, others add.
        let sum = Estimate.combination([(1, estimate([0.2, 0])), (1, estimate([0, 0.1]))])
        #expect(sum.standardError.map { abs($0 - (1 - 0.05).squareRoot()) < 1e-7 } == true)
        #expect((estimate([0.2, 0]) - estimate([0.2, 0])).standardError == 0)
    }

    @Test func jsonRoundTrips() throws {
        let odd = Estimate(
            value: 1 / 3, contributions: [1e-9 / 3, 2 / 7.0, -0], pairContributions: [0.1, 1e-20], degreesOfFreedom: 2)
        for estimate in [odd, Estimate(value: 0.1)] {
            let data = try JSONEncoder().encode(estimate)
            #expect(try JSONDecoder().decode(Estimate.self, from: data) == estimate)
        }
    }
}
