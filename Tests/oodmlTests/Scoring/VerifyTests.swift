import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

@Suite struct VerifyTests {
    private let folder: TemporaryFolder

    /// Of a: (1, 0) and (3, 4); of b: (0, 1) and (-3, 4).
    ///
    /// Genuine cosines are 0.6 and 0.8; impostors 0, −0.6, 0.8 and 0.28.
    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Matrix<Float>(rows: [[1, 0], [3, 4], [0, 1], [-3, 4]]).numpyFile, to: "e.npy")
        try folder.write("sample,label\na/a_0001.jpg,a\na/a_0002.jpg,a\nb/b_0001.jpg,b\nb/b_0002.jpg,b\n", to: "l.csv")
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["verify"] + arguments, in: folder.url)
    }

    private func report(_ arguments: String...) throws -> EditableJSON {
        let run = try CommandRun(["verify"] + arguments + ["--format", "json"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        return try EditableJSON(Data(run.output.utf8))
    }

    private func number(_ report: EditableJSON, _ path: String) -> Double {
        (report["models.0.\(path)"] as? NSNumber)?.doubleValue ?? .nan
    }

    @Test func ratesByHand() throws {
        let found = try report("e.npy", "--labels", "l.csv", "--far-at", "0.5,0.25,0.1")
        #expect(number(found, "genuine_pairs") == 2)
        #expect(number(found, "impostor_pairs") == 4)
        // Two impostors may pass: 0.8 and 0.28, so everything above 0 does.
        #expect(number(found, "thresholds.0.tar.value") == 1)
        #expect(number(found, "thresholds.0.accepted_impostors") == 2)
        #expect(abs(number(found, "thresholds.0.threshold")) < 2e-9)
        // One may pass, and 0.28 must not.
        #expect(number(found, "thresholds.1.accepted_impostors") == 1)
        #expect(number(found, "thresholds.1.fnmr") == 0)
        #expect(abs(number(found, "thresholds.1.threshold") - 0.28) < 2e-9)
        // One of four is more than a tenth.
        #expect(found["models.0.thresholds.2.threshold"] == nil)
        #expect(number(found, "thresholds.2.needed_impostors") == 10)
        // 0.8 ties with 0.8 and is above three; 0.6 is above three: (3.5 + 3) / 8.
        #expect(abs(number(found, "auroc.value") - 6.5 / 8) < 1e-15)
        #expect(number(found, "auroc_error") == 0)
        // From (1/4, 1/2) up to (1/4, 1).
        #expect(number(found, "eer.value") == 0.25)
        #expect(abs(number(found, "eer_threshold") - 0.6) < 2e-9)
    }

    @Test func theTextSaysWhatFewPairsCannot() throws {
        let run = try run("e.npy", "--labels", "l.csv", "--far-at", "0.25,0.001")
        #expect(run.status == 0)
        #expect(run.output.contains("4 rows, 2 genuine pairs, 4 impostors; cosine."))
        #expect(run.output.contains("With so few impostors only this can be said: both errors are equal at 25.0 %."))
        #expect(run.output.contains("FAR 0.001 cannot be told from 0: 0.001 takes 1000 impostors, and there are 4."))
        #expect(run.output.contains("too few"))
    }

    /// The order, the extension and blank lines do not matter; a fold is best decided by the other's threshold.
    @Test func pairsOfLFW() throws {
        try folder.write("2\t1\na\t1\t2\na\t1\tb\t1\n\nb\t1\t2\na\t2\tb\t2\n", to: "pairs.txt")
        let found = try report("e.npy", "--labels", "l.csv", "--pairs", "pairs.txt", "--far-at", "0.5")
        // Genuine 0.6 and 0.8; impostors 0 and 0.28.
        #expect(number(found, "genuine_pairs") == 2)
        #expect(number(found, "impostor_pairs") == 2)
        #expect(number(found, "auroc.value") == 1)
        #expect(number(found, "accuracy.best") == 1)
        #expect(abs(number(found, "accuracy.threshold") - 0.6) < 2e-9)
        // The first fold's pairs are decided from a squared distance above 0.4, which the second's genuine pair takes: then 0.6 at
        // 0.8 is refused. The second fold's by the first, from above 0.8.
        #expect(abs(number(found, "accuracy.folds.squared_distances.0") - 0.41) < 1e-12)
        #expect(abs(number(found, "accuracy.folds.squared_distances.1") - 0.81) < 1e-12)
        #expect(number(found, "accuracy.folds.accuracies.0") == 0.5)
        #expect(number(found, "accuracy.folds.accuracies.1") == 1)
        #expect(number(found, "accuracy.folds.mean") == 0.75)
        #expect(number(found, "accuracy.folds.standard_deviation") == 0.25)
    }

    @Test func pairsOfATable() throws {
        try folder.write("same,a,b\n1,a/a_0001,a/a_0002.jpg\nfalse,a/a_0001,b/b_0001\n", to: "pairs.csv")
        let found = try report("e.npy", "--labels", "l.csv", "--pairs", "pairs.csv")
        #expect(number(found, "genuine_pairs") == 1)
        #expect(found["models.0.accuracy.folds"] == nil)
        #expect(number(found, "auroc.value") == 1)
    }

    @Test(arguments: [
        ("a,b,same\na/a_0001,a/a_0009,1\n", ":2: found the sample \"a/a_0009\""),
        ("a,b,same\na/a_0001,a/a_0002,0\n", ":2: found a pair said to be of two labels"),
        ("a,b,same\na/a_0001,a/a_0002,yes\n", ":2: found \"yes\" as same"),
        ("a,c,same\nx,y,1\n", ":1: found the columns a, c, same"),
        ("a,b,same\n", "found a table without rows"),
        ("a,b,same,fold\na/a_0001,a/a_0002,1,x\n", "found one fold for all pairs"),
        ("10 300\na 1 2\n", ":1: found 1 pairs after the line 10 300"),
        ("1\na 1 2\na 1 x 1 2\n", ":3: found \"a 1 x 1 2\""),
        ("1\na 1 -2\na 1 b 1\n", ":2: found \"a 1 -2\""),
        ("99999999999 99999999999\n", "found 0 pairs"),
    ])
    func badListsAreRefused(text: String, message: String) throws {
        try folder.write(text, to: "pairs.txt")
        let run = try run("e.npy", "--labels", "l.csv", "--pairs", "pairs.txt")
        #expect(run.status == 1)
        let sentence = try #require(run.sentence)
        #expect(sentence.contains("pairs.txt"))
        #expect(sentence.contains(message), "\(sentence)")
    }

    /// The mean of (1, 0) and (0.6, 0.8) has the direction (2, 1); frames of one medium count as one image.
    @Test func templatesAreAveraged() throws {
        try folder.write(
            Matrix<Float>(rows: [[1, 0], [3, 4], [0, 1], [0, 7], [5, 0], [-3, 4]]).numpyFile, to: "t.npy")
        try folder.write("sample,label\np,a\nq,a\nr,a\ns,b\nt,b\nu,b\n", to: "t.csv")
        try folder.write(
            "template,sample,media\n1,p,\n1,q,\n2,q,v\n2,r,v\n2,p,\n3,s,\n4,t,\n4,u,\n", to: "templates.csv")
        let found = try report("t.npy", "--labels", "t.csv", "--templates", "templates.csv", "--far-at", "0.5")
        #expect(number(found, "templates") == 4)
        #expect(number(found, "genuine_pairs") == 2)
        #expect(number(found, "impostor_pairs") == 4)
        // 1: (1.6, 0.8). 2: (0.3, 0.9) + (1, 0) = (1.3, 0.9). 3: (0, 1). 4: (0.4, 0.8).
        func cosine(_ a: (Double, Double), _ b: (Double, Double)) -> Double {
            (a.0 * b.0 + a.1 * b.1) / ((a.0 * a.0 + a.1 * a.1) * (b.0 * b.0 + b.1 * b.1)).squareRoot()
        }
        let rows = [(1.6, 0.8), (1.3, 0.9), (0, 1), (0.4, 0.8)]
        let impostors = [(0, 2), (0, 3), (1, 2), (1, 3)].map { cosine(rows[$0.0], rows[$0.1]) }.sorted(by: >)
        #expect(abs(number(found, "thresholds.0.threshold") - impostors[2]) < 3e-9)
        try folder.write("a,b,same\n1,2,1\n1,3,0\n", to: "listed.csv")
        let listed = try report(
            "t.npy", "--labels", "t.csv", "--templates", "templates.csv", "--pairs", "listed.csv")
        #expect(abs(number(listed, "accuracy.threshold") - cosine(rows[0], rows[1])) < 3e-9)
        try folder.write("template,sample\n1,p\n1,s\n", to: "mixed.csv")
        let mixed = try run("t.npy", "--labels", "t.csv", "--templates", "mixed.csv")
        #expect(mixed.sentence?.contains("mixed.csv:3: found a sample of the label b in the template 1") == true)
    }

    @Test func unknownQueriesAreRejected() throws {
        try folder.write(Matrix<Float>(rows: [[4, 3], [3, 4], [12, 5], [1, 1]]).numpyFile, to: "q.npy")
        try folder.write("label\na\na\nx\ny\n", to: "q.csv")
        try folder.write(Matrix<Float>(rows: [[1, 0], [0, 1]]).numpyFile, to: "g.npy")
        try folder.write("label\na\nb\n", to: "g.csv")
        let arguments = [
            "q.npy", "--labels", "q.csv", "--gallery", "g.npy", "--gallery-labels", "g.csv", "--far-at", "0.5",
        ]
        let run = try CommandRun(["verify"] + arguments + ["--format", "json"], in: folder.url)
        let found = try EditableJSON(Data(run.output.utf8))
        #expect(number(found, "open_set.known") == 2)
        #expect(number(found, "open_set.unknown") == 2)
        #expect(number(found, "open_set.rank_1") == 0.5)
        #expect(number(found, "open_set.thresholds.0.dir.value") == 0.5)
        #expect(number(found, "open_set.rejection_auroc.value") == 0.5)
        #expect(number(found, "open_set.fpr95.value") == 0.5)
        #expect(number(found, "gallery") == 2)
        let text = try CommandRun(["verify"] + arguments, in: folder.url).output
        #expect(text.contains("2 known and 2 unknown queries"))
    }

    /// Noise that grows from one file to the next: intervals, paired differences, a sentence, and the files.
    @Test func severalEmbeddingsAreCompared() throws {
        var generator = SplitMix64(seed: 3)
        let centres = (0..<30).map { _ in (0..<8).map { _ in Float(generator.bell()) } }
        for (name, spread) in [("sharp", Float(0.3)), ("dull", 1.2)] {
            let rows = (0..<240).map { row in centres[row / 8].map { $0 + spread * Float(generator.bell()) } }
            try folder.write(Matrix(rows: rows).numpyFile, to: "\(name).npy")
        }
        try folder.write("label\n" + (0..<240).map { "\($0 / 8)\n" }.joined(), to: "labels.csv")
        let text = try run(
            "sharp.npy", "dull.npy", "--labels", "labels.csv", "--curve", "c.csv", "--roc", "r.svg", "--det", "d.svg")
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("sharp has the highest TAR at FAR 0.001"))
        #expect(text.output.contains("It is ahead beyond noise of dull (by "))
        let curve = try String(contentsOf: folder.url.appending(path: "c.csv"), encoding: .utf8)
        #expect(curve.hasPrefix("model,threshold,far,tar,fnmr\nsharp,"))
        #expect(curve.hasSuffix(",1.0,1.0,0.0\n"))
        for name in ["r.svg", "d.svg"] {
            let drawing = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
            #expect(drawing.contains(">sharp<") && drawing.contains("<polyline"))
        }
        let again = try run("sharp.npy", "--labels", "labels.csv", "--curve", "c.csv")
        #expect(again.status == 1)
        let found = try report("sharp.npy", "dull.npy", "--labels", "labels.csv")
        #expect((found["models.0.eer.standard_error"] as? Double ?? -1) > 0)
        #expect((found["pairs.0.differences.auroc.p"] as? Double ?? 2) < 0.05)
        #expect(found["intervals_over"] as? String == "labels")
        let plain = try report("sharp.npy", "dull.npy", "--labels", "labels.csv", "--no-intervals")
        #expect(plain["intervals_over"] == nil)
        #expect(plain["models.0.eer.standard_error"] == nil)
    }

    @Test(arguments: [
        ("--gallery g.npy", "--gallery and --gallery-labels go together"),
        ("--far-at 0", "found \"0\" among the false accept rates; expected numbers from 1e-12, below 1"),
        ("--far-at 0.1,0.1", "found a false accept rate twice"),
        ("--pairs p.txt --across-groups", "--pairs says which pairs count; expected no --across-groups with it"),
        ("--pairs p.txt --camera names", "--pairs says which pairs count; expected no --camera with it"),
        ("--templates t.csv --gallery g.npy --gallery-labels g.csv", "--templates are of the embeddings alone"),
    ])
    func contradictionsAreWrongUsage(options: String, message: String) throws {
        let run = try CommandRun(
            ["verify", "e.npy", "--labels", "l.csv"] + options.split(separator: " ").map(String.init), in: folder.url)
        #expect(run.status == 64)
        #expect(run.errors.contains(message), "\(run.errors)")
    }

    @Test func oneLabelHasNoImpostors() throws {
        try folder.write("label\na\na\na\na\n", to: "one.csv")
        let run = try run("e.npy", "--labels", "one.csv")
        #expect(run.status == 1)
        #expect(
            run.sentence?.contains(
                "one.csv: found 6 genuine pairs, of one label, and 0 impostors, of two; expected some of each")
                == true)
    }

    @Test func aValueThatIsNotFiniteIsNamed() throws {
        try folder.write(Matrix<Float>(rows: [[1, 0], [3, .nan], [0, 1], [-3, 4]]).numpyFile, to: "nan.npy")
        let run = try run("nan.npy", "--labels", "l.csv")
        #expect(run.status == 1)
        #expect(run.sentence?.contains("nan.npy") == true)
        #expect(run.sentence?.contains("row 1, column 1") == true)
    }
}
