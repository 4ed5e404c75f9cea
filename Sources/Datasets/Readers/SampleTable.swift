public import Files
public import Foundation

extension Dataset {
    /// Reads a table with one row per sample: columns `sample` and `class` (or the only column of another usual name for
    /// either, as `path` and `label`, which ``reading`` then says), and optionally `superclass`, `split`,
    /// `role`, `camera`, `domain` and `group`.
    ///
    /// `split` is `train` or `test` on every row, or absent; it makes the official split. Other words of the field for
    /// parts of a split (`Train`, `val`, `validation`, `query`, …) count to a side as those of class folders do
    /// (``init(classFoldersAt:name:outer:deadLinks:)``). An empty `superclass` means none. `role` is `query`, `gallery`,
    /// or empty for samples that have none. `camera`, `domain` and `group` may be empty too; samples
    /// of one `group` are kept together (``Sample/group``), unless that column is `unit`. If `unit` is a column, it is read too,
    /// into ``classColumn``; it must have one value for all samples of a class. Other columns of few values are kept to describe sides
    /// (``otherColumns``). The samples keep the order of the rows.
    ///
    /// - Parameters:
    ///   - url: the table.
    ///   - name: the name to give the dataset.
    ///   - unit: what moves as a whole between the sides.
    ///   - root: the folder of the images, if ids that are absolute paths below it shall become relative to it.
    ///   - cameras: where ``Sample/camera`` comes from.
    ///   - order: a column to keep whatever its values are, into ``orderColumn``, to put classes in order by it; empty fields are
    ///     no values.
    ///
    /// - Throws: ``/Files/FileError`` naming the line, for a missing column, an empty field, an invalid split or role, a
    ///   class on both sides or with two values in the column of `unit`, or anything that
    ///   ``init(name:samples:officialSides:source:)`` refuses.
    public init(
        sampleTableAt url: URL, name: String, unit: UnitRule = .class, root: URL? = nil,
        cameras: CameraSource = .automatic, order: String? = nil
    )
        throws
    {
        let table = try CSVTable(contentsOf: url)
        let path = url.path
        func column(_ name: String) -> Int? { table.columns.firstIndex(of: name) }
        func missing(_ expected: String) -> FileError {
            .malformed(
                path: path, line: 1, found: "the columns \(excerpt(table.columns.prefix(40).joined(separator: ", ")))",
                expected: expected)
        }
        var understood: [String] = []
        func column(_ name: String, orAlone others: Set<String>) -> Int? {
            if let index = column(name) { return index }
            let found = table.columns.indices.filter { others.contains(table.columns[$0].lowercased()) }
            guard found.count == 1 else { return nil }
            understood.append("the column \(table.columns[found[0]]) is taken as \(name)")
            return found[0]
        }
        guard let idColumn = column("sample", orAlone: sampleNames),
            let classColumn = column("class", orAlone: classNames)
        else {
            throw missing(
                "the columns sample and class, and optionally superclass, split, role, camera, domain and group")
        }
        let cameraOfRow = try cameras.cameras(of: table, path: path)
        if let unused = cameras.unusedColumn(of: table) {
            understood.append("the column \(unused) is not read, though it may hold cameras")
        }
        let domainColumn = column("domain")
        // As units of classes they are no bursts within classes.
        let groupColumn = unit == .column("group") ? nil : column("group")
        let superclassColumn = column("superclass")
        let splitColumn = column("split")
        let roleColumn = column("role")
        var values: ClassValues?
        if case .column(let name) = unit {
            guard let index = column(name), !["sample", "class", "superclass", "split", "role"].contains(name)
            else {
                throw missing(
                    "a column \"\(name)\" beside sample, class, superclass, split and role, to take units from")
            }
            values = ClassValues(column: index)
        }
        let roots = root.map { [$0.standardizedFileURL.path, $0.resolvingSymlinksInPath().path] } ?? []
        var samples: [Sample] = []
        samples.reserveCapacity(table.rows.count)
        var sides: [String: Side] = [:]
        let parts = try splitColumn.map { try SplitColumn(table, column: $0, path: path) }
        for (index, (row, line)) in zip(table.rows, table.lines).enumerated() {
            func field(_ index: Int) throws -> String {
                guard !row[index].isEmpty else {
                    throw FileError.malformed(
                        path: path, line: line, found: "an empty \(table.columns[index])",
                        expected: "a \(table.columns[index]) on every row")
                }
                // The system would stop reading the name at NUL and open another file.
                guard !row[index].utf8.contains(0) else {
                    throw FileError.malformed(
                        path: path, line: line, found: "a NUL in the \(table.columns[index])",
                        expected: "text, as names of files and classes are")
                }
                return row[index]
            }
            let label = try field(classColumn)
            if let side = parts?.sides[index] {
                guard sides.updateValue(side, forKey: label) ?? side == side else {
                    throw DatasetError.twoSides(source: path, classLabel: label)
                }
            }
            if let index = values?.column, let first = try values?.add(field(index), on: line, ofClass: label) {
                throw FileError.malformed(
                    path: path, line: line,
                    found: "the \(table.columns[index]) \"\(row[index])\" for class \"\(label)\"",
                    expected: "\"\(first.value)\" as on line \(first.line), because a class has one")
            }
            let superclass = superclassColumn.flatMap { row[$0].isEmpty ? nil : row[$0] }
            let role = roleColumn == nil ? parts?.roles[index] : roleColumn.flatMap { SampleRole(rawValue: row[$0]) }
            if let roleColumn, role == nil, !row[roleColumn].isEmpty {
                throw FileError.malformed(
                    path: path, line: line, found: "the role \"\(row[roleColumn])\"",
                    expected: "query, gallery or nothing")
            }
            func optional(_ column: Int?) -> String? { column.flatMap { row[$0].isEmpty ? nil : row[$0] } }
            samples.append(
                Sample(
                    id: relative(try field(idColumn), to: roots), classLabel: label, superclass: superclass, role: role,
                    camera: cameraOfRow.flatMap { $0[index].isEmpty ? nil : $0[index] }, domain: optional(domainColumn),
                    group: optional(groupColumn)))
        }
        try self.init(
            name: name, samples: samples, officialSides: splitColumn == nil ? nil : sides, source: path)
        if let groups = self.groups {
            understood.append("samples of one of the \(Set(groups.compactMap(\.self)).count) groups are kept together")
        }
        reading.understood = understood + (parts?.understood ?? [])
        otherColumns = Self.otherColumns(
            of: table,
            except: [
                idColumn, classColumn, superclassColumn, splitColumn, roleColumn, domainColumn, column("camera"),
                column("group"), values?.column,
            ])
        if let order {
            guard let index = column(order), ![idColumn, classColumn, splitColumn, roleColumn].contains(index) else {
                throw missing("a column \"\(order)\" other than sample, class, split and role, to order classes by")
            }
            orderColumn = SampleColumn(
                name: order, of: table.rows.map { $0[index].isEmpty ? nil : $0[index] })
        }
        if let values {
            self.classColumn = ClassColumn(name: table.columns[values.column], values: classLabels.map(values.value))
        }
    }

    /// The dataset as a table that ``init(sampleTableAt:name:unit:root:cameras:order:)`` reads back: sample, class, superclass if there is
    /// one, the ``classColumn`` if there is one, the official split, the role, camera, domain and group if any
    /// sample has one, and the ``orderColumn`` if it is none of these.
    public var sampleTable: CSVTable {
        let hasSuperclasses = samples.contains { $0.superclass != nil }
        let hasRoles = samples.contains { $0.role != nil }
        // As units they are a column already.
        let hasCameras = samples.contains { $0.camera != nil } && classColumn?.name != "camera"
        let hasDomains = samples.contains { $0.domain != nil } && classColumn?.name != "domain"
        let hasGroups = groups != nil && classColumn?.name != "group"
        var columns = ["sample", "class"]
        if hasSuperclasses { columns.append("superclass") }
        if let classColumn { columns.append(classColumn.name) }
        columns.append("split")
        if hasRoles { columns.append("role") }
        if hasCameras { columns.append("camera") }
        if hasDomains { columns.append("domain") }
        if hasGroups { columns.append("group") }
        let order = orderColumn.flatMap { columns.contains($0.name) ? nil : $0 }
        if let order { columns.append(order.name) }
        let rows = zip(samples, classOfSample).enumerated().map { place, entry in
            let (sample, number) = entry
            var row = [sample.id, sample.classLabel]
            if hasSuperclasses { row.append(sample.superclass ?? "") }
            if let classColumn { row.append(classColumn.values[number]) }
            row.append(officialSides[number].rawValue)
            if hasRoles { row.append(sample.role?.rawValue ?? "") }
            if hasCameras { row.append(sample.camera ?? "") }
            if hasDomains { row.append(sample.domain ?? "") }
            if hasGroups { row.append(sample.group ?? "") }
            if let order { row.append(order.numbers[place].map { order.values[$0] } ?? "") }
            return row
        }
        return CSVTable(columns: columns, rows: rows)
    }

    /// The SHA-256, in hexadecimal, of one line `sample id TAB class LF` per sample, sorted by the lines' UTF-8 bytes.
    ///
    /// It tells whether two datasets hold the same samples in the same classes and roles, in whatever order. The line
    /// of a sample with a role has the role too, after the class and another TAB.
    public var digest: String {
        let lines = samples.map { sample in
            "\(sample.id)\t\(sample.classLabel)" + (sample.role.map { "\t\($0.rawValue)" } ?? "") + "\n"
        }.sorted(by: utf8Precedes)
        return SHA256.hexadecimal(of: Array(lines.joined().utf8))
    }
}

/// What a column of paths, and one of classes, is called elsewhere; in lower case.
let sampleNames: Set = [
    "image", "images", "image_path", "img_path", "path", "filepath", "file_path", "file", "filename", "file_name",
    "img",
]
private let classNames: Set = [
    "label", "labels", "target", "pid", "person_id", "class_name", "class_id", "category", "identity",
]

/// An absolute path below one of some folders, relative to that folder; any other path as it is.
private func relative(_ path: String, to folders: [String]) -> String {
    guard path.utf8.first == UInt8(ascii: "/") else { return path }
    for folder in folders {
        let prefix = folder.utf8.last == UInt8(ascii: "/") ? folder : folder + "/"
        if path.utf8.starts(with: prefix.utf8) {
            return String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
        }
    }
    return path
}

/// The values of the classes in one column, collected while the rows are read.
private struct ClassValues {
    let column: Int
    private var firstOfClass: [String: (value: String, line: Int)] = [:]

    init(column: Int) {
        self.column = column
    }

    /// Adds a row's value; if the class already has a different one, returns that value and its line.
    mutating func add(_ value: String, on line: Int, ofClass label: String) -> (value: String, line: Int)? {
        guard let first = firstOfClass[label] else {
            firstOfClass[label] = (value, line)
            return nil
        }
        return Name(first.value) == Name(value) ? nil : first
    }

    func value(ofClass label: String) -> String {
        firstOfClass[label]?.value ?? ""
    }
}
