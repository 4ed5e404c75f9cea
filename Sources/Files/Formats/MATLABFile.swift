package import Foundation

/// A MAT-file of version 5, which MATLAB writes by default: the arrays of text and of structures that annotations of
/// images are kept in.
///
/// Either byte order is read, compressed or not. Files of version 7.3 (HDF5) and of version 4 are refused by name.
/// Nothing beyond the file or the variable is read, whatever their sizes claim, and a variable takes at most
/// ``byteLimit`` bytes.
///
/// Source: "MAT-File Format", MathWorks, R2024b, chapter "Level 5 MAT-Files".
package struct MATLABFile {
    /// Eight times what CARS196 has; the most bytes of one variable, unpacked.
    private static let byteLimit = 1 << 26
    /// Far more than files of annotations have.
    private static let variableLimit = 1 << 12
    private static let expected = "one of version 5, as MATLAB's save -v7 writes"

    private struct Variable {
        let name: String
        /// Where its element lies in the file, with its tag unless it is compressed.
        let bytes: Range<Int>
        let isCompressed: Bool
    }

    private let file: InputFile
    private let isBigEndian: Bool
    private var variables: [Variable] = []

    /// Opens a file and lists its variables.
    ///
    /// - Throws: ``FileError`` for another version or kind of file, one that is cut off, or a variable whose name cannot
    ///   be read.
    package init(contentsOf url: URL) throws {
        file = try InputFile(url)
        let header = try file.bytes(in: 0..<min(Self.headerByteCount, file.byteCount))
        guard let isBigEndian = Self.isBigEndian(header) else {
            throw file.malformed(try Self.description(of: file, header: header), Self.expected)
        }
        self.isBigEndian = isBigEndian
        var position = Self.headerByteCount
        while position < file.byteCount {
            guard variables.count < Self.variableLimit else {
                throw file.malformed("more than \(Self.variableLimit) variables", "fewer")
            }
            guard let element = try element(at: position) else {
                throw file.malformed("a MAT-file that is damaged or cut off at byte \(position)", "a complete one")
            }
            position = element.end
            if let variable = element.variable { variables.append(variable) }
        }
    }

    /// The strings in a cell array.
    ///
    /// - Throws: ``FileError`` if there is no such variable, it is something else, or a cell holds no text.
    package func strings(inCellArray name: String) throws -> [String] {
        try reading(name) { elements in
            let array = try MATLABArray(&elements)
            guard array.kind == .cell else { throw MATLABReadingError.unexpected("a cell array of strings") }
            try elements.requireElements(array.count)
            let texts = try (0..<array.count).map { index in
                let cell = try elements.next()
                guard let text = try MATLABArray.text(of: cell, in: elements) else {
                    throw file.malformed("no text in cell \(index + 1) of \(name)", "a string in every cell")
                }
                return text
            }
            guard elements.isAtEnd else {
                throw MATLABReadingError.damaged("more values than its \(array.count) cells have")
            }
            return texts
        }
    }

    /// An array of structures with at least these fields.
    ///
    /// - Throws: ``FileError`` if there is no such variable, it is something else, or a field is missing.
    package func structs(_ name: String, fields: [String]) throws -> MATLABStructs {
        let structs = try reading(name) { elements in
            guard let structs = try MATLABStructs(&elements, name: name, path: file.path) else {
                throw MATLABReadingError.unexpected("an array of structures")
            }
            return structs
        }
        for field in fields where !structs.fields.contains(field) {
            throw file.malformed(
                "\(name) with the fields \(structs.fields.prefix(20).map { excerpt($0) }.joined(separator: ", "))",
                "a field \(field)")
        }
        return structs
    }

    /// Reads a variable's element.
    private func reading<Result>(_ name: String, _ body: (inout MATLABElements) throws -> Result) throws -> Result {
        guard let variable = variables.first(where: { $0.name == name }) else {
            let others = variables.prefix(20).map { excerpt($0.name) }.joined(separator: ", ")
            throw file.malformed("no variable \(name)" + (others.isEmpty ? "" : " but \(others)"), name)
        }
        func damaged(_ reason: String) -> FileError {
            file.malformed("the variable \(name) damaged (\(reason))", "one that can be read")
        }
        do {
            var elements = try elements(of: variable)
            return try body(&elements)
        } catch MATLABReadingError.damaged(let reason) {
            throw damaged(reason)
        } catch MATLABReadingError.unexpected(let expected) {
            throw file.malformed("the variable \(name) of another kind", expected)
        } catch let failure as InflateFailure {
            throw damaged(failure.reason)
        }
    }

    private func elements(of variable: Variable) throws -> MATLABElements {
        guard variable.isCompressed else {
            return MATLABElements(try file.bytes(in: variable.bytes), isBigEndian: isBigEndian)
        }
        let inflater = try Inflater(file, in: variable.bytes, wrapping: .zlib)
        let tag = try Self.bytes(8, of: inflater)
        let claimed = Int((isBigEndian ? tag.bigEndian(4, at: 4) : tag.littleEndian(4, at: 4)))
        guard claimed <= Self.byteLimit else {
            throw MATLABReadingError.damaged("\(claimed) bytes; at most \(Self.byteLimit) are read")
        }
        let content = try Self.bytes(claimed, of: inflater)
        // What follows is the checksum.
        guard content.count == claimed, try inflater.isAtEnd() else {
            throw MATLABReadingError.damaged("its size is not that of its contents")
        }
        return MATLABElements(tag + content, isBigEndian: isBigEndian)
    }

    /// The next bytes of a stream, fewer at its end.
    private static func bytes(_ count: Int, of inflater: Inflater) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            done = try inflater.read(
                into: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
        }
    }
}

// MARK: The header and the list of variables

extension MATLABFile {
    private static let headerByteCount = 128

    /// The byte order that the header of a version 5 file states; nil for anything else.
    private static func isBigEndian(_ header: [UInt8]) -> Bool? {
        guard header.count == headerByteCount else { return nil }
        switch (header[126], header[127]) {
        case (UInt8(ascii: "I"), UInt8(ascii: "M")) where header.littleEndian(2, at: 124) == 0x0100: return false
        case (UInt8(ascii: "M"), UInt8(ascii: "I")) where header.bigEndian(2, at: 124) == 0x0100: return true
        default: return nil
        }
    }

    /// What another file is, for the error.
    private static func description(of file: InputFile, header: [UInt8]) throws -> String {
        let hdf5: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        let hasBlock = try file.byteCount >= 520 && file.bytes(in: 512..<520) == hdf5
        if hasBlock { return "a MAT-file of version 7.3, which is an HDF5 file" }
        if header.starts(with: hdf5) { return "an HDF5 file" }
        return isVersion4(header, byteCount: file.byteCount) ? "a MAT-file of version 4" : "no MATLAB file"
    }

    /// Whether a file begins as the first matrix of a version 4 file, which has no other header: four digits of its
    /// type, its rows, its columns, whether it is complex, and the length of its name, which ends with NUL.
    private static func isVersion4(_ header: [UInt8], byteCount: Int) -> Bool {
        guard header.count >= 22 else { return false }
        return [true, false].contains { isBig in
            func number(_ index: Int) -> Int {
                Int(isBig ? header.bigEndian(4, at: 4 * index) : header.littleEndian(4, at: 4 * index))
            }
            let (type, rows, columns, nameCount) = (number(0), number(1), number(2), number(4))
            let digits = [type / 1000, type / 100 % 10, type / 10 % 10, type % 10]
            guard digits[0] == (isBig ? 1 : 0), digits[1] == 0, digits[2] <= 5, digits[3] <= 2, number(3) <= 1,
                (2...64).contains(nameCount), 20 + nameCount <= header.count, rows <= byteCount, columns <= byteCount
            else { return false }
            let name = header[20..<20 + nameCount]
            return name.last == 0 && name.dropLast().allSatisfy { $0 == UInt8(ascii: "_") || isAlphanumeric($0) }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte < 0x80 && Character(UnicodeScalar(byte)).isLetter || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The element that begins at a byte, and the variable in it, if it is one; nil if the file is damaged there.
    private func element(at start: Int) throws -> (end: Int, variable: Variable?)? {
        guard file.byteCount - start >= 8 else { return nil }
        let tag = MATLABElements(try file.bytes(in: start..<start + 8), isBigEndian: isBigEndian)
        let (type, size) = (tag.number(4, at: 0), tag.number(4, at: 4))
        guard size <= file.byteCount - start - 8 else { return nil }
        let end = start + 8 + size
        let isCompressed = type == MATLABElements.DataType.compressed.rawValue
        guard isCompressed || type == MATLABElements.DataType.matrix.rawValue else { return (end, nil) }
        let bytes = isCompressed ? start + 8..<end : start..<end
        guard isCompressed || bytes.count <= Self.byteLimit else {
            throw file.malformed("a variable of \(bytes.count) bytes", "at most \(Self.byteLimit)")
        }
        // Flags, dimensions and the name come first, and are short.
        let headCount = 1 << 10
        let head: [UInt8]
        do {
            head =
                isCompressed
                ? try Self.bytes(headCount, of: Inflater(file, in: bytes, wrapping: .zlib))
                : try file.bytes(in: bytes.prefix(headCount))
            var elements = MATLABElements(head, isBigEndian: isBigEndian)
            let name = try MATLABArray.name(&elements)
            return (end, name.map { Variable(name: $0, bytes: bytes, isCompressed: isCompressed) })
        } catch is MATLABReadingError {
            return nil
        } catch let failure as InflateFailure {
            throw file.malformed(
                "a variable at byte \(start) that does not unpack (\(failure.reason))", "valid compressed data")
        }
    }
}
