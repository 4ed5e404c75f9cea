internal import Datasets
internal import Foundation
internal import Statistics

extension SplitValidation {
    /// Whether the numbers of a level are consistent.
    func numberViolations(of level: SplitLevel) -> [SplitViolation] {
        var violations: [SplitViolation] = []
        if isImported && level.fid < 0 { violations.append(violation("\(level.id), fid", "\(level.fid)", "0 or more")) }
        let parts = [("mean", level.fidMeanPart), ("covariance", level.fidCovariancePart)]
        if let mean = level.fidMeanPart, let covariance = level.fidCovariancePart {
            let sum = mean + covariance
            let rounding = [level.fid, mean, covariance].reduce(0) { $0 + Self.rounding($1) }
            if abs(level.fid - sum) > rounding {
                violations.append(
                    violation(
                        "\(level.id), fid", "\(level.fid)",
                        "\(sum.rounded(significantDigits: 10)), the sum of fid_mean_part and fid_covariance_part"))
            }
        }
        for (name, part) in parts {
            if let part, part < 0 {
                violations.append(violation("\(level.id), fid_\(name)_part", "\(part)", "0 or more"))
            }
            if (part == nil) != isImported {
                violations.append(
                    violation(
                        "\(level.id), fid_\(name)_part", part.map { "\($0)" } ?? "none",
                        isImported ? "none, since the level is imported" : "a part of the distance"))
            }
        }
        let hasControls = manifest.settings.nullDraws > 0
        let controls: [(String, Bool)] = [
            ("null", level.null != nil), ("excess", level.excess != nil), ("position", level.position != nil),
            ("holdout", level.holdout != nil),
        ]
        // A level can lack a held-out repetition, if there are too few samples.
        for (name, isThere) in controls where isThere != hasControls && (name != "holdout" || isThere) {
            violations.append(
                violation(
                    "\(level.id), \(name)", isThere ? "a value" : "none",
                    hasControls ? "one, since there are null draws" : "none, since there are no null draws"))
        }
        guard hasControls else {
            if let isShift = level.isShift {
                violations.append(
                    violation("\(level.id), is_shift", "\(isShift)", "none, since there are no null draws"))
            }
            return violations
        }
        return violations + bandViolations(of: level) + shiftViolations(of: level)
    }

    private func bandViolations(of level: SplitLevel) -> [SplitViolation] {
        guard let null = level.null else { return [] }
        let draws = drawCount(of: null)
        let allowed = Self.rank(of: level.fid, mean: null.mean, sd: null.sd, q95: null.q95, draws: draws)
        var violations = Self.bandFaults(mean: null.mean, sd: null.sd, q95: null.q95, draws: draws)
            .map { violation("\(level.id), null, \($0.name)", $0.found, $0.expected) }
        violations += pViolations(
            null.p, among: draws, allowing: allowed, "\(level.id), null, p",
            because: ", as fid stands to mean, sd and q95")
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

    private func positionViolations(of level: SplitLevel, _ null: NullBand) -> [SplitViolation] {
        guard let position = level.position else { return [] }
        let draws = drawCount(of: null)
        let rank = (null.p * Double(draws + 1)).rounded()
        // Among the N draws and the level itself, this many are no higher than it, and more if draws are equal to it.
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
            let place = "\(level.id), holdout"
            if holdout.fid < 0 { violations.append(violation("\(place), fid", "\(holdout.fid)", "0 or more")) }
            // If all exchanges were made, how many is not recorded.
            let mostDraws = max(draws, NullExchange.enumerationLimit)
            violations += Self.bandFaults(mean: holdout.nullMean, sd: holdout.nullSd, q95: nil, draws: mostDraws)
                .map { violation("\(place), null_\($0.name)", $0.found, $0.expected) }
            // This p is of other values than fid, so any is possible.
            violations += pViolations(
                holdout.p, among: dealCount, allowing: 1...(dealCount + 1), "\(place), p", because: "")
        }
        let (isShift, reason) = expectedShift(of: level)
        if level.isShift != isShift {
            violations.append(
                violation(
                    "\(level.id), is_shift", level.isShift.map { "\($0)" } ?? "none",
                    (isShift.map { "\($0)" } ?? "null") + ", since \(reason)"))
        }
        return violations
    }

    private func expectedShift(of level: SplitLevel) -> (isShift: Bool?, reason: String) {
        if let axis = manifest.settings.madeBy?.order?.axis { return expectedShift(of: level, along: axis) }
        guard let holdout = level.holdout else { return (nil, "there is no held-out repetition") }
        // Older versions did not ask where the level stands.
        guard manifest.controls?.dealCount != nil, let position = level.position, let null = level.null else {
            return (holdout.p <= 0.05, "the held-out p is \(holdout.p)")
        }
        guard
            NullBand.canReject(
                drawCount: null.drawCount.map { _ in drawCount(of: null) }, trainCount: level.train.count,
                testCount: level.test.count)
        else {
            return (
                nil, "\(level.train.count) and \(level.test.count) classes can be dealt to the sides in few ways only"
            )
        }
        return (
            holdout.p <= 0.05 && position == .above,
            "the held-out p is \(holdout.p) and the level is \(position.rawValue) its band"
        )
    }

    /// That of a level of an ordered series, which its band alone tests.
    private func expectedShift(of level: SplitLevel, along axis: OrderAxis) -> (isShift: Bool?, reason: String) {
        guard axis != .nearest else { return (nil, "levels along near are not tested") }
        guard level.axis?.isConfounded != true else {
            return (nil, "random orders leave the sides about where they are, as numbers of samples follow the column")
        }
        guard
            NullBand.canReject(
                drawCount: level.null.flatMap { null in null.drawCount.map { _ in drawCount(of: null) } },
                trainCount: level.train.count, testCount: level.test.count)
        else {
            return (
                nil, "\(level.train.count) and \(level.test.count) classes can be dealt to the sides in few ways only"
            )
        }
        let position = level.position ?? .within
        return (position == .above, "the level is \(position.rawValue) its band")
    }

    /// Half a unit in the tenth digit of a value, plus the rounding in comparing it.
    static func rounding(_ value: Double) -> Double { 5.001e-10 * abs(value) }
}
