import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Testing
import TestSupport

@Suite struct NumpyFileTests {
    /// What `Scripts/fixtures/numpy_files.py` writes; a third is the nearest half-precision number.
    private let expected = Matrix<Float>(rows: [
        [0, -1.5, 2], [65504, 0x1p-24, -0x1p-14], [0x1.554p-2, 7, -0.0], [4, 5, 6],
    ])

    private func fixture(_ name: String) throws -> URL {
        try #require(Bundle.module.url(forResource: name, withExtension: "npy", subdirectory: "Fixtures"))
    }

    @Test(arguments: ["C", "F"], ["little-f2", "big-f2", "little-f4", "big-f4", "little-f8", "big-f8"])
    func everyTypeAndOrder(order: String, type: String) throws {
        #expect(try Matrix<Float>(numpyFileAt: fixture("\(type)-\(order)")) == expected)
    }

    @Test(arguments: 1...3)
    func everyVersion(_ version: Int) throws {
        #expect(try Matrix<Float>(numpyFileAt: fixture("version-\(version)")) == expected)
    }

    /// What we write is, byte for byte, what NumPy writes.
    @Test func writesAsNumPyDoes() throws {
        #expect(expected.numpyFile == (try Data(contentsOf: fixture("little-f4-C"))))
    }

    /// A file as NumPy writes it, with the rest of the header and the values given.
    private func numpyFile(version: UInt8 = 1, _ header: String, _ values: Data = Data()) -> Data {
        let length = header.utf8.count
        let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(length >> (8 * $0) & 0xFF) }
        return Data([0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes) + Data(header.utf8) + values
    }

    private func header(_ type: String, _ shape: String, isFortranOrder: Bool = false) -> String {
        "{'descr': '\(type)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(shape)), }\n"
    }

    private func refusal(of bytes: Data) throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write(bytes, to: "f.npy")
        let error = #expect(throws: FileError.self) { try Matrix<Float>(numpyFileAt: file) }
        let sentence = try #require(error?.description)
        #expect(!sentence.contains("\n") && sentence.hasPrefix(file.path) && sentence.contains("; expected "))
        #expect(throws: FileError.self) { try Matrix<Double>(numpyFileAt: file) }
        return sentence
    }

    /// Larger than the blocks that are read at a time, in each direction.
    @Test(arguments: [(70_000, 3), (3, 70_000), (700, 90), (1, 70_001), (66_000, 1)], [false, true])
    func largerThanABlock(size: (n: Int, d: Int), isFortranOrder: Bool) throws {
        let (n, d) = size
        let folder = try TemporaryFolder()
        let header = header(">f8", "\(n), \(d)", isFortranOrder: isFortranOrder)
        var values = [UInt64](repeating: 0, count: n * d)
        for i in 0..<n {
            for j in 0..<d {
                values[isFortranOrder ? j * n + i : i * d + j] = (Double(i * d + j) / 3).bitPattern.bigEndian
            }
        }
        let file = try folder.write(numpyFile(header, values.withUnsafeBytes { Data($0) }), to: "f.npy")
        let read = try Matrix<Double>(numpyFileAt: file)
        #expect(read.rowCount == n && read.columnCount == d)
        #expect(read.elements.indices.allSatisfy { read.elements[$0] == Double($0) / 3 })
        let rounded = try Matrix<Float>(numpyFileAt: file)
        #expect(rounded.elements.indices.allSatisfy { rounded.elements[$0] == Float(Double($0) / 3) })
        // As float32, in the order of this machine and in the other.
        try folder.write(rounded.numpyFile, to: "f.npy")
        #expect(try Matrix<Float>(numpyFileAt: file) == rounded)
        #expect(try Matrix<Double>(numpyFileAt: file) == Matrix<Double>(rounded))
    }

    @Test func doublePrecisionKeepsEveryDigit() throws {
        for name in ["big-f2-C", "little-f4-F", "big-f8-F", "little-f8-C"] {
            #expect(try Matrix<Double>(numpyFileAt: fixture(name)) == Matrix<Double>(expected))
        }
        let large = try Matrix<Double>(numpyFileAt: fixture("too-large"))
        #expect(large.elements == [1, 1e300])
    }

    /// Half precision has few enough values to try all.
    @Test func everyHalfPrecisionNumber() throws {
        let folder = try TemporaryFolder()
        let bits = (0..<0x8000).filter { $0 < 0x7C00 }.map { UInt16($0).littleEndian }
        let bytes = bits.withUnsafeBytes { Data($0) }
        let read = try Matrix<Float>(
            numpyFileAt: folder.write(numpyFile(header("<f2", "\(bits.count), 1"), bytes), to: "f.npy"))
        for bits in 0..<0x7C00 {
            let (exponent, fraction) = (bits >> 10, Float(bits & 0x3FF) * 0x1p-10)
            let value = exponent == 0 ? fraction * 0x1p-14 : (1 + fraction) * exp2(Float(exponent - 15))
            #expect(read[bits, 0] == value)
        }
        for (bits, found) in [(0x7C00, "inf"), (0xFC00, "-inf"), (0x7E00, "nan")] {
            let file = numpyFile(header("<f2", "1, 1"), Data([UInt8(bits & 0xFF), UInt8(bits >> 8)]))
            #expect(try refusal(of: file).contains("found \(found) in row 0, column 0"))
        }
    }

    @Test func otherShapesAndTypesAreRefused() throws {
        for (name, found) in [
            ("integers", "values of type '<i8'"), ("flat", "an array of shape (6,)"),
            ("too-large", "1e+300 in row 0, column 1"),
        ] {
            let error = #expect(throws: FileError.self) { try Matrix<Float>(numpyFileAt: fixture(name)) }
            #expect(error?.description.contains("found \(found)") == true, "\(String(describing: error))")
        }
    }

    @Test(arguments: [
        ("<f4", "2, 3, 4", "an array of shape (2, 3, 4)"),
        ("<f4", "", "an array of shape ()"),
        ("<f4", "0, 3", "an array of shape (0, 3)"),
        ("<f4", "3, 0", "an array of shape (3, 0)"),
        ("<f4", "1000000000000000000, 0", "an array of shape (1000000000000000000, 0)"),
        ("<f4", "-1, 3", "an array of shape (-1, 3)"),
        ("<f4", "-3, -4", "an array of shape (-3, -4)"),
        ("<f4", "99999999999999999999, 3", "an array of shape (99999999999999999999, 3)"),
        ("<f4", "1000000000000000000, 512", "48 bytes of values"),
        ("<f4", "4611686018427387904, 4", "48 bytes of values"),
        ("<f4", "9223372036854775807, 9223372036854775807", "48 bytes of values"),
        ("<f4", "4, 4", "48 bytes of values"),
        ("<f8", "4, 3", "48 bytes of values"),
        ("<f4", "'4', 3", "an array of shape ('4', 3)"),
        ("|O", "4, 3", "values of type '|O'"),
        ("<f16", "4, 3", "values of type '<f16'"),
        ("<c8", "4, 3", "values of type '<c8'"),
        ("<M8[ns]", "4, 3", "values of type '<M8[ns]'"),
    ])
    func headersAreHeldAgainstTheFile(type: String, shape: String, found: String) throws {
        let sentence = try refusal(of: numpyFile(header(type, shape), Data(count: 48)))
        #expect(sentence.contains("found \(found);"), "\(sentence)")
    }

    @Test func headersThatSayNothingAreRefused() throws {
        for (text, found) in [
            ("", "a header without the type of the values ()"),
            ("{'descr': '<f4'}\n", "a header without shape and order ({'descr': '<f4'})"),
            (
                "{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': (6,), }",
                "values of type [('x'"
            ),
            ("{'descr':\n'\u{1B}[2Jf4'}", "values of type ' [2Jf4'"),
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (" + String(repeating: "9", count: 60_000) + ",1)}",
                "an array of shape (" + String(repeating: "9", count: 80) + "…)"
            ),
        ] {
            let sentence = try refusal(of: numpyFile(text))
            #expect(sentence.contains("found \(found)"), "\(sentence)")
        }
        // As long as its first bytes say, and then longer than anything that could be accepted.
        var long = numpyFile(version: 2, header("<f4", "1, 1") + String(repeating: " ", count: 70_000), Data(count: 4))
        #expect(try refusal(of: long).contains("a header of 70"))
        long.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try refusal(of: long).contains("a file that ends in its header"))
    }

    @Test func otherFilesAreNamed() throws {
        for (bytes, found) in [
            (Data(), "an empty file"),
            (Data("PK\u{3}\u{4}rest".utf8), "a zip archive, such as .npz and PyTorch files are"),
            (Data([0x80, 4, 0x95, 0]), "a Python pickle"),
            (Data([0x89] + Array("HDF\r\n".utf8)), "an HDF5 file"),
            (Data("1.0,2.0\n".utf8), "a file that does not begin as NumPy's do"),
        ] {
            #expect(try refusal(of: bytes).contains("found \(found); expected a .npy file"))
        }
    }

    @Test func damagedFilesAreRefused() throws {
        let whole = try Data(contentsOf: fixture("little-f4-C"))
        for count in 0..<whole.count { #expect(try !refusal(of: whole.prefix(count)).isEmpty) }
        #expect(try refusal(of: whole + [0]).contains("49 bytes of values; expected 4 × 3 × 4, as its header says"))
    }

    @Test func theFirstValueThatIsNotFiniteIsNamed() throws {
        for (isFortranOrder, position) in [(false, 100 * 50 + 7), (true, 7 * 300 + 100)] {
            var values = [Float](repeating: 1, count: 300 * 50)
            values[position] = .nan
            values[isFortranOrder ? 6 * 300 + 101 : 101 * 50 + 6] = .infinity
            let file = numpyFile(
                header("<f4", "300, 50", isFortranOrder: isFortranOrder), values.withUnsafeBytes { Data($0) })
            #expect(try refusal(of: file).contains("found nan in row 100, column 7; expected finite"))
        }
    }

    @Test func whatIsNotAFileIsRefused() throws {
        let folder = try TemporaryFolder()
        for (path, reason) in [
            (folder.url.appending(path: "missing.npy").path, "there is no such file"),
            (folder.url.path, "it is a folder; expected a file"),
            ("/dev/null", "it is a pipe or a device; expected a file"),
        ] {
            #expect(throws: FileError.unreadable(path: path, reason: reason)) {
                try Matrix<Float>(numpyFileAt: URL(filePath: path))
            }
        }
    }
}
