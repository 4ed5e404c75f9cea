import Statistics
import Testing

@Suite struct RankCorrelationTests {
    @Test func sameAndOppositeOrder() {
        #expect(spearmanCorrelation([1, 2, 3, 10], [-5, 0, 0.1, 1e9]) == 1)
        #expect(spearmanCorrelation([1, 2, 3, 10], [4, 3, 2, 1]) == -1)
        #expect(spearmanCorrelation([1, 1, 2, 3], [7, 7, 8, .infinity]) == 1)
    }

    /// Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 make 4.5 / √(4.5 · 5); 1, 2, 3, 4 against 2, 1, 4, 3 make 3 / 5.
    @Test func handComputed() {
        let tied = spearmanCorrelation([10, 20, 20, 30], [1, 2, 3, 4])
        #expect(tied.map { abs($0 - 4.5 / 22.5.squareRoot()) < 1e-15 } == true)
        #expect(spearmanCorrelation([1, 2, 3, 4], [20, 10, 40, 30]) == 0.6)
    }

    @Test func noCorrelation() {
        #expect(spearmanCorrelation([], []) == nil)
        #expect(spearmanCorrelation([1, 2], [1, 2]) == nil)
        #expect(spearmanCorrelation([1, 1, 1], [1, 2, 3]) == nil)
        #expect(spearmanCorrelation([1, 2, 3], [0, -0.0, 0]) == nil)
        #expect(spearmanCorrelation([1, 2, 3], [1, 5, 1]) == 0)
    }
}
