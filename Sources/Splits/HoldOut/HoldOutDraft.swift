internal import Datasets
internal import Files

/// What a hold-out must satisfy, before any embedding is looked at.
struct HoldOutDraft {
    /// How much each part gets, and what is pinned.
    let shares: HoldOutShares
    /// The side of each pinned unit, and the train side for the others.
    let sides: [Side?]
    /// The value of each class in the column of the strata; nil without strata.
    let strataOfClass: [String]?
    /// The stratum of each unit.
    let strata: [Int]

    /// - Throws: ``SplitError`` for pins and sizes that do not go together; `DatasetError` for a missing column.
    init(of dataset: Dataset, units: [ClassUnit], by settings: HoldOutSettings) throws {
        try settings.validate()
        let values = try settings.stratum.map { try dataset.classValues(ofColumn: $0) }
        var numbering = LabelNumbering()
        strata = try units.map { unit in
            guard let values else { return 0 }
            let own = Set(unit.classes.map { Name(values[$0]) })
            guard own.count == 1 else {
                throw SplitError.invalidSetting(
                    name: "the number of values of \(settings.stratum ?? "") within \"\(unit.label)\"",
                    found: "\(own.count)", expected: "1, as what is in one part as a whole is in one stratum")
            }
            return numbering.number(of: values[unit.classes[0]])
        }
        strataOfClass = values
        for label in settings.pins.keys.sorted(by: utf8Precedes) where dataset.number(ofClass: label) == nil {
            throw SplitError.invalidSetting(
                name: "a pinned class", found: "\"\(label)\"",
                expected: "a class of the dataset\(dataset.nearestClass(to: label))")
        }
        let pins = try units.map { unit -> HoldOutPart? in
            let own = Set(unit.classes.compactMap { settings.pins[dataset.classLabels[$0]] })
            guard own.count <= 1 else {
                throw SplitError.invalidSetting(
                    name: "the number of parts that classes of \"\(unit.label)\" are pinned to", found: "\(own.count)",
                    expected: "1, as it is in one part as a whole")
            }
            return own.first
        }
        sides = pins.map { $0?.side ?? .train }
        let isOfClasses = settings.measure == .classes
        shares = try HoldOutShares(
            ratio: settings.ratio, strata: strata,
            weights: units.map { unit in
                isOfClasses ? unit.classes.count : unit.classes.reduce(0) { $0 + dataset.samplesOfClass[$1].count }
            },
            pins: pins, what: settings.unit == .class && dataset.groups == nil ? "classes" : "units")
    }
}

extension Dataset {
    /// The value of each class in a column, in class order.
    ///
    /// - Throws: ``SplitError/invalidSetting(name:found:expected:)`` if there is no such column, or a class has none or
    ///   several values in it.
    func classValues(ofColumn name: String) throws -> [String] {
        if let classColumn, classColumn.name == name { return classColumn.values }
        let paths: [String: KeyPath<Sample, String?>] = [
            "superclass": \.superclass, "domain": \.domain, "camera": \.camera, "group": \.group,
        ]
        let values: [String?]
        if let path = paths[name], samples.contains(where: { $0[keyPath: path] != nil }) {
            values = samples.map { $0[keyPath: path] }
        } else if let column = otherColumns.first(where: { Name($0.name) == Name(name) }) {
            values = column.numbers.map { $0.map { column.values[$0] } }
        } else {
            let known =
                paths.keys.filter { key in samples.contains { $0[keyPath: paths[key] ?? \.group] != nil } }
                + otherColumns.map(\.name)
            throw SplitError.invalidSetting(
                name: "the column of the strata", found: "\"\(name)\"",
                expected: known.isEmpty
                    ? "none, since the samples have no column of at most \(100) values"
                    : "one of " + known.sorted(by: utf8Precedes).joined(separator: ", "))
        }
        return try zip(classLabels, samplesOfClass).map { label, members in
            let own = Set(members.map { values[$0].map(Name.init) })
            guard own.count == 1, let value = own.first ?? nil else {
                throw SplitError.invalidSetting(
                    name: "the number of values of \(name) of the class \"\(label)\"",
                    found: own.contains(nil) ? "\(own.count - 1), beside none" : "\(own.count)",
                    expected: "1 for all samples of a class")
            }
            return value.text
        }
    }

    /// A hint at the class that was perhaps meant; empty if there is none.
    fileprivate func nearestClass(to label: String) -> String {
        nearestName(to: label, among: classLabels).map { ", perhaps \"\($0)\"" } ?? ""
    }
}
