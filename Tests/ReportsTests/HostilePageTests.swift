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
import TestSupport
import Testing

/// A page and charts of which every name holds signs of markup beside what joins them to one `Character`.
@Suite struct HostilePageTests {
    private let dataset: Dataset
    private let manifest: SplitManifest
    private let map: ClassMap
    private let steps: CSVTable

    init() throws {
        var rng = SplitMix64(seed: 4)
        var (samples, rows): ([Sample], [[Float]]) = ([], [])
        // No file and no table can give a NUL in a label.
        for label in hostileTexts where !label.utf8.contains(0) {
            let centre = [3 * rng.bell(), 3 * rng.bell()]
            for i in 0..<2 {
                samples.append(Sample(id: "\(label)/\(i).jpg", classLabel: label))
                rows.append(centre.map { Float($0 + rng.bell()) })
            }
        }
        dataset = try Dataset(name: hostileTexts.joined(), samples: samples)
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: Matrix(rows: rows))
        var settings = SplitSettings()
        settings.search.swapsPerStep = 40
        settings.levels = .evenly(3)
        settings.nullDraws = 0
        let series = try SplitSeries(of: embedded, by: settings)
        steps = series.progression.table(for: dataset)
        manifest = SplitManifest(
            generator: hostileTexts.joined(), series: series,
            provenance: EmbeddingProvenance(source: .features, file: hostileTexts[0], sha256: "00", dimension: 2))
        map = try ClassMap(of: embedded)
    }

    private func page() throws -> ReportPage {
        let scores = TaskScores(
            scores: RetrievalScores(
                metrics: [.recall(1), .averagePrecisionAtR], values: [0.5, 0.25], queryCount: 36, loneQueryCount: 0),
            classCount: 6)
        let models = hostileTexts.prefix(8).map { name in
            let results = EvaluationResults(
                tool: name, dataset: dataset.name, model: name,
                settings: EvaluationSettings(split: hostileTexts[1], tricks: [name]),
                levels: manifest.levels.map { level in
                    LevelEvaluation(
                        id: level.id, origin: name, step: level.step, fid: level.fid,
                        forward: TaskEvaluation(scores: [.full: [.model: scores]]))
                })
            let classes = dataset.classLabels.map { label in
                ClassScores(
                    level: "level-1", direction: .forward, classLabel: label, queryCount: 2, model: [0.5, 0.5],
                    backbone: [nil, nil])
            }
            return ReportPage.Model(name: name, runs: [results], classes: classes)
        }
        return try ReportPage(manifest: manifest, dataset: dataset, classMap: map, models: models)
    }

    /// The parts of bytes before, between and after the places of others.
    private func pieces(_ bytes: ArraySlice<UInt8>, between separator: String) -> [ArraySlice<UInt8>] {
        let pattern = Array(separator.utf8)
        var pieces: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var place = start
        while place + pattern.count <= bytes.endIndex {
            if bytes[place] == pattern[0], bytes[place..<place + pattern.count].elementsEqual(pattern) {
                pieces.append(bytes[start..<place])
                place += pattern.count
                start = place
            } else {
                place += 1
            }
        }
        return pieces + [bytes[start...]]
    }

    @Test func aPageOfHostileNamesIsAPage() throws {
        let page = try page()
        let html = Array(page.html(images: ["x": hostileTexts[0]]).utf8)
        let ends = pieces(html[...], between: "</script")
        #expect(ends.count == pieces(html[...], between: "<script").count && ends.count >= 3)
        // The island of data ends where it should, and holds the labels byte for byte.
        let islands = pieces(html[...], between: "<script type=\"application/json\" id=\"class-data\">")
        try #require(islands.count == 2)
        let island = try #require(pieces(islands[1], between: "</script>").first)
        struct Island: Decodable {
            let classes: [String]
        }
        let found = try JSONDecoder().decode(Island.self, from: Data(island)).classes
        #expect(Set(found.map { Array($0.utf8) }) == Set(dataset.classLabels.map { Array($0.utf8) }))
        // Without style and scripts the page is XML but for its first line.
        var rest: [UInt8] = []
        for (start, end) in [("<script", "</script>"), ("<style", "</style>")] {
            let parts = pieces(rest.isEmpty ? html.drop { $0 != UInt8(ascii: "\n") } : rest[...], between: start)
            rest = Array(parts[0])
            for part in parts.dropFirst() { rest += pieces(part, between: end).dropFirst().joined() }
        }
        let parser = XMLParser(data: Data(rest))
        #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    }

    @Test func chartsOfHostileNamesAreXML() throws {
        let charts = try page().charts
        #expect(charts.count > 6)
        for chart in charts {
            let parser = XMLParser(data: Data(chart.svg.utf8))
            #expect(parser.parse(), "\(chart.fileName): \(String(describing: parser.parserError))")
            #expect(fileNames(for: [chart.fileName]) == [chart.fileName])
        }
        for level in hostileTexts {
            let chart = ClassMapChart(level: level, dataset: level, points: [], shares: (0, 0))
            #expect(faultOfPath(chart.fileName) == nil && !chart.fileName.utf8.contains(UInt8(ascii: "/")))
        }
    }

    /// Names that look like numbers are not rounded as numbers are.
    @Test func namesThatLookLikeNumbersStay() throws {
        let labels = ["1.5000001", "nan", "0x1F", "1e5", "Infinity"]
        let map = ClassMap(
            points: labels.enumerated().map {
                .init(classLabel: $1, sampleCount: 1, x: Double($0) + 0.123456, y: 0, offPlane: 0)
            })
        let page = try ReportPage(manifest: manifest, dataset: dataset, classMap: map)
        let cells = pieces(Array(page.html().utf8)[...], between: ">").map { Array($0) }
        for label in labels { #expect(cells.contains(Array("\(label)</th".utf8)), "\(label)") }
        #expect(cells.contains(Array("0.1235</td".utf8)))
    }

    /// The lists of classes in the table of steps can be read back.
    @Test func movedClassesComeBack() throws {
        let known = Set(dataset.classLabels.map { Array($0.utf8) })
        let column = try #require(steps.columns.firstIndex(of: "moved_to_test"))
        var count = 0
        for list in steps.rows.map({ $0[column] }) where !list.isEmpty {
            var (labels, isEscaped): ([[UInt8]], Bool) = ([[]], false)
            for byte in list.utf8 {
                if !isEscaped, byte == UInt8(ascii: ";") {
                    labels.append([])
                } else if !isEscaped, byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    labels[labels.count - 1].append(byte)
                    isEscaped = false
                }
            }
            #expect(labels.allSatisfy(known.contains))
            count += labels.count
        }
        #expect(count >= 40)
    }

    @Test func tablesOfHostileNamesAreLines() {
        let table = TextTable(columns: [.init("a"), .init("b")], rows: hostileTexts.map { [$0, "x"] })
        for display in [
            TextDisplay.plain, TextDisplay(width: 12, isUnicode: false), TextDisplay(width: 40, isColored: true),
        ] {
            let text = table.text(on: display)
            #expect(text.textLines.count == hostileTexts.count + 3)
            #expect(display.harmless(text).utf8.elementsEqual(text.utf8))
            #expect(TextDisplay.plain.harmless(text).utf8.elementsEqual(text.utf8) == !display.isColored)
        }
    }

    @Test func onlyOwnStylesAreObeyed() {
        let colored = TextDisplay(width: 80, isColored: true)
        let text = colored.styled("x", .significant) + "\u{1B}[8m\u{1B}]0;t\u{07}\u{1B}[1;\u{1B}[0m\n"
        #expect(
            colored.harmless(text) == "\u{1B}[1;32mx\u{1B}[0m" + #"\u{1B}[8m\u{1B}]0;t\u{07}\u{1B}[1;"# + "\u{1B}[0m\n")
        // Codes in data are no styles, even where they look like them.
        #expect(colored.shown("\u{1B}[1m") == #"\u{1B}[1m"#)
    }
}
