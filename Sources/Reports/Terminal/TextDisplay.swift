import Files

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
            case .series(let number): Self.colors[number % Self.colors.count]
            }
        return "\(Self.introducer)\(code)m\(text)\(Self.introducer)0m"
    }

    private static let colors = ["36", "33", "35", "32", "34", "31"]
    /// The codes of all styles, and of the end of one.
    private static let codes = Set((["0", "1", "2", "1;32", "1;33", "1;31"] + colors).map { $0[...] })
    private static let introducer = "\u{1B}["

    /// A finished text without anything that a terminal would obey but line feeds and, on a display with styles, what
    /// ``styled(_:_:)`` adds.
    ///
    /// It is for all that is printed, whatever it is made of: texts that went through ``shown(_:)``, as those of tables
    /// and wrapped lines do, stay as they are.
    public func harmless(_ text: String) -> String {
        guard isColored, text.holds(Self.introducer) else { return text.escaped(for: .lines) }
        var (result, rest) = ("", text.utf8[...])
        var plain: [UInt8] = []
        func ended() -> String { String(decoding: plain, as: UTF8.self).escaped(for: .lines) }
        while let byte = rest.first {
            if let code = Self.code(at: rest) {
                result += ended() + code
                plain = []
                rest = rest.dropFirst(code.utf8.count)
            } else {
                plain.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result + ended()
    }

    /// The code of a style at the start of a text; nil if another sequence or none is there.
    private static func code(at text: Substring.UTF8View) -> String? {
        guard text.starts(with: introducer.utf8) else { return nil }
        let digits = text.dropFirst(introducer.utf8.count).prefix { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ";")
        }
        let code = "\(introducer)\(Substring(digits))m"
        return codes.contains(Substring(digits)) && text.starts(with: code.utf8) ? code : nil
    }

    /// A text as the display can show it: control characters that a terminal would obey are escaped, but for line feeds;
    /// without Unicode, the non-ASCII signs that reports use are replaced, while names from users stay.
    ///
    /// Text that has styles already is not for this function: see ``harmless(_:)``.
    public func shown(_ text: String) -> String {
        let text = text.escaped(for: .lines)
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
        for paragraph in text.parts(between: "\n") {
            let isIndented = !lines.isEmpty && !paragraph.isEmpty
            var line = isIndented ? indent : ""
            var used = lines.isEmpty ? column : indentation
            var isStart = true
            for word in paragraph.parts(between: " ") {
                let length = displayWidth(word)
                if !isStart, used + 1 + length > width {
                    lines.append(line)
                    (line, used) = (indent + word, indentation + length)
                } else {
                    line += isStart ? word : " " + word
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
