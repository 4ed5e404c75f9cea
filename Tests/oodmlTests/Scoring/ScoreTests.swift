import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

@Suite struct ScoreTests {
    private let folder: TemporaryFolder

    /// On a line at 0, 1, 3, 7, 8 and 20: the labels are a, b, a, b, a and one that only 20 has.
    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Matrix<Float>(rows: [[0], [1], [3], [7], [8], [20]]).numpyFile, to: "e.npy")
        try folder.write("sample,label\np,a\nq,b\nr,a\ns,b\nt,a\nu,lone\n", to: "l.csv")
    }

    private func run(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["score"] + arguments, in: folder.url)
    }

    private func report(_ arguments: String...) throws -> [String: Any] {
        let run = try CommandRun(["score"] + arguments + ["--format", "json"], in: folder.url)
        #expect(run.status == 0, "\(run.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    private func number(_ report: [String: Any], _ key: String) -> Double {
        (report[key] as? NSNumber)?.doubleValue ?? .nan
    }

    /// In single precision, numbers from 10,000,000 on are integers.
    @Test func doublePrecisionIsNotRounded() throws {
        let points = [0, 0.11, 0.31, 0.72, 0.82, 2].map { "\(1e7 + $0)\n" }
        try folder.write("x\n" + points.joined(), to: "far.csv")
        let scores = try report("far.csv", "--labels", "l.csv", "--distance", "euclidean", "--no-clusters")
        // As in the test by hand, up to the scale.
        #expect(number(scores, "recall@1") == 0 && abs(number(scores, "recall@2") - 0.6) < 1e-12)
        #expect(abs(number(scores, "mrr") - (3 * 0.5 + 2 / 3.0) / 5) < 1e-12)
    }

    /// By inner product the largest number comes first: the ranks of a, b, a, b, a are those of 8 and 3, of 7, and so on.
    @Test func innerProductsByHand() throws {
        let scores = try report("e.npy", "--labels", "l.csv", "--distance", "inner-product", "--recall-at", "1,2,3")
        // 0 is as similar to all, so row 2 comes second and row 4 fourth; for 1 the 7 comes third, for 3 the 8 second.
        #expect(scores["distance"] as? String == "inner-product")
        #expect(number(scores, "recall@1") == 0)
        #expect(abs(number(scores, "recall@2") - 2 / 5.0) < 1e-12)
        #expect(abs(number(scores, "mrr") - (1 / 2.0 + 1 / 3 + 1 / 2 + 1 / 4 + 1 / 3) / 5) < 1e-12)
    }

    /// The ranks are [2, 4], [3], [2, 4], [3], [2, 4].
    @Test func scoresByHand() throws {
        let scores = try report("e.npy", "--labels", "l.csv", "--distance", "euclidean", "--recall-at", "4,1,2,3")
        #expect(number(scores, "recall@1") == 0)
        #expect(abs(number(scores, "recall@2") - 0.6) < 1e-12)
        #expect(number(scores, "recall@3") == 1 && number(scores, "recall@4") == 1)
        #expect(scores["recall@8"] == nil)
        // R is 2, 1, 2, 1, 2.
        #expect(abs(number(scores, "r_precision") - 3 * 0.5 / 5) < 1e-12)
        #expect(abs(number(scores, "map@r") - 3 * 0.25 / 5) < 1e-12)
        let full = (3 * (0.5 + 0.5) / 2 + 2 * (1 / 3.0)) / 5
        #expect(abs(number(scores, "map") - full) < 1e-12)
        #expect(abs(number(scores, "map@1000") - full) < 1e-12)
        #expect(abs(number(scores, "mrr") - (3 * 0.5 + 2 / 3.0) / 5) < 1e-12)
        #expect(number(scores, "lone_queries") == 1 && number(scores, "queries") == 5)
        let averaged = try #require(scores["class_averaged"] as? [String: Any])
        #expect(abs(number(averaged, "mrr") - (0.5 + 1 / 3.0) / 2) < 1e-12)
    }

    @Test func loneQueriesMayCount() throws {
        let scores = try report(
            "e.npy", "--labels", "l.csv", "--distance", "euclidean", "--lone-queries", "zero", "--no-clusters")
        #expect(abs(number(scores, "mrr") - (3 * 0.5 + 2 / 3.0) / 6) < 1e-12)
        let averaged = try #require(scores["class_averaged"] as? [String: Any])
        #expect(abs(number(averaged, "mrr") - (0.5 + 1 / 3.0) / 3) < 1e-12)
        #expect(scores["nmi"] == nil)
    }

    @Test func clustersMayBeGiven() throws {
        try folder.write("cluster\nx\nx\ny\ny\nz\nw\n", to: "c.csv")
        let scores = try report("e.npy", "--labels", "l.csv", "--clusters", "c.csv")
        // Of the pairs 02, 04, 24 and 13 not one is in a cluster, and of the clusters' pairs not one has one label.
        #expect(number(scores, "f1") == 0)
        #expect(number(scores, "clusters") == 4)
        // H(labels) of (3, 2, 1) / 6, H(clusters) of (2, 2, 1, 1) / 6, and their joint entropy ln 6.
        func entropy(_ counts: [Double]) -> Double { counts.reduce(0) { $0 - $1 / 6 * log($1 / 6) } }
        let (labels, clusters) = (entropy([3, 2, 1]), entropy([2, 2, 1, 1]))
        let expected = 2 * (labels + clusters - log(6.0)) / (labels + clusters)
        #expect(abs(number(scores, "nmi") - expected) < 1e-12)
    }

    @Test func kMeansFindsSeparatedLabels() throws {
        try folder.write(
            Matrix<Float>(rows: [[0, 1], [0.1, 1], [1, 0], [1, 0.1], [-1, -1], [-1, -0.9]]).numpyFile, to: "f.npy")
        try folder.write("label\n1\n1\n16777216\n16777216\n16777217\n16777217\n", to: "m.csv")
        let scores = try report("f.npy", "--labels", "m.csv", "--restarts", "5")
        for key in ["recall@1", "map@r", "nmi", "ami", "f1"] { #expect(abs(number(scores, key) - 1) < 1e-12) }
        #expect(number(scores, "classes") == 3)
    }

    /// As floating-point numbers, or as integers written in two ways, they would be one label.
    @Test(arguments: [("9007199254740992", "9007199254740993"), ("16777216", "16777217"), ("7", "07"), ("1", "1.0")])
    func labelsAreTheirBytes(a: String, b: String) throws {
        // On a line at 0, 1, 3, 7: the ranks are [2], [3], [2], [2]; for one label they would be [1, 2, 3].
        try folder.write(Matrix<Float>(rows: [[0], [1], [3], [7]]).numpyFile, to: "n.npy")
        try folder.write("label\n\(a)\n\(b)\n\(a)\n\(b)\n", to: "n.csv")
        let scores = try report("n.npy", "--labels", "n.csv", "--distance", "euclidean", "--no-clusters")
        #expect(number(scores, "classes") == 2)
        #expect(abs(number(scores, "mrr") - (3 / 2.0 + 1 / 3.0) / 4) < 1e-12)
    }

    @Test func theDivisorOfMilbich2021() throws {
        let plain = try report("e.npy", "--labels", "l.csv", "--distance", "euclidean", "--no-clusters")
        let scores = try report(
            "e.npy", "--labels", "l.csv", "--distance", "euclidean", "--no-clusters", "--milbich2021",
            "--lone-queries", "zero")
        // The ranks are [2, 4], [3], [2, 4], [3], [2, 4] and none; the class sizes 3 and 2.
        #expect(abs(number(scores, "map@1000_milbich2021") - (3 * (0.5 + 0.5) / 3 + 2 * (1 / 3.0) / 2) / 6) < 1e-12)
        #expect(abs(number(scores, "map@c_milbich2021") - (3 * 0.5 / 3) / 6) < 1e-12)
        #expect(!plain.keys.contains { $0.contains("milbich2021") })
    }

    @Test func aGalleryLeavesTheSampleItselfOut() throws {
        try folder.write(Matrix<Float>(rows: [[1], [6]]).numpyFile, to: "q.npy")
        try folder.write("sample,label\nq,b\nnew,a\n", to: "q.csv")
        let scores = try report(
            "q.npy", "--labels", "q.csv", "--gallery", "e.npy", "--gallery-labels", "l.csv", "--distance", "euclidean",
            "--no-clusters")
        // From 1, without itself: 0, 3, 7 (b). From 6: 7, 8 (a), 3 (a), 1, 0 (a).
        #expect(abs(number(scores, "mrr") - (1 / 3.0 + 1 / 2.0) / 2) < 1e-12)
        #expect(number(scores, "gallery") == 6)
    }

    /// Row numbers in both tables, say: they are no samples in common.
    @Test func equalNamesOfOtherSamplesAreRefused() throws {
        try folder.write(Matrix<Float>(rows: [[1], [6]]).numpyFile, to: "q.npy")
        func refusal(_ table: String) throws -> String {
            try folder.write(table, to: "q.csv")
            let run = try run(
                "q.npy", "--labels", "q.csv", "--gallery", "e.npy", "--gallery-labels", "l.csv", "--distance",
                "euclidean",
                "--no-clusters")
            #expect(run.status == 1 && run.output.isEmpty && run.errors.split(separator: "\n").count == 1)
            return run.errors
        }
        let label = try refusal("sample,label\nq,b\ns,a\n")
        #expect(label.contains("l.csv") && label.contains("\"s\"") && label.contains("another label"), "\(label)")
        let embedding = try refusal("sample,label\nq,b\nt,a\n")
        #expect(embedding.contains("\"t\"") && embedding.contains("another embedding"), "\(embedding)")
    }

    @Test func howManyQueriesAreInTheGalleryIsSaid() throws {
        // As another run of the network would give it.
        try folder.write(Matrix<Float>(rows: [[1.00001], [6]]).numpyFile, to: "q.npy")
        try folder.write("sample,label\nq,b\nnew,a\n", to: "q.csv")
        let arguments = [
            "q.npy", "--labels", "q.csv", "--gallery", "e.npy", "--gallery-labels", "l.csv", "--distance", "euclidean",
        ]
        let run = try CommandRun(["score"] + arguments, in: folder.url)
        #expect(run.output.contains("1 queries in gallery"), "\(run.output)")
        try folder.write("label\nb\na\n", to: "q.csv")
        let json = try CommandRun(["score"] + arguments + ["--format", "json"], in: folder.url)
        #expect(json.output.contains("\"queries_in_gallery\": 0"), "\(json.output)")
        #expect(try report("e.npy", "--labels", "l.csv")["queries_in_gallery"] == nil)
    }

    @Test func metricsWithALimit() throws {
        let scores = try report(
            "e.npy", "--labels", "l.csv", "--distance", "euclidean", "--no-clusters", "--precision-at", "2,4",
            "--map-at", "2",
            "--mrr-at", "2,3")
        // The ranks are [2, 4], [3], [2, 4], [3], [2, 4].
        #expect(abs(number(scores, "precision@2") - 3 * 0.5 / 5) < 1e-12)
        #expect(abs(number(scores, "precision@4") - (3 * 0.5 + 2 * 0.25) / 5) < 1e-12)
        #expect(abs(number(scores, "map@2") - 3 * 0.25 / 5) < 1e-12)
        #expect(abs(number(scores, "mrr@2") - 3 * 0.5 / 5) < 1e-12)
        #expect(abs(number(scores, "mrr@3") - (3 * 0.5 + 2 / 3.0) / 5) < 1e-12)
    }

    /// Without 3, which is of its group, 0 finds 8 first, after 1 and 7.
    @Test func groupsAreLeftOutOnRequest() throws {
        try folder.write("sample,label,group\np,a,1\nq,b,\nr,a,1\ns,b,\nt,a,2\nu,lone,\n", to: "g.csv")
        let plain = try report("e.npy", "--labels", "g.csv", "--distance", "euclidean", "--no-clusters")
        #expect(abs(number(plain, "mrr") - (3 * 0.5 + 2 / 3.0) / 5) < 1e-12 && plain["groups"] == nil)
        let across = try report(
            "e.npy", "--labels", "g.csv", "--distance", "euclidean", "--no-clusters", "--across-groups")
        // From 0: 1, 7, 8 (a). From 3: 1, 7, 8 (a). From 8: 7, 3 (a), 1, 0 (a).
        #expect(abs(number(across, "mrr") - (2 / 3.0 + 0.5 + 2 / 3.0) / 5) < 1e-12)
        #expect(number(across, "groups") == 2)
        let refused = try run("e.npy", "--labels", "l.csv", "--across-groups")
        #expect(refused.status == 1 && refused.errors.contains("a column group"), "\(refused.errors)")
    }

    @Test func tablesPerQueryAndClass() throws {
        let arguments = [
            "score", "e.npy", "--labels", "l.csv", "--distance", "euclidean", "--recall-at", "2", "--per-query",
            "q.csv",
            "--per-class", "k.csv", "--no-clusters",
        ]
        #expect(try CommandRun(arguments, in: folder.url).status == 0)
        let queries = try String(contentsOf: folder.url.appending(path: "q.csv"), encoding: .utf8).split(
            separator: "\n")
        #expect(queries.count == 6)
        #expect(queries[0] == "row,sample,label,recall@2,r_precision,map@r,map@1000,map,mrr")
        #expect(queries[1].hasPrefix("0,p,a,1.0,0.5,0.25,"))
        let classes = try String(contentsOf: folder.url.appending(path: "k.csv"), encoding: .utf8).split(
            separator: "\n")
        #expect(
            classes.map { $0.split(separator: ",").prefix(3).joined(separator: ",") } == [
                "label,queries,recall@2", "a,3,1.0", "b,2,0.0",
            ])
        // The same again is there already; something else is kept beside, and both tables stay.
        #expect(try CommandRun(arguments, in: folder.url).status == 0)
        let others = arguments.map { $0 == "2" ? "3" : $0 }
        let refused = try CommandRun(others, in: folder.url)
        #expect(refused.status == 1 && refused.errors.contains("--force") && refused.errors.contains("kept"))
        #expect(!refused.output.isEmpty)
        func header(_ file: String) throws -> Substring? {
            try String(contentsOf: folder.url.appending(path: file), encoding: .utf8).split(separator: "\n").first
        }
        #expect(try header("q.csv") == queries[0] && header("k.csv") == classes[0])
        #expect(try CommandRun(others + ["--force"], in: folder.url).status == 0)
        #expect(try header("q.csv")?.contains("recall@3") == true && header("k.csv")?.contains("recall@3") == true)
    }

    @Test func badInputIsOneSentence() throws {
        func refused(_ arguments: String..., naming words: String...) throws {
            let run = try CommandRun(["score"] + arguments, in: folder.url)
            #expect(run.status == 1)
            #expect(run.output.isEmpty)
            for word in words { #expect(run.errors.contains(word), "\(run.errors)") }
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
        try folder.write("label\na\n", to: "short.csv")
        try refused("e.npy", "--labels", "short.csv", naming: "short.csv", "1 rows", "6")
        try folder.write("name\na\n", to: "other.csv")
        try refused("e.npy", "--labels", "other.csv", naming: "other.csv", "label")
        try folder.write("label\na\nb\nc\nd\ne\nf\n", to: "lone.csv")
        try refused("e.npy", "--labels", "lone.csv", naming: "lone.csv", "none of the 6 queries")
        try folder.write(Matrix<Float>(rows: [[0], [.nan], [3], [7], [8], [20]]).numpyFile, to: "nan.npy")
        try refused("nan.npy", "--labels", "l.csv", naming: "nan.npy", "row 1")
        try folder.write(Matrix<Float>(rows: [[0, 1]]).numpyFile, to: "wide.npy")
        try folder.write("label\na\n", to: "wide.csv")
        try refused(
            "e.npy", "--labels", "l.csv", "--gallery", "wide.npy", "--gallery-labels", "wide.csv", naming: "wide.npy",
            "2 columns")
        try folder.write(Matrix<Float>(rows: [[3], [.infinity]]).numpyFile, to: "infinite.npy")
        try folder.write("label\na\nb\n", to: "two.csv")
        try refused(
            "e.npy", "--labels", "l.csv", "--gallery", "infinite.npy", "--gallery-labels", "two.csv",
            naming: "infinite.npy", "row 1", "column 0")
        try folder.write(Matrix<Float>(rowCount: 0, columnCount: 1).numpyFile, to: "empty.npy")
        try folder.write("label\n", to: "empty.csv")
        try refused(
            "e.npy", "--labels", "l.csv", "--gallery", "empty.npy", "--gallery-labels", "empty.csv",
            "--lone-queries", "zero", naming: "empty.npy", "at least one row")
        try refused("empty.npy", "--labels", "empty.csv", naming: "empty.npy", "at least one row")
        try folder.write("cluster\nx\n", to: "few.csv")
        try refused("e.npy", "--labels", "l.csv", "--clusters", "few.csv", naming: "few.csv", "1 rows")
        #expect(try run("e.npy", "--labels", "l.csv", "--recall-at", "0").status == 64)
        #expect(try run("e.npy", "--labels", "l.csv", "--gallery", "e.npy").status == 64)
    }
}
