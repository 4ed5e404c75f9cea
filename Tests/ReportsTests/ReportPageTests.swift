import Datasets
import DenseLinearAlgebra
import Embeddings
import Evaluation
import Files
import Foundation
import FoundationXML
import Reports
import Retrieval
import Splits
import Testing
import TestSupport

@Suite struct ReportPageTests {
    /// Twelve classes of which one's name would break a page that does not escape.
    private struct Benchmark {
        let manifest: SplitManifest
        let dataset: Dataset
        let map: ClassMap

        init() throws {
            var rng = SplitMix64(seed: 3)
            var (samples, rows): ([Sample], [[Float]]) = ([], [])
            for number in 0..<12 {
                let label = number == 5 ? "<b>&\"five\"</script>" : "class-\(10 + number)"
                let centre = (0..<4).map { _ in 3 * rng.bell() }
                for i in 0..<6 {
                    samples.append(Sample(id: "\(label)/\(i).jpg", classLabel: label))
                    rows.append(centre.map { Float($0 + rng.bell()) })
                }
            }
            dataset = try Dataset(name: "small & <odd>", samples: samples)
            let embedded = try EmbeddedDataset(dataset: dataset, embeddings: Matrix(rows: rows))
            var settings = SplitSettings()
            settings.search.removal.minimumClassCount = 4
            settings.levels = .evenly(4)
            manifest = SplitManifest(
                generator: "oodml test", series: try SplitSeries(of: embedded, by: settings),
                provenance: EmbeddingProvenance(source: .features, file: "f.npy", sha256: "00", dimension: 4))
            map = try ClassMap(of: embedded)
        }

        func results(_ model: String, lead: Double = 0, shiftedBy shift: Double = 0) -> EvaluationResults {
            func task(_ value: Double) -> TaskEvaluation {
                func scores(_ value: Double) -> TaskScores {
                    TaskScores(
                        scores: RetrievalScores(
                            metrics: [.recall(1), .averagePrecisionAtR], values: [value, value / 2], queryCount: 36,
                            loneQueryCount: 0),
                        classCount: 6,
                        estimates: [
                            .recall(1): Estimate(
                                value: value, contributions: [0.01, -0.02, 0.01], degreesOfFreedom: 2),
                            .averagePrecisionAtR: Estimate(
                                value: value / 2, contributions: [0.01, -0.01, 0], degreesOfFreedom: 2),
                        ])
                }
                return TaskEvaluation(scores: [.full: [.model: scores(value), .backbone: scores(0.6)]])
            }
            func catalogue(_ value: Double) -> [Subject: TaskScores] {
                [Subject.model: value, .backbone: 0.5].mapValues { value in
                    let estimate = { Estimate(value: $0, contributions: [0.01, -0.01, 0.01], degreesOfFreedom: 2) }
                    let values = [value, value / 2]
                    let metrics: [RetrievalMetric] = [.recall(1), .averagePrecisionAtR]
                    return TaskScores(
                        scores: RetrievalScores(metrics: metrics, values: values, queryCount: 60, loneQueryCount: 0),
                        classCount: 10,
                        estimates: Dictionary(uniqueKeysWithValues: zip(metrics, values.map(estimate))))
                }
            }
            return EvaluationResults(
                tool: "oodml test", dataset: dataset.name, model: model,
                levels: manifest.levels.enumerated().map { number, level in
                    LevelEvaluation(
                        id: level.id, origin: level.arm.rawValue, step: level.step, fid: level.fid + shift,
                        excess: level.excess, forward: task(0.8 - 0.05 * Double(number) + lead),
                        reverse: task(0.7 - 0.05 * Double(number) + lead),
                        catalogue: catalogue(0.75 - 0.04 * Double(number) + lead))
                })
        }
    }

    /// The page as XML, which it is but for the document type and the entities that it does not use.
    private func check(_ html: String) throws {
        let body = try #require(html.split(separator: "\n", maxSplits: 1).last)
        // Style and script are not XML; their insides are checked by the browser.
        let xml = String(body)
            .replacing(#/<style>[\s\S]*?<\/style>/#, with: "")
            .replacing(#/<script[^>]*>[\s\S]*?<\/script>/#, with: "")
        let parser = XMLParser(data: Data(xml.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    }

    @Test func splitsAlone() throws {
        let benchmark = try Benchmark()
        let page = try ReportPage(manifest: benchmark.manifest, dataset: benchmark.dataset)
        let html = page.html()
        try check(html)
        for level in benchmark.manifest.levels { #expect(html.contains(">\(level.id)<")) }
        #expect(html.contains("small &amp; &lt;odd&gt;"))
        #expect(!html.contains("id=\"models\"") && !html.contains("id=\"map\""))
        #expect(page.charts.isEmpty && page.paperTables.isEmpty)
        // What the series is comes first, in a sentence and in tiles, and in what a preview of a link shows.
        let tested = benchmark.manifest.levels.filter { $0.isShift != nil }
        #expect(
            html.contains(
                "4 levels lead the test classes of small &amp; &lt;odd&gt; away from the training classes, at a distance"
            ))
        #expect(html.contains("\(tested.count { $0.isShift == true }) of \(tested.count) levels"))
        #expect(html.contains("<meta property=\"og:description\" content=\"4 levels lead"))
        #expect(!html.contains("http://") && !html.contains("https://"))
    }

    @Test func modelsMapAndExamples() throws {
        let benchmark = try Benchmark()
        let scores = benchmark.manifest.levels.flatMap { level in
            level.test.map { label in
                ClassScores(
                    level: level.id, direction: .forward, classLabel: label, queryCount: 6, model: [0.5, 0.25],
                    backbone: [0.75, nil])
            }
        }
        let examples = try JSONDecoder().decode(
            RetrievalExamplesFile.self,
            from: Data(
                """
                {"schema_version": 1, "metric": "map@r", "tasks": [{"level": "\(benchmark.manifest.levels[0].id)",
                 "direction": "forward", "examples": [{"place": "best", "query": "class-10/0.jpg", "class": "class-10",
                 "score": 0.5, "neighbours": [{"sample": "class-10/1.jpg", "class": "class-10", "similarity": 0.9},
                 {"sample": "class-11/1.jpg", "class": "class-11", "similarity": 0.8}]}]}]}
                """.utf8))
        let page = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset, classMap: benchmark.map,
            models: [
                .init(name: "first <i>", runs: [benchmark.results("a")], classes: scores, examples: examples),
                .init(name: "second", runs: [benchmark.results("b", lead: 0.1)]),
            ])
        let html = page.html(images: ["class-10/1.jpg": "data:image/webp;base64,AAAA"])
        try check(html)
        #expect(html.contains("first &lt;i&gt;") && !html.contains("first <i>"))
        // Its own script and its three data end, and none other.
        #expect(html.components(separatedBy: "</script>").count == 5)
        #expect(html.contains("class=\"hit right\"") && html.contains("class=\"hit wrong\""))
        #expect(html.contains("src=\"data:image/webp;base64,AAAA\" alt=\"class-10/1.jpg\""))
        #expect(page.pictured.isSuperset(of: ["class-10/0.jpg", "class-10/1.jpg", "class-11/1.jpg"]))
        let names = page.charts.map(\.fileName)
        #expect(Set(names).count == names.count)
        for name in [
            "curves-recall-1", "ags-map-r", "ags-catalogue-map-r", "gain-recall-1", "changes-catalogue-recall-1",
            "curves-map-r",
        ] {
            #expect(names.contains(name), "\(name) is missing")
        }
        #expect(names.count { $0.hasPrefix("class-map-") } == benchmark.manifest.levels.count)
        for chart in page.charts {
            for format in [ChartFormat.standalone, .page, .narrowPage] {
                let parser = XMLParser(data: Data(chart.svg(format).utf8))
                #expect(parser.parse(), "\(chart.fileName)")
            }
            #expect(!chart.table.rows.isEmpty && !chart.description.isEmpty)
        }
        // The same page is the same bytes.
        #expect(page.html(images: [:]) == page.html(images: [:]))
    }

    @Test func resultsOfOtherSplitsAreRefused() throws {
        let benchmark = try Benchmark()
        func make(_ results: EvaluationResults) throws -> ReportPage {
            try ReportPage(
                manifest: benchmark.manifest, dataset: benchmark.dataset, models: [.init(name: "m", runs: [results])])
        }
        _ = try make(benchmark.results("a"))
        #expect(throws: EvaluationError.self) { try make(benchmark.results("a", shiftedBy: 0.1)) }
        let other = EvaluationResults(
            tool: "oodml test", dataset: "other", model: "a", levels: benchmark.results("a").levels)
        #expect(throws: EvaluationError.self) { try make(other) }
    }

    /// The numbers under a chart are those of the results.
    @Test func chartsHoldTheResults() throws {
        let benchmark = try Benchmark()
        let results = benchmark.results("a")
        let page = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset, models: [.init(name: "m", runs: [results])])
        // The gain comes first of what is said of models.
        let ofModels = page.charts.drop { $0.fileName.hasPrefix("progression") || $0.fileName.hasPrefix("class-map") }
        #expect(ofModels.first?.fileName == "gain-map-r")
        let gains = try #require(page.charts.first { $0.fileName == "gain-recall-1" }?.table)
        #expect(gains.columns == ["line", "level", "shift", "gain", "low", "high"])
        for (row, level) in zip(gains.rows, results.levels) {
            let gain = try #require(level.gain()?[.recall(1)])
            #expect(row[1] == level.id && Double(row[3]) == gain.value)
        }
        for (name, gallery, frozen) in [
            ("ags-map-r", GalleryKind.full, 0.3), ("ags-catalogue-map-r", .catalogue, 0.25),
        ] {
            let areas = try #require(page.charts.first { $0.fileName == name }?.table)
            let curve = results.completeCurve(of: .averagePrecisionAtR, .init(gallery: gallery))
            #expect(areas.rows.map(\.first) == ["m", "frozen features"])
            #expect(Double(areas.rows[0][1]) == curve?.aggregatedGeneralizationScore?.value)
            #expect(abs((Double(areas.rows[1][1]) ?? 0) - frozen) < 1e-12)
        }
        let sentence = try #require(costSentence(results))
        #expect(sentence.hasPrefix("Shift costs this model 0.0") && page.html().contains("m: \(sentence)"))
    }

    /// Without the catalogue and the frozen features, the page says what the curve is, and that it shows no cause.
    @Test func aModelWithoutFrozenFeatures() throws {
        let benchmark = try Benchmark()
        let levels = benchmark.results("a").levels.map { level in
            var forward = TaskEvaluation(scores: [:])
            forward.scores[.full] = (level.scores(of: .model)?.forward).map { [.model: $0] }
            return LevelEvaluation(
                id: level.id, origin: level.origin, step: level.step, fid: level.fid, excess: level.excess,
                forward: forward)
        }
        let results = EvaluationResults(tool: "t", dataset: benchmark.dataset.name, model: "a", levels: levels)
        let html = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset, models: [.init(name: "m", runs: [results])]
        ).html()
        try check(html)
        // Errors of .01, .01 and 0: 4.303 (Student's t, two degrees of freedom) times .01414.
        #expect(
            html.contains(
                "m: MAP@R within the test classes is 0.400 ± 0.061 at the easiest level and 0.325 ± 0.061 at the hardest; such a "
                    + "curve alone does not show that the shift is the cause."))
        #expect(!html.contains("over the frozen features"))
    }

    /// The curves of the one chart are those of the results, by every choice.
    @Test func theChartWithSwitchesHoldsTheResults() throws {
        struct Line: Decodable {
            let values: [Double?]
            let margins: [Double?]
        }
        struct Data: Decodable {
            struct Choice: Decodable { let id: String }
            struct Entry: Decodable { let name: String }
            struct Level: Decodable {
                let id: String
                let number: String
                let fid: Double
            }
            let subjects: [Entry]
            let levels: [Level]
            let shows: [Choice]
            let galleries: [Choice]
            let curves: [String: [Line?]]
            let captions: [String: String]
            let first: [String]
        }
        let benchmark = try Benchmark()
        let (a, b) = (benchmark.results("a"), benchmark.results("b", lead: 0.1))
        let html = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset,
            models: [.init(name: "m", runs: [a]), .init(name: "n", runs: [b])]
        ).html()
        let island = try #require(
            html.components(separatedBy: "id=\"explorer-data\">").last?.components(separatedBy: "</script>").first)
        let data = try JSONDecoder().decode(Data.self, from: Foundation.Data(island.utf8))
        #expect(data.subjects.map(\.name) == ["m", "n", "frozen features"])
        #expect(data.levels.map(\.id) == a.levels.map(\.id) && data.levels.map(\.number) == ["1", "2", "3", "4"])
        #expect(data.first == ["lead", "map@r", "catalogue", "mean"])
        #expect(
            data.shows.map(\.id) == ["lead", "score", "above"] && data.galleries.map(\.id) == ["catalogue", "full"])
        for (number, results) in [a, b].enumerated() {
            for direction in DirectionOrMean.allCases {
                let line = try #require(data.curves["score recall@1 full \(direction.rawValue)"]?[number])
                let expected = results.curve(of: .recall(1), .init(direction: direction)).points.map(\.estimate)
                #expect(zip(line.values, expected).allSatisfy { abs(($0 ?? 9) - $1.value) <= 5.1e-5 })
                #expect(zip(line.margins, expected).allSatisfy { abs(($0 ?? 9) - ($1.margin ?? 0)) <= 5.1e-5 })
            }
            let lead = try #require(data.curves["lead map@r catalogue mean"]?[number])
            let gains = results.levels.compactMap { $0.gain()?[.averagePrecisionAtR] }
            #expect(zip(lead.values, gains).allSatisfy { abs(($0 ?? 9) - $1.value) <= 5.1e-5 })
            // Half of the distance between both, up and down.
            let above = try #require(data.curves["above recall@1 full mean"]?[number])
            #expect(above.values.allSatisfy { abs(($0 ?? 9) - (number == 0 ? -0.05 : 0.05)) <= 5.1e-5 })
        }
        // What never changes leads nothing, and is level in the catalogue.
        #expect(data.curves["lead map@r catalogue mean"]?[2] == nil)
        #expect(Set(data.curves["score map@r catalogue mean"]?[2]?.values ?? []) == [0.25])
        for key in data.curves.keys {
            let parts = key.components(separatedBy: " ")
            #expect(data.captions["\(parts[0]) \(parts[2])"]?.isEmpty == false, "\(key)")
        }
    }

    /// The page has what compare prints: gains, what is above the mean of all, and what tuning changed.
    @Test func heads() throws {
        let benchmark = try Benchmark()
        let setting = HeadTrainingRecord.Setting(parameters: "margin=0.4", score: 0.4321)
        let training = HeadTrainingRecord(
            objectives: [
                .init(
                    name: "triplet", title: "Triplet <b>", parameters: "margin=0.4",
                    tuning: .init(
                        level: "level-1", trialCount: 5, given: .init(parameters: "margin=0.2", score: 0.4),
                        chosen: setting))
            ], seeds: ["7"])
        let plain = benchmark.results("runs/{level}.safetensors")
        let head = EmbeddingProvenance(source: .head, file: "h", sha256: "ab", dimension: 4)
        let tuned = EvaluationResults(
            tool: plain.tool, dataset: plain.dataset, model: plain.model,
            provenance: ModelProvenance(
                tasks: [(level: "level-1", direction: .forward, embeddings: head)], training: training),
            levels: plain.levels)
        let page = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset,
            models: [.init(name: "m", runs: [tuned]), .init(name: "n", runs: [plain])]
        ).html()
        for words in [
            "The gain of each model over the frozen features", "less the mean of all",
            "What the search for parameters changed",
            "0.4321", "Triplet &lt;b&gt;",
        ] { #expect(page.contains(words), "\(words)") }
        let without = try ReportPage(
            manifest: benchmark.manifest, dataset: benchmark.dataset, models: [.init(name: "n", runs: [plain])]
        ).html()
        #expect(
            !without.contains("What the search for parameters changed") && !without.contains("less the mean of all"))
    }
}
