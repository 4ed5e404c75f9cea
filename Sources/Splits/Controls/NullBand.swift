internal import Foundation
internal import Statistics

/// The distances of random exchanges of the same classes, and where a level's distance lies among them.
public struct NullBand: Sendable, Equatable, Codable {
    /// The mean of the draws.
    public let mean: Double
    /// Their standard deviation (divisor N − 1).
    public let sd: Double
    /// Their 95 % quantile, interpolated.
    public let q95: Double
    /// The fraction of N + 1 values, the N draws and the level's own, that reach the level's: small if the level lies
    /// above the band.
    public let p: Double
    /// The number of draws, if it is not that of the settings: where a level's classes can be dealt to the sides in few
    /// ways, the draws are all of these.
    public let drawCount: Int?

    private enum CodingKeys: String, CodingKey {
        case mean, sd, q95, p
        case drawCount = "draw_count"
    }

    /// Where nearly all draws lie: two standard deviations either side of the mean, cut off at 0.
    public var range: ClosedRange<Double> { max(0, mean - 2 * abs(sd))...max(0, mean + 2 * abs(sd)) }

    /// Compares a distance with draws.
    ///
    /// - Parameter usualCount: the number of draws in the settings.
    /// - Precondition: there are at least two draws.
    init(of level: Double, among values: [Double], usualCount: Int) {
        precondition(values.count >= 2, "\(values.count) draws make no band")
        let mean = values.reduce(0, +) / Double(values.count)
        let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        let sorted = values.sorted()
        let place = 0.95 * Double(values.count - 1)
        let below = Int(place)
        let above = min(below + 1, values.count - 1)
        self.mean = mean.rounded(significantDigits: 10)
        self.sd = sd.rounded(significantDigits: 6)
        q95 = (sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])).rounded(significantDigits: 10)
        p = Self.p(of: level, among: values).rounded(significantDigits: 6)
        drawCount = values.count == usualCount ? nil : values.count
    }

    /// Whether one of a level's partitions can have p ≤ 0.05 among all ways of dealing its classes to the sides.
    ///
    /// Where both sides have as many classes, a partition and its mirror image have one distance.
    ///
    /// - Parameters:
    ///   - drawCount: the number of other ways, where all were drawn; nil if the draws are some of many.
    ///   - trainCount: the number of training classes.
    ///   - testCount: the number of test classes.
    static func canReject(drawCount: Int?, trainCount: Int, testCount: Int) -> Bool {
        let enough = 20
        var wayCount = 1
        // The binomial coefficient, as far as it matters.
        for k in 1...max(1, min(trainCount, testCount)) where wayCount < 1 << 20 {
            wayCount = wayCount * (max(trainCount, testCount) + k) / k
        }
        if let drawCount { wayCount = min(wayCount, drawCount + 1) }
        return (trainCount == testCount ? wayCount / 2 : wayCount) >= enough
    }

    /// The fraction of N + 1 values, including the given one, that reach it; for a value of random rank, p ≤ α in at
    /// most a fraction α of all cases.
    static func p(of value: Double, among draws: [Double]) -> Double {
        let reaching = draws.filter { $0 >= value - Tie.tolerance * abs(value) }.count
        return Double(1 + reaching) / Double(draws.count + 1)
    }
}

/// Values minus their mean, divided by their standard deviation; zeros if they are equal up to rounding.
func standardised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    guard variance.squareRoot() > Tie.tolerance * abs(mean) else { return values.map { _ in 0 } }
    return values.map { ($0 - mean) / variance.squareRoot() }
}

/// Where a level's distance lies relative to its null band.
public enum BandPosition: String, Sendable, Codable, CaseIterable {
    /// Below all but at most 5 % of the draws: the sides are more alike than random ones.
    case below
    /// Indistinguishable from random sides.
    case within
    /// Above all but at most 5 % of the draws.
    case above

    init(of distance: Double, among draws: [Double]) {
        if NullBand.p(of: distance, among: draws) <= 0.05 {
            self = .above
        } else if NullBand.p(of: -distance, among: draws.map { -$0 }) <= 0.05 {
            self = .below
        } else {
            self = .within
        }
    }
}
