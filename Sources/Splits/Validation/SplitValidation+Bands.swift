internal import Datasets
internal import Foundation
internal import Statistics

/// What can be learnt about a null band from the values stored for it.
extension SplitValidation {
    /// The number of null draws, clamped to a range that can be computed with.
    var draws: Int { min(max(manifest.settings.nullDraws, 0), 1 << 40) }

    /// The number of draws of a band, clamped likewise.
    func drawCount(of band: NullBand) -> Int { band.drawCount.map { min(max($0, 2), 1 << 40) } ?? draws }

    /// The number of values that a held-out p compares with, clamped likewise: random deals, or the draws of a band in
    /// files of older versions.
    var dealCount: Int { manifest.controls?.dealCount.map { min(max($0, 0), 1 << 40) } ?? draws }

    /// The values that N distances cannot have as their mean, standard deviation and 95 % quantile.
    ///
    /// No distance is negative, so the deviation is greatest if all but one are 0: √N times the mean. The quantile lies
    /// between two of them; all from the upper one on, or all up to the lower one, are at least as far from the mean as
    /// it is.
    static func bandFaults(
        mean: Double, sd: Double, q95: Double?, draws: Int
    ) -> [(name: String, found: String, expected: String)] {
        guard mean >= 0 else { return [("mean", "\(mean)", "0 or more")] }
        let greatest = Double(draws).squareRoot() * mean
        guard sd >= 0, sd <= greatest * (1 + 1e-5) else {
            return [
                ("sd", "\(sd)", "from 0 to \(greatest.rounded(significantDigits: 6)), as \(draws) distances can have")
            ]
        }
        guard let q95, draws > 1 else { return [] }
        let place = lowerPlaceOfQuantile(draws)
        let beyond = q95 > mean ? draws - min(place + 1, draws - 1) : place + 1
        let distance = (Double(draws - 1) / Double(beyond)).squareRoot() * sd * (1 + 1e-5)
        guard abs(q95 - mean) > distance + slack(q95, mean) else { return [] }
        return [
            (
                "q95", "\(q95)",
                "\((q95 > mean ? mean + distance : mean - distance).rounded(significantDigits: 6)) "
                    + "or \(q95 > mean ? "less" : "more"), as mean and sd stand"
            )
        ]
    }

    /// Whether N draws can give this p, and its rank is among the possible ones.
    func pViolations(
        _ p: Double, among draws: Int, allowing ranks: ClosedRange<Int>, _ place: String, because reason: String
    ) -> [SplitViolation] {
        let total = Double(draws + 1)
        let rank = (p * total).rounded()
        // Six digits are stored.
        guard rank >= 1, rank <= total, abs(p - rank / total) <= 5.001e-6 * p else {
            return [violation(place, "\(p)", "k/\(draws + 1) for a whole number k from 1 to \(draws + 1)")]
        }
        guard ranks.contains(Int(rank)) else {
            let words =
                ranks.count == 1
                ? "\(ranks.lowerBound)/\(draws + 1)"
                : "from \(ranks.lowerBound)/\(draws + 1) to \(ranks.upperBound)/\(draws + 1)"
            return [violation(place, "\(p)", words + reason)]
        }
        return []
    }

    /// The possible ranks, from above, of a value among N draws and itself, if the draws have the given mean, standard
    /// deviation and 95 % quantile.
    ///
    /// Draws at least as far from the mean as the value, on its side of it, each contribute at least the square of its
    /// distance to the (N − 1)·sd² that all contribute together (Chebyshev). The quantile lies between two draws of
    /// known ranks.
    static func rank(of value: Double, mean: Double, sd: Double, q95: Double?, draws: Int) -> ClosedRange<Int> {
        let slack = slack(value, mean)
        let distance = abs(value - mean) - slack
        var (lowest, highest) = (1, draws + 1)
        if distance > 0 {
            let sum = Double(draws - 1) * sd * sd * (1 + 1e-4)
            let bound = sum / (distance * distance)
            let farther = bound < Double(draws) ? Int(bound) : draws
            if value > mean { highest = 1 + farther } else { lowest = 1 + draws - farther }
        }
        if let q95 {
            let below = lowerPlaceOfQuantile(draws)
            let above = min(below + 1, draws - 1)
            if value > q95 + slack { highest = min(highest, draws - below) }
            if value < q95 - slack { lowest = max(lowest, 1 + draws - above) }
        }
        return min(lowest, highest)...max(lowest, highest)
    }

    /// The index, from 0, of the lower of the two draws between which the 95 % quantile lies.
    private static func lowerPlaceOfQuantile(_ draws: Int) -> Int { Int(0.95 * Double(draws - 1)) }

    /// Stored values are rounded, and draws that differ from a value only by rounding count as equal to it.
    private static func slack(_ a: Double, _ b: Double) -> Double { 1e-8 * (abs(a) + abs(b)) }
}
