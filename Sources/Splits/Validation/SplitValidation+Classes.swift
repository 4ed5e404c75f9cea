internal import Datasets
internal import Files

extension SplitValidation {
    /// Whether every class of the dataset is in exactly one of train, test and removed.
    func classViolations(ofLevel index: Int) -> [SplitViolation] {
        let level = manifest.levels[index]
        let lists = [("train", level.train), ("test", level.test), ("removed", level.removed)]
        var violations: [SplitViolation] = []
        var places = [[String]](repeating: [], count: dataset.classLabels.count)
        for (name, labels) in lists {
            violations += listViolations(labels, "\(level.id), \(name)")
            for number in Set(labels.compactMap(dataset.number(ofClass:))) { places[number].append(name) }
        }
        for (label, found) in zip(dataset.classLabels, places) where found.count != 1 {
            violations.append(
                violation(
                    level.id,
                    found.isEmpty
                        ? "the class \"\(label)\" nowhere"
                        : "the class \"\(label)\" in \(found.joined(separator: " and "))",
                    "every class in one of train, test and removed"))
        }
        return violations
    }

    /// Whether the sides of a level are as large as its place in the series and its counts imply.
    func sizeViolations(ofLevel index: Int) -> [SplitViolation] {
        guard let partition = partitions[index] else { return [] }
        let level = manifest.levels[index]
        let divisions = divisionViolations(
            [("train", level.train), ("test", level.test), ("removed", level.removed)], level.id)
        return countViolations(of: level, partition)
            + (divisions.isEmpty ? balanceViolations(of: level, partition) : divisions)
    }

    private func countViolations(of level: SplitLevel, _ partition: ClassPartition) -> [SplitViolation] {
        var violations: [SplitViolation] = []
        for (side, found) in [(Side.train, level.trainSampleCount), (.test, level.testSampleCount)] {
            let count = dataset.samples(ofClasses: partition.classes(on: side)).count
            if found != count {
                violations.append(
                    violation(
                        "\(level.id), \(side.rawValue)_sample_count", "\(found)",
                        "\(count), as samples.csv has of its classes"))
            }
            let vectors = vectorCount(on: side, of: partition)
            if vectors < 2 && !isImported {
                violations.append(
                    violation(
                        "\(level.id), \(side.rawValue)",
                        "\(vectors) \(manifest.settings.statistic == .classMeans ? "classes" : "samples")",
                        "at least 2, or there is no distance"))
            }
        }
        let mayRemove = level.arm == .removal || level.arm == .imported
        // The reference code also exchanges classes during removal.
        let mustRemove = level.arm == .removal && !isOfReference
        if level.removed.isEmpty ? mustRemove : !mayRemove {
            violations.append(
                violation(
                    "\(level.id), removed", "\(level.removed.count) classes",
                    "\(mayRemove ? "some" : "none"), since the origin is \(level.arm.rawValue)"))
        }
        return violations
    }

    /// The number of vectors that the Gaussian of a side is fitted to.
    func vectorCount(on side: Side, of partition: ClassPartition) -> Int {
        let classes = partition.classes(on: side)
        return manifest.settings.statistic == .classMeans ? classes.count : dataset.samples(ofClasses: classes).count
    }

    /// Exchanges keep the numbers of units on both sides, and removal takes equally many from each.
    private func balanceViolations(of level: SplitLevel, _ partition: ClassPartition) -> [SplitViolation] {
        guard let settings = manifest.settings.madeBy else { return [] }
        let start: ClassPartition
        do {
            start = try settings.startOfSizes.partition(of: units, in: dataset, seed: settings.seed)
        } catch {
            return level.id == manifest.levels[0].id
                ? [violation("protocol, start", settings.start.rawValue, "another one, since \(error)")] : []
        }
        let unitName = settings.unit == .class ? "classes" : "units (\(settings.unit.rawValue))"
        let counts = Side.allCases.map { side in
            units.count { unit in unit.classes.contains { partition.sides[$0] == side } }
        }
        let startCounts = Side.allCases.map { start.classes(on: $0).count }
        if level.arm != .removal, counts != startCounts {
            return [
                violation(
                    level.id, "\(counts[0]) train and \(counts[1]) test \(unitName)",
                    "\(startCounts[0]) and \(startCounts[1]), as at the start")
            ]
        }
        if level.arm == .start, level.adjustedPairCount == nil, settings.order == nil {
            let moved = units.indices.count { partition.sides[units[$0].classes[0]] != start.sides[$0] }
            guard moved > 0 else { return [] }
            return [
                violation(
                    level.id, "\(moved) \(unitName) elsewhere than in the start",
                    "the split that the protocol starts from, \(settings.start.rawValue)")
            ]
        }
        // The reference code deletes a position only once, even if a batch has chosen it twice.
        guard level.arm == .removal, !isOfReference else { return [] }
        let search = settings.order?.search ?? settings.search
        let lost = zip(startCounts, counts).map(-)
        guard lost[0] == lost[1] else {
            return [
                violation(
                    level.id, "\(lost[0]) train and \(lost[1]) test \(unitName) fewer than at the start",
                    "as many from each side")
            ]
        }
        guard search.unit == .class else { return [] }
        let keepFraction = min(max(search.removal.keepFraction, 0), 1)
        return zip(Side.allCases, zip(counts, startCounts)).compactMap { side, count in
            let floor = max(
                search.removal.minimumClassCount, Int((keepFraction * Double(count.1)).rounded(.up)))
            guard count.0 < floor else { return nil }
            return violation("\(level.id), \(side.rawValue)", "\(count.0) classes", "at least \(floor) after removal")
        }
    }

    /// Whether the validation folds divide the train classes.
    func foldViolations(ofLevel index: Int) -> [SplitViolation] {
        let level = manifest.levels[index]
        let place = "\(level.id), folds"
        let train = Set(level.train)
        var violations: [SplitViolation] = []
        let trainUnits = dataset.joined(units).count { unit in
            unit.classes.contains { train.contains(dataset.classLabels[$0]) }
        }
        let count = trainUnits < 2 ? 0 : min(manifest.settings.foldCount, trainUnits)
        if level.folds.count != count && !(isImported && level.folds.isEmpty) {
            violations.append(violation(place, "\(level.folds.count) folds", "\(count)"))
        }
        var folds: [String: [Int]] = [:]
        for (number, fold) in level.folds.enumerated() {
            if fold.isEmpty { violations.append(violation("\(place)[\(number)]", "no class", "at least one")) }
            for label in fold {
                if !train.contains(label) {
                    violations.append(
                        violation("\(place)[\(number)]", "the class \"\(label)\"", "train classes of the level only"))
                }
                folds[label, default: []].append(number)
            }
        }
        for (label, numbers) in folds.sorted(by: { utf8Precedes($0.key, $1.key) }) where numbers.count > 1 {
            violations.append(
                violation(
                    place, "the class \"\(label)\" in folds \(numbers.map(String.init).joined(separator: " and "))",
                    "every class in one"))
        }
        for label in level.train
        where folds[label] == nil && !level.folds.isEmpty && dataset.number(ofClass: label) != nil && !isImported {
            violations.append(violation(place, "the train class \"\(label)\" in none", "every train class in one"))
        }
        return violations
            + divisionViolations(level.folds.enumerated().map { ("fold \($0)", $1) }, place)
    }
}
