internal import Foundation
internal import Frechet
internal import Statistics

/// A distance between two sides, and how many vectors they have.
struct SizedDistance {
    let distance: FrechetDistance
    /// 1/n₁ + 1/n₂, to which the expected distance of sides without any difference is proportional: its means' part
    /// exactly, its covariances' part for more vectors than dimensions.
    let biasScale: Double
}

/// The distances of random exchanges of the same classes, and how a level's distance stands to them.
public struct NullBand: Sendable, Equatable, Codable {
    /// The mean of the draws.
    public let mean: Double
    /// Their standard deviation (divisor N − 1).
    public let sd: Double
    /// Their 95 % quantile, interpolated.
    public let q95: Double
    /// The part of N + 1 values, the N draws and the level's own, that reach the level's: small where it is above the band.
    public let p: Double
    /// How far the level and then each draw stand out, for what is computed over several bands.
    let standing: [Double]

    private enum CodingKeys: CodingKey {
        case mean, sd, q95, p
    }

    /// Where nearly all draws lie: two standard deviations about the mean, and no distance below 0.
    public var range: ClosedRange<Double> { max(0, mean - 2 * abs(sd))...max(0, mean + 2 * abs(sd)) }

    /// Compares a distance with draws.
    ///
    /// - Parameter byParts: whether p goes by whichever part of the distance, that of the means or that of the covariances,
    ///   stands out more, each over its ``SizedDistance/biasScale``, instead of by their sum. With few samples the
    ///   covariances' part is mostly noise, in which a real difference of means would be lost; and where class sizes
    ///   differ much, draws cannot keep the sizes of the sides exactly.
    /// - Precondition: there are two draws at least.
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

    /// Reads what a manifest holds; the draws are not in it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode(Double.self, forKey: .mean)
        sd = try container.decode(Double.self, forKey: .sd)
        q95 = try container.decode(Double.self, forKey: .q95)
        p = try container.decode(Double.self, forKey: .p)
        standing = []
    }

    /// Bands are equal if what a manifest holds of them is.
    public static func == (a: NullBand, b: NullBand) -> Bool {
        (a.mean, a.sd, a.q95, a.p) == (b.mean, b.sd, b.q95, b.p)
    }

    /// The part of N + 1 values, the one given among them, that reach it; one of random rank has p ≤ α in at most α of
    /// all cases.
    static func p(of value: Double, among draws: [Double]) -> Double {
        let reaching = draws.filter { $0 >= value - Tie.tolerance * abs(value) }.count
        return Double(1 + reaching) / Double(draws.count + 1)
    }
}

/// Values less their mean, over their standard deviation; zeros where they are all the same but for rounding.
func standardised(_ values: [Double]) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    guard variance.squareRoot() > Tie.tolerance * abs(mean) else { return values.map { _ in 0 } }
    return values.map { ($0 - mean) / variance.squareRoot() }
}

/// How a level's distance stands to its null band.
public enum BandPosition: String, Sendable, Codable, CaseIterable {
    /// Below all but at most 5 %: the sides are more alike than random ones.
    case below
    /// Not to be told from random sides.
    case within
    /// Above all but at most 5 %.
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
