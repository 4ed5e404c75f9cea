/// Where a text that is data is put: what means something else there is escaped.
///
/// This is the only place that knows how. It works on bytes and Unicode scalars, never on `Character`s: a combining mark
/// after `<`, or U+0600 before it, makes one `Character` of both, which a browser still reads as `<` and a mark.
///
/// So `<b>` for markup becomes `&lt;b&gt;`.
package enum TextPlace: Sendable, Hashable, CaseIterable {
    /// One line of a terminal, a log or an error: control characters, line separators and what turns the direction of
    /// writing around are written as in Swift, `\n` or `\u{1B}`.
    case line
    /// The same for several lines: line feeds stay.
    case lines
    /// Text, or the value of an attribute in double quotes, of HTML or of XML such as SVG: white space is one space, and
    /// what XML forbids is left out.
    case markup
    /// JSON within a `script` element: nothing ends the element.
    case script
    /// JSON on its own, which YAML takes as well: control characters, what turns the direction around and noncharacters are
    /// `\uXXXX`, so that a terminal can show it. The value stays the same.
    case json
    /// Text of a LaTeX document, on one line: every sign that is a command there is written out, and signs such as `±` and `−`,
    /// which pdfLaTeX does not know as letters of all fonts, are mathematics.
    case latex
    /// A cell of a table of Markdown, on one line: no sign is a mark, and none ends the cell.
    case markdown
    /// A field of comma-separated values (RFC 4180).
    case field
    /// One component of a path; ``fileNames(for:)`` makes such names distinct.
    case fileName

    /// Appends a text as it must be written here.
    ///
    /// - Complexity: O(n) for n bytes.
    package func append(_ text: String, to bytes: inout [UInt8]) {
        switch self {
        case .field: Self.appendField(text, to: &bytes)
        case .fileName: Self.appendFileName(text, to: &bytes)
        default:
            for scalar in text.unicodeScalars {
                if let escape = escape(scalar) { bytes += escape.utf8 } else { bytes.append(contentsOf: scalar.utf8) }
            }
        }
    }

    /// What is written instead of a scalar; nil if it stays.
    private func escape(_ scalar: Unicode.Scalar) -> String? {
        switch self {
        case .line: scalar.isUnsafeOnTerminals ? scalar.escaped(asASCII: true) : nil
        case .lines: scalar != "\n" && scalar.isUnsafeOnTerminals ? scalar.escaped(asASCII: true) : nil
        case .markup:
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\t", "\n", "\r": " "
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": ""
            default: nil
            }
        case .script: scalar == "<" ? "\\u003c" : nil
        case .json:
            scalar != "\n" && (scalar.isUnsafeOnTerminals || scalar == "\u{FFFE}" || scalar == "\u{FFFF}")
                ? scalar.value > 0xFFFF ? nil : "\\u" + String(scalar.value + 0x1_0000, radix: 16).dropFirst() : nil
        case .latex: scalar.isUnsafeOnTerminals ? " " : Self.latexSigns[scalar]
        case .markdown:
            scalar.isUnsafeOnTerminals
                ? " " : scalar == "<" ? "&lt;" : Self.markdownSigns.contains(scalar) ? "\\" + String(scalar) : nil
        case .field, .fileName: nil
        }
    }

    private static let latexSigns: [Unicode.Scalar: String] = [
        "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%", "_": "\\_",
        "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "\\textless{}", ">": "\\textgreater{}",
        "|": "\\textbar{}", "\"": "''", "±": "$\\pm$", "−": "$-$", "→": "$\\to$", "×": "$\\times$",
        "≤": "$\\le$", "≥": "$\\ge$",
    ]

    private static let markdownSigns: Set<Unicode.Scalar> = [
        "\\", "`", "*", "_", "[", "]", "|", "~", "$", "&", "!", "#",
    ]

    private static func appendField(_ field: String, to bytes: inout [UInt8]) {
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

    private static func appendFileName(_ name: String, to bytes: inout [UInt8]) {
        // The empty name; it cannot clash, since a real `%` is escaped.
        guard !name.isEmpty else { return bytes.append(UInt8(ascii: "%")) }
        let scalars = name.unicodeScalars
        for place in scalars.indices {
            let scalar = scalars[place]
            let isLast = scalars.index(after: place) == scalars.endIndex
            let isAtRisk =
                (scalar == "." && (place == scalars.startIndex || isLast)) || (scalar == " " && isLast)
            for byte in scalar.utf8 {
                guard isAtRisk || scalar.isUnsafeInFileNames else {
                    bytes.append(byte)
                    continue
                }
                bytes += ("%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)).utf8
            }
        }
    }
}

extension String {
    /// The text as it must be written at a place.
    package func escaped(for place: TextPlace) -> String {
        // Most texts need no escape in JSON, and a file may be large.
        if place == .json, !utf8.contains(where: { $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 || $0 == 0xEF }) {
            return self
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count)
        place.append(self, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Unicode.Scalar {
    /// Whether a terminal may obey the scalar rather than show it, or break or turn the line at it.
    fileprivate var isUnsafeOnTerminals: Bool {
        switch value {
        case 0x20...0x7E: false
        // The embeddings, overrides and isolates of bidirectional writing.
        case 0x202A...0x202E, 0x2066...0x2069: true
        default:
            switch properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }

    /// Whether the scalar is special to file systems, shells or globs, or not to be seen.
    fileprivate var isUnsafeInFileNames: Bool {
        switch self {
        case "%", "~", "/", "\\", ":", "*", "?", "\"", "<", ">", "|": true
        default:
            switch properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: true
            default: false
            }
        }
    }
}
