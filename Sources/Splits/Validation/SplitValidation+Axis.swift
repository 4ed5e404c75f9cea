internal import Datasets
internal import Statistics

extension SplitValidation {
    /// Whether a level of an ordered series says where it is, and whether the column of the table of samples says the same.
    func axisViolations(ofLevel index: Int) -> [SplitViolation] {
        let level = manifest.levels[index]
        guard let axis = manifest.settings.madeBy?.order?.axis else {
            return level.axis == nil
                ? [] : [violation("\(level.id), axis", "a record", "none, since the levels follow the distance")]
        }
        guard let found = level.axis else {
            return [violation("\(level.id), axis", "none", "where the level is along \(axis.name)")]
        }
        let hasDraws = manifest.settings.nullDraws > 0
        var violations: [SplitViolation] = []
        if (found.nullMean != nil) != hasDraws {
            violations.append(
                violation(
                    "\(level.id), axis, null_mean", found.nullMean.map { "\($0)" } ?? "none",
                    hasDraws ? "one, since there are null draws" : "none, since there are no null draws"))
        }
        guard case .column(let name, let moment) = axis, let partition = partitions[index] else {
            for (side, span) in [(Side.train, found.train), (.test, found.test)] where span != nil {
                guard axis == .nearest else { continue }
                violations.append(
                    violation("\(level.id), axis, \(side.rawValue)", "values", "none along \(axis.name)"))
            }
            return violations
        }
        do {
            let order = try UnitOrder(of: units, in: dataset, by: name, of: moment)
            let ofUnits = ClassPartition(sides: units.map { partition.sides[$0.classes[0]] })
            let expected = order.separation(of: ofUnits)
            if abs(found.value - expected) > Self.rounding(found.value) + Self.tolerance {
                violations.append(
                    violation(
                        "\(level.id), axis, value", "\(found.value)",
                        "\(expected.rounded(significantDigits: 10)), as the column \(name) of samples.csv has it"))
            }
            for (side, span) in [(Side.train, found.train), (.test, found.test)] {
                let expected = order.span(of: side, in: ofUnits).map {
                    AxisPosition.Span(first: $0.first, median: $0.median, last: $0.last)
                }
                if span != expected {
                    violations.append(
                        violation(
                            "\(level.id), axis, \(side.rawValue)", span.map(Self.words) ?? "none",
                            (expected.map(Self.words) ?? "none")
                                + ", as the column \(name) of samples.csv has it"))
                }
            }
        } catch {
            violations.append(violation("protocol, axis", name, "another one, since \(error)"))
        }
        return violations
    }

    private static func words(_ span: AxisPosition.Span) -> String {
        "\(span.first) to \(span.last), the median \(span.median)"
    }
}
