internal import Foundation

/// Encodes a value as JSON; equal values give the same bytes: keys are sorted, `/` is not escaped, a newline ends it.
///
/// Objects and arrays are indented, except those that fit on a line of 140 columns and lists of plain values: an entry
/// with its error is one line, rather than one line per number. No character is raw that a terminal would obey (``TextPlace/json``).
///
/// - Throws: `EncodingError`, for instance for a number that is not finite.
package func stableJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var layout = JSONLayout(Array(try encoder.encode(value)))
    return layout.text().escaped(for: .json) + "\n"
}

/// Breaks JSON that has no white space into lines.
private struct JSONLayout {
    private static let width = 140
    private let bytes: [UInt8]
    /// For each `{` and `[`, the position of its closing bracket.
    private var ends: [Int: Int] = [:]
    /// The positions where lists of plain values start.
    private var listsOfScalars: Set<Int> = []
    private var output: [UInt8] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var open: [(start: Int, isPlain: Bool)] = []
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""): position = Self.endOfString(in: bytes, from: position)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if !open.isEmpty { open[open.count - 1].isPlain = false }
                open.append((position, bytes[position] == UInt8(ascii: "[")))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                let (start, isPlain) = open.removeLast()
                ends[start] = position
                if isPlain { listsOfScalars.insert(start) }
            default: break
            }
            position += 1
        }
    }

    mutating func text() -> String {
        write(from: 0, indentation: 0)
        return String(decoding: output, as: UTF8.self)
    }

    /// Writes the value that starts at a position, and returns the position after it.
    @discardableResult
    private mutating func write(from start: Int, indentation: Int) -> Int {
        guard let end = ends[start] else { return writeScalar(from: start) }
        let column = output.count - (output.lastIndex(of: UInt8(ascii: "\n")) ?? -1) - 1
        if listsOfScalars.contains(start) || column + (end - start + 1) * 9 / 8 <= Self.width {
            writeOnOneLine(start...end)
            return end + 1
        }
        output.append(bytes[start])
        var position = start + 1
        while position < end {
            newline(indentation + 2)
            if bytes[start] == UInt8(ascii: "{") {
                let colon = Self.endOfString(in: bytes, from: position) + 1
                output += bytes[position..<colon] + Array(": ".utf8)
                position = colon + 1
            }
            position = write(from: position, indentation: indentation + 2)
            if bytes[position] == UInt8(ascii: ",") {
                output.append(bytes[position])
                position += 1
            }
        }
        newline(indentation)
        output.append(bytes[end])
        return end + 1
    }

    private mutating func writeScalar(from start: Int) -> Int {
        var end = start
        if bytes[start] == UInt8(ascii: "\"") {
            end = Self.endOfString(in: bytes, from: start) + 1
        } else {
            while end < bytes.count, !",]}".utf8.contains(bytes[end]) { end += 1 }
        }
        output += bytes[start..<end]
        return end
    }

    private mutating func writeOnOneLine(_ range: ClosedRange<Int>) {
        var position = range.lowerBound
        while position <= range.upperBound {
            let end = bytes[position] == UInt8(ascii: "\"") ? Self.endOfString(in: bytes, from: position) : position
            output += bytes[position...end]
            if end == position, bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: ":") {
                output.append(UInt8(ascii: " "))
            }
            position = end + 1
        }
    }

    private mutating func newline(_ indentation: Int) {
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: indentation)
    }

    /// The position of the quotation mark that ends the string that starts at a position.
    private static func endOfString(in bytes: [UInt8], from start: Int) -> Int {
        var position = start + 1
        while bytes[position] != UInt8(ascii: "\"") { position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1 }
        return position
    }
}
