public import Foundation

extension Dataset {
    /// Reads a table with one row a sample: columns `sample` and `class`, and optionally `superclass` and `split`.
    ///
    /// `split` is `train` or `test` on every row, or absent; it makes the official split. Other columns are passed over.
    /// The samples keep the order of the rows.
    ///
    /// - Throws: ``DatasetError`` naming the line, for a missing column, an empty field, a split that is neither word, a
    ///   class on both sides, or whatever ``init(name:samples:officialSides:source:)`` refuses.
    public init(sampleTableAt url: URL, name: String) throws {
        let table = try CSVTable(contentsOf: url)
        let path = url.path
        func column(_ name: String) -> Int? { table.columns.firstIndex(of: name) }
        guard let idColumn = column("sample"), let classColumn = column("class") else {
            throw DatasetError.badTable(
                path: path, line: 1, found: "the columns \(table.columns.joined(separator: ", "))",
                expected: "the columns sample and class, and optionally superclass and split")
        }
        let superclassColumn = column("superclass")
        let splitColumn = column("split")
        var samples: [Sample] = []
        samples.reserveCapacity(table.rows.count)
        var sides: [String: Side] = [:]
        for (row, line) in zip(table.rows, table.lines) {
            func field(_ index: Int) throws -> String {
                guard !row[index].isEmpty else {
                    throw DatasetError.badTable(
                        path: path, line: line, found: "an empty \(table.columns[index])",
                        expected: "a \(table.columns[index]) on every row")
                }
                return row[index]
            }
            let label = try field(classColumn)
            if let splitColumn {
                guard let side = Side(rawValue: row[splitColumn]) else {
                    throw DatasetError.badTable(
                        path: path, line: line, found: "the split \"\(row[splitColumn])\"", expected: "train or test")
                }
                guard sides.updateValue(side, forKey: label) ?? side == side else {
                    throw DatasetError.twoSides(source: path, classLabel: label)
                }
            }
            samples.append(
                Sample(id: try field(idColumn), classLabel: label, superclass: try superclassColumn.map(field)))
        }
        try self.init(
            name: name, samples: samples, officialSides: splitColumn == nil ? nil : sides, source: path)
    }

    /// The dataset as a table that ``init(sampleTableAt:name:)`` reads back: sample, class, superclass where there is
    /// one, and the official split.
    public var sampleTable: CSVTable {
        let hasSuperclasses = samples.contains { $0.superclass != nil }
        return CSVTable(
            columns: ["sample", "class"] + (hasSuperclasses ? ["superclass"] : []) + ["split"],
            rows: samples.indices.map { i in
                [samples[i].id, samples[i].classLabel]
                    + (hasSuperclasses ? [samples[i].superclass ?? ""] : [])
                    + [officialSides[classOfSample[i]].rawValue]
            })
    }

    /// The SHA-256, in hexadecimal, of one line `sample id TAB class LF` a sample, sorted by the lines' UTF-8 bytes.
    ///
    /// It says whether two datasets hold the same samples in the same classes, in whatever order they were listed.
    public var digest: String {
        let lines = samples.map { "\($0.id)\t\($0.classLabel)\n" }.sorted(by: utf8Precedes)
        return SHA256.hexadecimal(of: Array(lines.joined().utf8))
    }
}
