internal import Datasets
public import Files
internal import Foundation

extension SplitValidation {
    /// Whether the matched training sets are subsets of the levels' train classes, equally large at every level.
    var matchedViolations: [SplitViolation] {
        let levels = manifest.levels
        let classCount = commonest(levels.map(\.trainMatched.classes.count))
        let sampleCount = commonest(levels.map(\.trainMatched.sampleCount))
        return levels.flatMap { level -> [SplitViolation] in
            let (matched, place) = (level.trainMatched, "\(level.id), train_matched")
            let train = Set(level.train)
            var violations = listViolations(matched.classes, place)
            for label in matched.classes where dataset.number(ofClass: label) != nil && !train.contains(label) {
                violations.append(violation(place, "the class \"\(label)\"", "train classes of the level only"))
            }
            if matched.classes.count != classCount {
                violations.append(
                    violation(place, "\(matched.classes.count) classes", "\(classCount), as at the other levels"))
            }
            if matched.sampleCount != sampleCount {
                violations.append(
                    violation(
                        "\(place), sample_count", "\(matched.sampleCount)", "\(sampleCount), as at the other levels"))
            }
            return violations
        }
    }

    /// What is wrong with `train-matched.csv`.
    public func violations(ofMatchedTraining table: CSVTable) -> [SplitViolation] {
        let file = SplitFileName.matched
        guard table.columns == ["level", "sample"] else {
            return [
                SplitViolation(
                    file: file, place: "line 1", found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                    expected: "level, sample")
            ]
        }
        let levels = Dictionary(manifest.levels.map { ($0.id, $0.trainMatched) }, uniquingKeysWith: { a, _ in a })
        let classes = levels.mapValues { Set($0.classes) }
        let samples = dataset.indexOfSamples()
        var violations: [SplitViolation] = []
        var seen: [String: Set<String>] = [:]
        var served: [String: Set<String>] = [:]
        var counts: [String: Int] = [:]
        for (row, line) in zip(table.rows, table.lines) {
            func add(_ found: String, _ expected: String) {
                violations.append(
                    SplitViolation(file: file, place: "line \(line)", found: found, expected: expected))
            }
            let (level, id) = (row[0], row[1])
            guard let wanted = classes[level] else {
                add("the level \"\(level)\"", "levels of manifest.json only")
                continue
            }
            counts[level, default: 0] += 1
            guard let number = samples[id].map({ dataset.classOfSample[$0] }) else {
                add("the sample \"\(id)\"", "samples of samples.csv only")
                continue
            }
            let label = dataset.classLabels[number]
            if !seen[level, default: []].insert(id).inserted {
                add("the sample \"\(id)\" twice at \(level)", "every sample once at a level")
            } else if !wanted.contains(label) {
                add("the sample \"\(id)\" of class \"\(label)\"", "samples of the classes of train_matched at \(level)")
            }
            served[level, default: []].insert(label)
        }
        for level in manifest.levels {
            let (found, expected) = (counts[level.id] ?? 0, level.trainMatched.sampleCount)
            if found != expected {
                violations.append(
                    SplitViolation(
                        file: file, place: level.id, found: "\(found) samples",
                        expected: "\(expected), the sample_count of train_matched"))
            }
            for label in level.trainMatched.classes where served[level.id]?.contains(label) != true {
                violations.append(
                    SplitViolation(
                        file: file, place: level.id, found: "no sample of the class \"\(label)\"",
                        expected: "at least one of every class of train_matched"))
            }
        }
        return violations
    }

    /// What is wrong with `progression.csv`: every level must be one of its kept steps.
    public func violations(ofProgression table: CSVTable) -> [SplitViolation] {
        let names = ["origin", "step", "kept", "fid", "train_class_count", "test_class_count"]
        let columns = names.compactMap { table.columns.firstIndex(of: $0) }
        func violation(_ place: String, _ found: String, _ expected: String) -> SplitViolation {
            SplitViolation(file: SplitFileName.progression, place: place, found: found, expected: expected)
        }
        guard columns.count == names.count else {
            return [
                violation(
                    "line 1", "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                    "\(names.joined(separator: ", ")), among others")
            ]
        }
        var steps: [String: [String]] = [:]
        for row in table.rows { steps["\(row[columns[0]]), step \(row[columns[1]])"] = columns.map { row[$0] } }
        return manifest.levels.flatMap { level -> [SplitViolation] in
            let place = "\(level.arm.rawValue), step \(level.step)"
            guard let step = steps[place] else {
                return [violation("", "no step \"\(place)\"", "that of \(level.id)")]
            }
            var violations: [SplitViolation] = []
            func require(_ column: Int, _ expected: String) {
                guard step[column] != expected else { return }
                violations.append(
                    violation("\(place), \(names[column])", step[column], "\(expected), as at \(level.id)"))
            }
            require(2, "true")
            // The step is where a level was before pairs were exchanged to come nearer to a target.
            guard level.adjustedPairCount == nil else { return violations }
            if Double(step[3]) != level.fid { require(3, "\(level.fid)") }
            require(4, "\(level.train.count)")
            require(5, "\(level.test.count)")
            return violations
        }
    }

    /// What is wrong with one file of few-shot episodes.
    ///
    /// - Parameter shots: the number in the file's name.
    public func violations(of episodes: FewShotEpisodes, shots: Int) -> [SplitViolation] {
        let (file, settings) = (SplitFileName.episodes(shots: shots), manifest.settings)
        guard episodes.shots == shots else {
            return [SplitViolation(file: file, place: "shots", found: "\(episodes.shots)", expected: "\(shots)")]
        }
        let areByLevel = episodes.episodesByLevel != nil
        guard areByLevel == isImported else {
            return [
                SplitViolation(
                    file: file, found: areByLevel ? "episodes by level" : "episodes that serve all levels",
                    expected: "episodes by level for imported splits and nowhere else")
            ]
        }
        guard !isImported else {
            return episodes.violations(in: dataset, ofLevels: manifest.levels, episodeCount: settings.episodeCount)
        }
        var violations: [SplitViolation] = []
        if episodes.seed != settings.seed {
            violations.append(
                SplitViolation(
                    file: file, place: "seed", found: episodes.seed.map { "\($0)" } ?? "none",
                    expected: "\(settings.seed), as in manifest.json"))
        }
        if episodes.episodes.count != settings.episodeCount {
            violations.append(
                SplitViolation(
                    file: file, place: "episodes", found: "\(episodes.episodes.count)",
                    expected: "\(settings.episodeCount), as in manifest.json"))
        }
        return violations + episodes.violations(in: dataset)
    }
}

/// The value that occurs most often, the first if there are several; 0 if there are no values.
private func commonest(_ values: [Int]) -> Int {
    var counts: [Int: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    let most = counts.values.max()
    return values.first { counts[$0] == most } ?? 0
}
