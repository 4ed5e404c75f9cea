public import DenseLinearAlgebra
import Files
public import Foundation

extension Matrix where Scalar == Float {
    /// Reads a two-dimensional array from a NumPy `.npy` file (format versions 1 to 3).
    ///
    /// Float16, float32 and float64 values are accepted in C or Fortran order and in either byte order. Float64 values
    /// are rounded to float32; those too large for float32 are refused, as are NaN and infinities.
    ///
    /// - Complexity: O(n·d); the file is read in blocks, little-endian float32 values in C order straight into the matrix.
    /// - Throws: ``/Files/FileError`` for a file that is missing, truncated, longer than its header says, without rows
    ///   or columns, of another type or shape, or with a value that is not finite.
    public init(numpyFileAt url: URL) throws {
        self = try matrix(numpyFileAt: url, holding: "finite float32 values")
    }

    /// The matrix as a NumPy `.npy` file (version 1.0, little-endian float32, C order).
    public var numpyFile: Data {
        var data = numpyHeader(rowCount: rowCount, columnCount: columnCount)
        // A closure, since a key path would be evaluated for each element.
        elements.map { $0.bitPattern.littleEndian }.withUnsafeBytes { data.append(contentsOf: $0) }
        return data
    }
}

/// The header of a `.npy` file (version 1.0) of float32 values, which follow it little-endian and in C order.
///
/// Use it for arrays that are written piece by piece.
public func numpyHeader(rowCount: Int, columnCount: Int) -> Data {
    numpyHeader(type: "<f4", sizes: [rowCount, columnCount])
}

/// The header of a `.npy` file (version 1.0) of an array in C order, whose elements are of a type as NumPy writes it.
package func numpyHeader(type: String, sizes: [Int]) -> Data {
    // Of one size Python's tuple has a comma.
    let shape = sizes.map { "\($0)" }.joined(separator: ", ") + (sizes.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    // Magic, version and length take 10 bytes; NumPy aligns the values to 64.
    header += String(repeating: " ", count: (64 - (10 + header.utf8.count + 1) % 64) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(contentsOf: [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)])
    data.append(contentsOf: header.utf8)
    return data
}

extension Matrix where Scalar == Double {
    /// Reads a two-dimensional array from a NumPy `.npy` file, with every digit of float64 values.
    ///
    /// - Complexity: O(n·d); the file is read in blocks.
    /// - Throws: ``/Files/FileError`` for the same reasons as in single precision, except that float64 values of any
    ///   size are accepted.
    public init(numpyFileAt url: URL) throws {
        self = try matrix(numpyFileAt: url, holding: "finite values")
    }
}

private func matrix<Scalar>(numpyFileAt url: URL, holding expected: String) throws -> Matrix<Scalar> {
    let file = try InputFile(url)
    return try MatrixLayout(NumpyHeader(file), of: file).matrix(in: file, holding: expected)
}
