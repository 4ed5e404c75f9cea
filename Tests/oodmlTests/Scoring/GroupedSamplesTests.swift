import DenseLinearAlgebra
import Evaluation
import Embeddings
import Foundation
import Retrieval
import Splits
import TestSupport
import Testing

/// Groups of samples, and superclasses of classes, from the table of samples to what is printed.
@Suite struct GroupedSamplesTests {
    private let folder: TemporaryFolder

    /// Twenty-four noisy classes in eight superclasses, of eight samples in four bursts of two.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 31)
        var table = "sample,class,superclass,group\n"
        var rows: [[Float]] = []
        for number in 0..<24 {
            let centre = (0..<6).map { _ in rng.bell() }
            for burst in 0..<4 {
                let place = centre.map { $0 + rng.bell() }
                for frame in 0..<2 {
                    table += "\(number)-\(burst)-\(frame),class \(10 + number),\(number % 8),\(number)-\(burst)\n"
                    rows.append(place.map { Float($0 + 0.05 * rng.bell()) })
                }
            }
        }
        try folder.write(table, to: "s.csv")
        try folder.write(
            table.split(separator: "\n").map { $0.split(separator: ",").prefix(2).joined(separator: ",") + "\n" }
                .joined(),
            to: "bare.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
    }

    private func run(_ command: String) throws -> CommandRun {
        let run = try CommandRun(command.split(separator: " ").map(String.init), in: folder.url)
        #expect(run.status == 0, "\(command): \(run.errors)")
        return run
    }

    private func manifest(_ out: String) throws -> SplitManifest {
        try SplitManifest(readingFrom: folder.url.appending(path: "\(out)/manifest.json"))
    }

    @Test func groupsOrNearCopiesStayTogether() throws {
        let grouped = try run("make-splits --features f.npy --samples s.csv --out grouped --min-classes 5")
        #expect(grouped.errors.contains("96 groups are kept together") && !grouped.errors.contains("near-copies"))
        let together = try #require(try manifest("grouped").controls?.together)
        #expect(together.source == .groups && together.sampleCount == 192 && together.clusterCount == 96)
        let bare = try run("make-splits --features f.npy --samples bare.csv --out bare --min-classes 5")
        #expect(bare.errors.contains("samples are near-copies of others of their class"), "\(bare.errors)")
        #expect(bare.errors.contains("a column group"))
        let found = try #require(try manifest("bare").controls?.together)
        #expect(found.source == .nearCopies && found.sampleCount > 180 && found.undividedClasses.isEmpty)
        for out in ["grouped", "bare"] { _ = try run("validate \(out)") }
    }

    @Test func aSearchAcrossGroupsIsHarder() throws {
        _ = try run("make-splits --features f.npy --samples s.csv --out splits --min-classes 5 --draws 0")
        let within = try run("evaluate --splits splits --embeddings f.npy --out within")
        #expect(within.errors.contains("--across-groups leaves them out"))
        #expect(within.output.contains("over other classes of the same superclasses"), "\(within.output)")
        _ = try run("evaluate --splits splits --embeddings f.npy --out across --across-groups --shots 2")
        func results(_ out: String) throws -> EvaluationResults {
            try JSONDecoder().decode(
                EvaluationResults.self,
                from: Data(contentsOf: folder.url.appending(path: "\(out)/results.json")))
        }
        func recall(_ results: EvaluationResults) throws -> Double {
            try #require(results.levels.first?.scores(of: .model)?[.forward]?.scores[.recall(1)])
        }
        #expect(try results("within").settings.groupCount == nil && results("across").settings.groupCount == 96)
        #expect(try recall(results("within")) > recall(results("across")) + 0.2)
        let families = try #require(try results("within").settings.confidence.families)
        #expect(families.name == "superclass" && families.fewestCount <= 8 && !families.areWhole)
        let compared = try CommandRun(["compare", "within", "across"], in: folder.url)
        #expect(compared.status == 1 && compared.errors.contains("across groups"), "\(compared.errors)")
    }

    @Test func unitsMakeWholeGroups() throws {
        _ = try run("make-splits --features f.npy --samples bare.csv --out b --min-classes 5 --draws 0")
        let refused = try CommandRun(
            ["evaluate", "--splits", "b", "--embeddings", "f.npy", "--across-groups"], in: folder.url)
        #expect(refused.status == 1 && refused.errors.contains("a column group"), "\(refused.errors)")
        _ = try run(
            "make-splits --features f.npy --samples s.csv --out units --unit superclass --min-classes 2 --draws 0 "
                + "--start random")
        let scored = try run("evaluate --splits units --embeddings f.npy --out scored")
        #expect(scored.output.contains("over other superclasses (jackknife"), "\(scored.output)")
    }
}
