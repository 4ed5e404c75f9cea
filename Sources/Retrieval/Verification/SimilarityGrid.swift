/// The numbers that similarities are rounded to: multiples of 2⁻³⁰, called by their multiples, the keys.
///
/// Pairs whose cosines differ by less than half of that can have one key, and then tie. Keys fall into bins of 2¹⁰, by which
/// they are counted first.
enum SimilarityGrid {
    /// How many steps of the grid there are from 0 to 1.
    static let stepCount: Int32 = 1 << 30
    /// How many keys a bin has.
    static let keysInBin = 1 << 10
    /// How many bins there are; the last has only the key of 1.
    static let binCount = (1 << 21) + 1

    /// The bin of a key.
    static func bin(of key: Int32) -> Int { (Int(key) + Int(stepCount)) / keysInBin }

    /// The lowest key of a bin.
    static func lowestKey(ofBin bin: Int) -> Int32 { Int32(bin * keysInBin - Int(stepCount)) }

    /// The similarity that a key stands for.
    static func similarity(_ key: Int32) -> Double { Double(key) * 0x1p-30 }
}
