internal import Files

/// The bytes of a pickle, read from first to last.
struct PickleBytes {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The number of bytes left.
    var rest: Int { bytes.count - position }

    /// The text, bytes or number that follows an opcode; nil for other opcodes.
    mutating func scalar(_ opcode: UInt8) throws -> PickleValues.Content? {
        switch opcode {
        case UInt8(ascii: "J"): return .int(Int(Int32(truncatingIfNeeded: try number(4))))
        case UInt8(ascii: "K"): return .int(try number(1))
        case UInt8(ascii: "M"): return .int(try number(2))
        case 0x8A: return .int(try longNumber(bytes: number(1)))
        case 0x8B: return .int(try longNumber(bytes: number(4)))
        case UInt8(ascii: "I"):
            let text = try textLine()
            if text == "00" || text == "01" { return .bool(text == "01") }
            return .int(try Self.integer(text))
        case UInt8(ascii: "L"):
            let text = try textLine()
            return .int(try Self.integer(text.utf8.last == UInt8(ascii: "L") ? String(text.dropLast()) : text))
        case UInt8(ascii: "F"):
            let text = try textLine()
            guard let value = Double(text) else {
                throw PickleFailure(reason: "the number \"\(excerpt(text))\"")
            }
            return .float(value)
        case UInt8(ascii: "G"):
            return .float(Double(bitPattern: try take(8).reduce(0) { $0 << 8 | UInt64($1) }))
        case UInt8(ascii: "X"): return try string(take(number(4)))
        case 0x8C: return try string(take(number(1)))
        case 0x8D: return try string(take(number(8)))
        case UInt8(ascii: "T"), UInt8(ascii: "B"): return .bytes(Array(try take(number(4))))
        case UInt8(ascii: "U"), UInt8(ascii: "C"): return .bytes(Array(try take(number(1))))
        case 0x8E, 0x96: return .bytes(Array(try take(number(8))))
        case UInt8(ascii: "S"): return .bytes(try Self.unquoted(line()))
        case UInt8(ascii: "V"): return .string(try Self.unescaped(line()))
        default: return nil
        }
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard count <= rest else {
            throw PickleFailure(reason: "the file ends after \(rest) more bytes; expected \(count)")
        }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    /// An unsigned little-endian number.
    mutating func number(_ count: Int) throws -> Int {
        let value = try take(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: value) else { throw PickleFailure(reason: "the size \(value)") }
        return number
    }

    /// A signed little-endian number.
    private mutating func longNumber(bytes count: Int) throws -> Int {
        guard count <= 8 else { throw PickleFailure(reason: "a number of \(count) bytes; expected at most 8") }
        let bytes = try take(count)
        let start: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
        return Int(Int64(bitPattern: bytes.reversed().reduce(start) { $0 << 8 | UInt64($1) }))
    }

    private mutating func line() throws -> ArraySlice<UInt8> {
        guard let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw PickleFailure(reason: "the file ends within a line")
        }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    mutating func textLine() throws -> String {
        let line = try line()
        guard let text = String(validating: line, as: UTF8.self) else {
            throw PickleFailure(reason: "a line that is no text")
        }
        return text
    }

    mutating func numberLine() throws -> Int { try Self.integer(textLine()) }

    private static func integer(_ text: String) throws -> Int {
        guard let value = Int(text) else {
            throw PickleFailure(reason: "the whole number \"\(excerpt(text))\"")
        }
        return value
    }

    private func string(_ bytes: ArraySlice<UInt8>) throws -> PickleValues.Content {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PickleFailure(reason: "text that is not UTF-8")
        }
        return .string(text)
    }

    /// Bytes as Python 2 writes them: in quotes, with escapes.
    private static func unquoted(_ line: ArraySlice<UInt8>) throws -> [UInt8] {
        guard line.count >= 2, let quote = line.first, quote == line.last, quote == 0x22 || quote == 0x27 else {
            throw PickleFailure(reason: "text without quotes")
        }
        var result: [UInt8] = []
        var rest = line.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "x"):
                let value = try hexadecimal(rest.prefix(2), count: 2)
                rest = rest.dropFirst(2)
                result.append(UInt8(truncatingIfNeeded: value))
            case let other? where [0x22, 0x27, UInt8(ascii: "\\")].contains(other): result.append(other)
            default: throw PickleFailure(reason: "an escape that is not known")
            }
        }
        return result
    }

    /// Text of protocol 0: Latin-1, except for `\u` and `\U` escapes.
    private static func unescaped(_ line: ArraySlice<UInt8>) throws -> String {
        var result = String.UnicodeScalarView()
        var rest = line
        while let byte = rest.popFirst() {
            let length = rest.first == UInt8(ascii: "u") ? 4 : rest.first == UInt8(ascii: "U") ? 8 : 0
            guard byte == UInt8(ascii: "\\"), length > 0 else {
                result.append(Unicode.Scalar(byte))
                continue
            }
            rest = rest.dropFirst()
            guard let scalar = Unicode.Scalar(try hexadecimal(rest.prefix(length), count: length)) else {
                throw PickleFailure(reason: "an escape of no character")
            }
            rest = rest.dropFirst(length)
            result.append(scalar)
        }
        return String(result)
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>, count: Int) throws -> UInt32 {
        guard digits.count == count, !digits.contains(UInt8(ascii: "+")), !digits.contains(UInt8(ascii: "-")),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw PickleFailure(reason: "an escape without its digits") }
        return value
    }
}
