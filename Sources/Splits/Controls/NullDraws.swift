internal import Datasets
internal import Frechet

/// The draws of null bands, shared between levels that keep the same classes in sides of the same sizes.
struct NullDraws {
    private var sides: NullSides
    private var known: [Int: [FrechetDistance]] = [:]
    private var meter: ShiftMeter

    init(_ vectors: UnitVectors, settings: SplitSettings) {
        self.init(vectors, count: settings.nullDraws, seed: settings.seed)
    }

    /// - Parameter strata: within which units are exchanged; those without one stay where they are. All may be exchanged if
    ///   nil.
    init(_ vectors: UnitVectors, count: Int, seed: UInt64, strata: [Int?]? = nil) {
        sides = NullSides(vectors, count: count, seed: seed, strata: strata)
        meter = ShiftMeter(vectors)
    }

    /// The distances of random exchanges of a partition's units, or of all exchanges if these are few; nil if an
    /// exchange, or the partition itself, has a side with fewer than two vectors.
    mutating func draws(around partition: ClassPartition) throws -> [FrechetDistance]? {
        guard let number = sides.set(around: partition) else { return nil }
        if let draws = known[number] { return draws }
        let draws = try meter.distances(of: sides.sets[number])
        known[number] = draws
        return draws
    }
}

extension UnitVectors {
    /// 1/n₁ + 1/n₂, to which the expected distance of sides without any difference is about proportional.
    func biasScale(of partition: ClassPartition) -> Double {
        Side.allCases.reduce(0) { $0 + 1 / Double(count(ofUnits: partition.classes(on: $1))) }
    }
}
