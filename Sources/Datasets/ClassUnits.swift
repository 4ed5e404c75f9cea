internal import Files

/// What moves as a unit between the sides of a split: a class, or all classes of the same superclass or column value.
public enum UnitRule: Sendable, Hashable {
    /// Each class is a unit.
    case `class`
    /// The classes of one superclass are a unit.
    case superclass
    /// The classes with the same value in another column of the sample table are a unit.
    case column(String)
}

extension UnitRule: RawRepresentable, Codable {
    /// The rule that users write: `class`, `superclass`, or the name of a column.
    public init(rawValue: String) {
        switch rawValue {
        case "class": self = .class
        case "superclass": self = .superclass
        default: self = .column(rawValue)
        }
    }

    /// The rule as users write it.
    public var rawValue: String {
        switch self {
        case .class: "class"
        case .superclass: "superclass"
        case .column(let name): name
        }
    }
}

/// Classes that move together between the sides of a split.
public struct ClassUnit: Sendable, Hashable {
    /// What the classes have in common: the class label, the superclass, or the column's value.
    public let label: String
    /// The numbers of the classes, ascending; at least one.
    public let classes: [Int]

    /// Makes a unit of classes, given in any order.
    ///
    /// - Precondition: there is at least one class.
    public init(label: String, classes: some Sequence<Int>) {
        self.label = label
        self.classes = classes.sorted()
        precondition(!self.classes.isEmpty, "unit \(label) has no class")
    }
}

/// A column of a sample table that describes classes: every sample of a class has the same value.
public struct ClassColumn: Sendable, Hashable {
    /// The column's name in the header.
    public let name: String
    /// The value of each class, in class order.
    public let values: [String]

    /// Makes a column.
    public init(name: String, values: [String]) {
        self.name = name
        self.values = values
    }
}

extension Dataset {
    /// The units of the classes, ordered by the UTF-8 bytes of their labels; each class is in exactly one.
    ///
    /// - Complexity: O(c log c) for c classes.
    /// - Throws: ``DatasetError`` if a class has no superclass, the dataset was read without the column, or a superclass
    ///   or value is written in two Unicode forms.
    public func units(by rule: UnitRule) throws -> [ClassUnit] {
        var members: [String: [Int]] = [:]
        for (number, label) in try unitLabels(by: rule).enumerated() { members[label, default: []].append(number) }
        return members.map { ClassUnit(label: $0.key, classes: $0.value) }.sorted { utf8Precedes($0.label, $1.label) }
    }

    /// The first of the units that has classes on both sides of the official split, or nil if there is none.
    ///
    /// The official split divides such a unit, so it cannot move as a whole.
    public func firstDividedUnit(of units: [ClassUnit]) -> ClassUnit? {
        units.first { unit in Set(unit.classes.map { officialSides[$0] }).count > 1 }
    }

    /// The domain or camera of each class, in class order; nil for other columns, and if no sample has any.
    private func sampleValues(ofColumn column: String) throws -> [String]? {
        let paths: [String: KeyPath<Sample, String?>] = ["domain": \.domain, "camera": \.camera]
        guard let path = paths[column], samples.contains(where: { $0[keyPath: path] != nil }) else { return nil }
        return try zip(classLabels, samplesOfClass).map { label, members in
            let values = Set(members.map { samples[$0][keyPath: path].map(Name.init) })
            guard values.count == 1, let value = values.first ?? nil else {
                throw DatasetError.severalValues(
                    source: name, column: column, classLabel: label,
                    values: values.map { $0?.text ?? "" }.sorted(by: utf8Precedes))
            }
            return value.text
        }
    }

    /// The label of each class's unit, in class order.
    private func unitLabels(by rule: UnitRule) throws -> [String] {
        let labels: [String]
        switch rule {
        case .class: return classLabels
        case .superclass:
            labels = try classLabels.indices.map { number in
                guard let superclass = superclass(of: number) else {
                    throw DatasetError.noSuperclass(source: name, classLabel: classLabels[number])
                }
                return superclass
            }
        case .column(let column):
            if let classColumn, classColumn.name == column {
                labels = classColumn.values
            } else if let values = try sampleValues(ofColumn: column) {
                labels = values
            } else {
                throw DatasetError.noUnitColumn(source: name, column: column)
            }
        }
        // As for class labels: Swift would merge two Unicode forms that all other tools distinguish.
        if let label = labels.firstInSecondUnicodeForm {
            throw DatasetError.unitInTwoUnicodeForms(source: name, column: rule.rawValue, value: label)
        }
        return labels
    }
}
