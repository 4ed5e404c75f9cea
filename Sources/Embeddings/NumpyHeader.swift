internal import Foundation

/// The header of a `.npy` file, checked against the length of the file.
struct NumpyHeader {
    enum ValueType: String {
        case float16 = "f2"
        case float32 = "f4"
        case float64 = "f8"

        var byteCount: Int {
            switch self {
            case .float16: 2
            case .float32: 4
            case .float64: 8
            }
        }
    }

    let valueType: ValueType
    let isBigEndian: Bool
    let isFortranOrder: Bool
    /// At least 1, as is the number of columns.
    let rowCount: Int
    let columnCount: Int
    let valuesOffset: Int

    /// Far more than two sizes and a type need, and little enough to be searched at once.
    static let maximumByteCount = 12 + 0xFFFF

    /// - Parameter data: the beginning of the file, `maximumByteCount` or all of it.
    init(_ data: [UInt8], fileByteCount: Int, path: String) throws {
        func malformed(_ found: String, _ expected: String = "a .npy file") -> EmbeddingFileError {
            .malformed(path: path, found: found, expected: expected)
        }
        guard data.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw malformed(Self.guess(at: data), "a .npy file, as numpy.save writes for one array")
        }
        guard data.count >= 10 else { throw malformed("a file that ends in its header") }
        let version = data[6]
        guard (1...3).contains(version) else { throw malformed("version \(version) of .npy", "version 1, 2 or 3") }
        let lengthBytes = version == 1 ? 2 : 4
        guard data.count >= 8 + lengthBytes else { throw malformed("a file that ends in its header") }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(data[8 + $1]) << (8 * $1) }
        valuesOffset = 8 + lengthBytes + length
        guard fileByteCount >= valuesOffset else { throw malformed("a file that ends in its header") }
        guard valuesOffset <= data.count else {
            throw malformed("a header of \(length) bytes", "one of at most 65535 bytes")
        }
        // Version 3 is in UTF-8, the others in Latin-1, but only ASCII can describe what is accepted.
        let text = String(decoding: data[(8 + lengthBytes)..<valuesOffset], as: UTF8.self)

        guard let descriptor = text.firstMatch(of: #/'descr'\s*:\s*('[^']*'|[^,}]*)/#) else {
            throw malformed("a header without the type of the values (\(Self.excerpt(text)))")
        }
        guard let name = descriptor.1.wholeMatch(of: #/'([<>|=]?)([A-Za-z]+[0-9]+)'/#),
            let type = ValueType(rawValue: String(name.2))
        else {
            throw malformed("values of type \(Self.excerpt(descriptor.1))", "float16, float32 or float64 values")
        }
        guard let order = text.firstMatch(of: #/'fortran_order'\s*:\s*(True|False)/#),
            let shape = text.firstMatch(of: #/'shape'\s*:\s*\(([^)]*)\)/#)
        else { throw malformed("a header without shape and order (\(Self.excerpt(text)))") }
        let sizes = shape.1.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        let found = "an array of shape (\(Self.excerpt(shape.1)))"
        guard sizes.count == 2 else { throw malformed(found, "one of two dimensions, a row for each sample") }
        guard let n = Int(sizes[0]), let d = Int(sizes[1]), n > 0, d > 0 else {
            throw malformed(found, "at least one row and one column, and no more than the file has values for")
        }
        let (count, overflow) = n.multipliedReportingOverflow(by: d)
        let (bytes, overflow2) = count.multipliedReportingOverflow(by: type.byteCount)
        guard !overflow, !overflow2, fileByteCount - valuesOffset == bytes else {
            throw malformed(
                "\(fileByteCount - valuesOffset) bytes of values",
                "\(n) × \(d) × \(type.byteCount), as its header says")
        }
        valueType = type
        isBigEndian = name.1 == ">"
        isFortranOrder = order.1 == "True"
        rowCount = n
        columnCount = d
    }

    /// What a file may be that is not a `.npy` file.
    private static func guess(at data: [UInt8]) -> String {
        if data.isEmpty { return "an empty file" }
        if data.starts(with: Array("PK".utf8)) { return "a zip archive, such as .npz and PyTorch files are" }
        if data.starts(with: [0x89] + Array("HDF".utf8)) { return "an HDF5 file" }
        if data[0] == 0x80, data.count > 1, data[1] <= 5 { return "a Python pickle" }
        return "a file that does not begin as NumPy's do"
    }

    /// The beginning of a text, on one line.
    private static func excerpt(_ text: some StringProtocol) -> String {
        let beginning = text.prefix(80).unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }
        let line = String(String.UnicodeScalarView(beginning)).trimmingCharacters(in: .whitespaces)
        return text.count > 80 ? line + "…" : line
    }
}
