import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Foundation
import Retrieval
import Splits
import Testing
import TestSupport

@Suite struct EvaluateTests {
    private let folder: TemporaryFolder
    private let manifest: SplitManifest
    private let rows: [[Float]]
    private let classes: [String]

    /// Splits of twenty-four noisy classes of five samples, so that retrieval is neither perfect nor hopeless.
    init() throws {
        folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 13)
        var table = "sample,class\n"
        var rows: [[Float]] = []
        var classes: [String] = []
        for number in 0..<24 {
            let centre = (0..<6).map { _ in rng.bell() }
            for i in 0..<5 {
                table += "\(number)-\(i),class \(10 + number)\n"
                rows.append(centre.map { Float($0 + rng.bell()) })
                classes.append("class \(10 + number)")
            }
        }
        self.rows = rows
        self.classes = classes
        try folder.write(table, to: "s.csv")
        try folder.write(Matrix(rows: rows).numpyFile, to: "f.npy")
        let result = try CommandRun(
            ["make-splits", "--features", "f.npy", "--samples", "s.csv", "--out", "splits", "--min-classes", "5"],
            in: folder.url)
        try #require(result.status == 0, "\(result.errors)")
        manifest = try SplitManifest(readingFrom: folder.url.appending(path: "splits/manifest.json"))
    }

    private func evaluate(_ arguments: String...) throws -> CommandRun {
        try CommandRun(["evaluate", "--splits", "splits"] + arguments, in: folder.url)
    }

    private func results(in out: String) throws -> EvaluationResults {
        let data = try Data(contentsOf: folder.url.appending(path: "\(out)/results.json"))
        return try JSONDecoder().decode(EvaluationResults.self, from: data)
    }

    private func recall(
        _ level: LevelEvaluation, _ direction: DirectionOrMean, of subject: Subject = .model
    ) -> Double? {
        level.scores(of: subject)?[direction]?.scores[.recall(1)]
    }

    /// The rows of the samples of some classes, in the order of the table.
    private func samples(of labels: [String]) -> [Int] {
        rows.indices.filter { labels.contains(classes[$0]) }
    }

    /// In how many groups of the jackknife some classes are.
    private func filledGroups(_ labels: [String]) -> Int {
        let groups = ConfidenceMethod.classJackknife().groups(ofClasses: 24)
        return Set(labels.compactMap { Int($0.dropFirst("class ".count)) }.map { groups[$0 - 10] }).count
    }

    private func cosine(_ a: [Float], _ b: [Float]) -> Double {
        func dot(_ x: [Float], _ y: [Float]) -> Double { zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
        return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
    }

    /// Recall@1 by cosine, by looking for the nearest neighbour.
    private func recallAt1(of labels: [String]) -> Double {
        let members = samples(of: labels)
        let hits = members.filter { query in
            let others = members.filter { $0 != query }
            let nearest = others.max { cosine(rows[query], rows[$0]) < cosine(rows[query], rows[$1]) }
            return nearest.map { classes[$0] } == classes[query]
        }
        return Double(hits.count) / Double(members.count)
    }

    /// Before anything is read: the backbone's features, which would be read first, are no features.
    @Test func otherResultsAreRefusedAtOnce() throws {
        let fixture = try SplitsFixture()
        #expect(try fixture.run(SplitsFixture.evaluate, out: "results").status == 0)
        #expect(try fixture.run(SplitsFixture.evaluate, out: "results").status == 0)
        try fixture.folder.write("none", to: "none.npy")
        let backbone = ["--features", "none.npy"]
        for (more, found) in [
            (["--similarity", "euclidean"], "results by other rules are there already"),
            (["--recall-at", "1,3"], "results by other rules are there already"),
        ] {
            let run = try fixture.run(SplitsFixture.evaluate + backbone + more, out: "results")
            #expect(run.sentence?.contains(found) == true, "\(run.errors)")
        }
        try fixture.folder.write(Data(contentsOf: fixture.folder.url.appending(path: "f.npy")), to: "g.npy")
        let other = SplitsFixture.evaluate.map { $0 == "f.npy" ? "g.npy" : $0 }
        let run = try fixture.run(other + backbone, out: "results")
        #expect(run.sentence?.contains("results of another model are there already") == true, "\(run.errors)")
    }

    /// Of each class's five samples two are queries and three in the gallery, but every fourth class has no roles.
    @Test func rolesDivideQueriesAndGallery() throws {
        func role(_ row: Int) -> String { row / 5 % 4 == 3 ? "" : row % 5 < 2 ? "query" : "gallery" }
        let table = rows.indices.map { "\($0 / 5)-\($0 % 5),\(classes[$0]),\(role($0))\n" }.joined()
        try folder.write("sample,class,role\n" + table, to: "r.csv")
        let made = try CommandRun(
            [
                "make-splits", "--features", "f.npy", "--samples", "r.csv", "--out", "roles", "--min-classes", "5",
                "--draws", "0",
            ], in: folder.url)
        try #require(made.status == 0, "\(made.errors)")
        let arguments = [
            "evaluate", "--splits", "roles", "--embeddings", "f.npy", "--features", "f.npy", "--out", "out",
        ]
        let run = try CommandRun(arguments, in: folder.url)
        try #require(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("By their roles 36 samples are queries, 54 in galleries, and 30 both."))
        let results = try results(in: "out")
        #expect(
            results.settings.roles
                == EvaluationSettings.RoleRecord(
                    of: try Dataset(
                        sampleTableAt: folder.url.appending(path: "r.csv"), name: "r")))
        let manifest = try SplitManifest(readingFrom: folder.url.appending(path: "roles/manifest.json"))
        for (level, scored) in zip(manifest.levels, results.levels) {
            let members = samples(of: level.test)
            let queries = members.filter { role($0) != "gallery" }
            let hits = queries.filter { query in
                let items = members.filter { role($0) != "query" && $0 != query }
                let nearest = items.max { cosine(rows[query], rows[$0]) < cosine(rows[query], rows[$1]) }
                return nearest.map { classes[$0] } == classes[query]
            }
            let scores = try #require(scored.scores(of: .model)?[.forward])
            #expect(scores.scores.queryCount == queries.count)
            #expect(scores.scores[.recall(1)] == Double(hits.count) / Double(queries.count), "\(level.id)")
            #expect(scored.scores(of: .backbone)?[.forward] == scores)
        }
        let shots = try CommandRun(arguments + ["--shots", "2", "--force"], in: folder.url)
        #expect(shots.status == 1 && shots.errors.contains("found samples with roles; expected none for few shots"))
    }

    @Test func bothDirectionsAgreeWithBruteForce() throws {
        for level in manifest.levels {
            for (direction, labels) in [("forward", level.test), ("reverse", level.train)] {
                let matrix = Matrix(rows: samples(of: labels).map { rows[$0] })
                try folder.write(matrix.numpyFile, to: "runs/\(level.id)-\(direction).npy")
            }
        }
        let run = try evaluate("--embeddings", "runs/{level}-{direction}.npy", "--out", "results")
        #expect(run.status == 0, "\(run.errors)")
        let results = try results(in: "results")
        #expect(results.levels.map(\.id) == manifest.levels.map(\.id))
        #expect(results.levels.map(\.fid) == manifest.levels.map(\.fid))
        for (found, level) in zip(results.levels, manifest.levels) {
            let (forward, reverse) = (recallAt1(of: level.test), recallAt1(of: level.train))
            #expect(abs((recall(found, .forward) ?? 0) - forward) < 1e-12)
            #expect(abs((recall(found, .reverse) ?? 0) - reverse) < 1e-12)
            #expect(abs((recall(found, .mean) ?? 0) - (forward + reverse) / 2) < 1e-12)
            let mean = try #require(found.scores(of: .model)?.mean)
            #expect(mean.scores.metrics == RetrievalMetric.standard)
            // Some levels have too few groups of classes.
            let isEnough = filledGroups(level.test) >= 6 && filledGroups(level.train) >= 6
            #expect(mean.estimates.values.allSatisfy { ($0.margin != nil) == isEnough }, "\(level.id)")
            #expect(found.scores(of: .model, gallery: .catalogue) == nil)
            #expect(found.scores(of: .model, gallery: .matched) != nil)
            #expect(found.scores(of: .backbone) == nil)
        }
        #expect(run.errors.contains("{direction}.npy: the embeddings are of the test classes alone"), "\(run.errors)")
        #expect(results.settings.catalogue == nil && results.costOfShift(of: .recall(1)) == nil)
        #expect(
            !run.output.contains("costs") && run.output.contains("nothing is concluded about shift"), "\(run.output)")
        #expect(run.errors.contains("tasks have galleries of fewer than 10 classes"), "\(run.errors)")
        let x = results.levels.map(\.fid)
        let y = results.levels.map { recall($0, .mean) ?? 0 }
        var area = 0.0
        for i in 1..<x.count { area += (x[i] - x[i - 1]) / (x[x.count - 1] - x[0]) * (y[i] + y[i - 1]) / 2 }
        let ags = results.completeCurve(of: .recall(1))?.aggregatedGeneralizationScore
        #expect(abs((ags?.value ?? 0) - area) < 1e-12)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "results").path)
        #expect(
            names.sorted() == [
                "curve.svg", "per-class.csv", "receipt.csv", "results.csv", "results.json", "retrieval-examples.json",
            ])
    }

    @Test func rowsOfAllSamplesServeEveryTask() throws {
        let run = try evaluate("--embeddings", "f.npy", "--features", "f.npy", "--out", "results")
        #expect(run.status == 0, "\(run.errors)")
        for (found, level) in zip(try results(in: "results").levels, manifest.levels) {
            #expect(abs((recall(found, .forward) ?? 0) - recallAt1(of: level.test)) < 1e-12)
            #expect(abs((recall(found, .reverse) ?? 0) - recallAt1(of: level.train)) < 1e-12)
            for gallery in GalleryKind.allCases {
                let (model, backbone) = (
                    found.scores(of: .model, gallery: gallery), found.scores(of: .backbone, gallery: gallery)
                )
                #expect(model == backbone, "the model is the backbone here")
                if model == nil { continue }
                let lead = try #require(found.lead(gallery: gallery)?[.recall(1)])
                #expect(lead.value == 0 && lead.standardError ?? 0 == 0)
            }
        }
    }

    /// Rows of one test side can serve only that side, and paths with a level only what was trained along it.
    @Test func onlyWhatServesBothDirectionsIsScoredInBoth() throws {
        let level = try #require(manifest.levels.first)
        for level in manifest.levels {
            try folder.write(Matrix(rows: rows).numpyFile, to: "forward/\(level.id).npy")
        }
        let run = try evaluate("--embeddings", "forward/{level}.npy", "--out", "results")
        #expect(run.status == 0, "\(run.errors)")
        let found = try results(in: "results").levels
        #expect(found.allSatisfy { recall($0, .forward) != nil && recall($0, .reverse) == nil })
        #expect(found.first?.id == level.id)
        let both = try evaluate("--embeddings", "f.npy", "--out", "both")
        #expect(both.status == 0, "\(both.errors)")
        let compared = try CommandRun(["compare", "both", "results", "--gallery", "full"], in: folder.url)
        #expect(compared.status == 1)
        #expect(
            compared.errors.contains(
                "results: cannot be compared: found scores of forward tasks alone; expected scores in both directions, as the "
                    + "first has"), "\(compared.errors)")
        let forward = try CommandRun(
            ["compare", "both", "results", "--gallery", "full", "--direction", "forward"], in: folder.url)
        #expect(forward.status == 0, "\(forward.errors)")
    }

    /// Some of the levels are scored when that is asked for, and what is perhaps meant is said.
    @Test func levelsThatAreThereAreScoredWhenAsked() throws {
        let all = manifest.levels.map(\.id)
        for id in all.prefix(2) {
            for direction in ["forward", "reverse"] {
                try folder.write(Matrix(rows: rows).numpyFile, to: "part/\(id)-\(direction).npy")
            }
        }
        let path = "part/{level}-{direction}.npy"
        let missing = try evaluate("--embeddings", path)
        #expect(missing.status == 1)
        #expect(
            missing.errors.contains("are missing; --levels found scores the levels that have theirs"),
            "\(missing.errors)")
        let hint = try evaluate("--embeddings", "part/{level}.npy")
        #expect(
            hint.errors.contains("part/\(all[0])-forward.npy is there, so the path should have {direction}"),
            "\(hint.errors)")
        let found = try evaluate("--embeddings", path, "--levels", "found", "--out", "found")
        #expect(found.status == 0, "\(found.errors)")
        #expect(
            found.errors.contains("2 of \(all.count) levels have their files and are scored: \(all[0]), \(all[1])."))
        #expect(try results(in: "found").levels.map(\.id) == Array(all.prefix(2)))
        let named = try evaluate("--embeddings", "f.npy", "--levels", "\(all[2]),\(all[0])", "--out", "named")
        #expect(named.status == 0, "\(named.errors)")
        #expect(try results(in: "named").levels.map(\.id) == [all[0], all[2]])
        let unknown = try evaluate("--embeddings", "f.npy", "--levels", "level-77")
        #expect(
            unknown.status == 64 && unknown.errors.contains("--levels names level-77; expected some of \(all[0]), "))
        for wrong in ["", "\(all[0]),\(all[0])"] {
            #expect(try evaluate("--embeddings", "f.npy", "--levels", wrong).status == 64)
        }
    }

    /// A placebo is one embedding under all names.
    @Test func anEmbeddingThatNeverChangesHasNoCost() throws {
        var rng = SplitMix64(seed: 5)
        let noisy = Matrix(rows: rows.map { $0.map { $0 + Float(rng.bell()) } }).numpyFile
        for level in manifest.levels {
            for direction in ["forward", "reverse"] {
                try folder.write(noisy, to: "runs/\(level.id)-\(direction).npy")
            }
        }
        let run = try evaluate(
            "--embeddings", "runs/{level}-{direction}.npy", "--features", "f.npy", "--out", "results",
            "--matched-draws", "2")
        #expect(run.status == 0, "\(run.errors)")
        let results = try results(in: "results")
        let common = manifest.levels.reduce(Set(classes)) { $0.intersection($1.train + $1.test) }
        #expect(results.settings.catalogue?.queryClassCount == common.count)
        #expect(results.settings.catalogue?.itemCount == rows.count)
        let first = try #require(results.levels[0].gain())
        for level in results.levels { #expect(level.gain() == first) }
        for metric in results.metrics {
            let cost = try #require(results.costOfShift(of: metric))
            #expect(cost.cost.value == 0 && cost.verdict == (filledGroups(Array(common)) < 6 ? .none : .notShown))
        }
        // Brute force in front of the whole dataset.
        let asked = rows.indices.filter { common.contains(classes[$0]) }
        let hits = asked.filter { query in
            let nearest = rows.indices.filter { $0 != query }
                .max { cosine(rows[query], rows[$0]) < cosine(rows[query], rows[$1]) }
            return nearest.map { classes[$0] } == classes[query]
        }
        let frozen = try #require(results.levels[3].scores(of: .backbone, gallery: .catalogue)?.mean)
        #expect(frozen.scores[.recall(1)] == Double(hits.count) / Double(asked.count))
        #expect(run.output.contains("Among all classes, with the same queries at every level:"))
        #expect(run.output.contains("No cost of shift is shown: 0.0000") || run.output.contains("cannot be told"))
        #expect(!run.output.contains("costs this model"))
        let without = try evaluate(
            "--embeddings", "runs/{level}-{direction}.npy", "--out", "without", "--no-catalogue", "--matched-draws", "2"
        )
        #expect(without.status == 0 && !without.errors.contains("The embeddings are of the test classes alone"))
        #expect(try self.results(in: "without").settings.catalogue == nil)
    }

    /// A class alone always scores 1.
    @Test func aTaskOfOneClassIsLeftOut() throws {
        var edited = try EditableJSON(Data(contentsOf: folder.url.appending(path: "splits/manifest.json")))
        let level = manifest.levels[1]
        edited["levels.1.train"] = [level.train[0]]
        edited["levels.1.test"] = level.test + Array(level.train.dropFirst())
        try folder.write(edited.data, to: "splits/manifest.json")
        try folder.remove("splits/receipt.csv")
        for level in manifest.levels {
            for direction in ["forward", "reverse"] {
                try folder.write(Matrix(rows: rows).numpyFile, to: "runs/\(level.id)-\(direction).npy")
            }
        }
        let run = try evaluate("--embeddings", "runs/{level}-{direction}.npy", "--matched-draws", "2", "--out", "out")
        #expect(run.status == 0, "\(run.errors)")
        let sentence = "No reverse tasks are scored: that of \(level.id) has a single class, which always scores 1."
        #expect(run.errors.contains(sentence), "\(run.errors)")
        #expect(try results(in: "out").levels.allSatisfy { $0.scores(of: .model)?.reverse == nil })
        edited["levels.1.train"] = level.test + Array(level.train.dropFirst())
        edited["levels.1.test"] = [level.train[0]]
        try folder.write(edited.data, to: "splits/manifest.json")
        let refused = try evaluate("--embeddings", "runs/{level}-forward.npy", "--out", "other")
        #expect(refused.status == 1)
        #expect(refused.errors.contains("\(level.id) has a single class to score (forward)"), "\(refused.errors)")
    }

    @Test func aFoldIsScoredInsteadOfTheTestClasses() throws {
        let run = try evaluate("--embeddings", "f.npy", "--fold", "1", "--matched-draws", "0")
        #expect(run.status == 0, "\(run.errors)")
        let results = try results(in: "results/splits-fold-1")
        #expect(results.settings.split == "validation fold 1")
        for (found, level) in zip(results.levels, manifest.levels) {
            #expect(abs((recall(found, .forward) ?? 0) - recallAt1(of: level.folds[1])) < 1e-12)
            #expect(Set(level.folds[1]).isDisjoint(with: level.test))
            #expect(found.scores(of: .model, gallery: .matched) == nil)
        }
        let beyond = try evaluate("--embeddings", "f.npy", "--fold", "9")
        #expect(beyond.status == 1)
        #expect(beyond.errors.contains("validation folds; expected a fold 9"), "\(beyond.errors)")
        // The paths of both directions serve as well: folds are of the train classes.
        for level in manifest.levels {
            try folder.write(Matrix(rows: rows).numpyFile, to: "runs/\(level.id)-forward-0.npy")
        }
        let named = try evaluate(
            "--embeddings", "runs/{level}-{direction}-{fold}.npy", "--fold", "0", "--out", "named")
        #expect(named.status == 0, "\(named.errors)")
    }

    @Test func tricksStandBesideThePlainScores() throws {
        let plain = try evaluate("--embeddings", "f.npy", "--out", "plain")
        let run = try evaluate(
            "--embeddings", "f.npy", "--out", "tricked", "--rerank", "--mix-raw", "0.5", "--embedding-dim", "4")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("Tricked: embedding-dim 4, then mix-raw 0.5, then rerank."))
        let (without, with) = (try results(in: "plain"), try results(in: "tricked"))
        #expect(plain.status == 0 && without.settings.tricks.isEmpty)
        #expect(with.settings.tricks == ["embedding-dim 4", "mix-raw 0.5", "rerank"])
        for (a, b) in zip(without.levels, with.levels) {
            for gallery in GalleryKind.allCases {
                #expect(a.scores(of: .model, gallery: gallery) == b.scores(of: .model, gallery: gallery))
                #expect(a.scores(of: .tricked, gallery: gallery) == nil)
                if b.scores(of: .model, gallery: gallery) == nil { continue }
                #expect(b.scores(of: .tricked, gallery: gallery) != b.scores(of: .model, gallery: gallery))
            }
        }
        let many = try evaluate("--embeddings", "f.npy", "--embedding-dim", "7")
        #expect(many.status == 1)
        #expect(many.errors.contains("f.npy: found embeddings of 6 dimensions; expected 7 or more"))
        // Components are fitted to training samples, which rows of the test classes alone do not have.
        for level in manifest.levels {
            let matrix = Matrix(rows: samples(of: level.test).map { rows[$0] })
            try folder.write(matrix.numpyFile, to: "runs/\(level.id).npy")
        }
        let lacking = try evaluate("--embeddings", "runs/{level}.npy", "--embedding-dim", "2", "--out", "other")
        #expect(lacking.status == 1)
        #expect(lacking.errors.contains("one for each sample of the test and train classes"), "\(lacking.errors)")
    }

    @Test func fewShotEpisodesOfTheSplits() throws {
        let run = try evaluate("--embeddings", "f.npy", "--shots", "2")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("2 shots"))
        let episodes = try FewShotEpisodes(readingFrom: folder.url.appending(path: "splits/episodes-2.json"))
        let ids = (0..<24).flatMap { number in (0..<5).map { "\(number)-\($0)" } }
        for (found, level) in zip(try results(in: "results/splits").levels, manifest.levels) {
            for (scores, tested) in [(found.fewShot?.forward, level.test), (found.fewShot?.reverse, level.train)] {
                let scores = try #require(scores)
                #expect(scores.shots == 2 && scores.episodeCount == episodes.episodes.count)
                #expect(scores.queryCount == Double(3 * tested.count))
                // The baseline is plain retrieval among the samples that are in no support.
                let means = try episodes.episodes.indices.map { number in
                    let support = Set(
                        episodes.supports(inEpisode: number, ofClasses: tested, atLevel: level.id).values.flatMap { $0 }
                    )
                    let kept = samples(of: tested).filter { !support.contains(ids[$0]) }
                    let numbers = Dictionary(uniqueKeysWithValues: tested.enumerated().map { ($0.element, $0.offset) })
                    return try RetrievalSet(
                        Matrix(rows: kept.map { rows[$0] }), classNumbers: kept.compactMap { numbers[classes[$0]] }
                    ).scores().mean()[.recall(1)] ?? .nan
                }
                let expected = means.reduce(0, +) / Double(means.count)
                #expect(abs((scores.baseline[.recall(1)]?.mean ?? 0) - expected) < 1e-12)
            }
        }
        let none = try evaluate("--embeddings", "f.npy", "--shots", "4", "--out", "other")
        #expect(none.status == 1)
        #expect(none.errors.contains("episodes-4.json"))
    }

    @Test func everySeedHasItsFolder() throws {
        try folder.write(Matrix(rows: rows).numpyFile, to: "runs/a.npy")
        try folder.write(Matrix(rows: rows.map { $0.map { $0 * $0 } }).numpyFile, to: "runs/b.npy")
        let run = try evaluate("--embeddings", "runs/{seed}.npy", "--seeds", "a,b", "--confidence", "none")
        #expect(run.status == 0, "\(run.errors)")
        let (a, b) = (try results(in: "results/splits/seed-a"), try results(in: "results/splits/seed-b"))
        #expect(a.seed == "a" && b.seed == "b" && a.model == b.model)
        #expect(a.levels != b.levels)
        #expect(a.levels[0].scores(of: .model)?.mean.estimates[.recall(1)]?.margin == nil)
        let list = try evaluate(
            "--embeddings", "runs/{seed}.npy", "--seeds", "a,b", "--confidence", "none", "--format", "json", "-q")
        let printed = try JSONDecoder().decode([EvaluationResults].self, from: Data(list.output.utf8))
        #expect(printed == [a, b] && list.errors.isEmpty)
        let missing = try evaluate("--embeddings", "runs/{seed}.npy", "--seeds", "a,c", "--out", "other")
        #expect(missing.status == 1)
        #expect(missing.errors.contains("c.npy: cannot be read: there is no such file"))
        #expect(!FileManager.default.fileExists(atPath: folder.url.appending(path: "other").path))
    }

    @Test func jsonOutputIsTheFile() throws {
        let run = try evaluate("--embeddings", "f.npy", "--out", "results", "--format", "json", "--quiet")
        let file = try String(contentsOf: folder.url.appending(path: "results/results.json"), encoding: .utf8)
        #expect(run.output == file)
        #expect(run.errors.isEmpty)
    }

    @Test func failuresAreOneSentence() throws {
        try folder.write(Matrix<Float>(rowCount: 7, columnCount: 2).numpyFile, to: "seven.npy")
        try folder.write(Matrix(rows: rows.map { $0.map { 2 * $0 } }).numpyFile, to: "other.npy")
        try folder.write("not a network", to: "m.onnx")
        let failures: [([String], String)] = [
            (
                ["--embeddings", "runs/{level}.npy"],
                "and \(manifest.levels.count) of \(manifest.levels.count) are missing"
            ),
            (["--embeddings", "seven.npy"], "seven.npy: found 7 rows"),
            (["--embeddings", "f.npy", "--features", "other.npy"], "other.npy: found the digest"),
            (["--embeddings", "f.npy", "--out", "s.csv"], "s.csv: cannot be written: it is a file"),
            (["--embeddings", "f.npy", "--splits", "nowhere"], "nowhere/manifest.json: cannot be read"),
            (["--model", "m.onnx", "--root", "."], "m.onnx"),
        ]
        for (arguments, sentence) in failures {
            let run = try CommandRun(["evaluate", "--splits", "splits", "--quiet"] + arguments, in: folder.url)
            #expect(run.status == 1, "\(arguments)")
            #expect(run.errors.hasPrefix("Error: ") && run.errors.contains(sentence), "\(arguments): \(run.errors)")
            #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        }
    }

    @Test func samplesOfOtherDataAreRefused() throws {
        try folder.write("sample,class\na,b\nc,d\n", to: "splits/samples.csv")
        try folder.remove("splits/receipt.csv")
        let run = try evaluate("--embeddings", "f.npy")
        #expect(run.status == 1)
        #expect(run.errors.contains("expected the one that the splits were made of: 120 samples in 24 classes"))
    }

    @Test(arguments: [
        [], ["--embeddings", "f.npy", "--model", "m.onnx"], ["--embeddings", "runs/{epoch}.npy"],
        ["--embeddings", "runs/{seed}.npy"], ["--embeddings", "f.npy", "--seeds", "1"],
        ["--embeddings", "runs/{seed}.npy", "--seeds", "1,1"], ["--embeddings", "{fold}.npy"],
        ["--embeddings", "f.npy", "--fold", "-1"], ["--embeddings", "f.npy", "--matched-draws", "-1"],
        ["--embeddings", "f.npy", "--flip"], ["--embeddings", "f.npy", "--embedding-dim", "0"],
        ["--embeddings", "f.npy", "--mix-raw", "-1"],
        ["--embeddings", "f.npy", "--similarity", "taxicab"], ["--model", "m.onnx"],
    ])
    func wrongUsageExitsWith64(arguments: [String]) throws {
        try folder.write("", to: "m.onnx")
        let run = try CommandRun(["evaluate", "--splits", "splits"] + arguments, in: folder.url)
        #expect(run.status == 64, "\(run.errors)")
    }
}
