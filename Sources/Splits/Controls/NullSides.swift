internal import Datasets
internal import Frechet

/// The random sides of null bands, shared between levels that keep the same classes in sides of the same sizes.
struct NullSides {
    private let vectors: UnitVectors
    private let seed: UInt64
    private let drawCount: Int
    private let strata: [Int?]?
    private var shared: [(kept: [Bool], biasScale: Double, number: Int)] = []
    /// The sets of exchanged partitions found so far.
    private(set) var sets: [[ClassPartition]] = []

    /// - Parameter strata: within which units are exchanged; those without one stay where they are. All may be exchanged if
    ///   nil.
    init(_ vectors: UnitVectors, count: Int, seed: UInt64, strata: [Int?]? = nil) {
        (self.vectors, drawCount, self.seed, self.strata) = (vectors, count, seed, strata)
    }

    /// The number in ``sets`` of random exchanges of a partition's units, or of all exchanges if these are few; nil if an
    /// exchange, or the partition itself, has a side with fewer than two vectors.
    mutating func set(around partition: ClassPartition) -> Int? {
        let kept = partition.sides.map { $0 != nil }
        let biasScale = vectors.biasScale(of: partition)
        let exchange = NullExchange(of: partition, sizes: vectors.rows.map(\.count), strata: strata, seed: seed)
        let all = exchange.allOthers(upTo: NullExchange.enumerationLimit)
        // All exchanges but one depend on which that is.
        if all == nil,
            let known = shared.first(where: {
                $0.kept == kept && abs($0.biasScale - biasScale) <= 1e-3 * biasScale
            })
        {
            return known.number
        }
        let exchanged = all ?? (0..<drawCount).map { exchange.draw($0) }
        guard ([partition] + exchanged).allSatisfy(vectors.canBeMeasured) else { return nil }
        sets.append(exchanged)
        if all == nil { shared.append((kept, biasScale, sets.count - 1)) }
        return sets.count - 1
    }
}
