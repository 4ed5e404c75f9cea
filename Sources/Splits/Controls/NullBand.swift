internal import Foundation
internal import Frechet
internal import Statistics

/// A distance between two sides, and how many vectors each has.
struct SizedDistance {
    let distance: FrechetDistance
    /// 1/n₁ + 1/n₂, to which the expected distance of sides without any difference is proportional: exactly for the
    /// means' part, and for the covariances' part when there are more vectors than dimensions.
    let biasScale: Double
}

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
    /// How far the level and then each draw stand out, for statistics computed over several bands.
    let standing: [Double]

    private enum CodingKeys: CodingKey {
        case mean, sd, q95, p
    }

    /// Where nearly all draws lie: two standard deviations either side of the mean, cut off at 0.
    public var range: ClosedRange<Double> { max(0, mean - 2 * abs(sd))...max(0, mean + 2 * abs(sd)) }

    /// Compares a distance with draws.
    ///
    /// - Parameter byParts: whether p uses whichever part of the distance, means or covariances, stands out more, each
    ///   divided by its ``SizedDistance/biasScale``, instead of their sum. With few samples the covariances' part is
    ///   mostly noise, which would drown a real difference of means; and where class sizes differ much, draws cannot
    ///   keep the sizes of the sides exactly.
    /// - Precondition: there are at least two draws.
    init(of level: SizedDistance, among draws: [SizedDistance], byParts: Bool = false) {
        precondition(draws.count >= 2, "\(draws.count) draws make no band")
        let values = draws.map(\.distance.squared)
        let mean = values.reduce(0, +) / Double(values.count)
        let sd = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
        let sorted = values.sorted()
        let place = 0.95 * Double(values.count - 1)
        let below = Int(place)
        let above = min(below + 1, values.count - 1)
        self.mean = mean.rounded(significantDigits: 10)
        self.sd = sd.rounded(significantDigits: 6)
        q95 = (sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])).rounded(significantDigits: 10)
        let all = [level] + draws
        standing =
            byParts
            ? zip(
                standardised(all.map { $0.distance.meanPart / $0.biasScale }),
                standardised(all.map { $0.distance.covariancePart / $0.biasScale })
            ).map { max($0, $1) }
            : all.map(\.distance.squared)
        p = Self.p(of: standing[0], among: Array(standing.dropFirst())).rounded(significantDigits: 6)
    }

    /// Restores what a manifest holds; the draws are not in it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode(Double.self, forKey: .mean)
        sd = try container.decode(Double.self, forKey: .sd)
        q95 = try container.decode(Double.self, forKey: .q95)
        p = try container.decode(Double.self, forKey: .p)
        standing = []
    }

    /// Bands are equal if they agree on what a manifest holds.
    public static func == (a: NullBand, b: NullBand) -> Bool {
        (a.mean, a.sd, a.q95, a.p) == (b.mean, b.sd, b.q95, b.p)
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
