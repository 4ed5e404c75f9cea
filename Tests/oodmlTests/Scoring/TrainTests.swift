import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Experiments
import Foundation
import HeadTraining
import Retrieval
import Splits
import TestSupport
import Testing

/// Heads, from the command line to their scores.
@Suite struct TrainTests {
    private let fixture: SplitsFixture

    init() throws {
        fixture = try SplitsFixture()
    }

    private static let short = [
        "train", "--splits", "splits", "--features", "f.npy", "--steps", "40", "--dimension", "4", "-q",
    ]

    private func train(_ further: String, out: String = "heads") throws -> CommandRun {
        try fixture.run(Self.short + further.split(separator: " ").map(String.init), out: out)
    }

    private func record(_ out: String = "heads") throws -> TrainingRecord {
        try HeadsFolder(at: fixture.folder.url.appending(path: out)).record()
    }

    /// Two objectives with two seeds: as many heads as tasks, which evaluate scores beside the features as they are.
    @Test func headsAreTrainedAndScored() throws {
        let run = try train("--objective proxy-anchor,triplet --set triplet.margin=0.3 --seeds 0,1")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("oodml evaluate --splits splits --features f.npy --heads heads"))
        let record = try record()
        #expect(record.objectives.map(\.name) == ["proxy-anchor", "triplet"])
        #expect(record.objectives[1].parameters["margin"] == .number(0.3))
        // A batch has no more classes than the smallest task.
        let fewest = record.objectives[0].classesPerBatch
        #expect(fewest > 1 && fewest <= 12)
        let scored = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "--matched-draws", "0",
                "-q",
            ], out: "scored")
        #expect(scored.status == 0, "\(scored.errors)")
        for objective in ["proxy-anchor", "triplet"] {
            let runs = try ResultsFolder(at: fixture.folder.url.appending(path: "scored/\(objective)")).runs()
            #expect(runs.map(\.seed) == ["0", "1"])
            for results in runs {
                #expect(results.levels.allSatisfy { $0.gain() != nil })
            }
        }
        // One head by its path, with the same scores; of another level it is refused.
        let one = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "--matched-draws", "0", "-q", "--heads",
                "heads/triplet/seed-1/{level}-{direction}.safetensors",
            ], out: "one")
        #expect(one.status == 0, "\(one.errors)")
        let pair = try ["one", "scored/triplet"].map {
            try ResultsFolder(at: fixture.folder.url.appending(path: $0)).runs()
        }
        #expect(pair[0][0].levels == pair[1][1].levels)
        let wrong = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "-q", "--heads",
                "heads/triplet/seed-1/level-1-forward.safetensors",
            ], out: "wrong")
        #expect(wrong.status == 1 && wrong.errors.contains("the head of level-1, forward"), "\(wrong.errors)")
    }

    /// Heads side by side are scored as the matrix of their embeddings, each scaled by 1/√m.
    @Test func headsAreJoined() throws {
        try #require(try train("--objective proxy-anchor,triplet --seeds 0,1,2").status == 0)
        let splits = try SplitFolder(at: fixture.folder.url.appending(path: "splits"))
        let features = try Matrix<Float>(numpyFileAt: fixture.folder.url.appending(path: "f.npy"))
        let common = ["--splits", "splits", "--features", "f.npy", "--matched-draws", "0", "-q"]
        func results(_ arguments: [String], out: String) throws -> [EvaluationResults] {
            let run = try fixture.run(["evaluate"] + common + arguments, out: out)
            #expect(run.status == 0, "\(run.errors)")
            return try ResultsFolder(at: fixture.folder.url.appending(path: out)).runs()
        }
        /// The same by files of embeddings, which are put together here.
        func expected(_ paths: [String], out: String) throws -> EvaluationResults {
            for level in splits.manifest.levels {
                for direction in ["forward", "reverse"] {
                    let parts = try paths.map { path in
                        try HeadFile(
                            contentsOf: fixture.folder.url.appending(
                                path: "heads/\(path)/\(level.id)-\(direction).safetensors")
                        ).head.embeddings(of: features)
                    }
                    let rows = (0..<features.rowCount).map { row in
                        parts.flatMap { part in part.row(row).map { $0 / Float(parts.count).squareRoot() } }
                    }
                    let lengths = rows.map { $0.reduce(0) { $0 + $1 * $1 } }
                    #expect(lengths.allSatisfy { abs($0 - 1) < 1e-5 })
                    try fixture.folder.write(Matrix(rows: rows).numpyFile, to: "\(out)-e/\(level.id)-\(direction).npy")
                }
            }
            return try results(["--embeddings", "\(out)-e/{level}-{direction}.npy"], out: out)[0]
        }
        func expectSame(
            _ a: EvaluationResults, _ b: EvaluationResults, sourceLocation: SourceLocation = #_sourceLocation
        ) {
            for (x, y) in zip(a.levels, b.levels) {
                let (first, second) = (x.scores(of: .model), y.scores(of: .model))
                // Scaling may round otherwise, which can only matter to ties.
                for metric in a.metrics {
                    let pair = [first, second].map { $0?.mean.estimates[metric]?.value ?? .nan }
                    #expect(abs(pair[0] - pair[1]) < 1e-9, sourceLocation: sourceLocation)
                }
            }
        }
        let seeds = ["seed-0", "seed-1", "seed-2"]
        let bySeed = try fixture.run(["evaluate"] + common + ["--heads", "heads", "--join", "seeds"], out: "by-seed")
        #expect(bySeed.status == 0, "\(bySeed.errors)")
        for objective in ["proxy-anchor", "triplet"] {
            let found = try ResultsFolder(at: fixture.folder.url.appending(path: "by-seed/\(objective)")).runs()
            expectSame(found[0], try expected(seeds.map { "\(objective)/\($0)" }, out: "x-\(objective)"))
            #expect(found.count == 1 && found[0].seed == nil)
            #expect(found[0].provenance?.training?.seeds == ["0", "1", "2"])
            #expect(found[0].provenance?.models[0].dimension == 12)
        }
        let objectives = try results(["--heads", "heads", "--join", "objectives"], out: "by-objective")
        #expect(objectives.map(\.seed) == ["0", "1", "2"])
        expectSame(objectives[1], try expected(["proxy-anchor/seed-1", "triplet/seed-1"], out: "x-1"))
        #expect(objectives[1].title == "Proxy-Anchor + Triplet, seed 1")
        let all = try results(["--heads", "heads", "--join", "all"], out: "all")
        expectSame(
            all[0], try expected(seeds.map { "proxy-anchor/\($0)" } + seeds.map { "triplet/\($0)" }, out: "x-all"))
        let path = try results(
            [
                "--heads", "heads/triplet/seed-{seed}/{level}-{direction}.safetensors", "--seeds", "0,1,2", "--join",
                "seeds",
            ], out: "path")
        expectSame(
            path[0], try ResultsFolder(at: fixture.folder.url.appending(path: "by-seed/triplet")).runs()[0])
        for arguments in [
            ["--heads", "heads/triplet/seed-0/{level}-{direction}.safetensors", "--join", "seeds"],
            [
                "--heads", "heads/triplet/seed-{seed}/{level}-{direction}.safetensors", "--seeds", "0,1", "--join",
                "all",
            ],
            ["--embeddings", "x-1-e/{level}-{direction}.npy", "--join", "seeds"],
        ] {
            let run = try fixture.run(["evaluate"] + common + arguments, out: "refused")
            #expect(run.status == 64 && run.errors.contains("--join"), "\(run.errors)")
        }
    }

    /// Comparisons show gains, ranks, and what tuning changed; results are called by objective and seed.
    @Test func comparisonsShowWhatTuningChanged() throws {
        try #require(try train("--objective triplet,contrastive --tune 3 --seeds 4,5").status == 0)
        let scored = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "--matched-draws", "0",
                "-q",
            ],
            out: "scored")
        #expect(scored.status == 0 && scored.output.contains("Triplet, seed 5"), "\(scored.errors)")
        let curve = try String(
            contentsOf: fixture.folder.url.appending(path: "scored/triplet/seed-4/curve.svg"), encoding: .utf8)
        #expect(curve.contains("Triplet, seed 4") && !curve.contains("safetensors"))
        let compared = try fixture.run(
            ["compare", "scored/triplet", "scored/contrastive", "--backbone", "-q", "--verbose"], out: "compared")
        #expect(compared.status == 0, "\(compared.errors)")
        let tuning = try #require(try record().tuning)
        for words in ["gain in MAP@R", "places", "tuned", "against the mean"] {
            #expect(compared.output.contains(words), "\(words): \(compared.output)")
        }
        let json = try EditableJSON(Data(contentsOf: fixture.folder.url.appending(path: "compared/comparison.json")))
        for (number, name) in ["triplet", "contrastive"].enumerated() {
            let own = tuning.trials.filter { $0.objective == name }
            let path = "models.\(number).training.objectives.0.tuning"
            #expect(json[path + ".given.score"] as? Double == own[0].mean)
            #expect(json[path + ".chosen.score"] as? Double == own.first(where: \.isChosen)?.mean)
            #expect(json[path + ".trial_count"] as? Int == 3)
            let runs = try ResultsFolder(at: fixture.folder.url.appending(path: "scored/\(name)")).runs()
            let gains = runs.compactMap { $0.levels[0].gain()?[.averagePrecisionAtR]?.value }
            let shown = try #require(json["models.\(number).levels.0.gain.value"] as? Double)
            #expect(abs(shown - (gains[0] + gains[1]) / 2) < 1e-9)
            #expect(json["models.\(number).places_moved"] is Int)
        }
        #expect(json["models.2.training"] == nil && json["models.2.mean_gain"] == nil)
    }

    /// A head is what NumPy would compute from its file: standardise, multiply, divide by the length.
    @Test func scoresAreThoseOfTheWrittenHeads() throws {
        try #require(try train("--objective contrastive").status == 0)
        let file = try HeadFile(
            contentsOf: fixture.folder.url.appending(path: "heads/level-1-forward.safetensors"))
        #expect(file.metadata["level"] == "level-1" && file.metadata["direction"] == "forward")
        let head = file.head
        let row: [Float] = (0..<6).map { Float($0) - 2.5 }
        let layer = head.layers[0]
        let output = (0..<4).map { k in
            (0..<6).reduce(layer.bias[k]) { $0 + (row[$1] - head.mean[$1]) * head.scale[$1] * layer.weights[$1, k] }
        }
        let length = output.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let found = head.embeddings(of: Matrix(rows: [row]))
        for k in 0..<4 { #expect(abs(found[0, k] - output[k] / length) < 1e-5) }
    }

    /// The same command changes nothing; what was deleted or not yet made is made again, with the same bytes; another plan is
    /// refused.
    @Test func aRunGoesOnWhereItWas() throws {
        try #require(try train("--objective proxy-anchor,n-pair", out: "whole").status == 0)
        let whole = try fixture.contents(of: "whole")
        #expect(whole.keys.contains("proxy-anchor/level-1-reverse.onnx"))
        try #require(try train("--objective proxy-anchor,n-pair").status == 0)
        #expect(try fixture.contents(of: "heads") == whole)
        try fixture.folder.remove("heads/n-pair/level-2-forward.safetensors")
        let again = try train("--objective proxy-anchor,n-pair")
        #expect(again.status == 0, "\(again.errors)")
        #expect(try fixture.contents(of: "heads") == whole)
        let other = try train("--objective proxy-anchor,n-pair --learning-rate 0.01")
        #expect(other.status == 1 && other.errors.contains("heads trained otherwise are there"), "\(other.errors)")
        #expect(try fixture.contents(of: "heads") == whole)
        try #require(try train("--objective proxy-anchor --force").status == 0)
        let forced = try fixture.contents(of: "heads")
        #expect(forced.keys.contains("level-1-forward.onnx") && !forced.keys.contains { $0.hasPrefix("n-pair") })
    }

    /// Further seeds and objectives are added to what is there: the same bytes as in one go, and no head is trained twice.
    @Test func aRunIsExtended() throws {
        let (first, second) = ("--objective proxy-anchor", "--objective triplet,proxy-anchor")
        try #require(try train(second + " --seeds 1,0", out: "whole").status == 0)
        let whole = try fixture.contents(of: "whole")
        for step in [first, second, second + " --seeds 1,0"] {
            let run = try train(step)
            #expect(run.status == 0, "\(run.errors)")
        }
        #expect(try fixture.contents(of: "heads") == whole)
        // What is there is not trained again: a head that says otherwise by its bytes would be.
        let count = whole.keys.count { $0.hasSuffix(".safetensors") }
        let noted = try fixture.run(
            Self.short.filter { $0 != "-q" } + ["--objective", "triplet,proxy-anchor,n-pair", "--seeds", "1,0"],
            out: "heads")
        #expect(
            noted.status == 0 && noted.errors.contains("\(count) of \(count * 3 / 2) heads are there"),
            "\(noted.errors)")
        // Killed between, and with fewer than there are, it says what is in the way.
        for (arguments, words) in [
            (second + ",n-pair", "seed 1, which is not asked for now"),
            (second + " --seeds 0,1", "n-pair, which is not asked for now"),
            (second + ",n-pair --seeds 0,1 --dimension 5", "triplet with dimensions 4, not 5"),
            (second + ",n-pair --seeds 0,1 --set proxy-anchor.margin=0.2", "proxy-anchor with margin 0.1, not 0.2"),
            (second + ",n-pair --seeds 0,1 --forward-only", "directions forward,reverse, not forward"),
            (second + ",n-pair --seeds 0,1 --train-matched", "matched training sets: no, not yes"),
            (second + ",n-pair,cosface --seeds 0,1 --tune 2", "without a search for parameters"),
        ] {
            let run = try train(arguments)
            #expect(run.status == 1 && run.errors.contains("heads trained otherwise are there"), "\(run.errors)")
            #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
        }
    }

    /// A search goes on with the trials that it has, and only tries further objectives.
    @Test func aSearchIsExtended() throws {
        let (first, second) = ("--objective triplet --tune 2", "--objective triplet,contrastive --tune 2")
        try #require(try train(second, out: "whole").status == 0)
        try #require(try train(first).status == 0)
        let before = try record().tuning?.trials
        let run = try train(second)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try fixture.contents(of: "heads") == fixture.contents(of: "whole"))
        #expect(try record().tuning?.trials.prefix(2).map { $0 } == before)
        let other = try train("--objective triplet,contrastive --tune 3")
        #expect(other.status == 1 && other.errors.contains("after a search of 2 trials on "), "\(other.errors)")
    }

    /// Trials of heads that were trained otherwise are not those of this search.
    @Test func aSearchWithOtherSettingsBeginsAnew() throws {
        let (first, second) = ("--objective triplet --tune 2", "--objective triplet --tune 2 --learning-rate 0.05")
        try #require(try train(second, out: "whole").status == 0)
        try #require(try train(first).status == 0)
        try #require(try record().tuning != record("whole").tuning)
        let run = try train(second + " --force")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try fixture.contents(of: "heads") == fixture.contents(of: "whole"))
    }

    /// Killed at any moment, and given again: the same bytes as in one go.
    @Test func killedRunsGoOn() throws {
        let arguments = Self.short + ["--objective", "proxy-anchor,triplet", "--seeds", "0,1,2"]
        let start = Date.now
        try #require(try fixture.run(arguments, out: "whole").status == 0)
        let duration = Date.now.timeIntervalSince(start)
        let whole = try fixture.contents(of: "whole")
        var rng = SplitMix64(seed: 5)
        var (kills, attempts) = (0, 0)
        while kills < 5, attempts < 60 {
            attempts += 1
            let wait = duration * Double.random(in: 0.02...0.6, using: &rng)
            kills +=
                try KilledRunsTests.kill(
                    arguments + ["--out", "out"], in: fixture.folder.url, after: wait,
                    by: attempts % 3 == 0 ? SIGINT : SIGKILL) ? 1 : 0
            let left = try fixture.contents(of: "out")
            for (name, bytes) in left where !KilledRunsTests.isScratch(name) && name != "receipt.csv" {
                #expect(whole[name] == bytes, "\(name)")
            }
            if left["losses.csv"] != nil { try fixture.folder.remove("out") }
        }
        #expect(kills > 0)
        let rerun = try fixture.run(arguments, out: "out")
        #expect(rerun.status == 0, "\(rerun.errors)")
        #expect(try fixture.contents(of: "out") == whole)
    }

    /// Tuning reads the training classes of the start level alone: other features of all other classes change no trial.
    @Test func tuningReadsNoTestClass() throws {
        let arguments = "--objective triplet,contrastive --tune 3"
        let first = try train(arguments)
        #expect(first.status == 0, "\(first.errors)")
        let tuning = try #require(try record().tuning)
        #expect(
            tuning.trials.count == 6 && tuning.trials.filter(\.isChosen).map(\.objective) == ["triplet", "contrastive"])
        for objective in ["triplet", "contrastive"] {
            let own = tuning.trials.filter { $0.objective == objective }
            let best = own.compactMap(\.mean).max()
            #expect(own.first(where: \.isChosen)?.mean == best)
            #expect(own.allSatisfy { $0.scores?.count == tuning.foldCount })
        }
        let splits = try SplitFolder(at: fixture.folder.url.appending(path: "splits"))
        let level = try #require(splits.manifest.levels.first { $0.id == tuning.level })
        let training = Set(level.train)
        var rng = SplitMix64(seed: 3)
        let rows = try Matrix<Float>(numpyFileAt: fixture.folder.url.appending(path: "f.npy"))
        let changed = splits.dataset.samples.enumerated().map { number, sample in
            training.contains(sample.classLabel)
                ? Array(rows.row(number)) : rows.row(number).map { _ in Float(rng.bell()) }
        }
        try fixture.folder.write(Matrix(rows: changed).numpyFile, to: "g.npy")
        let other = try fixture.run(
            ["train", "--splits", "splits", "--features", "g.npy", "--steps", "40", "--dimension", "4", "-q"]
                + arguments.split(separator: " ").map(String.init), out: "other")
        #expect(other.status == 0, "\(other.errors)")
        #expect(try record("other").tuning == tuning)
    }

    /// What is trained with a validation fold left out is scored on that fold.
    @Test func aFoldIsLeftOut() throws {
        try #require(try train("--objective proxy-anchor --fold 1").status == 0)
        #expect(try record().directions == [.forward])
        let scored = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "--matched-draws", "0",
                "-q",
            ],
            out: "scored")
        #expect(scored.status == 0, "\(scored.errors)")
        let results = try ResultsFolder(at: fixture.folder.url.appending(path: "scored")).runs()[0]
        #expect(results.settings.split == "validation fold 1")
    }

    @Test func equallyManySamplesAreTrainedOn() throws {
        try #require(try train("--objective proxy-anchor --train-matched").status == 0)
        let folder = HeadsFolder(at: fixture.folder.url.appending(path: "heads"))
        let splits = try SplitFolder(at: fixture.folder.url.appending(path: "splits"))
        let heads = try folder.heads(of: "proxy-anchor", in: folder.record())
        let counts = try splits.manifest.levels.flatMap { level in
            try [Direction.forward, .reverse].map { direction in
                try HeadFile(contentsOf: heads.url(level: level.id, direction: direction)).metadata["samples"]
            }
        }
        #expect(Set(counts).count == 1)
    }

    /// Heads are of one series of splits, and a fold is scored by heads that did not train on it.
    @Test func headsOfOtherTasksAreRefused() throws {
        try #require(try train("--objective proxy-anchor").status == 0)
        func evaluate(_ further: String) throws -> CommandRun {
            try fixture.run(
                ["evaluate", "--features", "f.npy", "--matched-draws", "0", "-q"]
                    + further.split(separator: " ").map(String.init), out: "scored")
        }
        let other = try fixture.run(SplitsFixture.makeSplits + ["--start", "random", "--seed", "5"], out: "other")
        try #require(other.status == 0)
        let elsewhere = try evaluate("--splits other --heads heads")
        #expect(elsewhere.status == 1 && elsewhere.errors.contains("trained along other splits"), "\(elsewhere.errors)")
        let leak = try evaluate("--splits splits --heads heads/{level}-forward.safetensors --fold 0")
        #expect(leak.status == 1 && leak.errors.contains("a head trained on all folds"), "\(leak.errors)")
        #expect(try fixture.contents(of: "scored").isEmpty)
    }

    @Test(arguments: ["heads/level-1-forward.onnx", "heads/{level}-{direction}.onnx"])
    func headsForOtherProgramsAreRefused(path: String) throws {
        let run = try fixture.run(
            ["evaluate", "--splits", "splits", "--features", "f.npy", "--heads", path, "-q"], out: "scored")
        #expect(run.status == 64 && run.errors.contains("--heads are read from .safetensors"), "\(run.errors)")
    }

    @Test func forwardTasksAloneAreScored() throws {
        try #require(try train("--objective proxy-anchor --forward-only").status == 0)
        let run = try fixture.run(
            [
                "evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "--matched-draws", "0",
                "-q",
            ],
            out: "scored")
        #expect(run.status == 0, "\(run.errors)")
    }

    /// A plan without heads is in nobody's way, and heads that were changed are noticed.
    @Test func failuresAndDamageCanBeMended() throws {
        #expect(try train("--objective proxy-anchor --learning-rate 1e30").status == 1)
        #expect(try train("--objective proxy-anchor").status == 0)
        let whole = try fixture.contents(of: "heads")
        let file = fixture.folder.url.appending(path: "heads/level-1-forward.safetensors")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: file)
        for run in [
            try train("--objective proxy-anchor"),
            try fixture.run(
                ["evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "-q"], out: "scored"),
        ] {
            #expect(run.status == 1 && run.errors.contains("level-1-forward.safetensors: found other"), "\(run.errors)")
        }
        // A file that was changed is its owner's, who removes it.
        let forced = try train("--objective proxy-anchor --force")
        #expect(forced.status == 1 && forced.errors.contains("so it is not replaced"), "\(forced.errors)")
        try fixture.folder.remove("heads/level-1-forward.safetensors")
        try #require(try train("--objective proxy-anchor").status == 0)
        #expect(try fixture.contents(of: "heads") == whole)
    }

    /// What --set gives is not searched for.
    @Test func givenParametersStay() throws {
        try #require(try train("--objective margin --set learned-beta=none,beta=0.9 --tune 4").status == 0)
        let trials = try #require(try record().tuning).trials
        #expect(Set(trials.map { $0.parameters["beta"] }) == [.number(0.9)])
        #expect(Set(trials.map { $0.parameters["learned-beta"] }) == [.text("none")])
        #expect(Set(trials.map { $0.parameters["margin"] }).count > 1)
    }

    /// The control does not learn, and tuples without positives are said to teach nothing.
    @Test func whatTeachesNothingIsSaid() throws {
        let arguments = Self.short.filter { $0 != "-q" }
        let control = try fixture.run(arguments + ["--objective", "untrained"], out: "control")
        #expect(control.status == 0 && !control.errors.contains("nothing was learnt"), "\(control.errors)")
        let idle = try fixture.run(arguments + ["--objective", "triplet", "--batch-samples", "1"], out: "idle")
        #expect(idle.status == 0 && idle.errors.contains("the loss of triplet was 0 throughout"), "\(idle.errors)")
        let greedy = try fixture.run(arguments + ["--objective", "triplet", "--batch-samples", "1000"], out: "greedy")
        #expect(greedy.status != 0 && greedy.errors.contains("hold 1000 samples of each class"), "\(greedy.errors)")
        #expect(!FileManager.default.fileExists(atPath: fixture.folder.url.appending(path: "greedy").path))
    }

    /// Records that no run of oodml writes end in a sentence.
    @Test(arguments: [
        ("objectives", "0 objectives"), ("seeds", "0 seeds"), ("directions", "0 directions"),
        ("name", "objective \"../../x\""),
    ])
    func hostileRecordsAreRefused(change: String, words: String) throws {
        try #require(try train("--objective proxy-anchor").status == 0)
        try fixture.folder.remove("heads/receipt.csv")
        let file = fixture.folder.url.appending(path: "heads/training.json")
        var json = try EditableJSON(Data(contentsOf: file))
        if change == "name" { json["objectives.0.name"] = "../../x" } else { json[change] = [Any]() }
        try json.data.write(to: file)
        let run = try fixture.run(
            ["evaluate", "--splits", "splits", "--features", "f.npy", "--heads", "heads", "-q"], out: "scored")
        #expect(run.status == 1 && run.errors.contains(words), "\(run.errors)")
    }

    @Test(arguments: [
        ("--objective proxy-anchr", 64, "did you mean proxy-anchor?"),
        ("--objective triplet --set margn=0.2", 64, "did you mean margin?"),
        ("--objective triplet --set margin=high", 64, "margin of triplet"),
        ("--objective triplet,contrastive --set margin=0.2", 64, "expected OBJECTIVE.NAME=VALUE"),
        ("--objective triplet,triplet", 64, "named twice"),
        ("--objective all,triplet", 64, "expected it alone"),
        ("--objective triplet --set margin=0.1,margin=0.2", 64, "twice"),
        ("--objective triplet --set arcface.margin=0.1", 64, "arcface is not trained"),
        ("--objective triplet,arcface --set trplet.margin=0.1", 64, "did you mean triplet?"),
        ("--objective triplet --dimension 9223372036854775807", 64, "expected 1 to"),
        ("--objective triplet --tune 9223372036854775807", 64, "expected 1 to"),
        ("--objective triplet --batch-classes 13", 1, "training classes; expected 13"),
        ("--objective triplet --fold 9", 1, "fold"),
        ("--objective triplet --seeds 0,0", 64, "different whole numbers"),
        ("--objective proxy-anchor --learning-rate 1e30", 1, "proxy-anchor, level-1"),
    ])
    func mistakesGetOneSentence(arguments: String, status: Int32, words: String) throws {
        let run = try train(arguments)
        #expect(run.status == status && run.errors.contains(words), "\(run.errors)")
        #expect(try fixture.contents(of: "heads").keys.allSatisfy { !$0.hasSuffix(".safetensors") })
    }

    @Test func otherFeaturesAreRefused() throws {
        try #require(try train("--objective proxy-anchor").status == 0)
        var rng = SplitMix64(seed: 4)
        for (name, width) in [("wide.npy", 7), ("same.npy", 6)] {
            let rows = (0..<120).map { _ in (0..<width).map { _ in Float(rng.bell()) } }
            try fixture.folder.write(Matrix(rows: rows).numpyFile, to: name)
            let run = try fixture.run(
                ["evaluate", "--splits", "splits", "--features", name, "--heads", "heads", "-q"], out: "scored")
            #expect(run.status == 1 && run.errors.contains("a head trained on features of digest"), "\(run.errors)")
        }
        try fixture.folder.write(Matrix(rows: [[Float](repeating: .nan, count: 3)]).numpyFile, to: "nan.npy")
        let short = try fixture.run(
            ["train", "--splits", "splits", "--features", "nan.npy", "--objective", "triplet", "-q"], out: "bad")
        #expect(short.status == 1)
    }

    @Test func objectivesAreListed() throws {
        let list = try CommandRun(["train", "--list"])
        #expect(list.status == 0)
        for objective in KnownObjectives.all {
            #expect(list.output.contains("\(objective.name): \(objective.title)"))
            for parameter in objective.parameters { #expect(list.output.contains(parameter.name)) }
        }
    }
}
