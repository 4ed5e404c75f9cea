import Datasets
import Embeddings
import Evaluation
import Experiments
import FeatureExtraction
import Foundation
import Frechet
import Glyphs200
import HeadTraining
import Reports
import Retrieval
import Splits
import TestSupport
import Testing

/// Snippets of the verbs, and the program that makes splits from images and scores models along them: all on twelve
/// characters of glyphs200, eight images each.
@Suite struct ExperimentSnippets {
    private let folder: URL
    private let temporary: TemporaryFolder
    private var photos: URL { folder.appending(path: "photos") }
    private var results: URL { folder.appending(path: "results") }

    init() throws {
        temporary = try TemporaryFolder()
        folder = temporary.url
        for system in ["latin", "thai"] {
            let source = EmbeddedBenchmark.images.appending(path: system)
            try temporary.copy(6, classesOf: source, imageCount: 8, to: "photos/\(system)")
        }
    }

    /// Makes splits at `splits` below the folder.
    private func makeSplits() throws -> SplitFolder {
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 3
        let url = folder.appending(path: "splits")
        _ = try SplitFolder.make(at: url, of: dataset, from: .images(below: photos, by: network), by: settings)
        return try SplitFolder(at: url)
    }

    @Test func program() throws {
        let backbone = EmbeddedBenchmark.backbone
        let lines = try printed {
            // snippet
            let dataset = try Dataset(classFoldersAt: photos, name: "photos")
            let network = try FeatureExtractor(model: backbone)
            var settings = SplitSettings()
            settings.search.removal.minimumClassCount = 3  // 12 classes here; the default suits more
            let splits = try SplitFolder.make(
                at: folder.appending(path: "splits"), of: dataset, from: .images(below: photos, by: network),
                by: settings
            ).folder
            var scoring = try ModelScoring(
                along: splits, of: ModelFiles(backbone.path),  // or "runs/{level}.onnx", trained at each level
                being: .networks(images: photos) { try FeatureExtractor(model: $0) })
            let scored = try scoring.score()
            try ResultsFolder(at: folder.appending(path: "results")).write(scored)
            for point in scored.results.curve(of: .recall(1)).points {
                print(point.level, point.shift, point.estimate.value)
            }
            // end
        }
        let levels = try SplitManifest(readingFrom: folder.appending(path: "splits/manifest.json")).levels
        #expect(lines.count == levels.count && lines.count >= 3)
        for (line, level) in zip(lines, levels) {
            #expect(line.hasPrefix("\(level.id) \(level.fid) "))
            #expect(try #require(line.split(separator: " ").last.flatMap { Double($0) }) > 0.5)
        }
        #expect(try ResultsFolder(at: results).runs().count == 1)
    }

    @Test func holdOut() throws {
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        let lines = try printed {
            // snippet
            let settings = HoldOutSettings(ratio: PartRatio(train: 60, validation: 20, test: 20))
            let made = try SplitFolder.holdOut(
                at: folder, of: dataset, from: .images(below: photos, by: network), by: settings)
            print(made.holdOut.distance.squared, made.holdOut.classes(in: .test).count)
            // end
        }
        // 12 classes: 7.2, 2.4 and 2.4, of which train and validation have the largest remainders.
        #expect(lines.count == 1 && lines[0].hasSuffix(" 2"))
    }

    @Test func splits() throws {
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 3
        let tables = folder.appending(path: "tables")
        let made = try printed {
            // snippet
            let made = try SplitFolder.make(
                at: folder, of: dataset, from: .images(below: photos, by: network), by: settings)
            print(made.manifests[0].levels.map(\.fid))
            // end
        }
        let read = try printed {
            // snippet
            let splits = try SplitFolder(at: folder)
            for level in splits.manifest.levels {
                print(level.id, level.train.count, "train classes,", level.test.count, "test classes")
            }
            // end
        }
        let levels = try SplitFolder(at: folder).manifest.levels
        #expect(made == ["\(levels.map(\.fid))"])
        #expect(read.count == levels.count && read[0] == "level-1 6 train classes, 6 test classes")
        let checked = try printed {
            // snippet
            let check = try SplitFolderCheck(of: folder)
            for violation in check.violations { print(violation) }
            // end
        }
        #expect(checked.isEmpty)
        let splits = try SplitFolder(at: folder)
        // snippet
        try splits.write(splits.exported(as: .csv), to: tables)
        // end
        let names = try FileManager.default.contentsOfDirectory(atPath: tables.path)
        #expect(names.sorted() == levels.map { "\($0.id).csv" }.sorted() + ["receipt.csv"])
    }

    @Test func store() throws {
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        let lines = try printed {
            // snippet
            let store = EmbeddingStore(at: folder.appending(path: "store"))
            let record = try store.fill(with: dataset, below: photos, by: network)
            print(record.rowCount, "embeddings of", record.identity.embeddings.dimension, "dimensions")
            // end
        }
        #expect(lines == ["96 embeddings of 128 dimensions"])
    }

    @Test func heads() throws {
        let splits = try makeSplits()
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        let heads = folder.appending(path: "heads")
        // snippet
        let objective = try KnownObjectives.objective(named: "proxy-anchor")
        let settings = SeriesTrainingSettings(objectives: [HeadTrainingSettings(objective: objective)])
        let training = try SeriesTraining(along: splits, on: .images(below: photos, by: network), by: settings)
        try training.train(into: HeadsFolder(at: heads))
        // end
        let lines = try printed {
            // snippet
            let record = try HeadsFolder(at: heads).record()
            for objective in record.objectives { print(objective.name, objective.steps) }  // proxy-anchor 1000
            // end
        }
        #expect(lines == ["proxy-anchor 1000"])
        let level = splits.manifest.levels[0].id
        let head = try HeadFile(contentsOf: heads.appending(path: "\(level)-reverse.safetensors")).head
        #expect(head.inputDimension == 128)
    }

    @Test func scores() throws {
        let splits = try makeSplits()
        try FileManager.default.createDirectory(
            at: folder.appending(path: "runs"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: EmbeddedBenchmark.backbone.deletingLastPathComponent().appending(path: "config.json"),
            to: folder.appending(path: "runs/config.json"))
        let path = folder.appending(path: "runs/{level}-{direction}.onnx").path
        for level in splits.manifest.levels {
            for direction in Direction.allCases {
                let file = try ModelFiles(path).url(level: level.id, direction: direction)
                try FileManager.default.copyItem(at: EmbeddedBenchmark.backbone, to: file)
            }
        }
        let models = try ModelFiles(path)
        var inCatalogue: Double?
        let lines = try printed {
            // snippet
            var scoring = try ModelScoring(
                along: splits, of: models, being: .networks(images: photos) { try FeatureExtractor(model: $0) })
            let scored = try scoring.score()
            print(scored.results.curve(of: .recall(1)).aggregatedGeneralizationScore?.value ?? 0)
            // end
            // snippet
            let folder = ResultsFolder(at: results)
            try folder.write(scored)
            let runs = try folder.runs()
            // end
            #expect(runs == [scored.results])
            let (margin, triplet) = (scored.results, runs[0])
            inCatalogue = margin.curve(of: .recall(1), .init(gallery: .catalogue)).aggregatedGeneralizationScore?.value
            // snippet
            let compared = try ComparedModels([("margin", [margin]), ("triplet", [triplet])], metrics: [.recall(1)])
            for model in compared.main.models { print(model.name, model.ags?.value ?? 0) }
            // end
            do {
                // snippet
                let folder = ResultsFolder(at: results)
                scoring.kept = KeptScores(beside: results)
                try folder.write(try scoring.score())
                scoring.kept?.remove()
                // end
            }
        }
        let ags = try #require(lines.first.flatMap { Double($0) })
        #expect(ags > 0.5 && ags <= 1)
        // Models are compared in the catalogue.
        let expected = try #require(inCatalogue)
        #expect(lines.dropFirst() == ["margin \(expected)", "triplet \(expected)"])
    }

    @Test func modelFiles() throws {
        let lines = try printed {
            // snippet
            let models = try ModelFiles("runs/{level}-{direction}.onnx")
            print(models.url(level: "level-3", direction: .reverse).relativePath)  // runs/level-3-reverse.onnx
            // end
        }
        #expect(lines == ["runs/level-3-reverse.onnx"])
    }

    @Test func labelledEmbeddings() throws {
        let features = try temporary.write("x,y\n2,0\n2,1\n0,2\n1,2\n", to: "features.csv")
        let labels = try temporary.write("class\na\na\nb\nb\n", to: "labels.csv")
        let lines = try printed {
            // snippet
            var numbering = LabelNumbering()
            let set = try LabelledEmbeddings(features, labels: labels, numbering: &numbering)
            print(try set.scores().mean()[.recall(1)] ?? 0)
            // end
        }
        #expect(lines == ["1.0"])
    }

    @Test func comparisonOfEmbeddings() throws {
        let clean = (0..<24).map { "\(10 * ($0 / 2)),\($0 % 2)\n" }
        let files = [
            try temporary.write("x,y\n" + clean.joined(), to: "a.csv"),
            try temporary.write("x,y\n" + clean.joined(), to: "b.csv"),
        ]
        let names = ["a", "b"]
        let labels = try temporary.write(
            "label\n" + (0..<24).map { "l\($0 / 2)\n" }.joined(), to: "twelve.csv")
        let lines = try printed {
            // snippet
            var numbering = LabelNumbering()
            let sets = try files.map { try LabelledEmbeddings($0, labels: labels, numbering: &numbering) }
            let comparison = try EmbeddingComparison(
                of: zip(names, sets).map { (name: $0, set: $1) }, numbering: numbering)
            for pair in comparison.pairs {
                print(pair.differences[.recall(1)]?.value ?? 0, "with p =", pair.adjustedPs[.recall(1)] ?? 1)
            }
            // end
        }
        #expect(lines == ["0.0 with p = 1.0"])
    }

    @Test func axis() throws {
        let rows = (0..<96).map { "\($0 / 8 % 4 * 10 + $0 % 7),\($0 / 8 * 3 + $0 % 5)\n" }
        let features = try temporary.write("x,y\n" + rows.joined(), to: "axis.csv")
        let dataset = try Dataset(
            name: "axis", samples: (0..<96).map { Sample(id: "\(100 + $0)", classLabel: "class \(10 + $0 / 8)") })
        var settings = SplitSettings()
        settings.search.removal.minimumClassCount = 3
        settings.nullDraws = 0
        _ = try SplitFolder.make(
            at: folder.appending(path: "axis"), of: dataset, from: .features(features), by: settings)
        let splits = try SplitFolder(at: folder.appending(path: "axis"))
        let lines = try printed {
            // snippet
            let axis = try SplitAxis(
                of: splits, by: [.init(name: "network", source: .features(features), madeSplits: true)])
            for agreement in axis.agreements {
                print(agreement.first.measure, agreement.second.measure, agreement.kendall ?? 0)
            }
            // end
        }
        #expect(lines.count == 10 && lines[0].hasPrefix("frechet kid "))
    }

    @Test func growth() throws {
        let features = try temporary.write(
            "x,y\n" + (0..<24).map { "\(10 * ($0 / 2)),\($0 % 2)\n" }.joined(), to: "g.csv")
        let labels = try temporary.write("label\n" + (0..<24).map { "l\($0 / 2)\n" }.joined(), to: "twelve-g.csv")
        let lines = try printed {
            // snippet
            var numbering = LabelNumbering()
            let set = try LabelledEmbeddings(features, labels: labels, numbering: &numbering)
            let growth = try EmbeddingGrowth(of: set, numbering: numbering)
            for point in growth.points(at: growth.defaultSizes) {
                print(point.classCount, point.recall.value, point.recall.margin ?? 0)
            }
            // end
        }
        #expect(lines.first?.hasPrefix("2 ") == true && lines.last?.hasPrefix("12 ") == true, "\(lines)")
    }

    @Test func places() throws {
        let features = try temporary.write(
            "x,y\n" + (0..<24).map { "\(10 * ($0 / 2)),\($0 % 2)\n" }.joined(), to: "p.csv")
        let positions = try temporary.write(
            "x,y\n" + (0..<24).map { "\(300 * ($0 / 2)),\(9 * ($0 % 2))\n" }.joined(), to: "where.csv")
        let lines = try printed {
            // snippet
            let set = try LocatedEmbeddings(features, positions: PositionTable(contentsOf: positions))
            let scores = try PlaceScores(of: set, radius: 25)
            print(scores.recall(at: 1).value, scores.loneQueryCount)
            // end
        }
        #expect(lines.count == 1 && lines[0].hasSuffix(" 0"), "\(lines)")
        let intervals = try printed {
            // snippet
            let set = try LocatedEmbeddings(features, positions: PositionTable(contentsOf: positions))
            let scores = try PlaceScores(of: set, radius: 25, areas: PlaceAreas(of: [set], side: 200))
            let recall = scores.recall(at: 5)
            print(recall.value, recall.margin ?? 0)
            // end
        }
        #expect(intervals.count == 1 && intervals[0].split(separator: " ").count == 2)
    }

    @Test func verification() throws {
        let temporary = try TemporaryFolder()
        let rows = (0..<24).map { "\(10 * ($0 / 2)),\($0 % 2)\n" }
        let files = [try temporary.write("x,y\n" + rows.joined(), to: "a.csv")]
        let names = ["a"]
        let labels = try temporary.write(
            "label\n" + (0..<24).map { "l\($0 / 2)\n" }.joined(), to: "twelve.csv")
        let lines = try printed {
            // snippet
            var numbering = LabelNumbering()
            let sets = try files.map { try LabelledEmbeddings($0, labels: labels, numbering: &numbering) }
            let verification = try Verification(of: zip(names, sets).map { (name: $0, set: $1) }, numbering: numbering)
            print(verification.models[0].scores[.acceptRate(falseAcceptRate: 0.1)] ?? 0)
            // end
        }
        #expect(lines.count == 1)
        let pairs = try temporary.write(
            "10\t300\n"
                + (0..<10).map { _ in
                    (0..<300).map { "a\t1\t\($0 + 2)\n" }.joined() + (0..<300).map { "a\t1\tb\t\($0 + 2)\n" }.joined()
                }.joined(), to: "pairs.txt")
        let counts = try printed {
            // snippet
            let list = try PairList(contentsOf: pairs)
            print(list.pairs.count, "pairs in", list.foldCount ?? 1, "folds")  // 6000 pairs in 10 folds: that of LFW
            // end
        }
        #expect(counts == ["6000 pairs in 10 folds"])
    }

    @Test func shelf() throws {
        let network = try FeatureExtractor(model: EmbeddedBenchmark.backbone)
        // snippet
        let shelf = StoreShelf(at: folder.appending(path: "stores"))
        let source = EmbeddingSource.images(below: photos, by: network, keptIn: shelf)
        // end
        let dataset = try Dataset(classFoldersAt: photos, name: "photos")
        let (first, second) = (try source.embeddings(of: dataset), try source.embeddings(of: dataset))
        #expect(first.matrix == second.matrix && first.imagesSHA256 == second.imagesSHA256)
        #expect(try FileManager.default.contentsOfDirectory(atPath: shelf.url.path).count == 1)
    }
}
