import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Testing
import TestSupport

@Suite struct FeatureFileTests {
    /// What `Scripts/fixtures/feature_files.py` writes.
    private let expected = Matrix<Float>(rows: [
        [0, -1.5, 2], [128, 0x1p-14, -0x1p-14], [0.25, 7, -0.0], [4, 5, 6],
    ])
    private let ids = ["b/2.png", "a/1.png", "ü, \"quoted\".png", "a/10.png"]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(of file: URL) throws -> String {
        let error = #expect(throws: FileError.self) { try FeatureFile<Float>(contentsOf: file) }
        #expect(throws: FileError.self) { try FeatureFile<Double>(contentsOf: file) }
        let sentence = try #require(error?.description)
        #expect(!sentence.contains("\n") && sentence.hasPrefix(file.path) && sentence.contains("; expected "))
        return sentence
    }

    @Test(arguments: [
        ("stored.npz", false), ("deflated.npz", true), ("zip64.npz", true), ("fortran.npz", false),
        ("big-endian-ids.npz", true),
        ("f32.safetensors", false), ("f64.safetensors", false), ("f16.safetensors", false), ("bf16.safetensors", false),
        ("plain.csv", false), ("named.csv", true),
    ])
    func everyKind(name: String, hasIDs: Bool) throws {
        let file = try fixture(name)
        let read = try FeatureFile<Float>(contentsOf: file)
        #expect(read.matrix == expected)
        #expect(read.ids == (hasIDs ? ids : nil))
        #expect(read.files == [file] && read.path == file.path)
        let double = try FeatureFile<Double>(contentsOf: file)
        #expect(double.matrix == Matrix<Double>(expected) && double.ids == read.ids)
    }

    /// Without an extension that is known, the first bytes tell.
    @Test(arguments: ["stored.npz", "f32.safetensors", "version-1.npy"])
    func kindsByTheirBytes(name: String) throws {
        let bytes = try Data(contentsOf: fixture(name))
        let file = try folder.write(bytes, to: "features.bin")
        #expect(try FeatureFile<Float>(contentsOf: file).matrix == FeatureFile<Float>(contentsOf: fixture(name)).matrix)
        #expect(try refusal(of: folder.write("1,2\n", to: "x.dat")).contains("found a file of an unknown kind"))
    }

    /// Numbers whose bytes repeat and do not, over several of deflate's windows.
    @Test func severalWindowsOfDeflate() throws {
        var rng = SplitMix64(seed: 5)
        var rows = (0..<3000).map { _ in (0..<20).map { _ in Float((rng.uniform() * 8).rounded(.down)) } }
        rows += rows[1000..<2000]
        #expect(try FeatureFile<Float>(contentsOf: fixture("long.npz")).matrix == Matrix(rows: rows))
    }

    @Test(arguments: [
        (
            "ambiguous.npz",
            "found first <f4 (4, 3), second <f4 (4, 3), labels <i8 (4,); expected one floating-point array"
        ),
        ("no-matrix.npz", "found labels <i8 (4,), flat <f4 (3,); expected one"),
        ("integer-ids.npz", "ids.npy: found an array of <i8 (4,); expected ids as strings"),
        ("pickled-ids.npz", "ids.npy: found an array of Python objects, which only unpickling could read"),
        ("too-few-ids.npz", "found the array ids of <U15 (3,) beside 4 embeddings"),
        ("same-ids.npz", "found the id \"a/1.png\" for the rows 1 and 3; expected every sample once"),
        ("ambiguous.safetensors", "found a F32 (4, 3), b F32 (4, 3); expected one floating-point array"),
        ("integers.safetensors", "found \"a\" of type I64; expected values of type F16, BF16, F32 or F64"),
        ("indexed.csv", ":1: found a column without a name; expected a name for each column (of pandas, index=False)"),
    ])
    func whatCannotBeMeant(name: String, sentence: String) throws {
        let found = try refusal(of: fixture(name))
        #expect(found.contains(sentence), "\(found)")
    }

    @Test(arguments: [
        ("", "1: found a column without a name"),
        ("a,b\n", ": found no rows"),
        ("a,b\n1,2\n3\n", ":3: found 1 fields; expected 2, as in the header"),
        ("a,b\n1,2\n3,4,5\n", ":3: found more than 2 fields; expected 2"),
        ("a,b\n1,\n", ":2: found \"\" in column b; expected a finite number"),
        ("a,b\n1,x\n", ":2: found \"x\" in column b; expected a finite number"),
        ("a,b\n1,nan\n", ":2: found \"nan\" in column b"), ("a,b\n1,inf\n", ":2: found \"inf\" in column b"),
        ("a,b\n1,0x1p3\n", ":2: found \"0x1p3\" in column b"), ("a,b\n1,2 3\n", ":2: found \"2 3\" in column b"),
        ("a,b\n1,1-2\n", ":2: found \"1-2\" in column b"), ("a,b\n1,1e999\n", ":2: found 1e999 in column b"),
        ("1.5,2.5\n1,2\n", ":1: found numbers only in the first line"),
        ("sample\nx\n", ":1: found no columns of numbers"),
        ("sample,sample,a\nx,y,1\n", ":1: found two columns sample"),
        ("sample,a\nx,1\nx,2\n", ": found the id \"x\" for the rows 0 and 1"),
        ("sample,a\n,1\n", ": found an empty id for row 0"),
        ("sample,a\n\"x,1\n", ":2: found a quote that does not end"),
        ("sample,a\n\"x\"y,1\n", ":2: found text after a closing quote"),
        ("sample,kind,a\nx,cat,1\n", ":2: found \"cat\" in column kind; expected a finite number"),
    ])
    func tablesThatAreNone(text: String, sentence: String) throws {
        let file = try folder.write(text, to: "t.csv")
        let found = try refusal(of: file)
        #expect(found.contains(sentence), "\(found)")
    }

    @Test func tablesAsProgramsWriteThem() throws {
        for text in [
            "sample,a,b\nx,1, -2.5e1\ny,.5,+3\n", "\u{FEFF}sample,a,b\r\n\r\n\"x\",1,\"-25\"\r\ny,0.50,3.\r\n\r\n",
            "a,sample,b\n1,x,-25.0\n0.5,y,3",
        ] {
            let read = try FeatureFile<Float>(contentsOf: folder.write(text, to: "t.csv"))
            #expect(read.matrix == Matrix(rows: [[1, -25], [0.5, 3]]), "\(text)")
            #expect(read.ids == ["x", "y"])
        }
        // Decimal fractions are rounded once, not by way of double precision; this one lies next to a half.
        let text = "a\n1.00000017881393432617187499\n"
        let file = try folder.write(text, to: "t.csv")
        #expect(try FeatureFile<Float>(contentsOf: file).matrix[0, 0] == 1 + Float.ulpOfOne)
        // Longer than what is read at a time.
        let values = (0..<100_000).map { Double($0) / 7 }
        let long = "sample,a\n" + values.enumerated().map { "\"s,\($0.offset)\",\($0.element)\n" }.joined()
        let read = try FeatureFile<Double>(contentsOf: folder.write(long, to: "t.csv"))
        #expect(read.matrix.elements == values && read.ids?[99_999] == "s,99999")
    }

    @Test func rowsAreFoundByID() throws {
        let file = try FeatureFile<Float>(contentsOf: fixture("named.csv"))
        let order = [2, 0, 3, 1]
        let shuffled = order.map { ids[$0] }
        #expect(try file.rows(ofSamples: shuffled) == order)
        #expect(try file.matrix(ofSamples: shuffled) == expected.selectingRows(order))
        #expect(try file.matrix(ofSamples: ids) == expected)
        #expect(try file.matrix(ofSamples: [ids[3]], among: ids) == expected.selectingRows([3]))
        for (samples, sentence) in [
            (["b/2.png"], "found the id \"a/1.png\", which no sample has; expected ids of the 1 samples only"),
            (ids + ["new"], "found no row for the sample \"new\"; expected one for each of the 5 samples"),
            (ids + ["new", "newer"], "found no row for the sample \"new\" and 1 others; expected one"),
        ] {
            let error = #expect(throws: FileError.self) { try file.matrix(ofSamples: samples) }
            #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        }
        // Two forms of one letter are two ids, as they are to every other tool.
        let forms = try FeatureFile<Float>(
            contentsOf: folder.write("sample,a\n\u{E9},1\ne\u{301},2\n", to: "forms.csv"))
        #expect(try forms.matrix(ofSamples: ["e\u{301}", "\u{E9}"]).elements == [2, 1])

        let unnamed = try FeatureFile<Float>(contentsOf: fixture("plain.csv"))
        #expect(try unnamed.rows(ofSamples: shuffled) == nil)
        #expect(try unnamed.matrix(ofSamples: shuffled) == expected)
        #expect(throws: FileError.self) { try unnamed.matrix(ofSamples: ["b/2.png"]) }
    }

    @Test func foldersNameTheirRows() throws {
        let embeddings = try folder.write(expected.numpyFile, to: "store/embeddings.npy")
        let store = folder.url.appending(path: "store")
        #expect(try refusal(of: folder.url).contains("a folder without embeddings.npy"))
        let error = #expect(throws: FileError.self) { try FeatureFile<Float>(contentsOf: store) }
        #expect(error?.description.hasSuffix("samples.csv: cannot be read: there is no such file") == true)
        try folder.write("class,sample\nx,d\nx,c\ny,b\ny,a\n", to: "store/samples.csv")
        let read = try FeatureFile<Float>(contentsOf: store)
        #expect(read.matrix == expected && read.ids == ["d", "c", "b", "a"])
        #expect(read.files.map(\.lastPathComponent) == ["embeddings.npy", "samples.csv"])
        // A table beside a file says nothing of it, unless the record of a store is there too.
        #expect(try FeatureFile<Float>(contentsOf: embeddings).ids == nil)
        try folder.write("{}", to: "store/store.json")
        #expect(try FeatureFile<Float>(contentsOf: embeddings).ids == ["d", "c", "b", "a"])
        try folder.write("sample\na\nb\n", to: "store/samples.csv")
        let short = #expect(throws: FileError.self) { try FeatureFile<Float>(contentsOf: store) }
        #expect(short?.description.contains("samples.csv: found 2 ids for 4 rows of embeddings") == true)
    }
}

func fixture(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
}
