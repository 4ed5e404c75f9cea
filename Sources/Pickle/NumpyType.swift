/// The type of the elements of an array in a pickle: text, numbers or objects.
package struct NumpyType {
    /// `U` for text of four bytes per character, `S` for bytes, `f`, `i`, `u`, `b` for numbers, `O` for objects.
    let kind: Kind
    /// The size of an element in bytes.
    let size: Int32
    var isBigEndian = false

    enum Kind: Character {
        case text = "U"
        case bytes = "S"
        case float = "f"
        case signed = "i"
        case unsigned = "u"
        case bool = "b"
        case object = "O"
    }

    /// - Parameter code: a type code such as `U30`, where the number counts characters, or `f8`.
    init?(code: String) {
        var digits = Substring(code)
        if let first = digits.first, "<>=|".contains(first) {
            isBigEndian = first == ">"
            digits = digits.dropFirst()
        }
        guard let kind = digits.popFirst().flatMap(Kind.init), let count = Int32(digits),
            (0...Int32(PickleValues.Limit.textSize)).contains(count)
        else { return nil }
        let isSound =
            switch kind {
            case .text, .bytes: true
            case .object: count == 8 || count == 4
            case .float: count == 4 || count == 8
            case .bool: count == 1
            case .signed, .unsigned: [1, 2, 4, 8].contains(count)
            }
        guard isSound else { return nil }
        self.kind = kind
        size = kind == .text ? 4 * count : count
    }

    /// The element that these bytes encode; nil for objects, invalid text, or numbers beyond `Int`.
    func element(of bytes: ArraySlice<UInt8>) -> PickleValues.Content? {
        switch kind {
        case .object: return nil
        case .bytes:
            let end = bytes.lastIndex { $0 != 0 }.map { $0 + 1 } ?? bytes.startIndex
            return String(validating: bytes[..<end], as: UTF8.self).map { .string($0) }
        case .text:
            var text = String.UnicodeScalarView()
            for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4) {
                let code = UInt32(truncatingIfNeeded: bits(of: bytes[start..<(start + 4)]))
                guard let scalar = Unicode.Scalar(code) else { return nil }
                text.append(scalar)
            }
            while text.last == "\0" { text.removeLast() }
            return .string(String(text))
        case .float:
            let bits = bits(of: bytes)
            return .float(
                size == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))) : Double(bitPattern: bits))
        case .bool: return .bool(bits(of: bytes) != 0)
        case .unsigned: return Int(exactly: bits(of: bytes)).map { .int($0) }
        case .signed:
            let unused = UInt64(64 - 8 * size)
            return .int(Int(Int64(bitPattern: bits(of: bytes) << unused) >> Int64(unused)))
        }
    }

    private func bits(of bytes: ArraySlice<UInt8>) -> UInt64 {
        func joined(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return isBigEndian ? joined(bytes) : joined(bytes.reversed())
    }
}
