/// The seeded generator of all tests (Steele, Lea and Flood, 2014), which the fixture scripts implement as well.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence that belongs to `seed`.
    public init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The next double in [-1, 1), exact on every machine.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-52 - 1
    }

    /// Roughly normal with variance 1: the scaled sum of three uniform draws.
    public mutating func bell() -> Double {
        uniform() + uniform() + uniform()
    }
}
