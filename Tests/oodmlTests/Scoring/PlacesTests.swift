import DenseLinearAlgebra
import Embeddings
import Foundation
import TestSupport
import Testing

/// `places`: the field's Recall@N, its files, sentences and faults, and recall along splits by areas.
@Suite struct PlacesTests {
    private struct Fixture: Decodable {
        struct Recall: Decodable {
            let queries: [[Float]]
            let query_positions: [[Double]]
            let gallery: [[Float]]
            let gallery_positions: [[Double]]
            let at: [Int]
            let recall: [Double]
            let positives: [Int]
            let ranks: [Int?]
            let first: [Int]
            let median_error: Double
        }

        let recalls: [Recall]
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func run(_ line: String) throws -> CommandRun {
        try CommandRun(line.split(separator: " ").map(String.init), in: folder.url)
    }

    private func report(_ line: String) throws -> EditableJSON {
        let run = try run(line + " --format json -q")
        try #require(run.status == 0, "\(run.errors)")
        return try EditableJSON(Data(run.output.utf8))
    }

    private func number(_ value: Any?) throws -> Double { try #require(value as? NSNumber).doubleValue }

    /// What the code of the field's benchmarks counts; queries and database as two files, as one table with roles, and as names.
    @Test(arguments: [0, 1])
    func recallIsTheFields(number place: Int) throws {
        let case_ = try JSONDecoder().decode(
            Fixture.self, from: Data(contentsOf: testFile("DatasetsTests/Fixtures/places.json"))
        ).recalls[place]
        func rows(_ positions: [[Double]], _ role: String) -> [String] {
            positions.enumerated().map { "\(role)-\($0),\($1[0]),\($1[1]),\(role)\n" }
        }
        let queries = rows(case_.query_positions, "query")
        let gallery = rows(case_.gallery_positions, "database")
        let header = "sample,utm_east,utm_north,"
        try folder.write(Matrix(rows: case_.queries).numpyFile, to: "q.npy")
        try folder.write(Matrix(rows: case_.gallery).numpyFile, to: "g.npy")
        try folder.write(Matrix(rows: case_.gallery + case_.queries).numpyFile, to: "all.npy")
        try folder.write(header + "other\n" + queries.joined(), to: "q.csv")
        try folder.write(header + "other\n" + gallery.joined(), to: "g.csv")
        try folder.write(header + "role\n" + (gallery + queries).joined(), to: "all.csv")
        let names = { (positions: [[Double]], kind: String) in
            positions.enumerated().map { "\(kind)/@\($1[0])@\($1[1])@\($0)@.jpg\n" }.joined()
        }
        try folder.write(names(case_.query_positions, "queries"), to: "q.txt")
        try folder.write(names(case_.gallery_positions, "database"), to: "g.txt")
        let at = case_.at.map(String.init).joined(separator: ",")
        let lone = case_.positives.count { $0 == 0 }
        for files in [
            "q.npy --positions q.csv --gallery g.npy --gallery-positions g.csv", "all.npy --positions all.csv",
            "q.npy --positions q.txt --gallery g.npy --gallery-positions g.txt",
        ] {
            let report = try report(
                "places \(files) --similarity euclidean --recall-at \(at) --per-query out.csv --force")
            for (n, expected) in zip(case_.at, case_.recall) {
                let found = try number(report["models.0.scores.recall.recall@\(n).value"])
                #expect(abs(found - expected) < 1e-12, "\(files), \(n)")
                let others = try number(report["models.0.scores.recall_with_positives.recall@\(n).value"])
                let count = Double(case_.ranks.count)
                #expect(abs(others - expected * count / (count - Double(lone))) < 1e-12)
            }
            #expect(try number(report["models.0.scores.lone_queries"]) == Double(lone))
            #expect(try number(report["models.0.scores.items"]) == Double(case_.gallery.count))
            #expect(abs(try number(report["models.0.scores.median_error"]) - case_.median_error) < 1e-5)
            let table = try String(contentsOf: folder.url.appending(path: "out.csv"), encoding: .utf8)
                .split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            #expect(table.map { Int($0[2]) } == case_.ranks)
            let start = files.hasSuffix("txt") ? nil : "database-"
            if let start { #expect(table.map { "\($0[3])" } == case_.first.map { "\(start)\($0)" }) }
        }
        #expect(place == 1 || lone >= 5)
    }

    /// Areas of a town, each with an own look; images of one place look alike.
    private func makeTown() throws {
        var rng = SplitMix64(seed: 12)
        var (rows, noisy): ([[Float]], [[Float]]) = ([], [])
        var (metres, degrees) = ("sample,x,y\n", "sample,lat,lon\n")
        for number in 0..<900 {
            let (x, y) = (500 * (rng.bell() + 1.5), 500 * (rng.bell() + 1.5))
            metres += "i\(number),\(x),\(y)\n"
            // At 60° north, from the antimeridian on.
            let longitude = 179.998 + x / 55_800.2
            degrees += "i\(number),\(60 + y / 111_412.2),\(longitude < 180 ? longitude : longitude - 360)\n"
            let place = [x / 90, y / 90, sin(x / 200), cos(y / 200), sin((x + y) / 300)]
            rows.append(place.map { Float($0 + 0.25 * rng.bell()) })
            noisy.append(place.map { Float($0 + 1.2 * rng.bell()) })
        }
        try folder.write(Matrix(rows: rows).numpyFile, to: "e.npy")
        try folder.write(Matrix(rows: noisy).numpyFile, to: "noisy.npy")
        try folder.write(metres, to: "m.csv")
        try folder.write(degrees, to: "d.csv")
    }

    @Test func itEndsInSentences() throws {
        try makeTown()
        let run = try run("places e.npy --positions m.csv --similarity euclidean --area 150")
        #expect(run.status == 0, "\(run.errors)")
        let text = run.output.replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains(" % of the queries the first image lies within 25 m."), "\(text)")
        #expect(
            text.contains("count as misses, as in the code of the field's benchmarks; of the others it is"), "\(text)")
        #expect(text.contains("Half of the first images lie within") && text.contains("over other areas of 150 m"))
        #expect(run.errors.contains("m.csv: positions are metres, of the columns x and y."))
        let several = try self.run(
            "places e.npy noisy.npy --positions m.csv --distance euclidean --name good --name bad")
        let verdict = several.output.replacingOccurrences(of: "\n", with: " ")
        #expect(verdict.contains("good has the highest Recall@1"), "\(verdict)")
        #expect(verdict.contains("It is ahead of bad, beyond noise."), "\(verdict) \(several.errors)")
    }

    /// Positions in degrees, across the antimeridian, give what metres give, but for images at the very edge.
    @Test func degreesAreMetres() throws {
        try makeTown()
        let options = "--similarity euclidean --radius 40"
        let metres = try report("places e.npy --positions m.csv \(options)")
        let degrees = try report("places e.npy --positions d.csv \(options)")
        let (a, b) = (
            try number(metres["models.0.scores.recall.recall@1.value"]),
            try number(degrees["models.0.scores.recall.recall@1.value"])
        )
        #expect(abs(a - b) < 0.01 && a > 0.2 && a < 1, "\(a) \(b)")
        #expect(degrees["coordinates"] as? String == "degrees")
        let (first, second) = (
            try number(metres["models.0.scores.median_error"]), try number(degrees["models.0.scores.median_error"])
        )
        #expect(abs(first - second) < 0.002 * first, "\(first) \(second)")
    }

    @Test func splitsByAreasAreAGapApart() throws {
        try makeTown()
        let made = try run(
            "make-splits --features e.npy --positions m.csv --grid 150 --gap 40 --out s --draws 0 --folds 0 --shots 0 --levels 4 --min-classes 5"
        )
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.errors.contains("classes are areas of 150 m, 40 m apart"), "\(made.errors)")
        let manifest = try EditableJSON(Data(contentsOf: folder.url.appending(path: "s/manifest.json")))
        #expect(try number(manifest["dataset.areas.grid"]) == 150 && number(manifest["dataset.areas.gap"]) == 40)
        let (kept, left) = (
            try number(manifest["dataset.sample_count"]), try number(manifest["dataset.areas.left_out_count"])
        )
        #expect(kept + left == 900 && left > 100)
        // The training and test images of the hardest level.
        let positions = try String(contentsOf: folder.url.appending(path: "m.csv"), encoding: .utf8)
        let samples = try String(contentsOf: folder.url.appending(path: "s/samples.csv"), encoding: .utf8)
        func rows(_ text: String) -> [[String]] {
            text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
        }
        let places = Dictionary(
            uniqueKeysWithValues: rows(positions).map { ($0[0], [Double($0[1]) ?? 0, Double($0[2]) ?? 0]) })
        let levels = try #require(manifest["levels"] as? [[String: Any]])
        #expect(levels.count == 4)
        var smallest = Double.infinity
        for level in levels {
            func sides(_ side: String) -> [[Double]] {
                let classes = Set(level[side] as? [String] ?? [])
                return rows(samples).filter { classes.contains($0[1]) }.compactMap { places[$0[0]] }
            }
            let (train, test) = (sides("train"), sides("test"))
            let nearest = train.flatMap { a in test.map { hypot(a[0] - $0[0], a[1] - $0[1]) } }.min() ?? 0
            #expect(nearest >= 40 - 1e-6, "\(nearest)")
            smallest = min(smallest, nearest)
        }
        #expect(smallest < 60)
        // Again, the same bytes; a file with ids finds its rows; another grid does not go on in the same place.
        let again = try run(
            "make-splits --features e.npy --positions m.csv --grid 150 --gap 40 --out s --draws 0 --folds 0 --shots 0 --levels 4 --min-classes 5"
        )
        #expect(again.status == 0, "\(again.errors)")
        let other = try run("make-splits --features e.npy --positions m.csv --grid 100 --out s --draws 0")
        #expect(other.status == 1 && other.errors.contains("splits of other samples are there"), "\(other.errors)")

        let curve = try report("places e.npy --positions m.csv --splits s --similarity euclidean --recall-at 1,5")
        let points = try #require(curve["models.0.levels"] as? [[String: Any]])
        #expect(points.count == 4)
        // The same by hand, of the last level.
        let test = Set(levels[3]["test"] as? [String] ?? [])
        let names = Set(rows(samples).filter { test.contains($0[1]) }.map { $0[0] })
        let kind = rows(positions).map { names.contains($0[0]) }
        let features = try Matrix<Float>(numpyFileAt: folder.url.appending(path: "e.npy"))
        try folder.write(features.selectingRows(kind.indices.filter { kind[$0] }).numpyFile, to: "t.npy")
        try folder.write(
            "sample,x,y\n"
                + rows(positions).filter { names.contains($0[0]) }.map { $0.joined(separator: ",") + "\n" }.joined(),
            to: "t.csv")
        let alone = try report("places t.npy --positions t.csv --similarity euclidean --recall-at 1,5")
        for name in ["recall", "recall_with_positives"] {
            let value = try number(curve["models.0.levels.3.\(name).recall@5.value"])
            #expect(value == (try number(alone["models.0.scores.\(name).recall@5.value"])), "\(name)")
        }
        let text = try run("places e.npy --positions m.csv --splits s --similarity euclidean").output
            .replacingOccurrences(of: "\n", with: " ")
        #expect(text.contains("in the areas nearest to those that train (level-1, fid"), "\(text)")
        #expect(text.contains("; the difference, "))
        let wide = try run("places e.npy --positions m.csv --splits s --radius 60 --levels level-2")
        #expect(wide.errors.contains("the gap of 40 m is less than the radius of 60 m"), "\(wide.errors)")
        #expect(wide.output.contains("level-2") && !wide.output.contains("level-3"))
    }

    @Test func holdOutsByAreas() throws {
        try makeTown()
        let made = try run("holdout --features e.npy --positions d.csv --grid 150 --out h --draws 0")
        #expect(made.status == 0 && made.errors.contains("positions are degrees"), "\(made.errors)")
        let manifest = try EditableJSON(Data(contentsOf: folder.url.appending(path: "h/manifest.json")))
        #expect(manifest["dataset.areas.coordinates"] as? String == "degrees")
        #expect(try number(manifest["dataset.areas.gap"]) == 37.5)
        let curve = try report("places e.npy --positions d.csv --splits h --similarity euclidean")
        #expect(curve["models.0.change"] == nil)
        #expect(try number(curve["models.0.levels.0.queries"]) > 10)
    }

    @Test(arguments: [
        ("places e.npy --positions m.csv --radius=-1", 64, "--radius is -1.0; expected metres"),
        ("places e.npy --positions m.csv --radius nan", 64, "--radius is nan"),
        ("places e.npy --positions m.csv --area 0", 64, "--area is 0.0"),
        ("places e.npy --positions m.csv --gallery e.npy", 64, "--gallery and --gallery-positions go together"),
        ("places e.npy --positions m.csv --levels level-1", 64, "--levels goes with --splits"),
        ("places e.npy noisy.npy --positions m.csv --splits s", 64, "--splits takes one set of embeddings"),
        ("places e.npy --positions short.csv", 1, "short.csv: found 2 rows; expected 900, one for each row of"),
        ("places e.npy --positions e.npy", 1, "e.npy"),
        ("places nan.npy --positions short.csv", 1, "found nan in row 1, column 0"),
        (
            "places e.npy --positions m.csv --gallery e.npy --gallery-positions d.csv", 1,
            "found positions in degrees; expected metres, as in"
        ),
        (
            "places pair.npy --positions short.csv --gallery pair.npy --gallery-positions moved.csv", 1,
            "moved.csv: found the sample \"b\" of"
        ),
        ("places pair.npy --positions queries.csv", 1, "queries.csv: found no item to search; expected one at least"),
        ("places e.npy --positions m.csv --per-query m.csv --force", 1, "found a file that is read"),
        ("make-splits --features e.npy --samples m.csv --grid 100 --out s", 64, "--grid and --gap go with --positions"),
        (
            "make-splits --features e.npy --positions m.csv --gap 300 --out s", 64,
            "--gap is 300.0 for a --grid of 200.0"
        ),
        (
            "make-splits --features e.npy --positions m.csv --samples m.csv --out s", 64,
            "--positions makes classes of areas"
        ),
        (
            "make-splits --features pair.npy --positions m.csv --out s", 1,
            "found 2 rows; expected 900, one for each row of the table of positions"
        ),
    ])
    func faultsAreOneSentence(line: String, status: Int32, sentence: String) throws {
        try makeTown()
        try folder.write("sample,x,y\na,1,2\nb,3,4\n", to: "short.csv")
        try folder.write("sample,x,y\na,1,2\nb,3,400\n", to: "moved.csv")
        try folder.write("sample,x,y,role\na,1,2,query\nb,3,4,query\n", to: "queries.csv")
        try folder.write(Matrix<Float>(rows: [[1, 2], [3, 4]]).numpyFile, to: "pair.npy")
        try folder.write(Matrix<Float>(rows: [[1, 2], [.nan, 4]]).numpyFile, to: "nan.npy")
        let run = try run(line)
        #expect(run.status == status && run.errors.contains(sentence), "\(run.errors)")
    }

    /// Images at one position, a query alone, and a radius of 0.
    @Test func edgesAreAsTheySay() throws {
        try folder.write(Matrix<Float>(rows: [[0], [1], [3], [9], [10]]).numpyFile, to: "e.npy")
        try folder.write("sample,x,y\na,0,0\nb,0,0\nc,0.1,0\nd,5,5\ne,1000,0\n", to: "p.csv")
        let report = try report("places e.npy --positions p.csv --radius 0 --similarity euclidean --recall-at 1,2")
        #expect(try number(report["models.0.scores.lone_queries"]) == 3)
        #expect(try number(report["models.0.scores.recall.recall@1.value"]) == 0.4)
        #expect(try number(report["models.0.scores.recall_with_positives.recall@1.value"]) == 1)
        #expect(report["models.0.scores.recall.recall@1.low"] == nil)
        // From 3 the nearest is 1; from 9 it is 10 and the other way round, which are far apart.
        #expect(try number(report["models.0.scores.median_error"]) == 0.1)
        try folder.write("sample,x,y\na,0,0\nb,100,0\nc,200,0\nd,300,0\ne,400,0\n", to: "far.csv")
        let lone = try self.report("places e.npy --positions far.csv")
        #expect(try number(lone["models.0.scores.lone_queries"]) == 5)
        #expect((lone["models.0.scores.recall_with_positives"] as? [String: Any])?.isEmpty == true)
        let text = try run("places e.npy --positions far.csv")
        #expect(text.status == 0 && text.output.contains("5 of 5 queries have no image within 25 m"), "\(text.errors)")
    }

    /// The same bytes on one thread and with the kernels of another processor.
    @Test func numbersHangOnNoProcessor() throws {
        try makeTown()
        let arguments = ["places", "e.npy", "noisy.npy", "--positions", "d.csv", "--format", "json"]
        let outputs = try [
            [:], ["OPENBLAS_NUM_THREADS": "1"], ["OPENBLAS_CORETYPE": "Haswell"], ["OPENBLAS_CORETYPE": "Sandybridge"],
        ].map { try CommandRun(arguments, in: folder.url, environment: $0).output }
        #expect(Set(outputs).count == 1 && outputs[0].contains("recall@20"))
    }
}
