import Evaluation
import Files
import Foundation
import FoundationXML
import Reports
import Retrieval
import Testing

/// Counts elements and collects texts; XMLParser refuses what is not well formed.
private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var texts: [String: [String]] = [:]
    var coordinates: [Double] = []
    private var open: [String] = []

    init(_ svg: String) throws {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        if !parser.parse() { throw parser.parserError ?? CocoaError(.fileReadCorruptFile) }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        counts[name, default: 0] += 1
        open.append(name)
        texts[name, default: []].append("")
        for key in ["x", "x1", "x2", "y", "y1", "y2", "points"] {
            let numbers = attributes[key]?.split { $0 == " " || $0 == "," } ?? []
            coordinates += numbers.map { Double($0) ?? .nan }
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard let name = open.last, let count = texts[name]?.count else { return }
        texts[name]?[count - 1] += string
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }
}

@Suite struct ChartTests {
    @Test func aCurveChart() throws {
        let reader = try Reader(CurveChart(sampleResults()).svg)
        // Four lines with a sample of each in the legend, and nine bars; nine markers and one in the legend each.
        #expect(reader.counts["polyline"] == 17)
        #expect(reader.counts["path"] == 40)
        #expect(reader.texts["title"]?.first == "Recall@1 of runs/{level}-{direction}.npy on cub200")
        let description = try #require(reader.texts["desc"]?.first)
        #expect(description.contains("forward: 0.790 at 19.16 (level-1), 0.770 at 28.49 (level-2)"))
        #expect(reader.coordinates.allSatisfy { $0 >= 0 && $0 <= 760 })
        let texts = try #require(reader.texts["text"])
        for text in [
            "Fréchet distance between train and test (squared)", "Recall@1", "level-1", "level-9", "0.6", "level-2",
            "100",
        ] {
            #expect(texts.contains(text), "\(text) is missing")
        }
    }

    /// In the catalogue there are no directions, and the backbone's line is flat.
    @Test func aCurveChartOfTheCatalogue() throws {
        let chart = CurveChart(sampleResults(catalogue: true))
        #expect(chart.series.map(\.role) == [.backbone, .mean])
        #expect(Set(chart.series[0].points.map(\.value)) == [0.6 / 3])
        let reader = try Reader(chart.svg)
        #expect(reader.texts["title"]?.first == "MAP@R among all classes of runs/{level}-{direction}.npy on cub200")
        let gains = GainChart([("m", sampleResults(catalogue: true)), ("none", sampleResults())])
        #expect(gains.table.rows.count == 9 && gains.fileName == "gain-map-r")
        #expect(try Reader(gains.svg).texts["text"]?.contains("MAP@R: model − frozen features") == true)
        #expect(GainChart([("none", sampleResults())]).isEmpty)
    }

    @Test func oneDirectionIsOneLine() throws {
        let reader = try Reader(CurveChart(sampleResults(reverse: false, backbone: false), metric: .rPrecision).svg)
        #expect(reader.counts["polyline"] == 11)
        #expect(reader.texts["text"]?.contains("forward") == true)
        #expect(reader.texts["text"]?.contains("R-precision") == true)
    }

    @Test(arguments: [0, 1])
    func fewLevels(count: Int) throws {
        let reader = try Reader(CurveChart(sampleResults(levelCount: count)).svg)
        #expect(reader.counts["polyline"] == (count == 0 ? nil : 5))
        #expect(reader.counts["path"] == (count == 0 ? nil : 8))
        #expect(reader.coordinates.allSatisfy { $0.isFinite && $0 >= 0 })
    }

    @Test func equalDistancesAndOddNamesStayWellFormed() throws {
        let name = "a<b>&\"c\"\u{1}\u{7}'"
        let chart = CurveChart(
            title: name, metric: name,
            series: [
                .init(name: name, role: .mean, points: [(name, 5, 0.5, nil), ("b", 5, 0.5, 0.9)]),
                .init(name: String(repeating: "long ", count: 40), role: .backbone, points: []),
            ])
        let reader = try Reader(chart.svg)
        #expect(reader.texts["title"]?.first == "a<b>&\"c\"'")
        #expect(reader.coordinates.allSatisfy { $0.isFinite })
    }

    private func comparison(modelCount: Int = 7) throws -> ModelComparison {
        try ModelComparison(
            (0..<modelCount).map { .init(name: "model \($0)", runs: [sampleResults(lead: Double($0) * 0.01)]) })
    }

    @Test func aChartOfModels() throws {
        let comparison = try comparison()
        let reader = try Reader(ComparisonChart(comparison, .values).svg)
        // A line, nine bars, and a sample in the legend for each of seven models.
        #expect(reader.counts["polyline"] == 7 * 11)
        #expect(reader.counts["path"] == 7 * 10)
        #expect(reader.texts["title"]?.first == "Recall@1 on cub200")
        #expect(reader.texts["text"]?.contains("model 6") == true)
        #expect(reader.coordinates.allSatisfy { $0 >= 0 && $0 <= 760 })
        let changes = try Reader(ComparisonChart(comparison, .changes).svg)
        #expect(changes.counts["path"] == 7 * 10)
        #expect(changes.texts["text"]?.contains("Recall@1 less the mean") == true)
        #expect(changes.texts["desc"]?.first?.contains("model 0: -0.030 at 19.16 (level-1)") == true)
        #expect(changes.coordinates.allSatisfy { $0 >= 0 && $0 <= 760 })
        // One model is its own mean.
        let single = try Reader(ComparisonChart(try self.comparison(modelCount: 1), .changes).svg)
        #expect(single.coordinates.allSatisfy { $0.isFinite })
    }

    @Test func aProgressionChart() throws {
        var steps: [ProgressionChart.Step] = (0..<10).map {
            .init(origin: "easier", step: 10 - $0, fid: 19 + Double($0) * 3, level: $0 == 0 ? "level-1" : nil)
        }
        steps.append(.init(origin: "start", step: 0, fid: 52.6, level: "level-2"))
        steps += (1...20).map { .init(origin: "swap", step: $0, fid: 52.6 + Double($0) * 3.4) }
        steps += (1...9).map {
            .init(origin: "removal", step: $0, fid: 121 + Double($0) * 5, level: $0 == 9 ? "level-3" : nil)
        }
        let reader = try Reader(ProgressionChart(title: "cub200", steps: steps).svg)
        // The start begins at the last easier step and is a line too.
        #expect(reader.counts["polyline"] == 4)
        #expect(reader.counts["path"] == 40)
        let texts = try #require(reader.texts["text"])
        for text in ["easier", "swap", "removal", "level-1", "level-2", "level-3", "−10", "0", "cub200"] {
            #expect(texts.contains(text), "\(text) is missing")
        }
        #expect(reader.coordinates.allSatisfy { $0 >= 0 && $0 <= 760 })
        let empty = try Reader(ProgressionChart(title: "none", steps: []).svg)
        #expect(empty.counts["path"] == nil)
        #expect(empty.coordinates.allSatisfy { $0.isFinite })
    }
}
