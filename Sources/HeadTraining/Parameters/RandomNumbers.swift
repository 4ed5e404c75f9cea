internal import Statistics
internal import Foundation

extension SeededGenerator {
    /// A number in [0, 1), uniformly.
    mutating func part() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number in [−1, 1), uniformly.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }

    /// Roughly normal with variance 1: the sum of three uniform numbers, the same on every machine.
    mutating func bell() -> Double { uniform() + uniform() + uniform() }
}

func pow(_ base: Double, _ exponent: Double) -> Double { Foundation.pow(base, exponent) }
