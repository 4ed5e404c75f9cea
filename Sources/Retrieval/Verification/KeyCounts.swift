/// The numbers of pairs of each key of some bins.
struct KeyCounts {
    private let bins: [Int]
    private var genuine: [Int]
    private var impostors: [Int]

    init(bins: [Int]) {
        self.bins = bins
        genuine = Array(repeating: 0, count: bins.count * SimilarityGrid.keysInBin)
        impostors = genuine
    }

    /// Counts a pair.
    ///
    /// - Parameter place: the place of the key's bin among the bins.
    mutating func count(_ key: Int32, place: Int, isGenuine: Bool) {
        let index = place * SimilarityGrid.keysInBin + Int(key - SimilarityGrid.lowestKey(ofBin: bins[place]))
        if isGenuine { genuine[index] += 1 } else { impostors[index] += 1 }
    }

    mutating func add(_ other: KeyCounts) {
        for index in genuine.indices {
            genuine[index] += other.genuine[index]
            impostors[index] += other.impostors[index]
        }
    }

    /// The keys with any pairs.
    var runs: [PairCounts.Run] {
        bins.enumerated().flatMap { place, bin in
            (0..<SimilarityGrid.keysInBin).compactMap { offset in
                let index = place * SimilarityGrid.keysInBin + offset
                guard genuine[index] + impostors[index] > 0 else { return nil }
                let key = SimilarityGrid.lowestKey(ofBin: bin) + Int32(offset)
                return PairCounts.Run(
                    low: key, high: key, genuineCount: genuine[index], impostorCount: impostors[index])
            }
        }
    }
}
