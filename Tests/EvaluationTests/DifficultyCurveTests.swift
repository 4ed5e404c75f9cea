import Evaluation
import Testing

@Suite struct DifficultyCurveTests {
    private func curve(_ points: [(Double, Double)]) -> DifficultyCurve {
        DifficultyCurve(
            points: points.enumerated().map { number, point in
                DifficultyCurve.Point(
                    level: "level-\(number)", fid: point.0,
                    scores: RetrievalScores(
                        metrics: [.recall(1)], values: [point.1], queryCount: 1, loneQueryCount: 0))
            })
    }

    private func ags(_ points: [(Double, Double)]) -> Double? {
        curve(points).aggregatedGeneralizationScore(of: .recall(1))
    }

    @Test func areasByHand() {
        // Scaled to 0, 1/4, 1: (1/4)(0.9 + 0.7)/2 + (3/4)(0.7 + 0.5)/2 = 0.2 + 0.45.
        #expect(ags([(20, 0.9), (40, 0.7), (100, 0.5)]).map { abs($0 - 0.65) < 1e-15 } == true)
        #expect(ags([(3, 1), (5, 0)]) == 0.5)
        #expect(ags([(3, 0.25), (7, 0.25), (9, 0.25)]) == 0.25)
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

    @Test func withoutARangeThereIsNoScore() {
        #expect(ags([]) == nil)
        #expect(ags([(5, 0.5)]) == nil)
        #expect(ags([(5, 0.5), (5, 0.7)]) == nil)
        #expect(curve([(1, 0.5), (2, 0.7)]).aggregatedGeneralizationScore(of: .rPrecision) == nil)
        #expect(curve([(1, 0.5), (2, 0.7)]).aggregatedGeneralizationScores() == [.recall(1): 0.6])
        #expect(curve([(1, 0.5)]).aggregatedGeneralizationScores().isEmpty)
    }
}
