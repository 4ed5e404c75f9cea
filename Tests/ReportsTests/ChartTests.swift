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
    /// The horizontal ones of them, but for those of polylines.
    var horizontal: [Double] = []
    /// The points of each polyline, and the attributes of each line.
    var polylines: [[Double]] = []
    var lines: [[String: String]] = []
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
        if name == "line" { lines.append(attributes) }
        horizontal += ["x", "x1", "x2", "cx"].compactMap { attributes[$0].flatMap(Double.init) }
        if name == "polyline" {
            polylines.append((attributes["points"] ?? "").split { $0 == " " || $0 == "," }.map { Double($0) ?? .nan })
        }
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
            "Fréchet distance between train and test (squared)", "Recall@1", "0.6", "100", "1", "2", "3", "4", "5", "6",
            "7", "8", "9",
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

    /// The axes end at the least and the greatest value: the first and the last marker are at the ends of the axis.
    @Test func axesEndWhereTheDataEnd() throws {
        let chart = CurveChart(
            title: "t", metric: "m",
            series: [.init(name: "n", role: .mean, points: [("a", 5.4, 0.3, nil), ("b", 160.9, 0.7, nil)])])
        let reader = try Reader(chart.svg)
        let points = try #require(reader.polylines.last)
        let axis = try #require(reader.lines.first { $0["class"] == "axis" })
        #expect(points[0] == Double(axis["x1"] ?? "") && points[2] == Double(axis["x2"] ?? ""))
        // The least value lies on the axis, and all ticks between both ends.
        #expect(points[1] == Double(axis["y1"] ?? ""))
        let texts = try #require(reader.texts["text"])
        #expect(texts.contains("50") && texts.contains("150") && !texts.contains("0") && !texts.contains("200"))
        #expect(texts.contains("0.3") && texts.contains("0.7") && !texts.contains("0.8"))
    }

    /// Ids that end in numbers have these in their dots; others are counted.
    @Test(arguments: [
        (["level-2", "level-10"], ["2", "10"]), (["level-1", "step-2"], ["1", "2"]), (["a", "b"], ["1", "2"]),
        (["x-1", "x-1b"], ["1", "2"]), (["level-0001", "level-2"], ["1", "2"]), (["-5", "-6"], ["5", "6"]),
    ])
    func dotsHaveNumbers(ids: [String], numbers: [String]) throws {
        let points = ids.enumerated().map { ($1, Double($0), 0.5, nil as Double?) }
        let svg = CurveChart(title: "t", metric: "m", series: [.init(name: "n", role: .mean, points: points)]).svg
        let dots = svg.matches(of: #/<title>([^<]*)<\/title>\n<circle[^\n]*\n<text[^>]*>([^<]*)</#)
        #expect(dots.map { String($0.1) } == ids && dots.map { String($0.2) } == numbers)
    }

    /// A figure for a paper has its width, no visible title, its font, and everything within it.
    @Test(arguments: [192.0, 312, 648, 1920])
    func figuresForPapers(width: Double) throws {
        let comparison = try comparison(modelCount: 3)
        let steps = ["easier", "start", "swap", "removal"].enumerated().map {
            ProgressionChart.Step(origin: $1, step: $0, fid: Double($0 + 1), level: "level-\($0 + 1)")
        }
        let map = ClassMapChart(
            level: "level-1", dataset: "d",
            points: (0..<9).map { .init(label: "c\($0)", x: Double($0), y: Double($0 % 3), side: .train) },
            shares: (0.5, 0.2))
        let charts: [any Chart] = [
            CurveChart(sampleResults()), ComparisonChart(comparison, .values), AreaChart(comparison),
            ProgressionChart(title: "Splits of d", steps: steps), map,
        ]
        for chart in charts {
            let svg = chart.svg(.figure(width: width, showsTitle: false, font: "Times New Roman"))
            let reader = try Reader(svg)
            #expect(reader.texts["text"]?.contains(chart.title) == false && reader.texts["title"]?.first == chart.title)
            #expect(svg.holds("font-family=\"'Times New Roman', "))
            #expect(svg.holds(" width=\"\(Int(width))\""))
            #expect(reader.horizontal.allSatisfy { $0 >= 0 && $0 <= width }, "\(chart.fileName)")
            let titled = try Reader(chart.svg(.figure(width: 760)))
            #expect(titled.texts["text"]?.contains(chart.title) == true)
        }
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
        // The start begins at the last easier step and is a line too; three steps are numbered dots.
        #expect(reader.counts["polyline"] == 4)
        #expect(reader.counts["path"] == 37 && reader.counts["circle"] == 3)
        #expect(
            reader.texts["title"]?.contains("level level-3, removal 9: 166.00") == true,
            "\(reader.texts["title"] ?? [])")
        let texts = try #require(reader.texts["text"])
        for text in ["easier", "swap", "removal", "1", "2", "3", "−10", "0", "cub200"] {
            #expect(texts.contains(text), "\(text) is missing")
        }
        #expect(reader.coordinates.allSatisfy { $0 >= 0 && $0 <= 760 })
        let empty = try Reader(ProgressionChart(title: "none", steps: []).svg)
        #expect(empty.counts["path"] == nil)
        #expect(empty.coordinates.allSatisfy { $0.isFinite })
    }
}
