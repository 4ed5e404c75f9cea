internal import Foundation

extension Double {
    /// The nearest number with this many significant decimal digits; more would only record the order of additions.
    package func rounded(significantDigits: Int) -> Double {
        guard isFinite, self != 0 else { return self }
        return Double(String(format: "%.\(significantDigits - 1)e", self)) ?? self
    }
}
