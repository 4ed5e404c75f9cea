/// The capabilities of a text's destination: a terminal of some width, or a file without limits.
///
/// ```swift
/// print(table.text(on: .plain), terminator: "")
/// ```
public struct TextDisplay: Sendable, Equatable {
    /// A style that makes words stand out.
    public enum Style: Sendable, Hashable {
        /// The titles of a table.
        case heading
        /// Less important parts: rules and axes.
        case faint
        /// A significant finding.
        case significant
        /// The word before a warning.
        case warning
        /// The word before an error.
        case error
        /// A line of a plot, by its number; the six colours repeat.
        case series(Int)
    }

    /// The number of cells per line; nil if there is no limit, as in a file.
    public let width: Int?
    /// Whether characters beyond ASCII can be shown.
    public let isUnicode: Bool
    /// Whether words can be bold or coloured.
    public let isColored: Bool

    /// A file or pipe: no limits, and no escape codes.
    public static let plain = TextDisplay(width: nil)

    /// Describes a display.
    public init(width: Int?, isUnicode: Bool = true, isColored: Bool = false) {
        self.width = width
        self.isUnicode = isUnicode
        self.isColored = isColored
    }

    /// A text in a style, if the display has styles.
    public func styled(_ text: some StringProtocol, _ style: Style) -> String {
        guard isColored, !text.isEmpty else { return String(text) }
        let code =
            switch style {
            case .heading: "1"
            case .faint: "2"
            case .significant: "1;32"
            case .warning: "1;33"
            case .error: "1;31"
            case .series(let number): ["36", "33", "35", "32", "34", "31"][number % 6]
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// A text in characters that the display can show: the non-ASCII signs that reports use are replaced, while names
    /// from users stay.
    public func shown(_ text: String) -> String {
        guard !isUnicode, !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var shown = ""
        for character in text { shown += Self.replacements[character] ?? String(character) }
        return shown
    }

    private static let replacements: [Character: String] = [
        "±": "+-", "–": "-", "−": "-", "≤": "<=", "≥": ">=", "×": "x", "…": "~", "─": "-", "←": "<-", "→": "->",
        "é": "e", "½": "1/2",
    ]

    /// A text wrapped between words to the width of the display; unchanged on a display without limits.
    ///
    /// Line breaks in the text are kept. A word longer than a line is not broken.
    ///
    /// - Parameters:
    ///   - indentation: the number of spaces before every line but the first.
    ///   - column: the number of cells already taken before the first line.
    public func wrapped(_ text: String, indentation: Int = 0, from column: Int = 0) -> String {
        let text = shown(text)
        guard let width else { return text }
        let indent = String(repeating: " ", count: indentation)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isIndented = !lines.isEmpty && !paragraph.isEmpty
            var line = isIndented ? indent : ""
            var used = lines.isEmpty ? column : indentation
            var isStart = true
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                let length = displayWidth(String(word))
                if !isStart, used + 1 + length > width {
                    lines.append(line)
                    (line, used) = (indent + word, indentation + length)
                } else {
                    line += isStart ? String(word) : " " + word
                    used += length + (isStart ? 0 : 1)
                }
                isStart = false
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}

/// A text shortened to at most `width` cells; the middle is left out, since names differ at their ends.
///
/// - Parameter mark: the character of one cell that replaces the middle.
func shortened(_ text: String, to width: Int, mark: Character = "…") -> String {
    guard displayWidth(text) > width else { return text }
    guard width > 1 else { return String(repeating: mark, count: max(width, 0)) }
    let room = width - 1
    func taken(_ characters: some Sequence<Character>, _ room: Int) -> [Character] {
        var used = 0
        return characters.prefix { character in
            used += displayWidth(String(character))
            return used <= room
        }
    }
    let end = taken(text.reversed(), room / 2)
    let start = taken(text, room - displayWidth(String(end)))
    return String(start) + String(mark) + String(end.reversed())
}
