import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

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

    @Test func otherShapesAndTypesAreRefused() throws {
        for (name, found) in [
            ("integers", "values of another type"), ("flat", "an array of shape (6,)"),
            ("too-large", "inf in row 0, column 1"),
        ] {
            let error = #expect(throws: EmbeddingFileError.self) { try Matrix<Float>(numpyFileAt: fixture(name)) }
            #expect(error?.description.contains("found \(found)") == true, "\(String(describing: error))")
        }
    }

    @Test func damagedFilesAreRefused() throws {
        let whole = try Data(contentsOf: fixture("little-f4-C"))
        let folder = try TemporaryFolder()
        for count in [0, 5, 9, 60, whole.count - 1] {
            let file = try folder.write(whole.prefix(count), to: "f.npy")
            #expect(throws: EmbeddingFileError.self, "the first \(count) bytes") {
                try Matrix<Float>(numpyFileAt: file)
            }
        }
        let longer = try folder.write(whole + [0], to: "f.npy")
        #expect(throws: EmbeddingFileError.self) { try Matrix<Float>(numpyFileAt: longer) }
        let missing = folder.url.appending(path: "missing.npy")
        #expect(throws: EmbeddingFileError.unreadable(path: missing.path, reason: "there is no such file")) {
            try Matrix<Float>(numpyFileAt: missing)
        }
    }

    @Test func sizesThatOverflowAreRefused() throws {
        let folder = try TemporaryFolder()
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }\n"
        let bytes = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
        let file = try folder.write(bytes, to: "f.npy")
        #expect(throws: EmbeddingFileError.self) { try Matrix<Float>(numpyFileAt: file) }
    }
}
