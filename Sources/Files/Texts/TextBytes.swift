/// Questions about texts that are answered by their UTF-8 bytes.
///
/// `hasPrefix`, `split`, `replacing` and `==` of the standard library compare `Character`s: a slash with a combining
/// accent after it, or an Arabic number sign (U+0600) before it, is one `Character` that is no slash, and CR LF is one
/// that is no LF. Files, terminals, browsers and other programs see the slash. So text that comes from outside is
/// searched, split and compared by these only; a test looks for the others in the sources.
extension StringProtocol {
    /// Whether the first bytes are those of `start`.
    package func begins(with start: String) -> Bool { utf8.starts(with: start.utf8) }

    /// Whether the last bytes are those of `end`.
    package func ends(with end: String) -> Bool {
        utf8.count >= end.utf8.count && utf8.suffix(end.utf8.count).elementsEqual(end.utf8)
    }

    /// Whether the bytes of `part`, which is not empty, are anywhere in the text.
    ///
    /// - Complexity: O(n·m) for n bytes and m of them in `part`.
    package func holds(_ part: String) -> Bool {
        guard let first = part.utf8.first else { return true }
        var rest = utf8[...]
        while let start = rest.firstIndex(of: first) {
            rest = rest[start...]
            if rest.starts(with: part.utf8) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// The text with every occurrence of some bytes replaced; what replaces them is not searched again.
    ///
    /// - Parameter values: what is replaced, and by what; of two that fit at one place, the first counts.
    package func replacing(bytes values: KeyValuePairs<String, String>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(utf8.count)
        var rest = utf8[...]
        while let byte = rest.first {
            if let (old, new) = values.first(where: { !$0.key.isEmpty && rest.starts(with: $0.key.utf8) }) {
                result += new.utf8
                rest = rest.dropFirst(old.utf8.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The parts between the places of an ASCII character, at least one if empty parts are kept.
    package func parts(between separator: Unicode.Scalar, keepingEmpty: Bool = true) -> [String] {
        utf8.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: !keepingEmpty)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The lines, which LF, CR LF or CR end; the last one is empty if the text ends with a line end.
    package var textLines: [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        var wasReturn = false
        for byte in utf8 {
            let isReturn = byte == UInt8(ascii: "\r")
            if isReturn || (byte == UInt8(ascii: "\n") && !wasReturn) {
                lines.append(String(decoding: line, as: UTF8.self))
                line.removeAll(keepingCapacity: true)
            } else if byte != UInt8(ascii: "\n") {
                line.append(byte)
            }
            wasReturn = isReturn
        }
        return lines + [String(decoding: line, as: UTF8.self)]
    }

    /// The text without its first bytes, which another one has.
    package func dropping(_ start: String) -> String {
        begins(with: start) ? String(decoding: utf8.dropFirst(start.utf8.count), as: UTF8.self) : String(self)
    }
}
