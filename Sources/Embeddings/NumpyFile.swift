public import DenseLinearAlgebra
public import Foundation

/// What can be wrong with a file of embeddings; each description is one sentence.
public enum EmbeddingFileError: Error, Equatable {
    /// The file cannot be read.
    case unreadable(path: String, reason: String)
    /// The file is not what it should be.
    case malformed(path: String, found: String, expected: String)
}

extension EmbeddingFileError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
        case .malformed(let path, let found, let expected): "\(path): found \(found); expected \(expected)"
        }
    }
}

extension Matrix where Scalar == Float {
    /// Reads a two-dimensional array from a NumPy `.npy` file (format versions 1 to 3).
    ///
    /// Float16, float32 and float64 values are taken in C or Fortran order and in either byte order; wider values are
    /// rounded to float32, and one that is finite but too large for float32 is refused, as are NaN and infinities.
    ///
    /// - Complexity: O(n·d); the file is mapped, not copied.
    /// - Throws: ``EmbeddingFileError`` for a file that is missing, truncated, longer than its header says, of another
    ///   type or shape, or that holds a value which is not finite.
    public init(numpyFileAt url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .mappedIfSafe)
        } catch {
            let exists = FileManager.default.fileExists(atPath: url.path)
            throw EmbeddingFileError.unreadable(
                path: url.path, reason: exists ? "it is a folder, or permission is denied" : "there is no such file")
        }
        let header = try NumpyHeader(data, path: url.path)
        let values = data.withUnsafeBytes { header.values(in: $0) }
        self.init(rowCount: header.rowCount, columnCount: header.columnCount, elements: values)
        if let (row, column) = firstNonFinite {
            throw EmbeddingFileError.malformed(
                path: url.path, found: "\(self[row, column]) in row \(row), column \(column)",
                expected: "finite float32 values")
        }
    }

    /// The matrix as a NumPy `.npy` file (version 1.0, little-endian float32, C order).
    public var numpyFile: Data {
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rowCount), \(columnCount)), }"
        // Magic, version and length take 10 bytes; NumPy aligns the values to 64.
        header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
        data.append(contentsOf: [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)])
        data.append(contentsOf: header.utf8)
        elements.map(\.bitPattern.littleEndian).withUnsafeBytes { data.append(contentsOf: $0) }
        return data
    }
}

/// The header of a `.npy` file, checked against the length of the file.
private struct NumpyHeader {
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
    let rowCount: Int
    let columnCount: Int
    let valuesOffset: Int

    init(_ data: Data, path: String) throws {
        func malformed(_ found: String, _ expected: String) -> EmbeddingFileError {
            .malformed(path: path, found: found, expected: expected)
        }
        guard data.starts(with: [0x93] + Array("NUMPY".utf8)), data.count >= 10 else {
            throw malformed("a file that does not begin as NumPy's do", "a .npy file")
        }
        let version = data[6]
        guard (1...3).contains(version) else { throw malformed("version \(version) of .npy", "version 1, 2 or 3") }
        let lengthBytes = version == 1 ? 2 : 4
        guard data.count >= 8 + lengthBytes else { throw malformed("a file that ends in its header", "a .npy file") }
        let length = (0..<lengthBytes).reduce(0) { $0 | Int(data[8 + $1]) << (8 * $1) }
        valuesOffset = 8 + lengthBytes + length
        guard data.count >= valuesOffset,
            let text = String(data: data[(8 + lengthBytes)..<valuesOffset], encoding: .utf8)
        else { throw malformed("a file that ends in its header", "a .npy file") }

        guard let descriptor = text.firstMatch(of: #/'descr'\s*:\s*'([<>|=]?)([A-Za-z]+[0-9]*)'/#),
            let type = ValueType(rawValue: String(descriptor.2))
        else { throw malformed("values of another type (\(text.prefix(80)))", "float16, float32 or float64 values") }
        guard let order = text.firstMatch(of: #/'fortran_order'\s*:\s*(True|False)/#),
            let shape = text.firstMatch(of: #/'shape'\s*:\s*\(([0-9, ]*)\)/#)
        else { throw malformed("a header without shape and order (\(text.prefix(80)))", "a .npy file") }
        let sizes = shape.1.split(separator: ",").map { Int($0.filter { $0 != " " }) }
        guard sizes.count == 2, let n = sizes[0], let d = sizes[1] else {
            throw malformed("an array of shape (\(shape.1))", "one of two dimensions, a row for each sample")
        }
        let (count, overflow) = n.multipliedReportingOverflow(by: d)
        let (bytes, overflow2) = count.multipliedReportingOverflow(by: type.byteCount)
        guard !overflow, !overflow2, data.count - valuesOffset == bytes else {
            throw malformed(
                "\(data.count - valuesOffset) bytes of values", "\(n) × \(d) × \(type.byteCount), as its header says")
        }
        valueType = type
        isBigEndian = descriptor.1 == ">"
        isFortranOrder = order.1 == "True"
        rowCount = n
        columnCount = d
    }

    /// The values in C order.
    func values(in file: UnsafeRawBufferPointer) -> [Float] {
        let source = UnsafeRawBufferPointer(rebasing: file[valuesOffset...])
        var values = [Float](repeating: 0, count: rowCount * columnCount)
        for i in 0..<rowCount {
            for j in 0..<columnCount {
                let position = isFortranOrder ? j * rowCount + i : i * columnCount + j
                values[i * columnCount + j] = value(at: position, in: source)
            }
        }
        return values
    }

    @inline(__always)
    private func value(at position: Int, in source: UnsafeRawBufferPointer) -> Float {
        let offset = position * valueType.byteCount
        func bits<T: FixedWidthInteger>(_: T.Type) -> T {
            let raw = source.loadUnaligned(fromByteOffset: offset, as: T.self)
            return isBigEndian ? T(bigEndian: raw) : T(littleEndian: raw)
        }
        switch valueType {
        case .float16: return Float(halfPrecision: bits(UInt16.self))
        case .float32: return Float(bitPattern: bits(UInt32.self))
        case .float64: return Float(Double(bitPattern: bits(UInt64.self)))
        }
    }
}

extension Float {
    /// The value of an IEEE 754 binary16; by hand, since Swift has `Float16` on some processors only.
    fileprivate init(halfPrecision bits: UInt16) {
        let magnitude: Float
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Float(bits & 0x3FF)
        switch exponent {
        case 0: magnitude = fraction * 0x1p-24
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default: magnitude = Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
        }
        self = bits >> 15 == 1 ? -magnitude : magnitude
    }
}
