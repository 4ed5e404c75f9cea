/// Why an element of a MAT-file cannot be used.
enum MATLABReadingError: Error {
    case damaged(String)
    /// It is sound, but not what was asked for.
    case unexpected(String)
}

/// The data elements of a MAT-file's variable, one after the other.
///
/// An element is a tag (data type and size) and data, padded to eight bytes; one of four bytes or less may share these
/// eight with its tag. No element reaches beyond the one that holds it.
struct MATLABElements {
    enum DataType: Int {
        case int8 = 1
        case uint8, int16, uint16, int32, uint32, single
        case double = 9
        case int64 = 12
        case uint64, matrix, compressed, utf8, utf16, utf32
    }

    struct Element {
        let type: DataType
        let data: Range<Int>
    }

    private let bytes: [UInt8]
    private let isBigEndian: Bool
    private var position = 0
    private var end: Int

    init(_ bytes: [UInt8], isBigEndian: Bool) {
        (self.bytes, self.isBigEndian) = (bytes, isBigEndian)
        end = bytes.count
    }

    var isAtEnd: Bool { position >= end }

    /// The elements within an element.
    func elements(in element: Element) -> MATLABElements {
        var inner = self
        (inner.position, inner.end) = (element.data.lowerBound, element.data.upperBound)
        return inner
    }

    /// The next element.
    mutating func next() throws -> Element {
        guard end - position >= 8 else { throw MATLABReadingError.damaged("an element is missing") }
        let word = number(4, at: position)
        let isSmall = word >> 16 != 0
        let (code, size) = isSmall ? (word & 0xFFFF, word >> 16) : (word, number(4, at: position + 4))
        let start = position + (isSmall ? 4 : 8)
        guard let type = DataType(rawValue: code) else {
            throw MATLABReadingError.damaged("an element of the unknown type \(code)")
        }
        guard size <= (isSmall ? 4 : end - start) else {
            throw MATLABReadingError.damaged("an element of \(size) bytes where \(isSmall ? 4 : end - start) are left")
        }
        // The last element may lack its padding.
        position = isSmall ? position + 8 : min(start + (size + 7) / 8 * 8, end)
        return Element(type: type, data: start..<start + size)
    }

    /// The beginning of the next element, which may be cut off; its inner elements are next.
    mutating func enter(_ type: DataType) throws {
        guard end - position >= 8, number(4, at: position) == type.rawValue else {
            throw MATLABReadingError.damaged("no array")
        }
        let size = number(4, at: position + 4)
        position += 8
        end = min(end, position + size)
    }

    /// Makes sure that so many elements can follow, before anything is allocated for them.
    func requireElements(_ count: Int) throws {
        guard count <= max(end - position, 0) / 8 else {
            throw MATLABReadingError.damaged("\(count) elements in \(max(end - position, 0)) bytes")
        }
    }

    /// The unsigned number of `count` bytes at a place.
    func number(_ count: Int, at place: Int) -> Int {
        Int(truncatingIfNeeded: bits(count, at: place))
    }

    private func bits(_ count: Int, at place: Int) -> UInt64 {
        isBigEndian ? bytes.bigEndian(count, at: place) : bytes.littleEndian(count, at: place)
    }

    /// The bytes of an element.
    func bytes(of element: Element) -> ArraySlice<UInt8> { bytes[element.data] }

    /// The numbers of an element of type `int32`.
    func int32s(of element: Element) -> [Int]? {
        guard element.type == .int32, element.data.count % 4 == 0 else { return nil }
        return stride(from: element.data.lowerBound, to: element.data.upperBound, by: 4)
            .map { Int(Int32(truncatingIfNeeded: bits(4, at: $0))) }
    }

    /// The single number of an element, of whatever type it is stored as: MATLAB stores small doubles as bytes.
    ///
    /// - Returns: nil unless it is one number that a double can hold exactly.
    func number(of element: Element) -> Double? {
        func bits(_ count: Int) -> UInt64? {
            element.data.count == count ? self.bits(count, at: element.data.lowerBound) : nil
        }
        switch element.type {
        case .int8: return bits(1).map { Double(Int8(truncatingIfNeeded: $0)) }
        case .uint8: return bits(1).map { Double($0) }
        case .int16: return bits(2).map { Double(Int16(truncatingIfNeeded: $0)) }
        case .uint16: return bits(2).map { Double($0) }
        case .int32: return bits(4).map { Double(Int32(truncatingIfNeeded: $0)) }
        case .uint32: return bits(4).map { Double($0) }
        case .single: return bits(4).map { Double(Float(bitPattern: UInt32(truncatingIfNeeded: $0))) }
        case .double: return bits(8).map { Double(bitPattern: $0) }
        case .int64: return bits(8).flatMap { Double(exactly: Int64(bitPattern: $0)) }
        case .uint64: return bits(8).flatMap { Double(exactly: $0) }
        case .matrix, .compressed, .utf8, .utf16, .utf32: return nil
        }
    }

    /// The text of an element; nil if its type is none of text, or its bytes are not valid.
    ///
    /// MATLAB writes UTF-16, others UTF-8 or ASCII.
    func text(of element: Element) -> String? {
        func units(_ size: Int) -> [UInt64]? {
            guard element.data.count % size == 0 else { return nil }
            return stride(from: element.data.lowerBound, to: element.data.upperBound, by: size)
                .map { bits(size, at: $0) }
        }
        switch element.type {
        case .int8, .uint8, .utf8: return String(validating: bytes[element.data], as: UTF8.self)
        case .uint16, .utf16:
            return units(2).flatMap { String(validating: $0.map { UInt16(truncatingIfNeeded: $0) }, as: UTF16.self) }
        case .utf32:
            return units(4).flatMap { String(validating: $0.map { UInt32(truncatingIfNeeded: $0) }, as: UTF32.self) }
        default: return nil
        }
    }
}
