internal import Datasets
public import Files
internal import Foundation

extension SplitValidation {
    /// Whether the parts of a hold-out are as large as they are said to be and as the ratio asks, and pinned classes are
    /// where they should be.
    var partViolations: [SplitViolation] {
        guard let settings = manifest.settings.heldOutBy else {
            guard manifest.parts != nil else { return [] }
            return [violation("parts", "a record", "none, since the splits are no hold-out")]
        }
        guard let record = manifest.parts else { return [violation("parts", "none", "a record, of a hold-out")] }
        guard let parts = partOfClass else { return [] }
        return countViolations(of: record, parts) + strataViolations(of: record, parts)
            + pinViolations(settings, parts) + shareViolations(settings, parts)
    }

    /// What is wrong with `holdout.csv`, which says of every sample in which part it is.
    public func violations(ofHoldOut table: CSVTable) -> [SplitViolation] {
        let file = SplitFileName.holdOut
        guard let sample = table.columns.firstIndex(of: "sample"), let label = table.columns.firstIndex(of: "class"),
            let part = table.columns.firstIndex(of: "part")
        else {
            return [
                SplitViolation(
                    file: file, place: "line 1", found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                    expected: "sample, class and part among them")
            ]
        }
        // What is wrong with the classes themselves is said already.
        guard let parts = partOfClass else { return [] }
        guard table.rows.count == dataset.samples.count else {
            return [
                SplitViolation(
                    file: file, place: "rows", found: "\(table.rows.count)",
                    expected: "\(dataset.samples.count), one for each sample")
            ]
        }
        return zip(zip(table.rows, table.lines), dataset.samples.indices).compactMap { line, number in
            let expected = dataset.samples[number]
            let fields = [expected.id, expected.classLabel, parts[dataset.classOfSample[number]].rawValue]
            let found = [line.0[sample], line.0[label], line.0[part]]
            guard zip(found, fields).contains(where: { Name($0) != Name($1) }) else { return nil }
            return SplitViolation(
                file: file, place: "line \(line.1)", found: excerpt(found.joined(separator: ", ")),
                expected: "\(excerpt(fields.joined(separator: ", "))), as in manifest.json and samples.csv")
        }
    }

    /// The part of each class; nil if the level is no partition of the dataset, or its folds are not what they should be.
    private var partOfClass: [HoldOutPart]? {
        guard manifest.levels.count == 1, let partition = partitions.first ?? nil, foldViolations(ofLevel: 0).isEmpty
        else { return nil }
        var parts = partition.sides.map { $0 == .test ? HoldOutPart.test : .train }
        for number in (manifest.levels[0].folds.first ?? []).compactMap(dataset.number(ofClass:)) {
            parts[number] = .validation
        }
        return parts
    }

    private func countViolations(
        of record: SplitManifest.PartsRecord, _ parts: [HoldOutPart]
    ) -> [SplitViolation] {
        let counts: [(HoldOutPart, SplitManifest.PartsRecord.Count?)] = [
            (.train, record.train), (.validation, record.validation), (.test, record.test),
        ]
        return counts.flatMap { part, found -> [SplitViolation] in
            let classes = parts.indices.filter { parts[$0] == part }
            let place = "parts, \(part.rawValue)"
            guard let found else {
                return classes.isEmpty ? [] : [violation(place, "none", "\(classes.count) classes, as in folds")]
            }
            let sampleCount = classes.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
            return [
                ("class_count", found.classCount, classes.count), ("sample_count", found.sampleCount, sampleCount),
            ].compactMap { name, found, expected in
                found == expected
                    ? nil : violation("\(place), \(name)", "\(found)", "\(expected), as the classes of the part have")
            }
        }
    }

    /// The strata's numbers must add up to those of the parts, and be of the values of their column where the folder has it.
    private func strataViolations(
        of record: SplitManifest.PartsRecord, _ parts: [HoldOutPart]
    ) -> [SplitViolation] {
        guard let strata = record.strata else {
            return manifest.settings.heldOutBy?.stratum == nil
                ? [] : [violation("parts, strata", "none", "those of the protocol's column")]
        }
        let sums = [
            (HoldOutPart.train, strata.reduce(0) { $0 + $1.train }),
            (.validation, strata.reduce(0) { $0 + $1.validation }), (.test, strata.reduce(0) { $0 + $1.test }),
        ]
        return sums.compactMap { part, found in
            let expected = parts.count { $0 == part }
            return found == expected
                ? nil
                : violation(
                    "parts, strata", "\(found) classes in \(part.rawValue)", "\(expected), as the part has")
        }
    }

    private func pinViolations(_ settings: HoldOutSettings, _ parts: [HoldOutPart]) -> [SplitViolation] {
        settings.pins.sorted { utf8Precedes($0.key, $1.key) }.compactMap { label, part in
            guard let number = dataset.number(ofClass: label) else {
                return violation("protocol, holdout, pinned", "the class \"\(label)\"", "classes of the dataset only")
            }
            guard parts[number] != part else { return nil }
            return violation(
                "\(manifest.levels[0].id), \(parts[number].rawValue)", "the class \"\(label)\"",
                "it in \(part.rawValue), where it is pinned")
        }
    }

    /// Where each class is a unit and classes are counted, the parts have exactly their shares.
    private func shareViolations(_ settings: HoldOutSettings, _ parts: [HoldOutPart]) -> [SplitViolation] {
        guard settings.measure == .classes, units.count == parts.count, dataset.groups == nil,
            (try? settings.validate()) != nil
        else { return [] }
        let all = HoldOutPart.allCases
        let wanted = apportioned(
            all.map { settings.ratio.fraction(of: $0) * Double(parts.count) }, total: parts.count,
            within: all.map { settings.ratio.share(of: $0) > 0 ? 1...max(parts.count, 1) : 0...0 })
        guard let wanted else {
            return [violation("protocol, holdout, ratio", "\(settings.ratio)", "one with a class for each part")]
        }
        return zip(all, wanted).compactMap { part, expected in
            let found = parts.count { $0 == part }
            return found == expected
                ? nil
                : violation(
                    "\(manifest.levels[0].id), \(part.rawValue)", "\(found) classes",
                    "\(expected) of \(parts.count), by the ratio \(settings.ratio)")
        }
    }
}
