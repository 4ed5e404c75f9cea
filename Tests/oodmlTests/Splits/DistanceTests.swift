import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

@Suite struct DistanceTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Matrix<Float>(rows: [[0, 0], [2, 0], [1, 3]]).numpyFile, to: "a.npy")
        try folder.write(Matrix<Float>(rows: [[4, 0], [6, 0]]).numpyFile, to: "b.npy")
    }

    /// The statistics of the same embeddings, as pytorch-fid stores them, give the same distance.
    @Test func statisticsStandInForEmbeddings() throws {
        let statistics = testFile("EmbeddingsTests/Fixtures/statistics.npz").path
        let embeddings = testFile("EmbeddingsTests/Fixtures/stored.npz").path
        try folder.write(Matrix<Float>(rows: [[0, 1, 2], [3, 1, 0], [2, 2, 5], [9, 1, 1]]).numpyFile, to: "c.npy")
        func distance(_ file: String) throws -> [String: Any] {
            let run = try CommandRun(["distance", file, "c.npy", "--format", "json"], in: folder.url)
            #expect(run.status == 0, "\(run.errors)")
            return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        }
        let (stored, plain) = (try distance(statistics), try distance(embeddings))
        let (a, b) = (try #require(stored["frechet"] as? Double), try #require(plain["frechet"] as? Double))
        #expect(abs(a - b) <= 1e-9 * b && b > 0)
        #expect(stored["n_a"] is NSNull && plain["n_a"] as? Int == 4 && stored["n_b"] as? Int == 4)
        #expect((stored["warnings"] as? [String])?.first?.hasPrefix("n_a is not known") == true)
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["distance"] + arguments, in: folder.url)
    }

    private struct Report: Decodable, Equatable {
        let frechet: Double
        let mean_part: Double
        let covariance_part: Double
        let n_a: Int
        let n_b: Int
        let d: Int
        let warnings: [String]
    }

    private func report(_ arguments: String...) throws -> Report {
        let run = try CommandRun(["distance"] + arguments + ["--format", "json"], in: folder.url)
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    }

    /// A file of float64 values, which `Matrix` itself does not write.
    private func write(_ rows: [[Double]], to name: String) throws {
        let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows.count), \(rows[0].count)), }\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
        for value in rows.joined() {
            withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
        try folder.write(data, to: name)
    }

    /// The means are (1, 1) and (5, 0), the covariances diag(1, 3) and diag(2, 0).
    private let expected = [
        ("frechet", 23 - 8.0.squareRoot()), ("mean_part", 17), ("covariance_part", 6 - 8.0.squareRoot()), ("n_a", 3),
        ("n_b", 2), ("d", 2),
    ]
    private let sentence =
        "n_b is 2 and d is 2: with no more rows than columns the distance is mostly too large, and comparable only "
        + "between sets of equal sizes"

    @Test func aSmallExampleAsText() throws {
        let result = try run("a.npy", "b.npy")
        #expect(result.status == 0)
        let all = result.output.split(separator: "\n")
        #expect(all.last == "The squared Fréchet distance is 20.17, 84 % of it between the means.")
        let lines = all.dropLast().map { $0.split(separator: " ") }
        #expect(lines.map { String($0[0]) } == expected.map(\.0))
        for (line, (_, value)) in zip(lines, expected) {
            #expect(line.count == 2 && abs((Double(line[1]) ?? .nan) - value) < 1e-13)
        }
        #expect(result.errors == "warning: \(sentence)\n")
        #expect(try run("a.npy", "b.npy", "--quiet").errors.isEmpty)
        #expect(try run("b.npy", "a.npy").errors.hasPrefix("warning: n_a is 2"))
    }

    @Test func aSmallExampleAsJSON() throws {
        let result = try run("a.npy", "b.npy", "--format", "json")
        #expect(result.status == 0 && result.errors.isEmpty)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        for (key, value) in expected { #expect(abs((object[key] as? Double ?? .nan) - value) < 1e-13) }
        #expect(object["warnings"] as? [String] == [sentence])
        let keys = result.output.matches(of: #/\n  "(\w+)"/#).map { String($0.1) }
        #expect(keys == ["covariance_part", "d", "frechet", "mean_part", "n_a", "n_b", "warnings"])
        #expect(try run("a.npy", "b.npy", "--format", "json", "-q").output == result.output)
    }

    @Test func warningsNameEachSide() throws {
        #expect(try report("a.npy", "a.npy").warnings.isEmpty)
        #expect(try report("b.npy", "b.npy").warnings.map { $0.prefix(3) } == ["n_a", "n_b"])
        #expect(try report("b.npy", "b.npy").frechet == 0)
    }

    /// In both precisions, against the exact values that the tests of the library know as well.
    @Test(arguments: FrechetReferenceCase.all)
    func agreesWithExactValues(_ reference: FrechetReferenceCase) throws {
        for (name, side) in [("x.npy", 0), ("y.npy", 1)] {
            try write(reference.rows(side), to: name)
            let single = Matrix(rows: reference.rows(side).map { $0.map(Float.init) })
            try folder.write(single.numpyFile, to: "single-\(name)")
        }
        let double = try report("x.npy", "y.npy")
        #expect(reference.accepts(double.frechet, for: reference.exact))
        #expect(double.frechet == double.mean_part + double.covariance_part)
        #expect([double.n_a, double.n_b, double.d] == reference.n + [reference.d])
        #expect(double.warnings.count == reference.n.count { $0 <= reference.d })
        let single = try report("single-x.npy", "single-y.npy")
        #expect(reference.accepts(single.frechet, for: reference.exactFloat32))
    }

    @Test(arguments: [
        ("a.npy", "missing.npy", "missing.npy: cannot be read: there is no such file"),
        ("a.npy", ".", ": cannot be read: it is a folder"),
        ("one.npy", "a.npy", "one.npy: found 1 row; expected at least 2, since one has no covariance"),
        ("a.npy", "wide.npy", "wide.npy: found 3 columns; expected 2, as "),
        ("a.npy", "nan.npy", "nan.npy: found nan in row 1, column 0; expected finite values"),
        ("a.npy", "short.npy", "short.npy: found 20 bytes of values; expected 3 × 2 × 4, as its header says"),
        ("a.npy", "text.npy", "text.npy: found a file that does not begin as NumPy's do; expected a .npy file"),
        ("huge.npy", "a.npy", "found values whose squares exceed double precision; expected values below 1e150"),
    ])
    func failuresAreOneSentence(first: String, second: String, sentence: String) throws {
        try folder.write(Matrix<Float>(rows: [[1, 2]]).numpyFile, to: "one.npy")
        try folder.write(Matrix<Float>(rows: [[1, 2, 3], [1, 2, 4]]).numpyFile, to: "wide.npy")
        try folder.write(Matrix<Float>(rows: [[0, 1], [.nan, 2]]).numpyFile, to: "nan.npy")
        try folder.write(Data(contentsOf: folder.url.appending(path: "a.npy")).dropLast(4), to: "short.npy")
        try folder.write("0,1\n2,3\n", to: "text.npy")
        try write([[1e200, 0], [-1e200, 1], [0, 1]], to: "huge.npy")
        let result = try run(first, second)
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        let lines = result.errors.split(separator: "\n")
        #expect(lines.count == 1 && lines.first?.hasPrefix("Error: ") == true, "\(result.errors)")
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test func differentWidthsNameBothFiles() throws {
        try folder.write(Matrix<Float>(rows: [[1, 2, 3], [1, 2, 4]]).numpyFile, to: "wide.npy")
        let (wide, a) = ("wide.npy: found 3 columns; expected 2, as ", "a.npy has")
        let errors = try run("a.npy", "wide.npy").errors
        #expect(errors.contains(wide) && errors.contains(a), "\(errors)")
    }

    @Test(arguments: [
        [], ["a.npy"], ["a.npy", "b.npy", "c.npy"], ["a.npy", ""], ["a.npy", "b.npy", "--format", "csv"],
    ])
    func wrongUsageExitsWith64(arguments: [String]) throws {
        let result = try CommandRun(["distance"] + arguments, in: folder.url)
        #expect(result.status == 64)
        #expect(result.errors.contains("Usage: oodml distance"))
    }
}
