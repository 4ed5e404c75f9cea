internal import Datasets
internal import DenseLinearAlgebra
internal import Foundation
internal import Statistics

extension SplitValidation {
    /// Whether the recorded dataset is the dataset at hand.
    var datasetViolations: [SplitViolation] {
        let (found, expected) = (manifest.dataset, SplitManifest.DatasetRecord(dataset))
        var violations: [SplitViolation] = []
        func require<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
            guard found != expected else { return }
            violations.append(violation("dataset, \(name)", "\(found)", "\(expected), as samples.csv has it"))
        }
        require("sample_count", found.sampleCount, expected.sampleCount)
        require("class_count", found.classCount, expected.classCount)
        require("sha256", found.sha256, expected.sha256)
        return violations
    }

    /// Settings out of range.
    var settingViolations: [SplitViolation] {
        do {
            try manifest.settings.validate()
            if let contradiction = manifest.settingsRecord.contradiction { throw contradiction }
        } catch SplitError.invalidSetting(let name, let found, let expected) {
            return [violation("protocol, \(name)", found, expected)]
        } catch {
            return [violation("protocol", "\(error)", "settings that splits can be made by")]
        }
        return []
    }

    /// Whether the manifest says what the splits were made from: embeddings, or a file that they were read from.
    var sourceViolations: [SplitViolation] {
        let sources = [("embeddings", manifest.embeddings != nil), ("imported_from", manifest.importedFrom != nil)]
        return sources.compactMap { name, isThere in
            let isWanted = (name == "imported_from") == isImported
            guard isThere != isWanted else { return nil }
            return violation(
                name, isThere ? "a record" : "none",
                "\(isWanted ? "one" : "none") under the protocol \(manifest.settings.methodName)")
        }
    }

    /// Whether the levels have distinct ids and increase in distance, or along the axis of an ordered series.
    var orderViolations: [SplitViolation] {
        let levels = manifest.levels
        let targets = manifest.settings.targets
        let wanted = targets.map { Set($0.distances).sorted() }
        let limit = manifest.settings.levelCount
        var violations: [SplitViolation] = []
        if levels.isEmpty || levels.count > limit || (wanted != nil && levels.count != limit) {
            violations.append(
                violation(
                    "levels", "\(levels.count)", wanted == nil ? "1 to \(limit)" : "\(limit), one for each target"))
        }
        var seen: Set<String> = []
        for level in levels where !seen.insert(level.id).inserted {
            violations.append(violation("levels", "the id \"\(level.id)\" twice", "ids that tell the levels apart"))
        }
        for (previous, level) in zip(levels, levels.dropFirst())
        where !isOrdered && (isImported ? level.fid < previous.fid : level.fid <= previous.fid) {
            violations.append(
                violation(
                    "\(level.id), fid", "\(level.fid) after \(previous.fid)", "levels in the order of rising distance"))
        }
        for (previous, level) in zip(levels, levels.dropFirst()) where isOrdered {
            guard let before = previous.axis?.value, let value = level.axis?.value, value < before else { continue }
            violations.append(
                violation("\(level.id), axis, value", "\(value) after \(before)", "levels in the order of the axis"))
        }
        let tolerance = targets?.tolerance ?? 0
        for (target, level) in zip(wanted ?? [], levels)
        where levels.count == limit && abs(level.fid - target) > tolerance * target * (1 + 1e-9) {
            violations.append(
                violation("\(level.id), fid", "\(level.fid)", "\(target) within \(100 * tolerance) %"))
        }
        return violations
    }

    /// Whether the levels are on arms that a progression has.
    ///
    /// Unless certain distances were asked for, the start is a level, and the arms follow one another.
    var originViolations: [SplitViolation] {
        var violations: [SplitViolation] = []
        for (arm, isWanted) in [(Arm.imported, isImported), (.holdOut, isHoldOut)] {
            for level in manifest.levels where (level.arm == arm) != isWanted {
                violations.append(
                    violation(
                        "\(level.id), origin", level.arm.rawValue,
                        "\(arm.rawValue) under the protocol \(arm.rawValue) and nowhere else"))
            }
        }
        guard manifest.settings.targets == nil && !isImported && !isHoldOut else { return violations }
        let starts = manifest.levels.filter { $0.arm == .start }.map(\.id)
        if starts.count != 1 {
            violations.append(
                violation(
                    "levels", starts.isEmpty ? "no start" : "\(starts.count) starts: \(starts.joined(separator: ", "))",
                    "one level of the origin start"))
        }
        for (previous, level) in zip(manifest.levels, manifest.levels.dropFirst())
        where level.arm.place < previous.arm.place {
            violations.append(
                violation(
                    "\(level.id), origin", "\(level.arm.rawValue) after \(previous.arm.rawValue)",
                    "the order easier, start, swap, removal"))
        }
        return violations
    }

    /// What the controls say of the series as a whole.
    var controlViolations: [SplitViolation] {
        var violations: [SplitViolation] = []
        if let controls = manifest.controls {
            if controls.drawCount != draws {
                violations.append(
                    violation("controls, draw_count", "\(controls.drawCount)", "\(draws), as in the protocol"))
            }
            for (name, found, least) in [
                ("deal_count", controls.dealCount, SideDifferenceTest.fewestDeals),
                ("halving_count", controls.halvingCount, 1),
            ] {
                if let found, found < least {
                    violations.append(violation("controls, \(name)", "\(found)", "\(least) or more"))
                }
            }
            let singletons = dataset.samplesOfClass.count { $0.count == 1 }
            if controls.singletonClassCount != singletons {
                violations.append(
                    violation(
                        "controls, singleton_class_count", "\(controls.singletonClassCount)",
                        "\(singletons), as samples.csv has it"))
            }
            let isMeasured = manifest.levels.contains {
                (isOrdered ? $0.isShift != nil : $0.holdout != nil) && ($0.arm == .swap || $0.arm == .removal)
            }
            if let p = controls.p {
                let count = isOrdered ? draws : dealCount
                violations += pViolations(p, among: count, allowing: 1...(count + 1), "controls, p", because: "")
            }
            if isMeasured != (controls.p != nil) {
                violations.append(
                    violation(
                        "controls, p", controls.p.map { "\($0)" } ?? "none",
                        isMeasured
                            ? "one, since \(isOrdered ? "tested" : "held-out") levels are harder than the start"
                            : "none"))
            }
        }
        if (manifest.controls != nil) != (draws > 0) {
            violations.append(
                violation("controls", manifest.controls == nil ? "none" : "some", "those of \(draws) null draws"))
        }
        let pairs = manifest.levels.compactMap { level in level.kernelDiscrepancy.map { (level.fid, $0) } }
        let agreement = spearmanCorrelation(pairs.map(\.0), pairs.map(\.1))
        let found = manifest.rankAgreement
        if (found == nil) != (agreement == nil) || abs((found ?? 0) - (agreement ?? 0)) > 1e-9 {
            violations.append(
                violation(
                    "rank_agreement", found.map { "\($0)" } ?? "none",
                    (agreement.map { "\($0.rounded(significantDigits: 10))" } ?? "none")
                        + ", as fid and kernel_discrepancy of the levels have it"))
        }
        return violations
    }
}

extension RecordedSettings {
    /// The distances that levels were requested at, and how far a level may miss its own; nil for levels that are
    /// spaced evenly, and for imported ones.
    fileprivate var targets: (distances: [Double], tolerance: Double)? {
        guard case .at(let distances, let tolerance) = madeBy?.levels else { return nil }
        return (distances, tolerance)
    }
}

extension Arm {
    /// The position of the arm in the order from easy to hard.
    fileprivate var place: Int { Arm.allCases.firstIndex(of: self) ?? 0 }
}
