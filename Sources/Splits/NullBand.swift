internal import Foundation

/// The distances of random exchanges of the same classes, and how a level's distance stands to them.
public struct NullBand: Sendable, Equatable, Codable {
    /// The mean of the draws.
    public let mean: Double
    /// Their standard deviation (divisor N − 1).
    public let sd: Double
    /// Their 95 % quantile, interpolated.
    public let q95: Double
    /// (1 + number of draws that reach the level's distance) / (N + 1): small where the level is above the band.
    public let p: Double
    /// The draws, for what is computed over several bands.
    let draws: [Double]

    private enum CodingKeys: CodingKey {
        case mean, sd, q95, p
    }

    /// Compares a distance with draws.
    ///
    /// - Precondition: there are two draws at least.
    init(of distance: Double, among draws: [Double]) {
        precondition(draws.count >= 2, "\(draws.count) draws make no band")
        let mean = draws.reduce(0, +) / Double(draws.count)
        let sd = (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)).squareRoot()
        let sorted = draws.sorted()
        let place = 0.95 * Double(draws.count - 1)
        let below = Int(place)
        let above = min(below + 1, draws.count - 1)
        self.mean = mean.rounded(significantDigits: 10)
        self.sd = sd.rounded(significantDigits: 6)
        q95 = (sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])).rounded(significantDigits: 10)
        p = Self.p(of: distance, among: draws).rounded(significantDigits: 6)
        self.draws = draws
    }

    /// Reads what a manifest holds; the draws are not in it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        mean = try container.decode(Double.self, forKey: .mean)
        sd = try container.decode(Double.self, forKey: .sd)
        q95 = try container.decode(Double.self, forKey: .q95)
        p = try container.decode(Double.self, forKey: .p)
        draws = []
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
