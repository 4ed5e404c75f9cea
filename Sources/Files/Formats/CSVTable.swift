public import Foundation

/// A table with a header, read from or written to comma-separated values (RFC 4180).
public struct CSVTable: Sendable, Equatable {
    /// The names in the header.
    public let columns: [String]
    /// The rows, each with one field per column.
    public private(set) var rows: [[String]]
    /// The line of the file on which each row begins, from 1.
    package private(set) var lines: [Int]

    /// Makes a table from its parts.
    public init(columns: [String], rows: [[String]]) {
        for row in rows {
            precondition(row.count == columns.count, "\(row.count) fields for \(columns.count) columns")
        }
        self.columns = columns
        self.rows = rows
        lines = rows.indices.map { $0 + 2 }
    }

    /// Makes a table of one column from lines of a text, which keep their numbers.
    package init(column: String, of lines: TextLines) {
        columns = [column]
        rows = lines.map { [$0.text.trimmingCharacters(in: .whitespaces)] }
        self.lines = lines.map(\.number)
    }

    /// Reads the table at `url`.
    ///
    /// A byte order mark and blank lines are skipped; line ends may be LF or CRLF.
    ///
    /// - Throws: ``FileError`` if the file cannot be read, is not UTF-8, or has no header, an unterminated quote, or a
    ///   row with more or fewer fields than the header.
    public init(contentsOf url: URL) throws {
        try self.init(contentsOf: url, within: .current())
    }

    /// Reads the table at `url` if it takes no more memory than `budget` allows.
    package init(contentsOf url: URL, within budget: MemoryBudget) throws {
        let file = try InputFile(url)
        var reader = try FieldReader(file)
        var header: [String]?
        var byteCount = 0
        (rows, lines) = ([], [])
        var separator = FieldReader.Separator.lineEnd
        while separator != .end {
            separator = try reader.next()
            let line = reader.line
            if separator != .comma, reader.isEmpty { continue }
            let (fields, found) = try reader.row(until: &separator, limit: header?.count)
            guard let count = header?.count else {
                guard found == fields.count else {
                    throw FileError.malformed(
                        path: url.path, line: line, found: "\(found) columns", expected: "at most \(fields.count)")
                }
                header = fields
                continue
            }
            guard found == count else {
                throw FileError.malformed(
                    path: url.path, line: line, found: "\(found) fields", expected: "\(count), as in the header")
            }
            rows.append(fields)
            // Rows of a few bytes take twenty times as much as in the file.
            byteCount += 72 + 16 * count
            for field in fields where field.utf8.count > 15 { byteCount += 32 + field.utf8.count }
            try budget.requireProportion(
                byteCount, to: file.byteCount, factor: MemoryBudget.texts, floor: 1 << 30,
                for: "a table of \(rows.count) rows and more", in: url.path)
            lines.append(line)
        }
        guard let header else {
            throw FileError.malformed(
                path: url.path, line: 1, found: "an empty file", expected: "a header with the names of the columns")
        }
        columns = header
    }

    /// The positions of columns by their names, in the order asked for.
    ///
    /// - Parameter path: the file's path, for the error.
    /// - Throws: ``FileError/malformed(path:line:found:expected:)`` if a column is missing.
    package func positions(ofColumns names: [String], path: String) throws -> [Int] {
        try names.map { name in
            guard let position = columns.firstIndex(of: name) else {
                throw FileError.malformed(
                    path: path, line: 1, found: "no column \(name)",
                    expected: "the columns \(names.joined(separator: ", "))")
            }
            return position
        }
    }

    /// The table as comma-separated values, with LF line ends.
    public var text: String {
        var bytes: [UInt8] = []
        for row in [columns] + rows {
            for (column, field) in row.enumerated() {
                if column > 0 { bytes.append(UInt8(ascii: ",")) }
                TextPlace.field.append(field, to: &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
