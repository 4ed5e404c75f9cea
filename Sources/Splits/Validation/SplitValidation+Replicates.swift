internal import Datasets
internal import Statistics

extension SplitValidation {
    /// What is wrong with several series over the same dataset, and with their summary.
    ///
    /// - Parameters:
    ///   - series: the series by their numbers; number 1 is the one in the folder itself, R the one in `replicate-R`.
    ///   - summary: the contents of `replicates.json`; nil if there is none.
    /// - Complexity: O(R²·L·C) for R series of L levels over C classes.
    /// - Precondition: there is a series with number 1.
    public static func violations(
        ofReplicates series: [Int: SplitValidation], summary: ReplicateAgreement?
    ) -> [SplitViolation] {
        guard let first = series[1] else { preconditionFailure("there is no series 1 among \(series.count)") }
        guard let summary else {
            return series.keys.sorted().dropFirst().map {
                SplitViolation(
                    file: SplitFileName.replicate($0), found: "a series", expected: "none without replicates.json")
            }
        }
        var violations: [SplitViolation] = []
        func add(_ file: String, _ place: String, _ found: String, _ expected: String) {
            violations.append(SplitViolation(file: file, place: place, found: found, expected: expected))
        }
        let listed = summary.series.count
        for number in Set(series.keys).union(listed > 0 ? Array(1...listed) : []).sorted() {
            guard let one = series[number] else {
                add(SplitFileName.replicate(number), "", "no such folder", "one for each series of replicates.json")
                continue
            }
            guard number <= listed else {
                add(
                    SplitFileName.replicates, "series", "\(listed)",
                    "series \(number) as well, since its folder is there")
                continue
            }
            let (record, place) = (summary.series[number - 1], "series \(number)")
            let folder = number == 1 ? "" : SplitFileName.replicate(number) + "/"
            let (name, manifest) = (folder + SplitFileName.manifest, one.manifest)
            let start = manifest.settings.madeBy?.start
            if record.start != start {
                add(
                    SplitFileName.replicates, "\(place), start", record.start.rawValue,
                    "\(start?.rawValue ?? "none"), as in \(name)")
            }
            if record.seed != manifest.settings.seed {
                add(
                    SplitFileName.replicates, "\(place), seed", "\(record.seed)",
                    "\(manifest.settings.seed), as in \(name)")
            }
            if record.fids != manifest.levels.map(\.fid) {
                let fids = manifest.levels.map(\.fid)
                add(SplitFileName.replicates, "\(place), fids", "\(record.fids)", "\(fids), as in \(name)")
            }
            guard number > 1 else { continue }
            func requireSame(_ what: String, _ isSame: Bool, _ expected: String) {
                if !isSame { add(name, what, "another than in manifest.json", expected) }
            }
            requireSame("dataset", manifest.dataset == first.manifest.dataset, "the same dataset in all series")
            if one.dataset.samples != first.dataset.samples {
                add(
                    "\(SplitFileName.replicate(number))/\(SplitFileName.samples)", "",
                    "other samples, or another order",
                    "those of samples.csv in their order")
            }
            requireSame("embeddings", manifest.embeddings == first.manifest.embeddings, "the same in all series")
            let settings = first.manifest.settings.replicate(number, by: summary.rule ?? .start)
            requireSame(
                "protocol", manifest.settings == settings,
                "the same except for a random start and the seed \(settings.seed)"
                    + (summary.rule == .direction ? ", without \(number - 1) directions" : ""))
        }
        return violations + pairViolations(summary, of: series)
    }

    /// Whether the summary compares all pairs, and correctly.
    private static func pairViolations(
        _ summary: ReplicateAgreement, of series: [Int: SplitValidation]
    ) -> [SplitViolation] {
        func violation(_ place: String, _ found: String, _ expected: String) -> SplitViolation {
            SplitViolation(file: SplitFileName.replicates, place: place, found: found, expected: expected)
        }
        let numbers = summary.series.indices.map { $0 + 1 }
        let expected = numbers.flatMap { a in numbers.filter { $0 > a }.map { [a, $0] } }
        guard summary.pairs.map({ [$0.first, $0.second] }) == expected else {
            return [
                violation(
                    "pairs", summary.pairs.map { "\($0.first)-\($0.second)" }.joined(separator: ", "),
                    expected.map { "\($0[0])-\($0[1])" }.joined(separator: ", "))
            ]
        }
        return summary.pairs.compactMap { pair in
            guard let a = series[pair.first], let b = series[pair.second] else { return nil }
            let place = "pairs, \(pair.first)-\(pair.second)"
            let count = min(a.partitions.count, b.partitions.count)
            guard pair.adjustedRandIndices.count == count else {
                return violation(place, "\(pair.adjustedRandIndices.count) levels", "\(count), which both series have")
            }
            for (level, found) in pair.adjustedRandIndices.enumerated() {
                guard let x = a.partitions[level], let y = b.partitions[level] else { continue }
                let index = adjustedRandIndex(x, y)
                // Six digits are stored.
                guard abs(found - index) > 5.001e-6 * abs(index) + 1e-12 else { continue }
                return violation(
                    "\(place), level \(level + 1)", "the adjusted Rand index \(found)",
                    "\(index.rounded(significantDigits: 6)), as the partitions have it")
            }
            if let found = pair.sameSideShare, let x = a.hardestWholePartition, let y = b.hardestWholePartition {
                let share = sameSideShare(x, y)
                guard abs(found - share) <= 5.001e-6 * share else {
                    return violation(
                        "\(place), same_side_share", "\(found)",
                        "\(share.rounded(significantDigits: 6)), as the partitions have it")
                }
            }
            return nil
        }
    }

    /// Where the classes are at the hardest level that keeps all, or else at the last; nil if that is no partition.
    private var hardestWholePartition: ClassPartition? {
        let place = manifest.levels.lastIndex { $0.removed.isEmpty } ?? manifest.levels.indices.last
        return place.flatMap { partitions[$0] }
    }
}
