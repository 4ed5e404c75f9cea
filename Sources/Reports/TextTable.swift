/// A plain-text table with aligned columns, as commands print it.
///
/// ```swift
/// let table = TextTable(columns: [.init("level"), .init("fid", alignment: .right)], rows: [["easy", "19.2"]])
/// print(table.text, terminator: "")
/// ```
public struct TextTable: Sendable, Equatable {
    /// The side of a column that its texts are flush with.
    public enum Alignment: Sendable, Hashable {
        /// As words are.
        case left
        /// As numbers are.
        case right
    }

    /// A column's title and alignment.
    public struct Column: Sendable, Equatable {
        /// The title.
        public let title: String
        /// The alignment of the title and the cells.
        public let alignment: Alignment

        /// Makes a column.
        public init(_ title: String, alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    /// The columns.
    public let columns: [Column]
    /// The cells, row by row.
    public let rows: [[String]]

    /// Makes a table.
    ///
    /// - Precondition: every row has a cell for each column.
    public init(columns: [Column], rows: [[String]]) {
        for (number, row) in rows.enumerated() {
            precondition(
                row.count == columns.count, "row \(number) has \(row.count) cells for \(columns.count) columns")
        }
        self.columns = columns
        self.rows = rows
    }

    /// The table as lines, each ended by a newline: titles, a rule, and the rows.
    ///
    /// Columns are two spaces apart, and no line ends with a space.
    public var text: String {
        let widths = columns.indices.map { j in
            max(displayWidth(columns[j].title), rows.map { displayWidth($0[j]) }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (j, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[j] - displayWidth(cell))
                line += j > 0 ? "  " : ""
                line += columns[j].alignment == .left ? cell + padding : padding + cell
            }
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        return line(columns.map(\.title)) + line(widths.map { String(repeating: "─", count: $0) })
            + rows.map(line).joined()
    }
}

/// The number of terminal cells that a text takes: two for East Asian wide characters and emoji, none for marks that
/// combine with the character before them, one for all others.
///
/// The wide ranges are the main blocks of Unicode's East Asian Width "W" and "F".
public func displayWidth(_ text: String) -> Int {
    text.reduce(0) { $0 + displayWidth($1) }
}

private func displayWidth(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    // The emoji variation selector asks for the wide form of a character that also has a narrow one.
    if character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch first.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
        0x20000...0x3FFFD:
        return 2
    default:
        return 1
    }
}
