import Evaluation
import Reports
import Testing

@Suite struct TextPlotTests {
    private let line = TextPlot(
        xTitle: "distance", yTitle: "Recall@1",
        series: [
            .init(name: "model", points: [(0, 1), (50, 0.5), (100, 0)]),
            .init(name: "backbone", points: [(0, 0), (100, 0)]),
        ], yLimits: 0...1)

    @Test func aPlotInASCII() {
        // Half way between 1 and 0 is half way down; the flat line is on the last row, under the model's last marker.
        // Of 27 columns 60 is at 0.6 · 26 = 15.6, the seventeenth, and 80 at 20.8, the twenty-second.
        #expect(
            line.text(on: TextDisplay(width: 32, isUnicode: false)) == """
                Recall@1
                1.0 +*.
                    |  ..
                0.8 +    ...
                    |       ...
                0.6 +          ..
                    |            .*.
                0.4 +               ..
                    |                 ...
                0.2 +                    ...
                    |                       ..
                0.0 +o.........................*
                    ++----+----+-----+----+----+
                     0   20   40    60   80  100
                     distance
                * model   o backbone

                """)
    }

    @Test func dotsOfBrailleAreWithinTheirCells() {
        let text = line.text(on: TextDisplay(width: 40))
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == 1 + 11 + 3 + 1)
        #expect(lines.allSatisfy { displayWidth($0) <= 40 })
        #expect(lines[1].hasPrefix("1.0 ┤●") && lines[11].hasSuffix("●"))
        #expect(lines[11].contains("⣀⣀") && lines[15] == "● model   ○ backbone")
    }

    @Test func thereIsNoneWithoutATerminalOrRoomOrLine() {
        #expect(line.text(on: .plain) == "")
        #expect(line.text(on: TextDisplay(width: 29)) == "")
        let point = TextPlot(xTitle: "", yTitle: "", series: [.init(name: "a", points: [(1, 1)])])
        #expect(point.text(on: TextDisplay(width: 80)) == "")
    }

    @Test func manyModelsHaveLetters() throws {
        let comparison = try ModelComparison(
            (0..<7).map { .init(name: "model-\($0)", runs: [sampleResults(lead: 0.01 * Double($0))]) })
        let text = comparisonPlot(comparison).text(on: TextDisplay(width: 80))
        #expect(text.contains("a model-0   b model-1") && text.contains("g model-6"))
        #expect(text.split(separator: "\n").allSatisfy { displayWidth(String($0)) <= 80 })
    }

    @Test func theCurveOfResultsHasTheBackbone() {
        let display = TextDisplay(width: 80)
        #expect(curvePlot(sampleResults()).text(on: display).hasSuffix("● model   ○ frozen features\n"))
        #expect(!curvePlot(sampleResults(backbone: false)).text(on: display).contains("○"))
        let steps = (0..<5).map {
            ProgressionChart.Step(
                origin: $0 < 2 ? "easier" : $0 == 2 ? "start" : "swap", step: $0, fid: Double($0 * $0),
                level: $0 % 2 == 0 ? "level" : nil)
        }
        let plot = progressionPlot(steps).text(on: TextDisplay(width: 60, isUnicode: false))
        #expect(plot.count { $0 == "*" } == 3)
        #expect(plot.contains("easier <- 0 -> harder"))
    }
}
