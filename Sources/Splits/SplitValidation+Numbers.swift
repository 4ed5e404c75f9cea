internal import Datasets
internal import Foundation

extension SplitValidation {
    /// Whether the numbers of a level fit one another.
    func numberViolations(of level: SplitLevel) -> [SplitViolation] {
        var violations: [SplitViolation] = []
        let sum = level.fidMeanPart + level.fidCovariancePart
        let rounding = [level.fid, level.fidMeanPart, level.fidCovariancePart].reduce(0) { $0 + Self.rounding($1) }
        if abs(level.fid - sum) > rounding {
            violations.append(
                violation(
                    "\(level.id), fid", "\(level.fid)",
                    "\(sum.rounded(significantDigits: 10)), the sum of fid_mean_part and fid_covariance_part"))
        }
        let hasControls = manifest.protocol.nullDraws > 0
        let controls: [(String, Bool)] = [
            ("null", level.null != nil), ("excess", level.excess != nil), ("position", level.position != nil),
            ("is_shift", level.isShift != nil), ("holdout", level.holdout != nil),
        ]
        // A level can be without a held-out repetition, where the samples are too few.
        for (name, isThere) in controls where isThere != hasControls && (name != "holdout" || isThere) {
            violations.append(
                violation(
                    "\(level.id), \(name)", isThere ? "a value" : "none",
                    hasControls ? "one, since there are null draws" : "none, since there are no null draws"))
        }
        guard hasControls else { return violations }
        return violations + bandViolations(of: level) + shiftViolations(of: level)
    }

    private func bandViolations(of level: SplitLevel) -> [SplitViolation] {
        guard let null = level.null else { return [] }
        let allowed = Self.rank(of: level.fid, mean: null.mean, sd: null.sd, q95: null.q95, draws: draws)
        var violations = pViolations(
            null.p, allowing: allowed, "\(level.id), null, p", because: ", as fid stands to mean, sd and q95")
        if let excess = level.excess,
            abs(excess - (level.fid - null.mean)) > Self.rounding(level.fid) + Self.rounding(excess)
        {
            violations.append(
                violation(
                    "\(level.id), excess", "\(excess)",
                    "\((level.fid - null.mean).rounded(significantDigits: 10)), fid less the mean of null"))
        }
        return violations + positionViolations(of: level, null)
    }

    private var draws: Int { manifest.protocol.nullDraws }

    private func positionViolations(of level: SplitLevel, _ null: NullBand) -> [SplitViolation] {
        guard let position = level.position else { return [] }
        let rank = (null.p * Double(draws + 1)).rounded()
        // Of N draws and the level itself, so many are no higher than it, and more where draws are equal to it.
        let lowestRank = Double(draws + 2) - rank
        let greatestRank = Self.rank(of: -level.fid, mean: -null.mean, sd: null.sd, q95: nil, draws: draws).upperBound
        let limit = 0.05 * Double(draws + 1)
        let expected: BandPosition
        if null.p <= 0.05 {
            expected = .above
        } else if lowestRank > limit {
            expected = .within
        } else if Double(greatestRank) <= limit {
            expected = .below
        } else {
            // Whether draws are equal to the level cannot be told from the manifest.
            expected = position == .above ? .within : position
        }
        guard position != expected else { return [] }
        return [
            violation(
                "\(level.id), position", position.rawValue,
                "\(expected.rawValue), as fid stands to null (p = \(null.p))")
        ]
    }

    private func shiftViolations(of level: SplitLevel) -> [SplitViolation] {
        var violations: [SplitViolation] = []
        if let holdout = level.holdout {
            let allowed = Self.rank(
                of: holdout.fid, mean: holdout.nullMean, sd: holdout.nullSd, q95: nil, draws: draws)
            violations += pViolations(
                holdout.p, allowing: allowed, "\(level.id), holdout, p",
                because: ", as fid stands to null_mean and null_sd")
        }
        let isShift = (level.holdout?.p ?? 1) <= 0.05
        if let found = level.isShift, found != isShift {
            violations.append(
                violation(
                    "\(level.id), is_shift", "\(found)",
                    level.holdout.map { "\(isShift), since the held-out p is \($0.p)" }
                        ?? "false, since there is no held-out repetition"))
        }
        return violations
    }

    /// Whether a p is one that N draws can give, and one of the ranks that are possible.
    func pViolations(
        _ p: Double, allowing ranks: ClosedRange<Int>, _ place: String, because reason: String
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

    /// The ranks from above that a value can have among N draws and itself, if the draws have the given mean, standard
    /// deviation and 95 % quantile.
    ///
    /// Draws at least as far from the mean as the value, on its side of it, add at least the square of its distance to
    /// the (N − 1)·sd² that all add (Chebyshev). The quantile lies between two draws of known ranks.
    static func rank(of value: Double, mean: Double, sd: Double, q95: Double?, draws: Int) -> ClosedRange<Int> {
        // What is stored is rounded, and draws that differ from the value by rounding alone count as equal to it.
        let slack = 1e-8 * (abs(value) + abs(mean))
        let distance = abs(value - mean) - slack
        var (lowest, highest) = (1, draws + 1)
        if distance > 0 {
            let sum = Double(draws - 1) * sd * sd * (1 + 1e-4)
            let farther = Int(min(Double(draws), sum / (distance * distance)))
            if value > mean { highest = 1 + farther } else { lowest = 1 + draws - farther }
        }
        if let q95 {
            let below = Int(0.95 * Double(draws - 1))
            let above = min(below + 1, draws - 1)
            if value > q95 + slack { highest = min(highest, draws - below) }
            if value < q95 - slack { lowest = max(lowest, 1 + draws - above) }
        }
        return min(lowest, highest)...max(lowest, highest)
    }

    /// Half a unit in the tenth digit of a value, and what rounds in comparing it.
    private static func rounding(_ value: Double) -> Double { 5.001e-10 * abs(value) }

    /// Whether the held-out sides are sides of the classes that have samples in both halves.
    func holdoutViolations(ofLevel index: Int) -> [SplitViolation] {
        let level = manifest.levels[index]
        guard let holdout = level.holdout else { return [] }
        let place = "\(level.id), holdout"
        let lists = [("train", holdout.train), ("test", holdout.test)]
        var violations: [SplitViolation] = []
        for (name, labels) in lists {
            violations += listViolations(labels, "\(place), \(name)")
            for label in labels where number(of: label).map({ dataset.samplesOfClass[$0].count }) == 1 {
                violations.append(
                    violation("\(place), \(name)", "the class \"\(label)\" of one sample", "classes of two or more"))
            }
            if labels.isEmpty { violations.append(violation("\(place), \(name)", "no class", "at least one")) }
        }
        let (train, test) = (Set(holdout.train), Set(holdout.test))
        for label in holdout.train where test.contains(label) {
            violations.append(violation(place, "the class \"\(label)\" in train and test", "every class on one side"))
        }
        // Removal takes other classes here than in the level, and perhaps not as many.
        if level.origin != .removal {
            for (number, label) in dataset.classLabels.enumerated()
            where dataset.samplesOfClass[number].count > 1 && !train.contains(label) && !test.contains(label) {
                violations.append(
                    violation(
                        place, "the class \"\(label)\" on no side",
                        "all classes of two or more samples, since none is removed"))
            }
        }
        return violations + (train.isDisjoint(with: test) ? divisionViolations(lists, place) : [])
    }
}
