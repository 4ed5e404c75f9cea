internal import Files
public import Foundation

extension HoldOutSettings {
    /// Reads a table of pinned classes, with the columns class and part: train, validation (or val) or test.
    ///
    /// - Throws: ``/Files/FileError`` for a missing column, another part, or a class that is there twice.
    public static func pins(readingFrom url: URL) throws -> [String: HoldOutPart] {
        let table = try CSVTable(contentsOf: url)
        guard let label = table.columns.firstIndex(of: "class"), let part = table.columns.firstIndex(of: "part") else {
            throw FileError.malformed(
                path: url.path, line: 1, found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                expected: "class and part")
        }
        var pins: [String: HoldOutPart] = [:]
        for (row, line) in zip(table.rows, table.lines) {
            guard let own = HoldOutPart(rawValue: row[part] == "val" ? "validation" : row[part]) else {
                throw FileError.malformed(
                    path: url.path, line: line, found: "the part \"\(excerpt(row[part]))\"",
                    expected: "train, validation or test")
            }
            guard pins.updateValue(own, forKey: row[label]) == nil else {
                throw FileError.malformed(
                    path: url.path, line: line, found: "the class \"\(excerpt(row[label]))\" a second time",
                    expected: "each class once")
            }
        }
        return pins
    }
}
