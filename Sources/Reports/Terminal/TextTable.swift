import Files

/// A plain-text table with aligned columns, as commands print them.
///
/// On a display that is too narrow, less important columns are left out, and a line names them.
///
/// ```swift
/// let table = TextTable(columns: [.init("level"), .init("fid", alignment: .right)], rows: [["easy", "19.2"]])
/// print(table.text, terminator: "")
/// ```
public struct TextTable: Sendable, Equatable {
    /// The side of a column that its texts are flush with.
    public enum Alignment: Sendable, Hashable {
        /// Flush left, as for words.
        case left
        /// Flush right, as for numbers.
        case right
    }

    /// A column's title, alignment and importance.
    public struct Column: Sendable, Equatable {
        /// The title.
        public let title: String
        /// The alignment of the title and the cells.
        public let alignment: Alignment
        /// The column's name on its own, since a title such as ± says nothing without the column before it.
        public let name: String
        /// When room is short, columns with the highest number are left out first; those with 0 never are.
        public let spareOrder: Int

        /// Makes a column.
        public init(_ title: String, alignment: Alignment = .left, name: String? = nil, spareOrder: Int = 0) {
            self.title = title
            self.alignment = alignment
            self.name = name ?? title
            self.spareOrder = spareOrder
        }
    }

    /// The place of a cell.
    public struct Place: Sendable, Hashable {
        /// The index of the row, from 0.
        public let row: Int
        /// The index of the column, from 0.
        public let column: Int

        /// Makes a place.
        public init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    /// The columns.
    public let columns: [Column]
    /// The cells, row by row.
    public let rows: [[String]]
    /// The cells that stand out on a display with styles.
    public let significant: Set<Place>

    /// Makes a table.
    ///
    /// - Precondition: every row has a cell for each column.
    public init(columns: [Column], rows: [[String]], significant: Set<Place> = []) {
        for (number, row) in rows.enumerated() {
            precondition(
                row.count == columns.count, "row \(number) has \(row.count) cells for \(columns.count) columns")
        }
        self.columns = columns
        self.rows = rows
        self.significant = significant
    }

    /// The table as lines, each ended by a newline: titles, a rule, and the rows.
    ///
    /// Columns are two spaces apart, and no line ends with a space.
    public var text: String { text(on: .plain) }

    /// The table as lines on a display, each ended by a newline.
    ///
    /// Columns that do not fit are left out by their ``Column/spareOrder``, the last of equal ones first, and a line
    /// below says so. If the columns that must stay are still too wide, left-aligned texts are shortened in the middle;
    /// titles and numbers never are.
    ///
    /// - Parameter elsewhere: where to find all columns, for that line: "results.csv has them".
    public func text(on display: TextDisplay, elsewhere: String = "") -> String {
        let shown = TextTable(
            columns: columns.map {
                .init(
                    display.shown($0.title.escaped(for: .line)), alignment: $0.alignment,
                    name: display.shown($0.name.escaped(for: .line)),
                    spareOrder: $0.spareOrder)
            },
            rows: rows.map { $0.map { display.shown($0.escaped(for: .line)) } }, significant: significant)
        guard let width = display.width else { return shown.lines(on: display, widths: shown.widths) }
        let kept = shown.columnsThatFit(in: width)
        let table = shown.selecting(kept)
        let widths = table.shrunk(to: width)
        guard kept.count < columns.count else { return table.lines(on: display, widths: widths) }
        let names = columns.indices.filter { !kept.contains($0) }.map { shown.columns[$0].name }
        // Names are not broken, since a sign such as ± says nothing alone.
        let noBreak = "\u{A0}"
        let note =
            "\(names.count) \(names.count == 1 ? "column" : "columns") left out for want of room: "
            + names.map { $0.replacing(bytes: [" ": noBreak]) }.joined(separator: ", ")
            + (elsewhere.isEmpty ? "" : "; " + elsewhere)
        let lines = display.wrapped(note).replacing(bytes: [noBreak: " "]).parts(between: "\n", keepingEmpty: false)
        return table.lines(on: display, widths: widths) + lines.map { display.styled($0, .faint) + "\n" }.joined()
    }

    /// The width of each column in cells.
    private var widths: [Int] {
        columns.indices.map { j in
            max(displayWidth(columns[j].title), rows.map { displayWidth($0[j]) }.max() ?? 0)
        }
    }

    private func lines(on display: TextDisplay, widths: [Int]) -> String {
        func line(_ cells: [String], _ style: (Int) -> TextDisplay.Style?) -> String {
            var line = ""
            var spaces = 0
            for (j, cell) in cells.enumerated() {
                let cell = shortened(cell, to: widths[j], mark: display.isUnicode ? "…" : "~")
                let padding = widths[j] - displayWidth(cell)
                spaces += (j > 0 ? 2 : 0) + (columns[j].alignment == .left ? 0 : padding)
                if !cell.isEmpty {
                    line += String(repeating: " ", count: spaces) + (style(j).map { display.styled(cell, $0) } ?? cell)
                    spaces = 0
                }
                spaces += columns[j].alignment == .left ? padding : 0
            }
            return line + "\n"
        }
        return line(columns.map(\.title)) { _ in .heading }
            + line(widths.map { String(repeating: display.isUnicode ? "─" : "-", count: $0) }) { _ in .faint }
            + rows.enumerated().map { number, row in
                line(row) { significant.contains(Place(row: number, column: $0)) ? .significant : nil }
            }.joined()
    }

    private static func lineWidth(_ widths: some Collection<Int>) -> Int {
        widths.reduce(0, +) + 2 * max(widths.count - 1, 0)
    }

    private func columnsThatFit(in width: Int) -> [Int] {
        let widths = widths
        var kept = Array(columns.indices)
        while Self.lineWidth(kept.map { widths[$0] }) > width {
            let spare = kept.indices.filter { columns[kept[$0]].spareOrder > 0 }
            guard let first = spare.max(by: { columns[kept[$0]].spareOrder <= columns[kept[$1]].spareOrder }) else {
                break
            }
            kept.remove(at: first)
        }
        return kept
    }

    private func selecting(_ kept: [Int]) -> TextTable {
        TextTable(
            columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } },
            significant: Set(
                significant.compactMap { place in
                    kept.firstIndex(of: place.column).map { Place(row: place.row, column: $0) }
                }))
    }

    /// The columns' widths, with left-aligned columns narrowed, the widest first, until a line fits or all texts are as
    /// short as allowed.
    private func shrunk(to width: Int) -> [Int] {
        var widths = widths
        while Self.lineWidth(widths) > width {
            let flexible = columns.indices.filter {
                columns[$0].alignment == .left && widths[$0] > max(displayWidth(columns[$0].title), 8)
            }
            guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        return widths
    }
}
