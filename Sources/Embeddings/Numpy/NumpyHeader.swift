internal import Files
internal import Foundation

/// The raw entries in the header of a `.npy` file.
struct NumpyHeader {
    /// The type of the values, as in `'<f4'`.
    let descriptor: Substring
    /// Nil if the header does not say.
    let isFortranOrder: Bool?
    /// The text between the parentheses of the shape; nil if the header has none.
    let shape: Substring?
    let valuesOffset: Int
    let text: String

    /// Far more than two sizes and a type need, and small enough to read at once.
    static let maximumByteCount = 12 + 0xFFFF

    init(_ source: some ByteSource) throws {
        func malformed(_ found: String, _ expected: String = "a .npy file") -> FileError {
            source.malformed(found, expected)
        }
        let data = try source.bytes(in: 0..<min(source.byteCount, Self.maximumByteCount))
        guard data.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw malformed(Self.guess(at: data), "a .npy file, as numpy.save writes for one array")
        }
        guard data.count >= 10 else { throw malformed("a file that ends in its header") }
        let version = data[6]
        guard (1...3).contains(version) else { throw malformed("version \(version) of .npy", "version 1, 2 or 3") }
        let lengthBytes = version == 1 ? 2 : 4
        guard data.count >= 8 + lengthBytes else { throw malformed("a file that ends in its header") }
        let length = Int(data.littleEndian(lengthBytes, at: 8))
        valuesOffset = 8 + lengthBytes + length
        guard source.byteCount >= valuesOffset else { throw malformed("a file that ends in its header") }
        guard valuesOffset <= data.count else {
            throw malformed("a header of \(length) bytes", "one of at most 65535 bytes")
        }
        // Version 3 is in UTF-8, the others in Latin-1, but only ASCII can describe what is accepted.
        text = String(decoding: data[(8 + lengthBytes)..<valuesOffset], as: UTF8.self)
        guard let descriptor = text.firstMatch(of: #/'descr'\s*:\s*('[^']*'|[^,}]*)/#) else {
            throw malformed("a header without the type of the values (\(excerpt(text)))")
        }
        self.descriptor = descriptor.1
        isFortranOrder = text.firstMatch(of: #/'fortran_order'\s*:\s*(True|False)/#).map { $0.1 == "True" }
        shape = text.firstMatch(of: #/'shape'\s*:\s*\(([^)]*)\)/#)?.1
    }

    /// The sizes as numbers; nil if one is not a number or too large for any array.
    var sizes: [Int]? {
        guard let shape else { return nil }
        let numbers = shape.parts(between: ",", keepingEmpty: false).map { $0.filter { $0 != " " } }.filter {
            !$0.isEmpty
        }.map { Int($0) }
        return numbers.contains(nil) ? nil : numbers.compactMap { $0 }
    }

    /// Type and shape, for a list of arrays.
    var summary: String {
        "\(excerpt(descriptor.filter { $0 != "'" })) (\(excerpt(shape ?? "")))"
    }

    /// A guess at what a file is that is not a `.npy` file.
    private static func guess(at data: [UInt8]) -> String {
        if data.isEmpty { return "an empty file" }
        if data.starts(with: Array("PK".utf8)) { return "a zip archive, such as .npz and PyTorch files are" }
        if data.starts(with: [0x89] + Array("HDF".utf8)) { return "an HDF5 file" }
        if data[0] == 0x80, data.count > 1, data[1] <= 5 { return "a Python pickle" }
        return "a file that does not begin as NumPy's do"
    }
}
