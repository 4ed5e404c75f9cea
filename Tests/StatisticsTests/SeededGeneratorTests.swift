import Statistics
import Testing

@Suite struct SeededGeneratorTests {
    /// The choices of a seed are part of every published split, so they must never change.
    @Test func aSeedGivesTheSameChoicesForEver() {
        var generator = SeededGenerator(seed: 1, stream: "null/0")
        #expect((0..<8).map { _ in generator.below(1000) } == expectedBelow)
        #expect(generator.shuffled(0..<8) == expectedOrder)
    }

    @Test func streamsAndSeedsAreTold() {
        func first(_ seed: UInt64, _ stream: String) -> UInt64 {
            var generator = SeededGenerator(seed: seed, stream: stream)
            return generator.next()
        }
        let draws = [first(0, "a"), first(0, "b"), first(1, "a"), first(1, "b"), first(0, ""), first(1, "")]
        #expect(Set(draws).count == draws.count)
    }

    /// 6,000 draws below 6 fall on each face 1,000 times, give or take five standard deviations of 29.
    @Test func drawsAreUniform() {
        var generator = SeededGenerator(seed: 7, stream: "dice")
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<6000 { counts[generator.below(6)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 1000) < 145 })
    }

    /// Each of the six orders of three elements comes up about equally often.
    @Test func ordersAreUniform() {
        var generator = SeededGenerator(seed: 8, stream: "orders")
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 { counts[generator.shuffled([0, 1, 2]), default: 0] += 1 }
        #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1000) < 145 })
        #expect(generator.shuffled([Int]()).isEmpty)
    }

    private let expectedBelow = [369, 618, 101, 483, 207, 89, 928, 562]
    private let expectedOrder = [2, 5, 0, 6, 4, 7, 3, 1]
}
