import Evaluation
import Retrieval
import Testing

@Suite struct DifficultyCurveTests {
    private func curve(_ points: [(Double, Double)], contributions: [[Double]] = []) -> DifficultyCurve {
        DifficultyCurve(
            points: points.enumerated().map { number, point in
                DifficultyCurve.Point(
                    level: "level-\(number)", shift: point.0,
                    estimate: contributions.isEmpty
                        ? Estimate(value: point.1)
                        : Estimate(value: point.1, contributions: contributions[number], degreesOfFreedom: 1))
            })
    }

    private func ags(_ points: [(Double, Double)]) -> Double? {
        curve(points).aggregatedGeneralizationScore?.value
    }

    @Test func areasByHand() {
        // Scaled to 0, 1/4, 1: (1/4)(0.9 + 0.7)/2 + (3/4)(0.7 + 0.5)/2 = 0.2 + 0.45.
        #expect(ags([(20, 0.9), (40, 0.7), (100, 0.5)]).map { abs($0 - 0.65) < 1e-15 } == true)
        #expect(ags([(3, 1), (5, 0)]) == 0.5)
        #expect(ags([(3, 0.25), (7, 0.25), (9, 0.25)]).map { abs($0 - 0.25) < 1e-15 } == true)
    }

    @Test func orderAndScaleDoNotMatter() throws {
        let points = [(100.0, 0.5), (20.0, 0.9), (40.0, 0.7)]
        #expect(curve(points).points.map(\.level) == ["level-1", "level-2", "level-0"])
        let expected = try #require(ags([(20, 0.9), (40, 0.7), (100, 0.5)]))
        #expect(ags(points) == expected)
        let scaled = try #require(ags(points.map { ($0.0 * 1e-6 + 3, $0.1) }))
        #expect(abs(scaled - expected) < 1e-9)
    }

    @Test func theMeanOverLevelsIsAnotherNumber() throws {
        let score = try #require(ags([(0, 1), (1, 1), (10, 0)]))
        #expect(abs(score - 0.55) < 1e-15)
    }

    @Test func slopesByHand() throws {
        // On a line from 0.9 to 0.5.
        let line = try #require(curve([(20, 0.9), (40, 0.8), (100, 0.5)]).slope)
        #expect(abs(line.value + 0.4) < 1e-15)
        // At 0, 1/2, 1 around 1/2: (−1/2·1 + 0·0 + 1/2·0.4) / (1/2) = −0.6.
        let other = try #require(curve([(0, 1), (5, 0), (10, 0.4)]).slope)
        #expect(abs(other.value + 0.6) < 1e-15)
    }

    @Test func errorsOfLevelsThatShareGroupsAdd() throws {
        // Both levels miss by the same in the same groups, so the area does as well; independent ones would give 1/√2 of it.
        let shared = curve([(0, 1), (1, 0)], contributions: [[0.3, -0.4], [0.3, -0.4]])
        let error = try #require(shared.aggregatedGeneralizationScore?.standardError)
        #expect(abs(error - 0.5) < 1e-7)
        // Their difference does not miss at all.
        #expect(shared.slope?.standardError == 0)
        let opposed = curve([(0, 1), (1, 0)], contributions: [[0.3, -0.4], [-0.3, 0.4]])
        #expect(opposed.aggregatedGeneralizationScore?.standardError == 0)
        #expect(opposed.slope?.standardError.map { abs($0 - 1) < 1e-7 } == true)
        #expect(curve([(0, 1), (1, 0)]).aggregatedGeneralizationScore?.standardError == nil)
    }

    @Test func theWorstLevelAndTheRankCorrelation() {
        let falling = curve([(1, 0.9), (2, 0.8), (30, 0.1)])
        #expect(falling.worst?.level == "level-2")
        #expect(falling.rankCorrelation == -1)
        // Ranks 1, 2, 3 against 3, 1, 2: 1 − 6·(4 + 1 + 1)/(3·8).
        #expect(curve([(1, 0.9), (2, 0.1), (3, 0.2)]).rankCorrelation == -0.5)
        #expect(curve([(1, 0.2), (2, 0.1), (3, 0.1)]).worst?.level == "level-1")
        #expect(curve([(1, 0.5), (2, 0.5), (3, 0.5)]).rankCorrelation == nil)
        #expect(curve([]).worst == nil)
    }

    @Test func withoutARangeThereIsNoScore() {
        #expect(ags([]) == nil)
        #expect(ags([(5, 0.5)]) == nil)
        #expect(ags([(5, 0.5), (5, 0.7)]) == nil)
        #expect(curve([(5, 0.5), (5, 0.7)]).slope == nil)
    }
}
