/// Texts in which a sign that means something somewhere stands beside what joins it to one `Character`: U+0600 before it, a
/// combining accent or a joiner after it, or both.
public let hostileTexts: [String] = {
    let signs = [
        "<", ">", "&", "\"", "'", ",", "\n", "\r", "\r\n", ";", "%", "/", "\\", "{", "}", "=", "\t", "\u{0B}", "\0",
        "\u{1B}[31m", "\u{7F}", "\u{85}", "\u{9B}31m", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{FFFE}",
        "</script>", "<!--", "]]>",
    ]
    let marks = ["", "\u{301}", "\u{200D}", "\u{FE0F}"]
    var texts: [String] = []
    for sign in signs {
        for mark in marks {
            for before in ["", "\u{600}"] { texts.append("a\(before)\(sign)\(mark)z") }
        }
    }
    return texts
}()
