/// The fields of comma-separated values (RFC 4180), one after the other, from a file of any length.
///
/// `CSVTable` holds all fields as strings, which for numbers takes many times the memory of the matrix.
struct FieldReader: ~Copyable {
    enum Separator {
        case comma, lineEnd, end
    }

    /// The bytes of the field read last, and a zero after them.
    private(set) var field: [UInt8] = []
    /// The line on which that field begins, from 1.
    private(set) var line = 1

    private let file: ReadableFile
    private let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    private var blockStart: Int
    private var position = 0
    private var count = 0
    private var nextLine = 1

    /// No id is longer, and no number.
    private static let fieldLimit = 1 << 16

    init(_ file: ReadableFile) throws {
        self.file = file
        let isMarked = try file.bytes(in: 0..<min(3, file.byteCount)) == [0xEF, 0xBB, 0xBF]
        blockStart = isMarked ? 3 : 0
    }

    deinit {
        block.deallocate()
    }

    /// How much of the file has been read.
    var offset: Int { blockStart + position }

    /// The field as text.
    func text() throws -> String {
        guard let text = String(validating: field.dropLast(), as: UTF8.self) else {
            throw error("bytes that are not UTF-8", "UTF-8 text")
        }
        return text
    }

    func error(_ found: String, _ expected: String) -> EmbeddingFileError {
        .malformed(path: "\(file.path):\(line)", found: found, expected: expected)
    }

    /// Reads the next field into `field`, and says what follows it.
    mutating func next() throws -> Separator {
        field.removeAll(keepingCapacity: true)
        line = nextLine
        var isQuoted = false
        if try peek() == UInt8(ascii: "\"") {
            isQuoted = true
            position += 1
            try readQuoted()
        }
        while let byte = try peek() {
            position += 1
            switch byte {
            case UInt8(ascii: ","):
                field.append(0)
                return .comma
            case UInt8(ascii: "\n"):
                if !isQuoted, field.last == UInt8(ascii: "\r") { field.removeLast() }
                field.append(0)
                nextLine += 1
                return .lineEnd
            case UInt8(ascii: "\r") where isQuoted: continue
            default:
                guard !isQuoted else { throw error("text after a closing quote", "a comma or the line's end") }
                try append(byte)
            }
        }
        if !isQuoted, field.last == UInt8(ascii: "\r") { field.removeLast() }
        field.append(0)
        return .end
    }

    private mutating func readQuoted() throws {
        while let byte = try peek() {
            position += 1
            if byte == UInt8(ascii: "\"") {
                guard try peek() == byte else { return }
                position += 1
            } else if byte == UInt8(ascii: "\n") {
                nextLine += 1
            }
            try append(byte)
        }
        throw error("a quote that does not end", "a closing \" before the file's end")
    }

    private mutating func append(_ byte: UInt8) throws {
        guard field.count < Self.fieldLimit else {
            throw error("a field of more than \(Self.fieldLimit) bytes", "a number, or the id of a sample")
        }
        field.append(byte)
    }

    /// The next byte, which stays; nil at the file's end.
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
