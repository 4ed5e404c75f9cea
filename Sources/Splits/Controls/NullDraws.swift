internal import Datasets
internal import Frechet

/// The draws of null bands, shared between levels that keep the same classes in sides of the same sizes.
struct NullDraws {
    private let vectors: UnitVectors
    private let seed: UInt64
    private let drawCount: Int
    private let strata: [Int?]?
    private var known: [(kept: [Bool], biasScale: Double, draws: [FrechetDistance])] = []
    private var meter: ShiftMeter

    init(_ vectors: UnitVectors, settings: SplitSettings) {
        self.init(vectors, count: settings.nullDraws, seed: settings.seed)
    }

    /// - Parameter strata: within which units are exchanged; those without one stay where they are. All may be exchanged if
    ///   nil.
    init(_ vectors: UnitVectors, count: Int, seed: UInt64, strata: [Int?]? = nil) {
        self.vectors = vectors
        self.seed = seed
        self.strata = strata
        drawCount = count
        meter = ShiftMeter(vectors)
    }

    /// The distances of random exchanges of a partition's units, or of all exchanges if these are few; nil if an
    /// exchange, or the partition itself, has a side with fewer than two vectors.
    mutating func draws(around partition: ClassPartition) throws -> [FrechetDistance]? {
        let kept = partition.sides.map { $0 != nil }
        let biasScale = vectors.biasScale(of: partition)
        let exchange = NullExchange(of: partition, sizes: vectors.rows.map(\.count), strata: strata, seed: seed)
        let all = exchange.allOthers(upTo: NullExchange.enumerationLimit)
        // All exchanges but one depend on which that is.
        if all == nil,
            let shared = known.first(where: {
                $0.kept == kept && abs($0.biasScale - biasScale) <= 1e-3 * biasScale
            })
        {
            return shared.draws
        }
        let exchanged = all ?? (0..<drawCount).map { exchange.draw($0) }
        guard ([partition] + exchanged).allSatisfy(vectors.canBeMeasured) else { return nil }
        let draws = try exchanged.map { try meter.distance(of: $0) }
        if all == nil { known.append((kept, biasScale, draws)) }
        return draws
    }
}

extension UnitVectors {
    /// 1/n₁ + 1/n₂, to which the expected distance of sides without any difference is about proportional.
    func biasScale(of partition: ClassPartition) -> Double {
        Side.allCases.reduce(0) { $0 + 1 / Double(count(ofUnits: partition.classes(on: $1))) }
    }
}
