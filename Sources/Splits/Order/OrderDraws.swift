internal import Datasets
internal import Statistics

/// Random orders of the units in place of that of a column, to tell what the column does from what any order would.
///
/// Units change places within blocks of similar size, so that sides keep about their numbers of vectors, on which the bias of the
/// distance depends. One random order serves all levels, so that what they have in common counts once.
struct OrderDraws {
    /// Of each draw, the unit that takes the place of each unit.
    private let successors: [[Int]]

    init(of vectors: UnitVectors, count: Int, seed: UInt64) {
        let sizes = vectors.rows.map(\.count)
        var generator = SeededGenerator(seed: seed, stream: "order/blocks")
        let bySize = generator.shuffled(sizes.indices).enumerated()
            .sorted { (sizes[$0.element], $0.offset) < (sizes[$1.element], $1.offset) }.map(\.element)
        let blocks = NullExchange.blocks(bySize, sizes: sizes)
        successors = (0..<count).map { number in
            var generator = SeededGenerator(seed: seed, stream: "order/\(number)")
            var result = Array(sizes.indices)
            for block in blocks {
                for (unit, other) in zip(block, generator.shuffled(block)) { result[unit] = other }
            }
            return result
        }
    }

    /// The number of draws.
    var count: Int { successors.count }

    /// A partition as it would be in a random order.
    func partition(_ partition: ClassPartition, draw number: Int) -> ClassPartition {
        var sides = partition.sides
        for (unit, other) in successors[number].enumerated() { sides[other] = partition.sides[unit] }
        return ClassPartition(sides: sides)
    }
}
