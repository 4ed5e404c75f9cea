import Retrieval
import Statistics
import Testing
import TestSupport

@Suite struct ConfidenceMethodTests {
    @Test(arguments: [(0, 20), (1, 20), (7, 3), (60, 20), (205, 20)])
    func classesAreDealtInAShuffledOrder(classCount: Int, groupCount: Int) {
        let method = ConfidenceMethod.classJackknife(groupCount: groupCount, seed: 5)
        var generator = SeededGenerator(seed: 5, stream: "class-jackknife")
        var expected = [Int](repeating: 0, count: classCount)
        for (position, number) in generator.shuffled(0..<classCount).enumerated() {
            expected[number] = position % groupCount
        }
        #expect(method.groups(ofClasses: classCount) == expected)
        #expect(method.groups(ofFamilies: (0..<classCount).map { [$0] }) == expected)
    }

    /// Families of 1 to 9 classes, whose members are spread over all numbers.
    private func families(seed: UInt64, count: Int) -> [[Int]] {
        var rng = SplitMix64(seed: seed)
        let sizes = (0..<count).map { _ in 1 + Int(rng.next() % 9) }
        var numbers = Array(0..<sizes.reduce(0, +))
        numbers.shuffle(using: &rng)
        return sizes.map { size in
            defer { numbers.removeFirst(size) }
            return Array(numbers.prefix(size))
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4])
    func familiesStayWholeAndGroupsAreAlikeInSize(seed: UInt64) {
        let families = families(seed: seed, count: 60)
        let groups = ConfidenceMethod.classJackknife(groupCount: 10, seed: seed).groups(ofFamilies: families)
        #expect(groups.count == families.joined().count && Set(groups) == Set(0..<10))
        for family in families { #expect(Set(family.map { groups[$0] }).count == 1) }
        // Dealt by decreasing size, groups differ by no more than the largest family.
        let sizes = (0..<10).map { group in groups.count { $0 == group } }
        #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 9)
        // The order within families does not matter.
        let turned = ConfidenceMethod.classJackknife(groupCount: 10, seed: seed)
            .groups(ofFamilies: families.map { $0.reversed() })
        #expect(turned == groups)
    }

    @Test func fewerFamiliesThanGroupsLeaveGroupsEmpty() {
        let groups = ConfidenceMethod.classJackknife(groupCount: 20).groups(ofFamilies: [[0, 2], [1], [3, 4, 5]])
        #expect(Set(groups).count == 3 && groups[0] == groups[2] && groups[3] == groups[4])
    }
}
