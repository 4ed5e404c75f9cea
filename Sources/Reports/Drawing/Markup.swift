internal import Files
internal import Statistics

/// An SVG drawing or part of a page as text: elements are appended, each on its own line.
struct Markup: Sendable {
    private(set) var lines: [String] = []

    /// Appends an element; with `content` it holds that text, escaped. (In HTML only void elements may omit it.)
    mutating func element(_ name: String, _ attributes: [(String, String)], content: String? = nil) {
        let text = attributes.map { " \($0.0)=\"\(Self.escaped($0.1))\"" }.joined()
        lines.append("<\(name)\(text)" + (content.map { ">\(Self.escaped($0))</\(name)>" } ?? "/>"))
    }

    /// Appends an element that holds what `body` appends.
    mutating func group(_ name: String, _ attributes: [(String, String)], _ body: (inout Markup) -> Void) {
        let text = attributes.map { " \($0.0)=\"\(Self.escaped($0.1))\"" }.joined()
        lines.append("<\(name)\(text)>")
        body(&self)
        lines.append("</\(name)>")
    }

    /// Appends a line of text.
    mutating func text(
        _ content: String, x: Double, y: Double, className: String, size: Double = 12, anchor: String = "start",
        fill: String, attributes: [(String, String)] = []
    ) {
        element(
            "text",
            [
                ("x", Self.number(x)), ("y", Self.number(y)), ("class", className), ("font-size", Self.number(size)),
                ("text-anchor", anchor), ("fill", fill),
            ] + attributes, content: content)
    }

    /// Appends markup as it is.
    mutating func raw(_ markup: String) {
        lines.append(markup)
    }

    /// Appends the style sheet, which must not hold `<` or `&`.
    mutating func style(_ sheet: String) {
        lines.append("<style>\n\(sheet)\n</style>")
    }

    /// A coordinate with at most two decimals.
    static func number(_ value: Double) -> String {
        let text = fixed(value, 2)
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    /// Text for HTML and XML: markup is escaped, and characters that XML 1.0 forbids are left out.
    static func escaped(_ text: String) -> String { text.escaped(for: .markup) }

    /// A generous estimate of a text's width in the system sans-serif font.
    static func width(of text: String, size: Double) -> Double {
        Double(displayWidth(text)) * size * 0.6
    }
}
