internal import Datasets
internal import Statistics

/// Random exchanges of a partition's kept units between its sides: how large the distance is when the sides keep their
/// numbers and sizes, but it means nothing which unit is on which side.
///
/// Units are exchanged only within blocks of similar size, so that each side keeps about its number of vectors, on
/// which the bias of the distance depends.
struct NullExchange {
    /// A block takes in the next larger units until it has this many.
    private static let smallestBlock = 6
    /// A block of that many takes in further units only if they exceed its smallest by no more than this ratio.
    private static let sizeRatio = 1.1

    /// Up to this many exchanges, all are made.
    static let enumerationLimit = 256

    private let blocks: [[Int]]
    private let partition: ClassPartition
    private let seed: UInt64

    init(of partition: ClassPartition, in vectors: UnitVectors, seed: UInt64) {
        self.init(of: partition, sizes: vectors.rows.map(\.count), seed: seed)
    }

    /// Random exchanges of units of given sizes.
    ///
    /// - Parameter strata: within which units are exchanged; those without one stay where they are. All may be exchanged if
    ///   nil.
    init(of partition: ClassPartition, sizes: [Int], strata: [Int?]? = nil, seed: UInt64) {
        self.partition = partition
        self.seed = seed
        // Units of one size are in random order, so that blocks do not follow the order of names.
        var generator = SeededGenerator(seed: seed, stream: "null/blocks")
        let order = generator.shuffled(sizes.indices).enumerated()
            .sorted { (sizes[$0.element], $0.offset) < (sizes[$1.element], $1.offset) }
            .map(\.element).filter { partition.sides[$0] != nil && sizes[$0] > 0 }
        guard let strata else {
            blocks = Self.blocks(order, sizes: sizes)
            return
        }
        let count = strata.reduce(0) { max($0, ($1 ?? -1) + 1) }
        blocks = (0..<count).flatMap { stratum in Self.blocks(order.filter { strata[$0] == stratum }, sizes: sizes) }
    }

    /// Divides units in the order of their sizes into blocks of similar ones.
    static func blocks(_ order: [Int], sizes: [Int]) -> [[Int]] {
        var blocks: [[Int]] = []
        for unit in order {
            if let block = blocks.last, let smallest = block.first,
                block.count < smallestBlock || Double(sizes[unit]) <= sizeRatio * Double(sizes[smallest])
            {
                blocks[blocks.count - 1].append(unit)
            } else {
                blocks.append([unit])
            }
        }
        if blocks.count > 1, let last = blocks.last, last.count < smallestBlock {
            blocks.removeLast()
            blocks[blocks.count - 1] += last
        }
        return blocks
    }

    /// All exchanges but the partition itself, in a fixed order, if there are few units, all in one block; nil if there
    /// are more than `limit` with it, or fewer than three.
    func allOthers(upTo limit: Int) -> [ClassPartition]? {
        guard blocks.count == 1 else { return nil }
        var found: [[Side?]] = [partition.sides]
        for block in blocks {
            let trainCount = block.filter { partition.sides[$0] == .train }.count
            let units = block.sorted()
            // Grown unit by unit, so that nothing is made beyond the limit.
            var choices: [[Bool]] = [[]]
            for place in units.indices {
                choices = choices.flatMap { choice in
                    [true, false].map { choice + [$0] }.filter { next in
                        let chosen = next.count { $0 }
                        return chosen <= trainCount && chosen + units.count - 1 - place >= trainCount
                    }
                }
                guard choices.count <= limit else { return nil }
            }
            guard choices.count * found.count <= limit else { return nil }
            found = found.flatMap { sides in
                choices.map { choice in
                    var sides = sides
                    for (unit, isTrain) in zip(units, choice) { sides[unit] = isTrain ? .train : .test }
                    return sides
                }
            }
        }
        let others = found.filter { $0 != partition.sides }.map { ClassPartition(sides: $0) }
        return others.count < 2 ? nil : others
    }

    /// One of the draws.
    ///
    /// Draws of the same number and seed agree on the relative order of units, whatever else is kept, so that bands of
    /// several levels can be read together.
    func draw(_ number: Int) -> ClassPartition {
        var generator = SeededGenerator(seed: seed, stream: "null/\(number)")
        let keys = partition.sides.indices.map { _ in generator.next() }
        var sides = partition.sides
        for block in blocks {
            let trainCount = block.filter { partition.sides[$0] == .train }.count
            for (place, unit) in block.sorted(by: { keys[$0] < keys[$1] }).enumerated() {
                sides[unit] = place < trainCount ? .train : .test
            }
        }
        return ClassPartition(sides: sides)
    }

    /// The train units of a draw whose order of units need not agree with that of other levels, in O(c) for c units.
    func trainUnits(ofDraw number: Int) -> [Int] {
        var generator = SeededGenerator(seed: seed, stream: "composition/\(number)")
        return blocks.flatMap { block in
            generator.shuffled(block).prefix(block.count { partition.sides[$0] == .train })
        }
    }
}
