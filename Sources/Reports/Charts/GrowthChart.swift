public import Files
internal import Foundation
internal import Statistics

/// Recall@1 over the number of classes in the gallery, on a logarithmic axis: what is known with its intervals, and dashed what is
/// forecast.
public struct GrowthChart: Chart {
    /// A place on the curve: the number of classes, the value, and half the width of what it may be off by, nil if unknown.
    public typealias Point = (classCount: Int, value: Double, margin: Double?)

    private let name: String
    private let points: [Point]
    private let forecasts: [Point]
    private let grouping: String?

    /// Makes a chart.
    ///
    /// - Parameters:
    ///   - name: what the embeddings are called.
    ///   - points: the known part, by growing number of classes.
    ///   - forecasts: the forecasts, in the same order.
    ///   - grouping: over what the intervals are, as `labels`; nil without any.
    /// - Precondition: there are points, and all numbers of classes are positive.
    public init(name: String, points: [Point], forecasts: [Point], grouping: String?) {
        precondition(!points.isEmpty && (points + forecasts).allSatisfy { $0.classCount > 0 }, "a curve without points")
        (self.name, self.points, self.forecasts, self.grouping) = (name, points, forecasts, grouping)
    }

    /// `growth`.
    public var fileName: String { "growth" }

    /// The title above the chart.
    public var title: String { "Recall@1 of \(name) as the gallery grows" }

    /// What the chart shows, in words.
    public var description: String {
        func words(_ points: [Point]) -> String {
            points.map { point in
                "\(fixed(point.value, 4))\(point.margin.map { " ± \(fixed($0, 4))" } ?? "") with \(point.classCount) classes"
            }.joined(separator: ", ")
        }
        return words(points) + "." + (forecasts.isEmpty ? "" : " Forecast: \(words(forecasts)).")
            + (grouping.map { " Intervals are 95 %, over other \($0)." } ?? "")
    }

    /// One row a point.
    public var table: CSVTable {
        func rows(_ points: [Point], _ kind: String) -> [[String]] {
            points.map { point in
                ["\(point.classCount)", kind, "\(point.value)"]
                    + [-1.0, 1].map { sign in point.margin.map { "\(point.value + sign * $0)" } ?? "" }
            }
        }
        return CSVTable(
            columns: ["classes", "kind", "recall@1", "low", "high"],
            rows: rows(points, "known") + rows(forecasts, "forecast"))
    }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String {
        let (rise, plot) = (format.rise, format.plot)
        let top = 60 - rise
        let height = format.height(420, narrow: 360, top: top, below: 64)
        let all = points + forecasts
        let places = all.map { log10(Double($0.classCount)) }
        let x = ChartAxis(covering: places, endsAtData: true, start: plot.left, end: plot.right)
        let y = ChartAxis(
            covering: all.flatMap { ends(of: $0) }, limits: 0...1, start: height - rise - 64, end: top)
        let style = LineStyle.model(0)
        let dashed = LineStyle(color: 0, width: 2, dash: "6 4", marker: .diamond)
        func place(_ point: Point) -> Double { x.position(log10(Double(point.classCount))) }
        return ChartStyle.document(self, format, height: height) { svg in
            ChartStyle.axes(
                &svg, x: x, y: y, xTitle: "classes in the gallery", yTitle: "Recall@1",
                xTicks: ticks(on: x, room: format.isNarrow ? 44 : 52))
            for (part, style) in [(points, style), (points.suffix(1) + forecasts, dashed)] {
                if part.allSatisfy({ $0.margin != nil }) {
                    ChartStyle.area(
                        &svg, lower: part.map { (place($0), y.position(ends(of: $0)[0])) },
                        upper: part.map { (place($0), y.position(ends(of: $0)[1])) },
                        className: "\(style.className) area", fill: style.color, opacity: 0.13)
                }
                ChartStyle.line(&svg, part.map { (place($0), y.position($0.value)) }, style: style)
            }
            for (part, style, kind) in [(points, style, ""), (forecasts, dashed, ", forecast")] {
                for point in part {
                    ChartStyle.marker(
                        &svg, x: place(point), y: y.position(point.value), style: style, radius: 4.5,
                        title: "\(point.classCount) classes: \(fixed(point.value, 4))"
                            + (point.margin.map { " ± \(fixed($0, 4))" } ?? "") + kind)
                }
            }
        }
    }

    private func ends(of point: Point) -> [Double] {
        let margin = point.margin ?? 0
        return [max(point.value - margin, 0), min(point.value + margin, 1)]
    }

    /// The numbers of classes that are drawn, as far as their labels do not touch: both ends first, then the others from the right.
    private func ticks(on x: ChartAxis, room: Double) -> [(value: Double, label: String)] {
        var ticks: [(value: Double, label: String)] = []
        let counts = (points + forecasts).map(\.classCount)
        for count in counts.suffix(1) + counts.prefix(1) + counts.reversed() {
            let value = log10(Double(count))
            guard ticks.allSatisfy({ abs(x.position($0.value) - x.position(value)) >= room }) else { continue }
            ticks.append((value, "\(count)"))
        }
        return ticks
    }
}
