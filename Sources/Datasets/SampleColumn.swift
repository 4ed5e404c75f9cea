internal import Files

/// A column of values by which samples can be described, such as their superclass or domain.
public struct SampleColumn: Sendable, Hashable {
    /// The column's name.
    public let name: String
    /// The distinct values, in the order of their UTF-8 bytes.
    public let values: [String]
    /// The number of each sample's value in `values`, in the order of the samples; nil for samples without one.
    public let numbers: [Int?]

    /// Makes a column of one value a sample; nil for samples without one.
    ///
    /// - Complexity: O(n + v log v) for n samples of v values.
    public init(name: String, of values: some Sequence<String?>) {
        var numbering = LabelNumbering()
        let places = values.map { $0.map { numbering.number(of: $0) } }
        let labels = numbering.labels
        let order = labels.indices.sorted { utf8Precedes(labels[$0], labels[$1]) }
        var numberOfPlace = [Int](repeating: 0, count: labels.count)
        for (number, place) in order.enumerated() { numberOfPlace[place] = number }
        self.name = name
        self.values = order.map { labels[$0] }
        numbers = places.map { $0.map { numberOfPlace[$0] } }
    }

    /// For each sample, the first sample of the same value: equal for columns that divide the samples alike.
    fileprivate var firstOfSameValue: [Int] {
        var first: [Int?: Int] = [:]
        return numbers.enumerated().map { place, number in
            if let known = first[number] { return known }
            first[number] = place
            return place
        }
    }
}

extension Dataset {
    /// The greatest number of values of a column that no reader knows.
    static let mostOtherValues = 100

    /// The columns by which sides of classes can be described, in a fixed order: the superclass, the column of the units, domain,
    /// camera and group, then ``otherColumns``.
    ///
    /// A column counts if one of its values is in several classes, but not all samples have the same; one that divides the
    /// samples as an earlier one does is left out.
    ///
    /// - Complexity: O(n) for each column, for n samples.
    package var describingColumns: [SampleColumn] {
        var columns = [SampleColumn(name: "superclass", of: samples.map(\.superclass))]
        if let classColumn {
            columns.append(SampleColumn(name: classColumn.name, of: classOfSample.map { classColumn.values[$0] }))
        }
        columns += [("domain", \Sample.domain), ("camera", \.camera), ("group", \.group)].map { name, path in
            SampleColumn(name: name, of: samples.map { $0[keyPath: path] })
        }
        var seen: Set<[Int]> = []
        return (columns + otherColumns).filter { describesClasses($0) && seen.insert($0.firstOfSameValue).inserted }
    }

    /// A column by its name: the one that the table was read for, the superclass, domain, camera or group, that of the units, or
    /// another that was kept; nil if there is none.
    ///
    /// - Complexity: O(n) for n samples.
    package func column(named name: String) -> SampleColumn? {
        if let orderColumn, orderColumn.name == name { return orderColumn }
        let paths: [String: KeyPath<Sample, String?>] = [
            "superclass": \.superclass, "domain": \.domain, "camera": \.camera, "group": \.group,
        ]
        if let path = paths[name], samples.contains(where: { $0[keyPath: path] != nil }) {
            return SampleColumn(name: name, of: samples.map { $0[keyPath: path] })
        }
        if let classColumn, classColumn.name == name {
            return SampleColumn(name: name, of: classOfSample.map { classColumn.values[$0] })
        }
        return otherColumns.first { $0.name == name }
    }

    /// Whether a value of a column, not had by all samples, is in several classes.
    private func describesClasses(_ column: SampleColumn) -> Bool {
        guard Set(column.numbers).count > 1 else { return false }
        var classOfValue = [Int?](repeating: nil, count: column.values.count)
        for (number, place) in zip(column.numbers, classOfSample) {
            guard let number else { continue }
            if let first = classOfValue[number], first != place { return true }
            classOfValue[number] = place
        }
        return false
    }

    /// The columns of a table that no reader knows and that may describe samples: of at most ``mostOtherValues`` values, of which
    /// an empty one is none.
    ///
    /// - Parameter read: the places of the columns that have a meaning of their own.
    static func otherColumns(of table: CSVTable, except read: Set<Int?>) -> [SampleColumn] {
        table.columns.indices.filter { !read.contains($0) }.compactMap { place in
            var values: Set<Name> = []
            for row in table.rows {
                values.insert(Name(row[place]))
                guard values.count <= mostOtherValues else { return nil }
            }
            return SampleColumn(name: table.columns[place], of: table.rows.map { $0[place].isEmpty ? nil : $0[place] })
        }
    }
}
