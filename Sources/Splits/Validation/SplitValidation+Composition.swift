internal import Datasets
internal import Statistics

extension SplitValidation {
    /// What a level's composition says that its classes and the dataset contradict.
    ///
    /// Columns that only the original table had are not in the dataset of the folder, and are taken as they are.
    ///
    /// - Parameter columns: the columns by which the dataset describes samples.
    func compositionViolations(ofLevel index: Int, among columns: [SampleColumn]) -> [SplitViolation] {
        let level = manifest.levels[index]
        guard let composition = level.composition, let partition = partitions[index],
            Side.allCases.allSatisfy({ !partition.classes(on: $0).isEmpty })
        else { return [] }
        return composition.columns.flatMap { found -> [SplitViolation] in
            guard let column = columns.first(where: { $0.name == found.column }) else { return [] }
            return violations(of: found, expected: ValueCounts(column, of: partition, in: dataset), level)
        } + (composition.direction.map { violations(of: $0, partition, level) } ?? [])
    }

    private func violations(
        of found: ShiftComposition.ColumnShares, expected: ValueCounts, _ level: SplitLevel
    ) -> [SplitViolation] {
        let place = "\(level.id), composition, \(found.column)"
        var violations: [SplitViolation] = []
        func compare(_ name: String, _ found: Double, _ expected: Double) {
            // Six digits are stored.
            guard abs(found - expected) > 1e-5 else { return }
            violations.append(
                violation("\(place), \(name)", "\(found)", "\(expected.rounded(significantDigits: 6)), by the samples"))
        }
        compare("difference", found.difference, expected.difference)
        for shares in found.values {
            let (train, test) = expected.shares(of: shares.value)
            let value = shares.value ?? "none"
            compare("\(value), train", shares.train, train)
            compare("\(value), test", shares.test, test)
        }
        if found.valueCount != expected.valueCount {
            violations.append(
                violation("\(place), value_count", "\(found.valueCount)", "\(expected.valueCount), by the samples"))
        }
        return violations
    }

    /// Classes and samples at an end of the direction that are not on its side.
    private func violations(
        of direction: ShiftComposition.MeansDirection, _ partition: ClassPartition, _ level: SplitLevel
    ) -> [SplitViolation] {
        Side.allCases.flatMap { side -> [SplitViolation] in
            let place = "\(level.id), composition, direction, \(side.rawValue)"
            let end = direction.end(of: side)
            let members = partition.classes(on: side)
            let ids = Set(members.flatMap { dataset.samplesOfClass[$0] }.map { dataset.samples[$0].id })
            let labels = Set(members.map { dataset.classLabels[$0] })
            return end.classes.filter { !labels.contains($0.label) }.map {
                violation(place, "the class \"\($0.label)\"", "classes of that side")
            }
                + (end.samples + end.classes.map(\.sample)).filter { !ids.contains($0) }.map {
                    violation(place, "the sample \"\($0)\"", "samples of that side")
                }
        }
    }
}

/// How many samples of both sides have each value of a column.
private struct ValueCounts {
    private let values: [String]
    private let train: [Int]
    private let test: [Int]

    init(_ column: SampleColumn, of partition: ClassPartition, in dataset: Dataset) {
        values = column.values
        let counts = Side.allCases.map { side in
            var counts = [Int](repeating: 0, count: column.values.count + 1)
            for sample in dataset.samples(ofClasses: partition.classes(on: side)) {
                counts[column.numbers[sample] ?? column.values.count] += 1
            }
            return counts
        }
        (train, test) = (counts[0], counts[1])
    }

    var difference: Double { ColumnComparison.difference(train, test) }
    var valueCount: Int { zip(train, test).count { $0 + $1 > 0 } }

    func shares(of value: String?) -> (train: Double, test: Double) {
        guard
            let place = value.map({ value in values.firstIndex { $0.utf8.elementsEqual(value.utf8) } }) ?? values.count
        else { return (0, 0) }
        return (
            Double(train[place]) / Double(max(train.reduce(0, +), 1)),
            Double(test[place]) / Double(max(test.reduce(0, +), 1))
        )
    }
}
