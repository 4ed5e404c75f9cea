public import Foundation

/// A table with a header, read from or written to comma-separated values as RFC 4180 has them.
///
/// Our own reader and not a package's, because every error must name the line that it is on, and because a table of 10⁵
/// rows has to be read in well under a second.
public struct CSVTable: Sendable, Equatable {
    /// The names in the header.
    public let columns: [String]
    /// The rows, each with one field a column.
    public private(set) var rows: [[String]]
    /// The line of the file on which each row begins, from 1.
    public private(set) var lines: [Int]

    /// Makes a table from its parts.
    public init(columns: [String], rows: [[String]]) {
        for row in rows {
            precondition(row.count == columns.count, "\(row.count) fields for \(columns.count) columns")
        }
        self.columns = columns
        self.rows = rows
        lines = rows.indices.map { $0 + 2 }
    }

    /// Reads the table at `url`.
    ///
    /// A byte order mark and blank lines are passed over; line ends may be LF or CRLF.
    ///
    /// - Throws: ``DatasetError`` if the file cannot be read, is not UTF-8, has no header, a quote that does not end, or
    ///   a row with more or fewer fields than the header.
    public init(contentsOf url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw DatasetError.unreadable(url, error)
        }
        try self.init(bytes: [UInt8](data), path: url.path)
    }

    init(bytes: [UInt8], path: String) throws {
        var parser = CSVParser(bytes: bytes, path: path)
        guard let (_, header) = try parser.nextRow() else {
            throw DatasetError.badTable(
                path: path, line: 1, found: "an empty file", expected: "a header with the names of the columns")
        }
        columns = header
        rows = []
        lines = []
        while let (line, fields) = try parser.nextRow() {
            guard fields.count == header.count else {
                throw DatasetError.badTable(
                    path: path, line: line, found: "\(fields.count) fields",
                    expected: "\(header.count), as in the header")
            }
            rows.append(fields)
            lines.append(line)
        }
    }

    /// The positions of columns by their names, in the order asked for.
    ///
    /// - Parameter path: that of the file, for the error.
    /// - Throws: ``DatasetError/badTable(path:line:found:expected:)`` if one is not there.
    public func positions(ofColumns names: [String], path: String) throws -> [Int] {
        try names.map { name in
            guard let position = columns.firstIndex(of: name) else {
                throw DatasetError.badTable(
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
                Self.append(field, to: &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a field, in quotes where it needs them.
    ///
    /// Byte by byte as the reader goes: to a search for characters, a quote with a combining accent is no quote.
    private static func append(_ field: String, to bytes: inout [UInt8]) {
        let needsQuotes = field.utf8.contains { byte in
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r"): true
            default: false
            }
        }
        guard needsQuotes else { return bytes.append(contentsOf: field.utf8) }
        bytes.append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

private struct CSVParser {
    let bytes: [UInt8]
    let path: String
    var position: Int
    var line = 1

    init(bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The next row that is not blank, and its line.
    mutating func nextRow() throws -> (line: Int, fields: [String])? {
        while position < bytes.count {
            let start = line
            var fields = [try nextField()]
            while position < bytes.count, bytes[position] == UInt8(ascii: ",") {
                position += 1
                fields.append(try nextField())
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
            if position < bytes.count {
                guard bytes[position] == UInt8(ascii: "\n") else {
                    throw DatasetError.badTable(
                        path: path, line: line, found: "text after a closing quote",
                        expected: "a comma or the line's end")
                }
                position += 1
                line += 1
            }
            if fields != [""] { return (start, fields) }
        }
        return nil
    }

    private mutating func nextField() throws -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, !isFieldEnd(position) { position += 1 }
            return try text(bytes[start..<position])
        }
        let opening = line
        var field: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard position < bytes.count, bytes[position] == byte else { return try text(field[...]) }
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                line += 1
            }
            field.append(byte)
        }
        throw DatasetError.badTable(
            path: path, line: opening, found: "a quote that does not end",
            expected: "a closing \" before the file's end")
    }

    private func isFieldEnd(_ index: Int) -> Bool {
        switch bytes[index] {
        case UInt8(ascii: ","), UInt8(ascii: "\n"): true
        case UInt8(ascii: "\r"): index + 1 == bytes.count || bytes[index + 1] == UInt8(ascii: "\n")
        default: false
        }
    }

    private func text(_ field: ArraySlice<UInt8>) throws -> String {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw DatasetError.badTable(
                path: path, line: line, found: "bytes that are not UTF-8", expected: "UTF-8 text")
        }
        return text
    }
}
