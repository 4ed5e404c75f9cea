internal import Files
internal import Foundation
internal import Statistics

/// An axis of a chart: a range of values that begins and ends where the data do, or at ticks, and where it lies in the
/// drawing.
struct ChartAxis: Sendable {
    /// The values at both ends.
    let low: Double
    let high: Double
    /// The values of the ticks, ascending, at least two.
    let ticks: [Double]
    /// How many decimals the ticks' labels need.
    let decimals: Int
    /// How many decimals they have before an exponent, where they would be too long without one.
    private let exponentDigits: Int?
    /// Whether equal factors, not equal differences, have equal lengths.
    private let isLogarithmic: Bool
    /// The coordinates of both ends.
    let start: Double
    let end: Double

    /// Covers `values` with round steps, each 1, 2 or 5 times a power of ten.
    ///
    /// - Parameters:
    ///   - stepCount: the maximum number of steps that the values themselves span; more, where fewer than two ticks would
    ///     be left.
    ///   - endsAtData: whether the axis ends at the least and the greatest value, not at the ticks around them.
    ///   - limits: the range that the ticks stay within if the values do.
    init(
        covering values: [Double], limits: ClosedRange<Double>? = nil, stepCount: Int = 6, endsAtData: Bool = false,
        start: Double, end: Double
    ) {
        // Beyond these, differences and steps would overflow or vanish.
        let values = values.filter(\.isFinite).map { min(max($0, -1e300), 1e300) }
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        if high - low <= max(max(abs(low), abs(high)) * 1e-9, 1e-290) {
            // A single value gets room on both sides.
            let room = abs(low) < 1e-280 ? 1 : abs(low) / 10
            (low, high) = (low - room, high + room)
        }
        if let limits, let least = values.min(), let most = values.max(), limits.contains(least), limits.contains(most)
        {
            (low, high) = (max(low, limits.lowerBound), min(high, limits.upperBound))
        }
        var step = Self.roundStep(notBelow: (high - low) / Double(stepCount))
        var (first, last) = ((low / step + 1e-9).rounded(.down), (high / step - 1e-9).rounded(.up))
        if endsAtData {
            // A step is at most 2.5 times what is asked for, so a range of six such holds two ticks.
            for count in [stepCount, max(stepCount, 6)] {
                step = Self.roundStep(notBelow: (high - low) / Double(count))
                (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
                if last > first { break }
            }
        }
        ticks = stride(from: first, through: max(last, first + 1), by: 1).map { $0 * step }
        (self.low, self.high) = endsAtData ? (low, high) : (ticks[0], ticks[ticks.count - 1])
        let extent = max(abs(ticks[0]), abs(ticks[ticks.count - 1]))
        decimals = max(0, Int(-(log10(step) + 1e-9).rounded(.down)))
        exponentDigits =
            decimals > 9 || extent >= 1e15 ? max(0, Int((log10(extent) - log10(step) + 1e-9).rounded(.up))) : nil
        self.start = start
        self.end = end
        isLogarithmic = false
    }

    /// Covers positive values by powers of ten, one tick each, with equal lengths for equal factors.
    ///
    /// Values that are not positive have no place; at least one power is covered.
    init(coveringFactors values: [Double], limits: ClosedRange<Int>, start: Double, end: Double) {
        let exponents = values.filter { $0 > 0 && $0.isFinite }.map { log10($0) }
        let least = max(limits.lowerBound, Int(((exponents.min() ?? 0) + 1e-9).rounded(.down)))
        let most = min(limits.upperBound, Int(((exponents.max() ?? 0) - 1e-9).rounded(.up)))
        ticks = (min(least, most - 1)...most).map { pow(10, Double($0)) }
        (low, high) = (ticks[0], ticks[ticks.count - 1])
        (decimals, exponentDigits, isLogarithmic) = (0, nil, true)
        (self.start, self.end) = (start, end)
    }

    private static func roundStep(notBelow step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        return [1, 2, 5].map { $0 * power }.first { $0 >= step * (1 - 1e-9) } ?? 10 * power
    }

    /// The coordinate of a value.
    ///
    /// A value far outside of the axis, or none, is at a place that can still be drawn.
    func position(_ value: Double) -> Double {
        let part =
            isLogarithmic
            ? log10(max(value, 1e-300) / low) / log10(high / low) : (value - low) / (high - low)
        return start + (part.isNaN ? 0 : min(max(part, -10), 10)) * (end - start)
    }

    /// The label of a tick.
    func label(_ tick: Double) -> String {
        if isLogarithmic {
            let exponent = Int(log10(tick).rounded())
            return exponent < -3 ? "1e−\(-exponent)" : fixed(tick, max(0, -exponent))
        }
        let text = exponentDigits.map { String(format: "%.\($0)e", tick) } ?? fixed(tick, decimals)
        return text.replacing(bytes: ["-": "−"])
    }
}
