extension Dataset {
    /// The number of a class's groups, where each sample without one is on its own.
    ///
    /// - Parameter groups: ``groups``, which is computed anew at each access.
    /// - Complexity: O(k) for k samples.
    package func countOfGroups(ofClass number: Int, _ groups: [Int?]?) -> Int {
        guard let groups else { return samplesOfClass[number].count }
        let own = samplesOfClass[number].map { groups[$0] }
        return Set(own.compactMap { $0 }).count + own.count { $0 == nil }
    }

    /// Units that hold every group of samples whole: units whose classes have samples of one group are joined.
    ///
    /// Most groups are within a class, and change nothing. A group over several classes, such as a photograph of several
    /// persons, ties them together wherever classes must be independent: in validation folds and in the jackknife.
    ///
    /// - Parameter units: the units, each class in one of them.
    /// - Returns: the units, labelled by the first of those that were joined, in the order of the first.
    /// - Complexity: O(n + c) for n samples and c classes.
    public func joined(_ units: [ClassUnit]) -> [ClassUnit] {
        guard let groups else { return units }
        var unitOfClass = [Int](repeating: 0, count: classLabels.count)
        for (index, unit) in units.enumerated() { for number in unit.classes { unitOfClass[number] = index } }
        var sets = DisjointSets(count: units.count)
        var firstUnit: [Int: Int] = [:]
        for (group, number) in zip(groups, classOfSample) {
            guard let group else { continue }
            sets.join(firstUnit[group, default: unitOfClass[number]], unitOfClass[number])
            firstUnit[group] = firstUnit[group] ?? unitOfClass[number]
        }
        return sets.sets.map { members in
            ClassUnit(label: units[members[0]].label, classes: members.flatMap { units[$0].classes })
        }
    }
}

/// Disjoint sets of the numbers 0, 1, 2 and so on, which can be joined (Tarjan, "Efficiency of a Good But Not Linear Set
/// Union Algorithm", Journal of the ACM 22, 1975).
package struct DisjointSets {
    /// A smaller number of the same set, or the number itself if it is the smallest.
    private var parents: [Int]

    /// Each number is a set.
    package init(count: Int) {
        parents = Array(0..<count)
    }

    /// The smallest number of a number's set.
    ///
    /// - Complexity: O(log n) amortised.
    package mutating func smallest(of number: Int) -> Int {
        var number = number
        while parents[number] != number {
            parents[number] = parents[parents[number]]
            number = parents[number]
        }
        return number
    }

    /// Joins the sets of two numbers.
    package mutating func join(_ a: Int, _ b: Int) {
        let (first, second) = (smallest(of: a), smallest(of: b))
        if first < second { parents[second] = first } else { parents[first] = second }
    }

    /// The sets, each ascending, in the order of their smallest numbers.
    package var sets: [[Int]] {
        var copy = self
        var members: [Int: [Int]] = [:]
        for number in parents.indices { members[copy.smallest(of: number), default: []].append(number) }
        return members.sorted { $0.key < $1.key }.map(\.value)
    }
}
