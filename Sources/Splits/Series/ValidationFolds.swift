public import Datasets
import Statistics

extension Dataset {
    /// Divides classes into class-disjoint folds, so that a model can be tuned on classes that it has not trained on,
    /// without touching the test side.
    ///
    /// Each class is in exactly one fold, and the classes of a unit stay together. The units go to the folds in the order
    /// of falling number of classes, then of samples, and then of a seeded shuffle of the whole dataset, which one
    /// partition shares with the next; each goes to the fold that has the fewest classes, of these to the one with the
    /// fewest samples, of these to the first. Two things follow. Where every class is its own unit, folds differ by at
    /// most one class and by at most as many samples as the largest class has; with larger units, by at most as many
    /// classes as the largest unit has. And as sizes go before the seed, the seed decides between units of equal size
    /// only: a random deal would leave the folds less alike in size, and sizes say little of what is in a class.
    ///
    /// With fewer units than folds there is one fold a unit, so that no fold is ever empty; and none at all for fewer than
    /// two units, because nothing would be left to train on beside the only one.
    ///
    /// - Parameters:
    ///   - classes: the numbers of the classes to divide, as the train side of a level.
    ///   - count: the number of folds; at least 2.
    ///   - units: classes that must not be parted, as from ``/Datasets/Dataset/units(by:)``; of each unit those in `classes`
    ///     count. Classes in none of them are units of their own.
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

    /// The classes as parts that must stay whole, each ascending.
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
