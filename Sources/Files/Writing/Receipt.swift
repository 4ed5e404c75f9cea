package import Foundation

/// What oodml wrote into a folder: the file `receipt.csv` there.
///
/// It is how readers know that the files of a folder belong together, what may be replaced or removed, and what is
/// somebody else's: everything that it does not list. Several commands can have results in one folder; each replaces
/// only its own.
package struct Receipt: Equatable, Sendable {
    /// A file or symbolic link below the folder.
    package struct Entry: Equatable, Sendable {
        /// The result that it is part of, as in "splits".
        package let result: String
        /// What it is.
        package let content: Content

        /// Lists a part of a result.
        package init(result: String, content: Content) {
            self.result = result
            self.content = content
        }
    }

    /// A file's size in bytes and its SHA-256, or the target of a link.
    package enum Content: Equatable, Sendable {
        case file(size: Int, sha256: String)
        case link(to: String)
    }

    /// The name of the file.
    package static let name = "receipt.csv"

    /// The entries by their paths below the folder.
    package var entries: [Name: Entry]

    /// Makes a receipt.
    package init(_ entries: [Name: Entry] = [:]) {
        self.entries = entries
    }

    /// The entry of a path below the folder.
    package subscript(path path: String) -> Entry? { entries[Name(path)] }

    /// Whether a result is in the folder.
    package func has(_ result: String) -> Bool { entries.values.contains { $0.result == result } }

    /// The paths of a result, in the order of their bytes.
    package func paths(of result: String) -> [String] {
        entries.filter { $0.value.result == result }.map(\.key).sorted().map(\.text)
    }

    private static let columns = ["result", "path", "size", "sha256", "link"]

    /// The file, its rows in the order of the paths.
    package var bytes: Data {
        let rows = entries.sorted { $0.key < $1.key }.map { path, entry in
            switch entry.content {
            case .file(let size, let sha256): [entry.result, path.text, "\(size)", sha256, ""]
            case .link(let target): [entry.result, path.text, "", "", target]
            }
        }
        return Data(CSVTable(columns: Self.columns, rows: rows).text.utf8)
    }

    /// Whether a file begins as a receipt does, rather than as somebody's table of that name.
    static func isThere(_ url: URL) -> Bool {
        let header = Array((columns.joined(separator: ",") + "\n").utf8)
        guard let file = try? InputFile(url), file.byteCount >= header.count else { return false }
        return (try? file.bytes(in: 0..<header.count)) == header
    }

    /// Reads a receipt.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read or is no receipt.
    package init(readingFrom url: URL) throws {
        let table = try CSVTable(contentsOf: url)
        func malformed(_ line: Int, _ found: String) -> FileError {
            .malformed(path: url.path, line: line, found: found, expected: "a receipt as oodml wrote it")
        }
        guard table.columns == Self.columns else {
            throw malformed(1, "the columns \(excerpt(table.columns.joined(separator: ", ")))")
        }
        entries = [:]
        for (row, line) in zip(table.rows, table.lines) {
            let isHexadecimal =
                row[3].utf8.count == 64 && row[3].utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            let content: Content
            if let size = Int(row[2]), size >= 0, isHexadecimal, row[4].isEmpty {
                content = .file(size: size, sha256: row[3])
            } else if row[2].isEmpty, row[3].isEmpty, !row[4].isEmpty, !row[4].utf8.contains(0) {
                content = .link(to: row[4])
            } else {
                throw malformed(line, "neither a size and a digest nor a link")
            }
            guard isPathBelow(row[1]), Name(row[1]) != Name(Self.name), !row[0].isEmpty else {
                throw malformed(line, "the path \"\(excerpt(row[1]))\"")
            }
            guard entries.updateValue(Entry(result: row[0], content: content), forKey: Name(row[1])) == nil else {
                throw malformed(line, "\"\(excerpt(row[1]))\" again")
            }
        }
    }
}

/// Whether a relative path stays below its folder and names no folder twice: no empty part, no `.` and no `..`.
func isPathBelow(_ path: String) -> Bool {
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return !path.utf8.contains(0)
        && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
}
