internal import Datasets
internal import Statistics

/// The split that a progression starts from.
public enum SplitStart: String, Sendable, Codable, CaseIterable {
    /// The dataset's official split.
    case official
    /// The first half of the classes, or units, in the order of their labels is the train side.
    case alphabetical
    /// A seeded random half is the train side.
    case random

    /// The starting partition of the units of `embedded`; if the number of units is odd, the train side is the smaller
    /// one.
    ///
    /// - Throws: ``SplitError/dividedUnit(label:)`` if the official split divides a unit.
    func partition(of embedded: EmbeddedDataset, seed: UInt64) throws -> ClassPartition {
        try partition(of: embedded.units, in: embedded.dataset, seed: seed)
    }

    /// The starting partition of some units of the classes of `dataset`.
    func partition(of units: [ClassUnit], in dataset: Dataset, seed: UInt64) throws -> ClassPartition {
        let count = units.count
        func half(_ order: [Int]) -> ClassPartition {
            var sides = [Side](repeating: .test, count: count)
            for unit in order.prefix(count / 2) { sides[unit] = .train }
            return ClassPartition(sides: sides)
        }
        switch self {
        case .official:
            if let unit = dataset.firstDividedUnit(of: units) {
                throw SplitError.dividedUnit(label: unit.label)
            }
            return ClassPartition(sides: units.map { dataset.officialSides[$0.classes[0]] })
        case .alphabetical:
            return half(Array(0..<count))
        case .random:
            var generator = SeededGenerator(seed: seed, stream: "random start")
            return half(generator.shuffled(0..<count))
        }
    }
}
