/// Reads the fields of comma-separated values (RFC 4180) one after the other, from a file of any length.
///
/// This is our own reader rather than a package's because every error must name its line, and because holding all
/// numbers as text would take many times the memory of the matrix. A byte order mark is skipped; lines end with LF or
/// CRLF.
package struct FieldReader: ~Copyable {
    /// What follows a field.
    package enum Separator {
        case comma, lineEnd, end
    }

    /// The bytes of the field read last, followed by a zero.
    package private(set) var field: [UInt8] = []
    /// The line on which that field begins, from 1.
    package private(set) var line = 1

    private let file: InputFile
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var blockStart: Int
    private var position = 0
    private var count = 0
    private var nextLine = 1

    /// Longer than any name or number.
    private static let fieldLimit = 1 << 16
    /// More columns than embeddings have dimensions.
    private static let columnLimit = 1 << 18
    /// More than so many columns take.
    private static let rowLimit = 1 << 26

    package init(_ file: InputFile) throws {
        self.file = file
        let isMarked = try file.bytes(in: 0..<min(3, file.byteCount)) == [0xEF, 0xBB, 0xBF]
        blockStart = isMarked ? 3 : 0
    }

    deinit {
        block.deallocate()
    }

    /// The number of bytes read so far.
    package var offset: Int { blockStart + position }

    /// Whether the field has no bytes.
    package var isEmpty: Bool { field.count == 1 }

    /// The field as text.
    package func text() throws -> String {
        guard let text = String(validating: field.dropLast(), as: UTF8.self) else {
            throw error("bytes that are not UTF-8", "UTF-8 text")
        }
        return text
    }

    /// The error for an unexpected field, or for the row that the field ends.
    package func error(_ found: String, _ expected: String) -> FileError {
        .malformed(path: file.path, line: line, found: found, expected: expected)
    }

    /// Reads the next field into ``field``, and says what follows it.
    package mutating func next() throws -> Separator {
        field.removeAll(keepingCapacity: true)
        line = nextLine
        if try peek() == UInt8(ascii: "\"") {
            position += 1
            try readQuoted()
            field.append(0)
            return try separatorAfterQuote()
        }
        while try peek() != nil {
            let start = position
            while position < count, block[position] != UInt8(ascii: ","), block[position] != UInt8(ascii: "\n") {
                position += 1
            }
            try append(block[start..<position])
            guard position < count else { continue }
            let separator = block[position]
            position += 1
            if separator == UInt8(ascii: ",") {
                field.append(0)
                return .comma
            }
            if field.last == UInt8(ascii: "\r") { field.removeLast() }
            field.append(0)
            nextLine += 1
            return .lineEnd
        }
        if field.last == UInt8(ascii: "\r") { field.removeLast() }
        field.append(0)
        return .end
    }

    /// The texts of the row that the field read last begins.
    ///
    /// - Parameters:
    ///   - separator: what follows that field; what follows the row afterwards.
    ///   - limit: how many fields the row may have; nil for a header.
    /// - Returns: at most `limit` texts, and the number of fields, which may be a little more.
    /// - Throws: ``FileError`` for text that is not UTF-8, and for a row far beyond the limit, which is not read to its
    ///   end.
    package mutating func row(until separator: inout Separator, limit: Int?) throws -> (texts: [String], count: Int) {
        let first = line
        let greatest = limit ?? Self.columnLimit
        var texts = [try text()]
        texts.reserveCapacity(min(greatest, 1 << 10))
        var count = 1
        var byteCount = field.count
        while separator == .comma {
            separator = try next()
            count += 1
            byteCount += field.count
            if count <= greatest { texts.append(try text()) }
            // Wrong rows are counted, so that the error says how many fields there are, but not without end.
            guard count <= greatest + 1000, byteCount <= Self.rowLimit else {
                line = first
                throw count > greatest + 1000
                    ? error(
                        "more than \(greatest + 1000) fields",
                        limit.map { "\($0), as in the header" } ?? "at most \(greatest) columns")
                    : error("a row of more than \(Self.rowLimit) bytes", "fields of names and numbers")
            }
        }
        return (texts, count)
    }

    private mutating func readQuoted() throws {
        while try peek() != nil {
            let start = position
            while position < count, block[position] != UInt8(ascii: "\"") {
                if block[position] == UInt8(ascii: "\n") { nextLine += 1 }
                position += 1
            }
            try append(block[start..<position])
            guard position < count else { continue }
            position += 1
            guard try peek() == UInt8(ascii: "\"") else { return }
            try append(block[position..<position + 1])
            position += 1
        }
        throw error("a quote that does not end", "a closing \" before the file's end")
    }

    private mutating func separatorAfterQuote() throws -> Separator {
        if try peek() == UInt8(ascii: "\r") {
            position += 1
            guard try peek() != UInt8(ascii: ",") else { throw textAfterQuote }
        }
        switch try peek() {
        case nil: return .end
        case UInt8(ascii: ","):
            position += 1
            return .comma
        case UInt8(ascii: "\n"):
            position += 1
            nextLine += 1
            return .lineEnd
        default: throw textAfterQuote
        }
    }

    private var textAfterQuote: FileError { error("text after a closing quote", "a comma or the line's end") }

    private mutating func append(_ bytes: Slice<UnsafeMutableRawBufferPointer>) throws {
        guard field.count + bytes.count <= Self.fieldLimit else {
            throw error("a field of more than \(Self.fieldLimit) bytes", "a number or a name")
        }
        field.append(contentsOf: bytes)
    }

    /// The next byte, without consuming it; nil at the end of the file.
    private mutating func peek() throws -> UInt8? {
        if position == count {
            blockStart += count
            count = min(block.count, file.byteCount - blockStart)
            position = 0
            guard count > 0 else { return nil }
            try file.read(into: UnsafeMutableRawBufferPointer(rebasing: block[..<count]), at: blockStart)
        }
        return block[position]
    }
}
