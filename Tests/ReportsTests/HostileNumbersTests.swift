import Evaluation
import Files
import Foundation
import FoundationXML
import Reports
import Retrieval
import TestSupport
import Testing

/// Charts of any finite numbers are drawings, whatever made the numbers.
@Suite struct HostileNumbersTests {
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 0.5, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 2.3e-308, 1e-300, 1e-12, 1e15, 1e100,
        -1e100, 1e300, 1e308, -1e308,
        .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1 + 2e-16, 123456.789, 9_007_199_254_740_992,
    ]

    /// Refuses what is no XML, or has a coordinate that is no number.
    private func check(_ svg: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse(), "\(String(describing: parser.parserError))", sourceLocation: sourceLocation)
        for word in ["\"nan", "\"inf", "\"-inf", "\"-nan", ",nan", ",inf", ",-inf", "(nan", "(inf"] {
            #expect(!svg.holds(word), "\(word)", sourceLocation: sourceLocation)
        }
        #expect(svg.utf8.count < 100_000, sourceLocation: sourceLocation)
    }

    private func draws(_ rng: inout SplitMix64, _ count: Int) -> [Double] {
        (0..<count).map { _ in Self.numbers[Int(rng.next() % UInt64(Self.numbers.count))] }
    }

    @Test func everyPairOfNumbersHasAnAxis() {
        for a in Self.numbers {
            for b in Self.numbers {
                let step = ProgressionChart.Step(
                    origin: "start", step: .max, fid: a, level: "x", null: min(a, b)...max(a, b))
                check(ProgressionChart(title: "t", steps: [step, .init(origin: "swap", step: 1, fid: b)]).svg)
                for isUnicode in [true, false] {
                    let display = TextDisplay(width: 30, isUnicode: isUnicode)
                    let plot = TextPlot(
                        xTitle: "x", yTitle: "y", series: [.init(name: "n", points: [(a, b), (b, a)])], yLimits: 0...1)
                    let lines = plot.text(on: display).split(separator: "\n")
                    #expect(lines.count > 11 && lines.count < 20)
                    #expect(
                        lines.allSatisfy { displayWidth(String($0)) < 60 },
                        "\(a) \(b)\n\(lines.joined(separator: "\n"))")
                }
            }
        }
    }

    @Test func chartsOfRandomNumbers() {
        var rng = SplitMix64(seed: 5)
        for _ in 0..<300 {
            let values = draws(&rng, 8)
            check(
                CurveChart(
                    title: "t", metric: "m",
                    series: [
                        .init(
                            name: "a", role: .mean,
                            points: [("1", values[0], values[1], values[2]), ("2", values[3], values[4], values[5])])
                    ]
                ).svg)
            let map = ClassMapChart(
                level: "l", dataset: "d",
                points: (0..<4).map { .init(label: "c\($0)", x: values[$0], y: values[7 - $0], side: .train) },
                shares: (0.5, 0.5))
            check(map.svg)
        }
    }

    @Test func comparisonsOfRandomNumbers() throws {
        var rng = SplitMix64(seed: 6)
        for _ in 0..<100 {
            let fids = draws(&rng, 3)
            func results(_ model: String) -> EvaluationResults {
                EvaluationResults(
                    tool: "t", dataset: "d", model: model,
                    levels: fids.enumerated().map { number, fid in
                        let value = draws(&rng, 1)[0]
                        let scores = TaskScores(
                            scores: RetrievalScores(
                                metrics: [.recall(1)], values: [value], queryCount: 1, loneQueryCount: 0),
                            classCount: 2,
                            estimates: [
                                .recall(1): Estimate(
                                    value: value, contributions: [0.1, Double(Float.greatestFiniteMagnitude)],
                                    degreesOfFreedom: 1)
                            ])
                        return LevelEvaluation(
                            id: "level-\(number)", origin: "swap", step: 1, fid: fid,
                            forward: TaskEvaluation(scores: [.full: [.model: scores, .backbone: scores]]))
                    })
            }
            let entries = ["a", "b"].map { ModelComparison.Entry(name: $0, runs: [results($0)]) }
            let comparison = try ModelComparison(entries)
            for content in ComparisonChart.Content.allCases {
                for intervals in [ChartIntervals.bars, .bands] {
                    check(ComparisonChart(comparison, content, intervals: intervals).svg)
                }
            }
            check(AreaChart(comparison).svg)
            #expect(!comparisonPlot(comparison).text(on: TextDisplay(width: 80)).isEmpty)
            #expect(!modelTable(comparison).text.isEmpty)
        }
    }
}
