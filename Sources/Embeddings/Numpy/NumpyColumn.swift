internal import Files
internal import Foundation

/// A one-dimensional array of NumPy with one value for each row: names, or labels.
struct NumpyColumn {
    /// What the values are.
    enum Kind {
        /// Strings, of NumPy's types U and S.
        case text
        /// Whole numbers of any size.
        case integer
        /// Floating-point numbers, as labels may be that went through pandas.
        case number
        /// Python objects, which only a pickle could give.
        case object
    }

    let kind: Kind
    let count: Int
    private let width: Int
    private let isBigEndian: Bool
    private let isSigned: Bool
    /// Whether text is in UTF-32, of NumPy's type U.
    private let isWide: Bool
    private let header: NumpyHeader

    /// The column that a header describes; nil for arrays of other types or more dimensions.
    init?(_ header: NumpyHeader) {
        guard header.sizes?.count == 1, let count = header.sizes?.first,
            let type = header.descriptor.wholeMatch(of: #/'([<>=|]?)([USiufO])([0-9]*)'/#)
        else { return nil }
        let letter = String(type.2)
        let size = Int(type.3) ?? 0
        switch letter {
        case "U", "S":
            guard size > 0, size <= 1 << 16 else { return nil }
            (kind, width) = (.text, letter == "U" ? 4 * size : size)
        case "i", "u":
            guard [1, 2, 4, 8].contains(size) else { return nil }
            (kind, width) = (.integer, size)
        case "f":
            guard [4, 8].contains(size) else { return nil }
            (kind, width) = (.number, size)
        default: (kind, width) = (.object, 8)
        }
        self.count = count
        self.header = header
        isBigEndian = type.1 == ">"
        isSigned = letter == "i"
        isWide = letter == "U"
    }

    /// The values as text: numbers without a fraction as whole numbers.
    ///
    /// - Throws: ``/Files/FileError`` for Python objects, text that is no Unicode, or a length that the header does not
    ///   give.
    func texts(in source: some ByteSource) throws -> [String] {
        guard kind != .object else {
            throw source.malformed(
                "an array of Python objects, which only unpickling could read",
                "strings, as numpy.array(names, dtype=str) makes")
        }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, source.byteCount - header.valuesOffset == byteCount else {
            throw source.malformed(
                "\(source.byteCount - header.valuesOffset) bytes of values", "\(count) × \(width), as its header says")
        }
        // Each text is a word of its own, and those that are long take their bytes beside it.
        let (size, overflow2) = count.multipliedReportingOverflow(by: 16 + (width > 15 ? 32 + width : 0))
        try MemoryBudget.current().requireProportion(
            overflow2 ? .max : size, to: source.storedByteCount, factor: MemoryBudget.packing,
            for: "\(count) texts or numbers", in: source.path)
        var texts: [String] = []
        texts.reserveCapacity(count)
        // Blocks, since one call for each row is slow where an entry is unpacked.
        let rowsPerBlock = max(1, (1 << 20) / width)
        for start in stride(from: 0, to: count, by: rowsPerBlock) {
            let rows = start..<min(start + rowsPerBlock, count)
            let offset = header.valuesOffset
            let bytes = try source.bytes(in: offset + rows.lowerBound * width..<offset + rows.upperBound * width)
            for row in rows {
                let place = (row - start) * width
                texts.append(try text(bytes[place..<place + width], row, of: source))
            }
        }
        return texts
    }

    private func text(_ bytes: ArraySlice<UInt8>, _ row: Int, of source: some ByteSource) throws -> String {
        switch kind {
        case .text where isWide: return try wideText(bytes, row, of: source)
        case .text:
            let characters = bytes.reversed().drop { $0 == 0 }.reversed()
            guard let text = String(validating: characters, as: UTF8.self) else {
                throw source.malformed("bytes that are not UTF-8 in row \(row)", "text in UTF-8")
            }
            return text
        case .integer:
            let bits = number(bytes)
            guard isSigned else { return "\(bits)" }
            let shift = UInt64(64 - 8 * width)
            return "\(Int64(bitPattern: bits << shift) >> Int64(shift))"
        case .number, .object:
            let bits = number(bytes)
            let value =
                width == 8 ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
            return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
        }
    }

    /// UTF-32, padded with zeros.
    private func wideText(_ bytes: ArraySlice<UInt8>, _ row: Int, of source: some ByteSource) throws -> String {
        var text = String.UnicodeScalarView()
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: 4) {
            let code = UInt32(truncatingIfNeeded: number(bytes[start..<start + 4]))
            if code == 0 { break }
            guard let scalar = Unicode.Scalar(code) else {
                throw source.malformed("the character \(code) in row \(row)", "Unicode text")
            }
            text.append(scalar)
        }
        return String(text)
    }

    private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        isBigEndian ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : bytes.littleEndian(bytes.count, at: 0)
    }
}
