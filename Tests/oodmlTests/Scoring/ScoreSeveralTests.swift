import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// `score` of several embeddings of the same items: intervals, paired differences, and who is ahead.
@Suite struct ScoreSeveralTests {
    private let folder: TemporaryFolder
    private let labels: [String]
    private var rows: [String: [[Float]]] = [:]

    /// Thirty labels of four items: an embedding, the same with some noise, with much, and turned, which changes nothing.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 21)
        var (clean, some, much, turned): ([[Float]], [[Float]], [[Float]], [[Float]]) = ([], [], [], [])
        var names: [String] = []
        for number in 0..<30 {
            let centre = (0..<5).map { _ in 2 * rng.bell() }
            for _ in 0..<4 {
                let item = centre.map { Float($0 + rng.bell()) }
                clean.append(item)
                some.append(item.map { $0 + Float(0.5 * rng.bell()) })
                much.append(item.map { $0 + Float(3 * rng.bell()) })
                turned.append([item[4], -item[2], item[0], item[1], -item[3]])
                names.append("label \(number)")
            }
        }
        labels = names
        for (name, values) in [("clean", clean), ("some", some), ("much", much), ("turned", turned)] {
            rows[name] = values
            try folder.write(Matrix(rows: values).numpyFile, to: "\(name).npy")
        }
        try folder.write("label\n" + names.map { $0 + "\n" }.joined(), to: "l.csv")
    }

    private func run(_ line: String) throws -> CommandRun {
        try CommandRun(["score"] + line.split(separator: " ").map(String.init) + ["--no-structure"], in: folder.url)
    }

    private func report(_ line: String) throws -> [String: Any] {
        let run = try run(line + " --labels l.csv --no-clusters --format json")
        try #require(run.status == 0, "\(run.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }

    private func number(_ object: Any?, _ path: String...) -> Double? {
        let value = path.reduce(object) { ($0 as? [String: Any])?[$1] }
        return (value as? NSNumber)?.doubleValue
    }

    /// Recall@1 by cosine of some items among themselves, item by item; nil for items that are left out.
    private func hits(_ name: String, without left: Set<String> = []) -> [Double?] {
        let rows = rows[name] ?? []
        func cosine(_ a: [Float], _ b: [Float]) -> Double {
            func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
            return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
        }
        return rows.indices.map { query in
            guard !left.contains(labels[query]) else { return nil }
            let others = rows.indices.filter { $0 != query && !left.contains(labels[$0]) }
            let best = others.max { cosine(rows[query], rows[$0]) < cosine(rows[query], rows[$1]) } ?? query
            return labels[best] == labels[query] ? 1 : 0
        }
    }

    /// Distractors are items of labels that no query has, for each embedding its own.
    @Test func distractorsAreSearchedAndNeverRight() throws {
        var rng = SplitMix64(seed: 3)
        let extra = (0..<200).map { _ in (0..<5).map { _ in Float(2 * rng.bell()) } }
        try folder.write(Matrix(rows: extra).numpyFile, to: "x.npy")
        for name in ["clean", "some"] {
            try folder.write(Matrix(rows: (rows[name] ?? []) + extra).numpyFile, to: "\(name)-g.npy")
            try folder.write(
                "sample,label\n" + labels.enumerated().map { "\($0.offset),\($0.element)\n" }.joined(), to: "s.csv")
            try folder.write(
                "sample,label\n" + labels.enumerated().map { "\($0.offset),\($0.element)\n" }.joined()
                    + (0..<200).map { "x\($0),other \($0)\n" }.joined(), to: "g.csv")
        }
        let found = try report("clean.npy some.npy --distractors x.npy --distractors x.npy")
        let models = try #require(found["models"] as? [[String: Any]])
        for model in models {
            let name = try #require(model["name"] as? String)
            #expect(model["distractors"] as? Int == 200)
            let run = try CommandRun(
                [
                    "score", "\(name).npy", "--labels", "s.csv", "--gallery", "\(name)-g.npy", "--gallery-labels",
                    "g.csv",
                    "--no-clusters", "--no-structure", "--no-intervals", "--format", "json",
                ], in: folder.url)
            try #require(run.status == 0, "\(run.errors)")
            let alone = try report("\(name).npy")
            let expected = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
            for metric in ["recall@1", "map@r", "mrr", "map@1000"] {
                #expect(number(model, metric) == number(expected, metric), "\(name), \(metric)")
                #expect((number(model, metric) ?? 1) < (number(alone, metric) ?? 0))
            }
            #expect((number(model, "intervals", "recall@1", "standard_error") ?? 0) > 0)
        }
        let one = try run("clean.npy some.npy --distractors x.npy --labels l.csv")
        #expect(one.status == 64 && one.errors.contains("found 1 files of distractors for 2 embeddings"))
    }

    @Test func eachIsScoredAsAlone() throws {
        let all = try report("clean.npy some.npy much.npy")
        let models = try #require(all["models"] as? [[String: Any]])
        #expect(models.compactMap { $0["name"] as? String } == ["clean", "some", "much"])
        for model in models {
            let name = try #require(model["name"] as? String)
            let alone = try report("\(name).npy")
            var named = alone
            named["name"] = name
            #expect(NSDictionary(dictionary: named) == NSDictionary(dictionary: model))
            let found = hits(name).compactMap(\.self)
            #expect(abs((number(model, "recall@1") ?? -1) - found.reduce(0, +) / Double(found.count)) < 1e-12)
        }
    }

    /// Differences are of the means; with an embedding that ranks alike there is none, and no error of it.
    @Test func pairsByHand() throws {
        let all = try report("clean.npy much.npy turned.npy")
        let models = try #require(all["models"] as? [[String: Any]])
        let pairs = try #require(all["pairs"] as? [[String: Any]])
        #expect(
            pairs.map { "\($0["first"] ?? "") \($0["second"] ?? "")" } == ["clean much", "clean turned", "much turned"])
        for metric in ["recall@1", "map@r"] {
            let difference = try #require(number(pairs[0], "differences", metric, "difference", "value"))
            let values = models.map { number($0, metric) ?? .nan }
            #expect(abs(difference - (values[0] - values[1])) < 1e-12)
            #expect(number(pairs[1], "differences", metric, "difference", "value") == 0)
            #expect(number(pairs[1], "differences", metric, "difference", "standard_error") == 0)
            #expect(number(pairs[1], "differences", metric, "p_adjusted") == 1)
            // Holm over three pairs: the smallest p times three.
            let p = try #require(number(pairs[0], "differences", metric, "p"))
            let adjusted = try #require(number(pairs[0], "differences", metric, "p_adjusted"))
            #expect(p < 0.05 && adjusted >= 2 * p && adjusted <= 3 * p * (1 + 1e-9) + 1e-15)
        }
    }

    /// The standard error is near that of leaving out one label in turn, which the groups approximate.
    @Test func theErrorIsThatOverLabels() throws {
        let interval = try report("some.npy")
        let error = try #require(number(interval, "intervals", "recall@1", "standard_error"))
        let names = Set(labels)
        func mean(_ values: [Double?]) -> Double {
            let known = values.compactMap(\.self)
            return known.reduce(0, +) / Double(known.count)
        }
        let without = names.sorted().map { mean(hits("some", without: [$0])) }
        let centre = without.reduce(0, +) / Double(without.count)
        let spread = without.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        let jackknife = (spread * Double(names.count - 1) / Double(names.count)).squareRoot()
        #expect(error > 0.4 * jackknife && error < 1.6 * jackknife, "\(error) \(jackknife)")
        let low = number(interval, "intervals", "recall@1", "low") ?? .nan
        let high = number(interval, "intervals", "recall@1", "high") ?? .nan
        #expect(abs((low + high) / 2 - (number(interval, "recall@1") ?? 0)) < 1e-9 && high - low > 3.9 * error)
        #expect(interval["intervals_over"] as? String == "labels")
    }

    /// The order of the rows changes nothing, and neither does that of the models but for signs.
    @Test func orderChangesNothing() throws {
        let forward = try report("clean.npy much.npy")
        let backward = try report("much.npy clean.npy")
        let pair = { (report: [String: Any]) in (report["pairs"] as? [Any])?.first }
        for metric in ["recall@1", "map@r"] {
            let a = number(pair(forward), "differences", metric, "difference", "value") ?? .nan
            let b = number(pair(backward), "differences", metric, "difference", "value") ?? .nan
            #expect(a == -b)
        }
        let order = rows["clean", default: []].indices.sorted { ($0 * 37) % 120 < ($1 * 37) % 120 }
        try folder.write("label\n" + order.map { labels[$0] + "\n" }.joined(), to: "l.csv")
        for name in ["clean", "much"] {
            try folder.write(Matrix(rows: order.map { rows[name, default: []][$0] }).numpyFile, to: "\(name).npy")
        }
        let shuffled = try report("clean.npy much.npy")
        for metric in ["recall@1", "map@r"] {
            for value in ["value", "standard_error"] {
                let a = number(pair(forward), "differences", metric, "difference", value) ?? .nan
                let b = number(pair(shuffled), "differences", metric, "difference", value) ?? .nan
                #expect(abs(a - b) < 1e-7, "\(metric) \(value)")
            }
        }
    }

    @Test func theAnswerIsSaid() throws {
        let run = try run(
            "some.npy much.npy turned.npy clean.npy --labels l.csv --no-clusters --chart c.svg --per-class p.csv")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains(" has the highest MAP@R, 0."), "\(run.output)")
        #expect(
            run.output.contains("It is ahead of ") && run.output.contains("much by 0.")
                && run.output.contains(", beyond noise."), "\(run.output)")
        #expect(run.output.contains("± is half the 95 % interval over other labels, of differences paired"))
        let chart = try String(contentsOf: folder.url.appending(path: "c.svg"), encoding: .utf8)
        #expect(chart.contains("MAP@R of 4 embeddings") && chart.contains(">turned<"))
        let table = try String(contentsOf: folder.url.appending(path: "p.csv"), encoding: .utf8)
        let lines = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(
            lines[0] == [
                "label", "queries", "map@r of some", "map@r of much", "map@r of turned", "map@r of clean", "best",
            ])
        #expect(lines.count == 31)
        // Two that rank alike are never best alone.
        #expect(!lines.dropFirst().contains { $0.last == "turned" || $0.last == "clean" })
    }

    /// Whole superclasses are left out where there are ten, labels of the same superclasses where there are fewer.
    @Test(arguments: [(15, "superclasses"), (3, "labels of the same superclasses")])
    func superclassesAreKeptWhole(count: Int, over: String) throws {
        let lines = labels.map { label in
            let number = Int(label.split(separator: " ")[1]) ?? 0
            return "\(label),family \(number % count)\n"
        }
        try folder.write("label,superclass\n" + lines.joined(), to: "l.csv")
        #expect(try report("clean.npy")["intervals_over"] as? String == over)
        try folder.write(
            "label,superclass\n"
                + lines.joined().replacingOccurrences(
                    of: "label 7,family \(7 % count)\n", with: "label 7,other\n",
                    range: lines.joined().range(of: "label 7,family \(7 % count)\n")), to: "l.csv")
        let run = try run("clean.npy --labels l.csv")
        #expect(run.status == 1 && run.errors.contains("expected one superclass for each label"), "\(run.errors)")
    }

    /// With few labels there are no intervals, and nothing is concluded.
    @Test func fewLabelsHaveNoIntervals() throws {
        try folder.write("label\n" + labels.indices.map { "\($0 % 4)\n" }.joined(), to: "l.csv")
        let run = try run("clean.npy much.npy --labels l.csv --no-clusters")
        #expect(run.status == 0 && run.output.contains("cannot be told: there are no intervals"), "\(run.output)")
        #expect(try report("clean.npy")["intervals"] == nil)
        #expect(try report("clean.npy --no-intervals")["intervals"] == nil)
    }

    @Test func galleriesGoWithTheirQueries() throws {
        let half = labels.indices.filter { $0 % 2 == 0 }
        let other = labels.indices.filter { $0 % 2 == 1 }
        for (name, part) in [("q", half), ("g", other)] {
            try folder.write("label\n" + part.map { labels[$0] + "\n" }.joined(), to: "\(name).csv")
            for model in ["clean", "much"] {
                try folder.write(
                    Matrix(rows: part.map { rows[model, default: []][$0] }).numpyFile, to: "\(name)-\(model).npy")
            }
        }
        let line =
            "q-clean.npy q-much.npy --labels q.csv --gallery g-clean.npy --gallery g-much.npy --gallery-labels g.csv --no-clusters"
        let run = try run(line + " --format json")
        try #require(run.status == 0, "\(run.errors)")
        let both = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let models = try #require(both["models"] as? [[String: Any]])
        for (number, model) in ["clean", "much"].enumerated() {
            let alone = try self.run(
                "q-\(model).npy --labels q.csv --gallery g-\(model).npy --gallery-labels g.csv --no-clusters --format json"
            )
            let json = try #require(try JSONSerialization.jsonObject(with: Data(alone.output.utf8)) as? [String: Any])
            #expect(self.number(json, "map@r") == self.number(models[number], "map@r"))
        }
        let wrong = try self.run("q-clean.npy q-much.npy --labels q.csv --gallery g-clean.npy --gallery-labels g.csv")
        #expect(wrong.status == 64 && wrong.errors.contains("found 1 galleries for 2 embeddings"), "\(wrong.errors)")
    }

    /// Names that are given stand in place of the files' in all that is printed.
    @Test func embeddingsAreCalledAsTheirUserDoes() throws {
        let run = try run("clean.npy much.npy --labels l.csv --no-clusters --name first --name=-2nd")
        #expect(run.output.contains("first has the highest") && run.output.contains("-2nd"), "\(run.errors)")
        #expect(!run.output.contains("clean") && !run.output.contains("much"), "\(run.output)")
    }

    @Test(arguments: [
        ("", 64, "Missing expected argument"),
        ("clean.npy much.npy --clusters c.csv", 64, "--clusters are those of one"),
        ("clean.npy much.npy --per-query q.csv", 64, "--per-query is of one"),
        ("clean.npy --chart c.svg", 64, "--chart compares several"),
        ("clean.npy --name a", 64, "--name tells several"),
        ("clean.npy much.npy --name a", 64, "--name is 'a' for 2 embeddings; expected a different name for each"),
        ("clean.npy much.npy --name a --name a", 64, "--name is 'a' and 'a' for 2 embeddings"),
        ("clean.npy short.npy", 1, "expected 7, one for each row of "),
    ])
    func faultsAreOneSentence(line: String, status: Int32, sentence: String) throws {
        try folder.write(Matrix<Float>(rowCount: 7, columnCount: 2).numpyFile, to: "short.npy")
        let run = try run(line + " --labels l.csv")
        #expect(run.status == status && run.errors.contains(sentence), "\(run.errors)")
    }
}
