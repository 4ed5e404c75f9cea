package import Foundation

/// The lines of a UTF-8 text that are not blank, with their numbers.
///
/// A line ends with LF, CR or CRLF. A byte order mark is skipped, and so are lines of spaces and tabs only.
package struct TextLines: RandomAccessCollection {
    package struct Line {
        /// The line's number, from 1.
        package let number: Int
        /// The line without its end.
        package let text: Substring
    }

    private let lines: [Line]

    package var startIndex: Int { lines.startIndex }
    package var endIndex: Int { lines.endIndex }
    package subscript(index: Int) -> Line { lines[index] }

    /// Reads the file at `url`.
    ///
    /// - Throws: ``FileError`` if the file cannot be read, is not UTF-8, or takes more memory than may be taken.
    package init(contentsOf url: URL) throws {
        let bytes = try readFile(url)
        let rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        // Counted first, since lines of a byte take far more memory than the file.
        var count = 0
        Self.forEachLine(of: rest) { _, _ in count += 1 }
        let (size, overflow) = count.multipliedReportingOverflow(by: 64)
        try MemoryBudget.current().requireProportion(
            overflow ? .max : size + 2 * bytes.count, to: bytes.count, factor: MemoryBudget.texts, floor: 1 << 30,
            for: "\(count) lines", in: url.path)
        guard let text = String(validating: rest, as: UTF8.self) else {
            var number: Int?
            Self.forEachLine(of: rest) { line, range in
                if number == nil, String(validating: rest[range], as: UTF8.self) == nil { number = line }
            }
            throw FileError.malformed(
                path: url.path, line: number ?? 1, found: "bytes that are not UTF-8", expected: "UTF-8 text")
        }
        var lines: [Line] = []
        lines.reserveCapacity(count)
        let start = text.utf8.startIndex
        Self.forEachLine(of: rest) { number, range in
            let first = text.utf8.index(start, offsetBy: range.lowerBound - rest.startIndex)
            let last = text.utf8.index(start, offsetBy: range.upperBound - rest.startIndex)
            lines.append(Line(number: number, text: text[first..<last]))
        }
        self.lines = lines
    }

    /// Calls `body` with the number and the place of each line that is not blank.
    private static func forEachLine(of bytes: ArraySlice<UInt8>, _ body: (_ number: Int, _ range: Range<Int>) -> Void) {
        let offset = bytes.startIndex
        bytes.withUnsafeBufferPointer { bytes in
            var (number, start, isBlank, position) = (1, 0, true, 0)
            while position <= bytes.count {
                let byte = position < bytes.count ? bytes[position] : UInt8(ascii: "\n")
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                    if !isBlank { body(number, start + offset..<position + offset) }
                    let isDouble =
                        byte == UInt8(ascii: "\r") && position + 1 < bytes.count
                        && bytes[position + 1] == UInt8(ascii: "\n")
                    position += isDouble ? 1 : 0
                    (number, start, isBlank) = (number + 1, position + 1, true)
                } else if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") {
                    isBlank = false
                }
                position += 1
            }
        }
    }
}
