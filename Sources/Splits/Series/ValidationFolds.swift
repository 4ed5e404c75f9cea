public import Datasets
import Statistics

extension Dataset {
    /// Divides classes into class-disjoint folds, so that a model can be tuned on classes that it has not trained on,
    /// without touching the test side.
    ///
    /// Each class is in exactly one fold, and the classes of a unit stay together. Units are dealt in order of
    /// decreasing number of classes, then of samples, then in the order of a seeded shuffle of the whole dataset, which
    /// all partitions share. Each goes to the fold with the fewest classes; among equals, to the one with the fewest
    /// samples; among these, to the first. Two things follow. If every class is its own unit, folds differ by at most
    /// one class and by at most as many samples as the largest class has; with larger units, by at most as many classes
    /// as the largest unit has. And since sizes come before the seed, the seed decides only between units of equal
    /// size: a random deal would leave the folds less alike in size, and sizes say little about what is in a class.
    ///
    /// With fewer units than folds there is one fold per unit, so that no fold is ever empty. With fewer than two units
    /// there are no folds at all, because nothing would be left to train on besides the only one.
    ///
    /// - Parameters:
    ///   - classes: the numbers of the classes to divide, such as the train side of a level.
    ///   - count: the number of folds; at least 2.
    ///   - units: classes that must stay together, as from ``/Datasets/Dataset/units(by:)``; only their members in
    ///     `classes` count. Classes in no unit are units of their own.
    ///   - seed: the seed of the shuffle.
    /// - Returns: the numbers of the classes of each fold, ascending. They do not depend on the order of the dataset's
    ///   samples, of `classes` or of `units`.
    /// - Complexity: O(c·(`count` + log c)) for c classes.
    /// - Precondition: `count` is at least 2, and no class is in two units or twice in `classes`.
    public func validationFolds(
        of classes: some Sequence<Int>, count: Int, units: [ClassUnit] = [], seed: UInt64
    ) -> [[Int]] {
        precondition(count >= 2, "\(count) validation folds; expected at least 2")
        let parts = indivisibleParts(of: classes, units: units)
        guard parts.count >= 2 else { return [] }

        var generator = SeededGenerator(seed: seed, stream: "validation-folds")
        var rank = [Int](repeating: 0, count: classLabels.count)
        for (position, number) in generator.shuffled(classLabels.indices).enumerated() { rank[number] = position }
        let sized = parts.map { (classes: $0, sampleCount: $0.reduce(0) { $0 + samplesOfClass[$1].count }) }
        let inOrder = sized.sorted {
            (-$0.classes.count, -$0.sampleCount, rank[$0.classes[0]])
                < (-$1.classes.count, -$1.sampleCount, rank[$1.classes[0]])
        }

        var folds = [(classes: [Int], sampleCount: Int)](repeating: ([], 0), count: min(count, parts.count))
        for part in inOrder {
            let fold =
                folds.indices.min {
                    (folds[$0].classes.count, folds[$0].sampleCount) < (folds[$1].classes.count, folds[$1].sampleCount)
                } ?? 0
            folds[fold].classes += part.classes
            folds[fold].sampleCount += part.sampleCount
        }
        return folds.map { $0.classes.sorted() }
    }

    /// The classes as groups that must stay whole, each ascending.
    private func indivisibleParts(of classes: some Sequence<Int>, units: [ClassUnit]) -> [[Int]] {
        var isOpen = [Bool](repeating: false, count: classLabels.count)
        for number in classes {
            precondition(!isOpen[number], "class \(number) is listed twice")
            isOpen[number] = true
        }
        var unitOfClass = [Int?](repeating: nil, count: classLabels.count)
        for (index, unit) in units.enumerated() {
            for number in unit.classes {
                if let other = unitOfClass[number] {
                    preconditionFailure("class \(number) is in the units \(units[other].label) and \(unit.label)")
                }
                unitOfClass[number] = index
            }
        }
        var parts = [[Int]](repeating: [], count: units.count)
        for number in classLabels.indices where isOpen[number] {
            if let unit = unitOfClass[number] { parts[unit].append(number) } else { parts.append([number]) }
        }
        return parts.filter { !$0.isEmpty }
    }
}
