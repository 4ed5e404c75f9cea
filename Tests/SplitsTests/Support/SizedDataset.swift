import Datasets
import TestSupport

/// A dataset that has classes of the given sizes, named so that their numbers are those of the sizes.
///
/// - Parameter seed: shuffles the rows, or leaves them in order where it is nil.
func dataset(ofSizes sizes: [Int], shuffledBy seed: UInt64? = nil) throws -> Dataset {
    var samples = sizes.enumerated().flatMap { number, size in
        (0..<size).map { Sample(id: "\(1000 + number)/\($0)", classLabel: "c\(1000 + number)") }
    }
    if let seed {
        var rng = SplitMix64(seed: seed)
        samples.shuffle(using: &rng)
    }
    return try Dataset(name: "sized", samples: samples)
}
