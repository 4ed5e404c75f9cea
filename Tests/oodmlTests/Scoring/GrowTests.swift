import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// `grow`: the sentences, files and faults of the curve over the size of a gallery.
@Suite struct GrowTests {
    private let folder: TemporaryFolder

    /// Sixty labels of five items in six dimensions, far enough apart that most are found.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 4)
        var rows: [[Float]] = []
        var table = "label,camera\n"
        for number in 0..<60 {
            let centre = (0..<6).map { _ in rng.bell() }
            for item in 0..<5 {
                rows.append(centre.map { Float($0 + 0.6 * rng.bell()) })
                table += "label \(number),\(item % 2)\n"
            }
        }
        try folder.write(Matrix(rows: rows).numpyFile, to: "e.npy")
        try folder.write(table, to: "cameras.csv")
        try folder.write(table.replacingOccurrences(of: ",camera", with: ",other"), to: "l.csv")
        try folder.write(
            Matrix(rows: (0..<200).map { _ in (0..<6).map { _ in Float(rng.bell()) } }).numpyFile, to: "far.npy")
    }

    private func run(_ line: String) throws -> CommandRun {
        try CommandRun(["grow"] + line.split(separator: " ").map(String.init), in: folder.url)
    }

    private func report(_ line: String) throws -> EditableJSON {
        let run = try run(line + " --format json")
        try #require(run.status == 0, "\(run.errors)")
        return try EditableJSON(Data(run.output.utf8))
    }

    private func number(_ value: Any?) throws -> Double { try #require(value as? NSNumber).doubleValue }

    /// All labels give what `score` gives, cameras and distractors included.
    @Test(arguments: ["--labels l.csv", "--labels cameras.csv", "--labels l.csv --similarity euclidean"])
    func allLabelsAreTheScore(options: String) throws {
        let grown = try report("e.npy \(options) --sizes 60 --forecast 0")
        let scored = try CommandRun(
            ["score", "e.npy", "--no-clusters", "--no-structure", "--format", "json"]
                + options.split(separator: " ").map(String.init), in: folder.url)
        let score = try EditableJSON(Data(scored.output.utf8))
        let (value, expected) = (try number(grown["known.0.recall@1.value"]), try number(score["recall@1"]))
        #expect(abs(value - expected) < 1e-12 && value < 1)
        let (error, other) = (
            try number(grown["known.0.recall@1.standard_error"]),
            try number(score["intervals.recall@1.standard_error"])
        )
        #expect(abs(error - other) < 1e-9)
        #expect((grown["forecasts"] as? [Any])?.isEmpty == true)
    }

    /// A distractor before a query's own items makes it wrong in every gallery.
    @Test func distractorsAreInEveryGallery() throws {
        let without = try report("e.npy --labels l.csv --sizes 1,60")
        let with = try report("e.npy --labels l.csv --sizes 1,60 --distractors far.npy")
        #expect(try number(without["known.0.recall@1.value"]) == 1)
        #expect(try number(with["known.0.recall@1.value"]) < 1)
        #expect(try number(with["known.1.recall@1.value"]) < number(without["known.1.recall@1.value"]))
        #expect(try number(with["forecasts.0.recall@1"]) < number(without["forecasts.0.recall@1"]))
        #expect(try number(with["distractors"]) == 200)
    }

    @Test func itEndsInSentencesAndWritesItsFiles() throws {
        let run = try run("e.npy --labels l.csv --csv c.csv --chart c.svg")
        #expect(run.status == 0)
        let text = run.output.replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains("Recall@1 falls from") && text.contains("labels to") && text.contains("in one of 60."))
        #expect(text.contains("With 120 labels like these it would be about 0."))
        #expect(text.contains("by a forecast that was tried from one half of the labels."))
        let table = try String(contentsOf: folder.url.appending(path: "c.csv"), encoding: .utf8)
        #expect(table.hasPrefix("classes,kind,recall@1,low,high\n2,known,") && table.contains("\n120,forecast,"))
        let chart = try String(contentsOf: folder.url.appending(path: "c.svg"), encoding: .utf8)
        #expect(chart.contains("Recall@1 of e as the gallery grows") && chart.contains(">120</text>"))
        let again = try self.run("e.npy --labels l.csv --sizes 7 --csv c.csv")
        #expect(again.status == 1 && again.errors.contains("--force"))
    }

    /// The same bytes on one thread and with the kernels of another processor.
    @Test func numbersHangOnNoProcessor() throws {
        let arguments = ["grow", "e.npy", "--labels", "l.csv", "--forecast", "120,240", "--format", "json"]
        let outputs = try [
            [:], ["OPENBLAS_NUM_THREADS": "1"], ["OPENBLAS_CORETYPE": "Haswell"], ["OPENBLAS_CORETYPE": "Sandybridge"],
        ].map { try CommandRun(arguments, in: folder.url, environment: $0).output }
        #expect(Set(outputs).count == 1 && outputs[0].contains("forecasts"))
    }

    @Test(arguments: [
        ("--sizes 61", 1, "--sizes: found 61; expected up to 60"),
        ("--sizes 0", 64, "expected counts from 1"),
        ("--forecast 60", 1, "--forecast: found 60; expected more than 60"),
        ("--forecast 0,100", 64, "--forecast has 0 among others"),
        ("--gallery e.npy", 64, "--gallery and --gallery-labels go together"),
        ("--distractors short.npy", 1, "found 2 columns; expected 6"),
        ("--csv l.csv --force", 1, "l.csv: found a file that is read; expected another place for a result"),
        ("--across-groups", 1, "no groups of samples"),
    ])
    func faultsAreOneSentence(options: String, status: Int32, sentence: String) throws {
        try folder.write(Matrix<Float>(rowCount: 7, columnCount: 2).numpyFile, to: "short.npy")
        let run = try run("e.npy --labels l.csv \(options)")
        #expect(run.status == status && run.errors.contains(sentence), "\(run.errors)")
    }

    /// Few labels, of which nothing can be tried, and labels without anything to find.
    @Test func littleIsSaidOfLittle() throws {
        try folder.write(Matrix<Float>(rows: [[0], [1], [5], [6]]).numpyFile, to: "few.npy")
        try folder.write("label\na\na\nb\nb\n", to: "few.csv")
        let few = try run("few.npy --labels few.csv --similarity euclidean")
        #expect(
            few.status == 0 && few.output.replacingOccurrences(of: "\n", with: " ").contains("cannot be tried"),
            "\(few.errors)")
        try folder.write("label\na\nb\nc\nd\n", to: "lone.csv")
        let lone = try run("few.npy --labels lone.csv")
        #expect(lone.status == 1 && lone.errors.contains("no query with an item of its label"), "\(lone.errors)")
    }
}
