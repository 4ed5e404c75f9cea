/// The source of every random choice that oodml makes: the same seed gives the same choices on every machine and with
/// every version of Swift, because drawing numbers below a bound and shuffling are defined here too.
///
/// The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). A `stream` names what the choices are for, so that
/// two uses of one seed do not share draws, and changing one does not affect the other.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence for a seed and the name of a use, such as `null/3`.
    public init(seed: UInt64, stream: String) {
        // FNV-1a over the name; the first draws mix it further.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state = seed
        state = next() ^ hash
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A uniformly distributed number from 0 up to but not including `bound` (Lemire, 2019).
    ///
    /// - Precondition: `bound` is positive.
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is no number below \(bound)")
        let size = UInt64(bound)
        let threshold = (0 &- size) % size
        while true {
            let (high, low) = next().multipliedFullWidth(by: size)
            if low >= threshold { return Int(high) }
        }
    }

    /// The elements in random order, every order equally likely (Fisher and Yates).
    ///
    /// It is inlinable, since unspecialised it takes ten times as long.
    ///
    /// - Complexity: O(n).
    @inlinable
    public mutating func shuffled<Element>(_ elements: some Sequence<Element>) -> [Element] {
        var result = Array(elements)
        guard result.count > 1 else { return result }
        for i in (1..<result.count).reversed() { result.swapAt(i, below(i + 1)) }
        return result
    }
}
