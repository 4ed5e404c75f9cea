public import Files
internal import Statistics

/// The scores of classes over their distance from the nearest training class, in bins, with 95 % intervals: of models, and
/// dashed of what was not trained.
public struct NoveltyChart: Chart {
    /// A bin: the mean novelty, the mean score, and half the width of its interval, nil if unknown.
    public typealias Point = (novelty: Double, value: Double, margin: Double?)

    /// The bins of a model, or of a backbone.
    public struct Line: Sendable {
        /// What it is called.
        public let name: String
        /// Whether it was trained on the levels.
        public let isTrained: Bool
        /// The bins, by growing novelty.
        public let points: [Point]

        /// Makes a line.
        public init(name: String, isTrained: Bool, points: [Point]) {
            (self.name, self.isTrained, self.points) = (name, isTrained, points)
        }
    }

    private let metric: String
    private let dataset: String
    private let lines: [Line]
    private let grouping: String

    /// Makes a chart.
    ///
    /// - Parameters:
    ///   - metric: the title of the score, as `MAP@R`.
    ///   - grouping: over what the intervals are, as `classes`.
    /// - Precondition: there is a line, and each has points.
    public init(metric: String, dataset: String, lines: [Line], grouping: String) {
        precondition(!lines.isEmpty && lines.allSatisfy { !$0.points.isEmpty }, "a chart without points")
        (self.metric, self.dataset, self.lines, self.grouping) = (metric, dataset, lines, grouping)
    }

    /// `novelty`.
    public var fileName: String { "novelty" }

    /// The title above the chart.
    public var title: String { "\(metric) of test classes by their distance from the training classes of \(dataset)" }

    /// What the chart shows, in words.
    public var description: String {
        lines.map { line in
            "\(line.name): "
                + line.points.map { point in
                    "\(fixed(point.value, 3))\(point.margin.map { " ± \(fixed($0, 3))" } ?? "") at \(fixed(point.novelty, 2))"
                }.joined(separator: ", ")
        }.joined(separator: "; ") + ". Intervals are 95 %, over \(grouping)."
    }

    /// One row per line and bin.
    public var table: CSVTable {
        CSVTable(
            columns: ["line", "novelty", "value", "low", "high"],
            rows: lines.flatMap { line in
                line.points.map { point in
                    [line.name, "\(point.novelty)", "\(point.value)"]
                        + [-1.0, 1].map { sign in point.margin.map { "\(point.value + sign * $0)" } ?? "" }
                }
            })
    }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String {
        let (rise, plot) = (format.rise, format.plot)
        let legend = LegendLayout(names: lines.map(\.name), left: plot.left, right: plot.right, top: 52 - rise)
        let top = 60 - rise + Double(legend.lineCount) * 20
        let height = format.height(440, narrow: 400, top: top, below: 64)
        let points = lines.flatMap(\.points)
        let x = ChartAxis(
            covering: points.map(\.novelty), stepCount: format.isNarrow ? 4 : 6, endsAtData: true, start: plot.left,
            end: plot.right)
        let y = ChartAxis(
            covering: points.flatMap { ends(of: $0) }, limits: 0...1, start: height - rise - 64, end: top)
        return ChartStyle.document(self, format, height: height) { svg in
            for (number, place) in legend.places.enumerated() {
                let line = lines[number]
                ChartStyle.line(&svg, [(place.x, place.y), (place.x + 26, place.y)], style: style(number))
                let room = Int((plot.right - place.x - 32) / 7.2)
                svg.text(
                    line.name.count > room ? line.name.prefix(max(room - 1, 1)) + "…" : line.name, x: place.x + 32,
                    y: place.y + 4, className: "ink", fill: ChartStyle.ink)
            }
            ChartStyle.axes(
                &svg, x: x, y: y,
                xTitle: format.isNarrow
                    ? "distance from the nearest training class"
                    : "distance of a test class from the nearest training class, in spreads of a class", yTitle: metric)
            for number in lines.indices.reversed() { draw(number, &svg, x: x, y: y) }
        }
    }

    private func style(_ number: Int) -> LineStyle {
        let style = LineStyle.model(number)
        guard !lines[number].isTrained else { return style }
        return LineStyle(color: number, width: 2, dash: "6 4", marker: style.marker)
    }

    private func draw(_ number: Int, _ svg: inout Markup, x: ChartAxis, y: ChartAxis) {
        let (line, style) = (lines[number], style(number))
        if line.points.allSatisfy({ $0.margin != nil }) {
            let edges = line.points.map { ends(of: $0) }
            ChartStyle.area(
                &svg, lower: zip(line.points, edges).map { (x.position($0.novelty), y.position($1[0])) },
                upper: zip(line.points, edges).map { (x.position($0.novelty), y.position($1[1])) },
                className: "\(style.className) area", fill: style.color, opacity: 0.13)
        }
        ChartStyle.line(&svg, line.points.map { (x.position($0.novelty), y.position($0.value)) }, style: style)
        for point in line.points {
            ChartStyle.marker(
                &svg, x: x.position(point.novelty), y: y.position(point.value), style: style, radius: 4.5,
                title: "\(line.name): \(fixed(point.value, 3))"
                    + (point.margin.map { " ± \(fixed($0, 3))" } ?? "") + " at \(fixed(point.novelty, 2))")
        }
    }

    private func ends(of point: Point) -> [Double] {
        let margin = point.margin ?? 0
        return [max(point.value - margin, 0), min(point.value + margin, 1)]
    }
}
