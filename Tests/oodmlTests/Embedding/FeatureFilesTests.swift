import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// Files that name their rows, as the commands take them.
@Suite struct FeatureFilesTests {
    private let folder: TemporaryFolder
    private let rows: [[Float]]

    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 3)
        rows = (0..<60).map { number in (0..<4).map { _ in Float(Double(number / 5) + rng.bell()) } }
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        let table = rows.indices.map { "s\($0),c\(10 + $0 / 5)\n" }.joined()
        try folder.write("sample,class\n" + table, to: "s.csv")
    }

    /// The features as a table, in another order.
    private func writeTable(_ order: [Int], extra: String = "") throws {
        let lines = order.map { i in "s\(i)," + rows[i].map { "\($0)" }.joined(separator: ",") + "\n" }
        try folder.write("sample,a,b,c,d\n" + lines.joined() + extra, to: "f.csv")
    }

    @Test func theOrderOfNamedRowsDoesNotMatter() throws {
        try writeTable(rows.indices.reversed())
        let (plain, named) = try (
            CommandRun(["score", "f.npy", "--labels", "s.csv"], in: folder.url),
            CommandRun(["score", "f.csv", "--labels", "s.csv"], in: folder.url)
        )
        #expect(plain.status == 0 && named.status == 0, "\(named.errors)")
        #expect(plain.output == named.output)
        let distance = try CommandRun(["distance", "f.csv", "f.npy", "--format", "json"], in: folder.url)
        #expect(distance.status == 0 && distance.output.contains("\"n_a\": 60"), "\(distance.errors)")
    }

    @Test func rowsThatDoNotFitAreOneSentence() throws {
        for (order, extra, sentence) in [
            (Array(0..<59), "", "found no row for the sample \"s59\""),
            (Array(0..<60), "x,1,2,3,4\n", "found the id \"x\", which no sample has"),
            (Array(0..<60) + [3], "", "found the id \"s3\" for the rows 3 and 60"),
        ] {
            try writeTable(order, extra: extra)
            for command in [
                ["score", "f.csv", "--labels", "s.csv"],
                ["make-splits", "--features", "f.csv", "--samples", "s.csv", "--out", "out", "-q"],
            ] {
                let run = try CommandRun(command, in: folder.url)
                #expect(run.status == 1 && run.output.isEmpty)
                #expect(run.errors.contains(sentence) && run.errors.split(separator: "\n").count == 1, "\(run.errors)")
            }
        }
    }
}
