public import Datasets
internal import Files

/// Checks that splits are what they should be: splits of a dataset, with everything that their manifest promises.
///
/// It knows how the splits were made only from the settings in the manifest, and draws nothing anew. So it also works
/// for splits by other tools, and for manifests that were edited. Everything wrong is reported, except what would only
/// follow from another violation: the sizes of sides, for instance, mean nothing if a class is on both.
///
/// Imported splits promise less: nothing is known of how they were made, so their levels need not be on the arms of a
/// progression, be balanced, or come with parts of distances and controls, and their folds need not cover all train
/// classes.
public struct SplitValidation: Sendable {
    /// The manifest under test.
    public let manifest: SplitManifest
    /// The dataset that it should be of.
    public let dataset: Dataset
    /// What should change sides as a whole.
    let units: [ClassUnit]
    /// Where the classes of each level are; nil if the level lacks a class, has one twice, or has one of another
    /// dataset.
    let partitions: [ClassPartition?]

    /// Pairs a manifest with the dataset of the same folder.
    ///
    /// - Throws: ``/Datasets/DatasetError`` if the dataset lacks the units that the manifest refers to.
    public init(of manifest: SplitManifest, in dataset: Dataset) throws {
        self.manifest = manifest
        self.dataset = dataset
        units = try dataset.units(by: manifest.settings.unit)
        partitions = manifest.levels.map { level in
            var sides = [Side?](repeating: nil, count: dataset.classLabels.count)
            var open = Set(dataset.classLabels.indices)
            for (labels, side) in [(level.train, Side.train), (level.test, .test), (level.removed, nil)] {
                for label in labels {
                    guard let number = dataset.number(ofClass: label), open.remove(number) != nil else { return nil }
                    sides[number] = side
                }
            }
            return open.isEmpty ? ClassPartition(sides: sides) : nil
        }
    }

    /// Everything wrong with the manifest, as far as can be told without embeddings.
    ///
    /// - Complexity: O(L·C) for L levels and C classes.
    public var manifestViolations: [SplitViolation] {
        let describing = dataset.describingColumns
        var violations = datasetViolations + settingViolations + sourceViolations + orderViolations + originViolations
        for index in manifest.levels.indices {
            violations += classViolations(ofLevel: index) + sizeViolations(ofLevel: index)
            violations += foldViolations(ofLevel: index) + numberViolations(of: manifest.levels[index])
            violations += holdoutViolations(ofLevel: index) + axisViolations(ofLevel: index)
        }
        // What a level consists of follows from its classes, so nothing is said of it where these are wrong.
        for (index, level) in manifest.levels.enumerated()
        where !violations.contains(where: { $0.place == level.id || $0.place.begins(with: "\(level.id), ") }) {
            violations += compositionViolations(ofLevel: index, among: describing)
        }
        return violations + matchedViolations + controlViolations + partViolations
    }

    /// Whether the splits were published by somebody else.
    var isImported: Bool { if case .imported = manifest.settings { true } else { false } }

    /// Whether the splits are one hold-out.
    var isHoldOut: Bool { manifest.settings.heldOutBy != nil }

    /// Whether levels follow an order, and not the distance.
    var isOrdered: Bool { manifest.settings.madeBy?.order != nil }

    /// Whether the splits were made as the reference code makes them.
    var isOfReference: Bool {
        if case .milbich2021 = manifest.settings.madeBy?.method { true } else { false }
    }

    /// A violation in the manifest.
    func violation(_ place: String, _ found: String, _ expected: String) -> SplitViolation {
        SplitViolation(file: SplitFileName.manifest, place: place, found: found, expected: expected)
    }

    /// Classes in a list that are listed twice, or are not in the dataset.
    func listViolations(_ labels: [String], _ place: String) -> [SplitViolation] {
        var seen: Set<String> = []
        return labels.flatMap { label -> [SplitViolation] in
            if dataset.number(ofClass: label) == nil {
                return [violation(place, "the class \"\(label)\"", "classes of the dataset only")]
            }
            guard !seen.insert(label).inserted else { return [] }
            return [violation(place, "the class \"\(label)\" twice", "every class once")]
        }
    }

    /// Units with classes in more than one of several disjoint groups.
    func divisionViolations(_ groups: [(name: String, classes: [String])], _ place: String) -> [SplitViolation] {
        guard manifest.settings.unit != .class else { return [] }
        var groupOfClass = [Int?](repeating: nil, count: dataset.classLabels.count)
        for (group, content) in groups.enumerated() {
            for number in content.classes.compactMap(dataset.number(ofClass:)) { groupOfClass[number] = group }
        }
        return units.compactMap { unit in
            let found = Set(unit.classes.compactMap { groupOfClass[$0] }).sorted()
            guard found.count > 1 else { return nil }
            return violation(
                place,
                "classes of the \(manifest.settings.unit.rawValue) \"\(unit.label)\" in "
                    + found.map { groups[$0].name }.joined(separator: " and "),
                "all of them together")
        }
    }
}
