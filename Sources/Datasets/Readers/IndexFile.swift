internal import Files
internal import Foundation

/// A text file that comes with a dataset: one line per image or class, fields separated by spaces or tabs.
///
/// Not a ``CSVTable``: some of these files have no header, some pad their columns, and a file name may hold spaces.
struct IndexFile {
    let path: String
    private let lines: TextLines

    struct Row {
        let line: Int
        let fields: [String]
    }

    /// Reads the file `name` below `root`.
    ///
    /// A byte order mark, blank lines and trailing white space are skipped.
    ///
    /// - Throws: ``DatasetError`` if the file is missing; it says what `root` should be.
    init(_ name: String, below root: URL, of dataset: KnownDataset) throws {
        let url = root.appending(path: name)
        path = url.path
        guard exists(url) else { throw FileError.unreadable(path: path, reason: dataset.missingFile) }
        lines = try TextLines(contentsOf: url)
    }

    /// The rows after the first `start` non-blank lines.
    ///
    /// - Parameter open: the column whose text may hold spaces; without one, a row has as many fields as columns.
    /// - Throws: ``DatasetError`` that names the line with too few or too many fields.
    func rows(_ columns: [String], open: Int? = nil, from start: Int = 0) throws -> [Row] {
        guard lines.count > start else {
            throw FileError.malformed(
                path: path, line: (lines.last?.number ?? 0) + 1, found: "the end of the file",
                expected: "rows of \(columns.joined(separator: " "))")
        }
        return try lines[start...].map { line in
            let fields = fieldsOfLine(line.text)
            guard fields.count >= columns.count, open != nil || fields.count == columns.count else {
                throw FileError.malformed(
                    path: path, line: line.number, found: "\(fields.count) field\(fields.count == 1 ? "" : "s")",
                    expected: "\(columns.count): \(columns.joined(separator: " "))")
            }
            if let open {
                // Taken from the line itself, so that repeated spaces in a name are kept.
                let last = fields.count - columns.count + open
                let middle = line.text[fields[open].startIndex..<fields[last].endIndex]
                return Row(
                    line: line.number, fields: (fields[..<open] + [middle] + fields[(last + 1)...]).map(String.init))
            }
            return Row(line: line.number, fields: fields.map(String.init))
        }
    }

    /// Makes sure that the non-blank line with this index holds the columns' names.
    func requireHeader(_ columns: [String], at index: Int = 0) throws {
        let line = index < lines.count ? lines[index] : nil
        let words = fieldsOfLine(line?.text ?? "").joined(separator: " ")
        let expected = columns.joined(separator: " ")
        guard words == expected else {
            throw FileError.malformed(
                path: path, line: line?.number ?? 1 + (lines.last?.number ?? 0),
                found: line == nil ? "the end of the file" : "\"\(words)\"", expected: "the columns \(expected)")
        }
    }

    /// The text of the first non-blank line.
    var firstLine: String {
        fieldsOfLine(lines.first?.text ?? "").joined(separator: " ")
    }

    /// The number in a field, at least 1.
    func number(_ row: Row, _ column: Int, _ name: String) throws -> Int {
        guard let number = Int(row.fields[column]), number >= 1 else {
            throw FileError.malformed(
                path: path, line: row.line, found: "the \(name) \"\(row.fields[column])\"",
                expected: "a whole number from 1")
        }
        return number
    }

    /// The error for something that occurs twice.
    func repeated(_ what: String, on row: Row) -> FileError {
        .malformed(path: path, line: row.line, found: "the \(what) again", expected: "it once")
    }

    private func fieldsOfLine(_ line: Substring) -> [Substring] {
        line.utf8.split(whereSeparator: isBlank).map { Substring($0) }
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
}
