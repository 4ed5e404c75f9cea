import DenseLinearAlgebra
import Files
import Foundation
import Reports
import Retrieval
import TestSupport
import Testing

@Suite struct ErrorRateChartTests {
    private func curve(spread: Float) throws -> [VerificationScores.CurvePoint] {
        let (rows, classes) = clusteredEmbeddings(n: 120, d: 8, classCount: 12, spread: spread, seed: 4)
        return try VerificationSet(rows, classNumbers: classes).scores().curve
    }

    @Test func aLineForEachModelWhereTheAxesHaveAPlace() throws {
        let models = [("sharp & clear", try curve(spread: 0.5)), ("dull", try curve(spread: 1.5))]
            .map { (name: $0.0, curve: $0.1) }
        for kind in [ErrorRateChart.Kind.roc, .det] {
            let chart = ErrorRateChart(models: models, kind: kind)
            for format in [ChartFormat.standalone, .page, .narrowPage] {
                let svg = chart.svg(format)
                // A line in the legend and a curve for each.
                #expect(svg.components(separatedBy: "<polyline").count == 5)
                #expect(svg.contains(">sharp &amp; clear<"))
                #expect(!svg.contains("nan"))
                // The powers of ten from what one of the impostors is up to all of them.
                #expect(svg.contains(">1e−4<") && svg.contains(">0.001<") && svg.contains(">1<"))
            }
            #expect(chart.description.contains("sharp & clear: "))
            #expect(chart.table.rows.count == models.reduce(0) { $0 + $1.curve.count })
        }
    }

    /// Without any error both axes still have two ticks, and there is a legend alone.
    @Test func aPerfectCurve() throws {
        let rows = Matrix<Float>(rows: [[1, 0], [1, 0], [0, 1], [0, 1]])
        let curve = try VerificationSet(rows, classNumbers: [0, 0, 1, 1]).scores().curve
        let chart = ErrorRateChart(models: [("perfect", curve)], kind: .det)
        #expect(chart.svg.components(separatedBy: "<polyline").count == 2)
        #expect(chart.svg.contains(">0.1<") && chart.svg.contains(">1<"))
        #expect(chart.description == "perfect: no impostors accepted.")
    }
}
