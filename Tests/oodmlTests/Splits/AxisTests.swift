import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// `axis`: what is measured, written and said of a folder of splits, and what is refused.
@Suite struct AxisTests {
    private let folder: TemporaryFolder

    /// Thirty classes of six samples that spread along one direction, other embeddings that see it too, and some that do not.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 31)
        var table = "sample,class\n"
        var (rows, turned, blind): ([[Float]], [[Float]], [[Float]]) = ([], [], [])
        for number in 0..<30 {
            let centre = (0..<6).map { $0 == 0 ? 4 * rng.bell() : rng.bell() }
            for i in 0..<6 {
                table += "\(number)-\(i),c\(10 + number)\n"
                let row = centre.map { Float($0 + 0.7 * rng.bell()) }
                rows.append(row)
                turned.append([row[1] + row[0], row[2] - row[0], 3 * row[3]].map { $0 + Float(0.1 * rng.bell()) })
                blind.append((0..<6).map { _ in Float(rng.bell()) })
            }
        }
        try folder.write(table, to: "s.csv")
        for (matrix, name) in [(rows, "f.npy"), (turned, "turned.npy"), (blind, "blind.npy")] {
            try folder.write(Matrix(rows: matrix).numpyFile, to: name)
        }
        try folder.write(Matrix(rows: Array(rows.dropLast())).numpyFile, to: "short.npy")
        for line in [
            "make-splits --features f.npy --samples s.csv --out splits --min-classes 6 --levels 5 -q",
            "evaluate --splits splits --embeddings turned.npy --features f.npy --out scored --matched-draws 0 -q",
        ] {
            let run = try run(line)
            try #require(run.status == 0, "\(run.errors)")
        }
    }

    private func run(_ line: String, environment: [String: String] = [:]) throws -> CommandRun {
        try CommandRun(line.split(separator: " ").map(String.init), in: folder.url, environment: environment)
    }

    private func report(_ options: String) throws -> EditableJSON {
        let run = try run("axis splits \(options) --format json")
        try #require(run.status == 0, "\(run.errors)")
        return try EditableJSON(Data(run.output.utf8))
    }

    private func sentences(_ json: EditableJSON) throws -> String {
        try #require(json["answer"] as? [String]).joined(separator: " ")
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
    }

    @Test func itSaysWhetherOthersSeeTheAxis() throws {
        let json = try report("--features f.npy --also turned.npy --also blind.npy")
        let names = (json["embeddings"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        #expect(names == ["f", "turned", "blind"])
        // Five measures by three embeddings, in pairs.
        #expect((json["agreement"] as? [Any])?.count == 105)
        let said = try sentences(json)
        #expect(said.contains("By f, "))
        #expect(said.contains("The axis is one that turned shares with f, and blind not."), "\(said)")
        let alone = try sentences(report("--features f.npy --also blind.npy"))
        #expect(alone.contains("The axis is one of f as far as these embeddings tell: by blind"), "\(alone)")
        let both = try sentences(report("--features f.npy --also turned.npy"))
        #expect(both.contains("The axis is not one of f alone: by turned too"), "\(both)")
        let none = try sentences(report("--features f.npy"))
        #expect(none.contains("takes other embeddings of the same samples (--also)"))
    }

    /// The recorded distance is measured again.
    @Test func theFrechetDistanceIsThatOfTheManifest() throws {
        let json = try report("--features f.npy")
        for level in 0..<5 {
            let found = try #require(json["embeddings.0.levels.\(level).measures.frechet.value"] as? Double)
            let recorded = try #require(json["levels.\(level).fid"] as? Double)
            #expect(abs(found - recorded) <= 1e-9 * recorded)
        }
        #expect(json["embeddings.0.levels.4.measures.kid.position"] as? String == "above")
        #expect(json["embeddings.0.levels.4.measures.novelty.random.mean"] != nil)
    }

    @Test func itWritesItsFiles() throws {
        let run = try run("axis splits --features f.npy --also turned.npy --results scored --out axis")
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            run.output.contains("By f, 6 dimensions, of which the splits were made") && run.output.contains("Written: ")
        )
        #expect(run.output.contains("level") && run.output.contains("novelty"))
        let table = try text("axis/axis.csv").split(separator: "\n")
        #expect(table[0] == "embeddings,level,fid,measure,value,random_mean,random_sd,random_q95,p,position")
        #expect(table.count == 1 + 2 * 5 * 5)
        let novelty = try text("axis/novelty.csv").split(separator: "\n")
        #expect(
            novelty[0]
                == "embeddings,level,direction,class,nearest,distance,novelty,spread,model,queries,score,backbone_score"
        )
        // Every class is a test class at each level, in one direction, but for those that are removed.
        #expect(novelty.count > 2 * 3 * 30 && novelty.dropFirst().allSatisfy { $0.split(separator: ",").count == 12 })
        #expect(try text("axis/axis.svg").contains("The levels of s by several measures"))
        #expect(
            try text("axis/novelty.svg").contains("MAP@R of test classes by their distance from the training classes"))
        #expect(try text("axis/axis.json").contains("slope_within_classes"))
        let again = try self.run("axis splits --features f.npy --draws 0 --out axis")
        #expect(again.status == 1 && again.errors.contains("--force"), "\(again.errors)")
        let forced = try self.run("axis splits --features f.npy --draws 0 --out axis --force")
        // A result is replaced as a whole.
        #expect(forced.status == 0 && (try? text("axis/novelty.svg")) == nil)
        #expect(try !text("axis/axis.json").contains("random"))
    }

    /// The slopes are those of the table that is written.
    @Test func theSlopesAreThoseOfTheTable() throws {
        let json = try EditableJSON(
            Data(try run("axis splits --features f.npy --results scored --out axis --format json").output.utf8))
        var (x, y, weight, classes): ([Double], [Double], [Double], [String]) = ([], [], [], [])
        for line in try text("axis/novelty.csv").split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            x.append(try #require(Double(fields[6])))
            y.append(try #require(Double(fields[10])))
            weight.append(try #require(Double(fields[9])))
            classes.append(fields[3])
        }
        func slope(_ groups: [[Int]]) -> Double {
            var (xx, xy) = (0.0, 0.0)
            for group in groups {
                let total = group.reduce(0) { $0 + weight[$1] }
                let meanX = group.reduce(0) { $0 + weight[$1] * x[$1] } / total
                let meanY = group.reduce(0) { $0 + weight[$1] * y[$1] } / total
                for i in group {
                    xx += weight[i] * (x[i] - meanX) * (x[i] - meanX)
                    xy += weight[i] * (x[i] - meanX) * (y[i] - meanY)
                }
            }
            return xy / xx
        }
        let all = try #require(json["models.0.curves.0.slope.value"] as? Double)
        #expect(abs(slope([Array(x.indices)]) - all) < 1e-5)
        let within = try #require(json["models.0.curves.0.slope_within_classes.value"] as? Double)
        #expect(abs(slope(Array(Dictionary(grouping: x.indices, by: { classes[$0] }).values)) - within) < 1e-5)
    }

    /// The same numbers on one thread and with the kernels of other processors.
    @Test func numbersHangOnNoProcessor() throws {
        let outputs = try [
            [:], ["OPENBLAS_NUM_THREADS": "1"], ["OPENBLAS_CORETYPE": "Haswell"], ["OPENBLAS_CORETYPE": "Sandybridge"],
        ].map { environment in
            let run = try run(
                "axis splits --features f.npy --also turned.npy --results scored --format json",
                environment: environment)
            return try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        }
        for other in outputs.dropFirst() { #expect(Self.areClose(outputs[0], other)) }
    }

    private static func areClose(_ a: Any, _ b: Any) -> Bool {
        if let a = a as? [Any], let b = b as? [Any] {
            return a.count == b.count && zip(a, b).allSatisfy { areClose($0, $1) }
        }
        if let a = a as? [String: Any], let b = b as? [String: Any] {
            return a.count == b.count && a.allSatisfy { key, value in b[key].map { areClose(value, $0) } ?? false }
        }
        if let a = a as? NSNumber, let b = b as? NSNumber {
            // What is near 0, as KID of random sides, is compared with what it is a difference of.
            return abs(a.doubleValue - b.doubleValue) <= 1e-8 * max(abs(a.doubleValue), 0.01)
        }
        return (a as? String) == (b as? String)
    }

    @Test(arguments: [
        ("splits", 1, "found no embeddings to measure by; expected --features"),
        ("splits --features turned.npy", 1, "the file that the splits were made from"),
        ("splits --features f.npy --also short.npy", 1, "short.npy: found 179 rows"),
        ("splits --features f.npy --metric mrr", 64, "metric"),
        ("splits --features f.npy --metric recall@2", 64, "expected recall@1 or map@r"),
        ("splits --features f.npy --bandwidth 0", 64, "expected a positive number"),
        ("splits --features f.npy --draws 1", 64, "expected 0, or 2 to 100000"),
        ("splits --features f.npy --sample-limit 3", 64, "expected 4 or more"),
        ("splits --features f.npy --results splits", 1, "splits: cannot be read as results of a model"),
        ("splits --features f.npy --results other-scored", 1, "expected the levels of these splits"),
        ("splits --features f.npy --results fold", 1, "and not those of a fold"),
        ("nowhere --features f.npy", 1, "nowhere"),
    ])
    func faultsAreOneSentence(arguments: String, status: Int32, sentence: String) throws {
        if arguments.contains("other-scored") {
            _ = try run(
                "make-splits --features blind.npy --samples s.csv --out other --min-classes 6 --levels 3 --draws 0 -q")
            let scored = try run("evaluate --splits other --embeddings f.npy --out other-scored --matched-draws 0 -q")
            try #require(scored.status == 0, "\(scored.errors)")
        }
        if arguments.contains("fold") {
            let scored = try run("evaluate --splits splits --embeddings f.npy --fold 0 --out fold --matched-draws 0 -q")
            try #require(scored.status == 0, "\(scored.errors)")
        }
        let found = try run("axis \(arguments)")
        #expect(found.status == status && found.errors.contains(sentence), "\(found.errors)")
    }

    /// One level of a hold-out: no order, but a place among random sides.
    @Test func aHoldOutHasOneLevel() throws {
        let made = try run("holdout --features f.npy --samples s.csv --out held --ratio 80/20 --draws 0 -q")
        try #require(made.status == 0, "\(made.errors)")
        let found = try run("axis held --features f.npy --also turned.npy --format json")
        #expect(found.status == 0, "\(found.errors)")
        let json = try EditableJSON(Data(found.output.utf8))
        #expect(try sentences(json).contains("With one level there is no order to compare"))
        #expect(json["embeddings.0.levels.0.novelty.forward.median"] != nil)
        #expect(json["embeddings.0.levels.0.novelty.reverse"] == nil)
    }

    @Test func aLimitIsSaid() throws {
        let found = try run("axis splits --features f.npy --sample-limit 90 --bandwidth 3")
        #expect(
            found.status == 0 && found.output.contains("KID, MMD and energy are over 90 of the samples"),
            "\(found.errors)")
        #expect(found.output.contains("σ of the MMD is 3"))
    }
}
