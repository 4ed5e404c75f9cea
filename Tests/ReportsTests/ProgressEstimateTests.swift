import Reports
import Testing

@Suite struct ProgressEstimateTests {
    @Test func aSteadyRate() {
        var estimate = ProgressEstimate(at: 100)
        #expect(estimate.rate == nil && estimate.words(of: 500, at: 100) == "")
        for second in 1...20 { estimate.record(10 * second, at: 100 + Double(second)) }
        #expect(estimate.rate == 10)
        #expect(estimate.timeLeft(of: 500, at: 120) == 30)
        // Time goes by where nothing is reported.
        #expect(estimate.timeLeft(of: 500, at: 125) == 25)
        #expect(estimate.timeLeft(of: 200, at: 125) == 0)
        #expect(estimate.words(of: 500, at: 120) == ", 10/s, 30 s left")
        #expect(estimate.words(of: 500, at: 120, withRate: false) == ", 30 s left")
    }

    @Test func aSlowStartIsForgotten() {
        var estimate = ProgressEstimate(at: 0)
        estimate.record(1, at: 30)
        for second in 31...60 { estimate.record(1 + 100 * (second - 30), at: Double(second)) }
        // Since the start it would be 50; the last 15 seconds went at 100.
        #expect(estimate.rate == 100)
    }

    @Test func slowTasksHaveARateToo() {
        var estimate = ProgressEstimate(at: 0)
        for piece in 1...3 { estimate.record(piece, at: 100 * Double(piece)) }
        #expect(estimate.rate == 0.01)
        #expect(estimate.words(of: 10, at: 300) == ", 100.0 s each, 11 min 40 s left")
    }

    @Test func durations() {
        #expect(
            [0.2, 59.6, 99.4, 99.6, 3599, 5999.4, 7500].map(duration)
                == ["0 s", "60 s", "99 s", "1 min 40 s", "59 min 59 s", "99 min 59 s", "2 h 5 min"])
    }
}
