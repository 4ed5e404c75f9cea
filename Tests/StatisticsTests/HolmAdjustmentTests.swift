import Statistics
import Testing

@Suite struct HolmAdjustmentTests {
    /// Ascending 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1 is 0.04, 0.06, 0.06, 0.04, and the last may not fall below 0.06.
    @Test func byHand() {
        expect(holmAdjusted([0.03, 0.01, 0.04, 0.02]), [0.06, 0.04, 0.06, 0.06])
        expect(holmAdjusted([0.001, 0.5, 0.01]), [0.003, 0.5, 0.02])
        expect(holmAdjusted([0.5, 0.4]), [0.8, 0.8])
    }

    @Test func noneAboveOneAndTiesStay() {
        expect(holmAdjusted([0.9, 0.6, 0.7]), [1, 1, 1])
        expect(holmAdjusted([0.02, 0.01, 0.01, 0]), [0.03, 0.03, 0.03, 0])
        expect(holmAdjusted([1, 0]), [1, 0])
    }

    @Test func noneAndOne() {
        #expect(holmAdjusted([]).isEmpty)
        #expect(holmAdjusted([0.3]) == [0.3])
    }

    private func expect(_ values: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-15 },
            "\(values), not \(expected)", sourceLocation: sourceLocation)
    }
}
