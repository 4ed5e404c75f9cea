import HeadTraining
import Statistics
import Testing
import TestSupport

@Suite struct SampleGroupsTests {
    /// Rows around some far corners, each corner's rows in turn.
    private func rows(_ n: Int, around corners: Int, seed: UInt64) -> [Float] {
        var generator = SplitMix64(seed: seed)
        return (0..<n).flatMap { row in
            (0..<corners).map { Float((row % corners == $0 ? 20 : 0) + generator.bell()) }
        }
    }

    private func groups(_ rows: [Float], _ d: Int, count: Int, from earlier: [Int] = [], seed: UInt64 = 1) -> [Int] {
        var generator = SeededGenerator(seed: seed, stream: "test")
        return sampleGroups(rows, dimension: d, count: count, from: earlier, using: &generator)
    }

    @Test func cornersAreFound() {
        for (corners, seed) in [(2, 1), (3, 2), (5, 3)] as [(Int, UInt64)] {
            let found = groups(rows(60, around: corners, seed: seed), corners, count: corners, seed: seed)
            #expect(Set(found).count == corners)
            for row in 0..<60 { #expect(found[row] == found[row % corners]) }
        }
    }

    /// What is begun from groups keeps their numbers, also where rows have moved a little.
    @Test func groupsKeepTheirNumbers() {
        let first = groups(rows(60, around: 4, seed: 4), 4, count: 4)
        let moved = rows(60, around: 4, seed: 5)
        #expect(groups(moved, 4, count: 4, from: first) == first)
        #expect(groups(moved, 4, count: 4, from: first.map { 3 - $0 }) == first.map { 3 - $0 })
    }

    /// No row is nearer to another group's mean than to its own.
    @Test func rowsAreInTheNearestGroup() {
        var generator = SplitMix64(seed: 6)
        let (n, d, count) = (200, 3, 6)
        let rows = (0..<n * d).map { _ in Float(generator.bell()) }
        var found = groups(rows, d, count: count)
        // Further rounds end where nothing changes.
        for _ in 0..<10 { found = groups(rows, d, count: count, from: found) }
        let means = (0..<count).map { group -> [Double] in
            let own = (0..<n).filter { found[$0] == group }
            return (0..<d).map { j in own.reduce(0) { $0 + Double(rows[$1 * d + j]) } / Double(max(own.count, 1)) }
        }
        for row in 0..<n {
            let distances = means.map { mean in
                (0..<d).reduce(0.0) {
                    $0 + (Double(rows[row * d + $1]) - mean[$1]) * (Double(rows[row * d + $1]) - mean[$1])
                }
            }
            #expect(distances[found[row]] <= (distances.min() ?? 0) + 1e-9)
        }
    }

    @Test func edges() {
        #expect(groups([], 3, count: 4).isEmpty)
        #expect(groups([1, 2, 3], 3, count: 4) == [0])
        // Equal rows are one group, whatever is asked for.
        #expect(Set(groups([Float](repeating: 1, count: 30), 3, count: 4)).count == 1)
    }
}
