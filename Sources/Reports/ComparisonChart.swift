public import Evaluation

/// Several models along the same levels, as a self-contained SVG: their curves, or their changes against the mean with the
/// lines that fit them.
///
/// Models differ in colour and marker, and from the sixth on in dashes too. Bars are 95 % intervals over classes; models stand
/// a little apart, so that bars do not hide one another.
public struct ComparisonChart: Sendable {
    /// What is drawn.
    public enum Content: String, Sendable, Hashable, CaseIterable {
        /// The metric's values.
        case values
        /// The values less the mean over all models at the same level.
        case changes
    }

    private struct Line {
        let name: String
        let points: [(level: String, shift: Double, estimate: Estimate)]
        let slope: Double?
    }

    private let comparison: ModelComparison
    private let content: Content
    private let lines: [Line]

    /// Makes a chart of a comparison.
    public init(_ comparison: ModelComparison, _ content: Content) {
        self.comparison = comparison
        self.content = content
        lines = comparison.models.map { model in
            let estimates = content == .values ? model.curve.points.map(\.estimate) : model.changes
            return Line(
                name: model.name, points: zip(comparison.levels, estimates).map { ($0.id, $0.shift, $1) },
                slope: content == .values ? nil : model.changeSlope?.value)
        }
    }

    private var title: String {
        let metric = comparison.metric.title
        return content == .values
            ? "\(metric) on \(comparison.dataset)"
            : "\(metric) on \(comparison.dataset), against the mean of the models"
    }

    /// The chart as SVG.
    public var svg: String {
        let (width, height) = (760.0, 480.0)
        let legend = LegendLayout(names: lines.map(\.name), left: 78, right: width - 30)
        let top = 80 + Double(legend.lineCount) * 20
        let bounds = lines.flatMap(\.points).flatMap { point -> [Double] in
            let margin = point.estimate.margin ?? 0
            let ends = [point.estimate.value - margin, point.estimate.value + margin]
            return content == .values ? ends.map { min(max($0, 0), 1) } : ends
        }
        let x = ChartAxis(
            covering: comparison.levels.map(\.shift), limits: comparison.axis == .fid ? 0...(.infinity) : nil,
            start: 78,
            end: width - 30)
        let y = ChartAxis(
            covering: content == .values ? bounds : bounds + [0], limits: content == .values ? 0...1 : nil,
            start: height - 64, end: top + 18)
        return ChartStyle.document(width: width, height: height, title: title, description: description) { svg in
            for (m, place) in legend.places.enumerated() {
                let style = Self.style(m)
                ChartStyle.line(&svg, [(place.x, place.y), (place.x + 26, place.y)], style: style)
                ChartStyle.marker(&svg, x: place.x + 13, y: place.y, style: style, radius: 4, title: lines[m].name)
                svg.text(lines[m].name, x: place.x + 32, y: place.y + 4, className: "ink", fill: ChartStyle.ink)
            }
            let axisTitle =
                comparison.axis == .fid
                ? "Fréchet distance between train and test (squared)"
                : "Fréchet distance between train and test (squared), less that of random sides"
            ChartStyle.axes(
                &svg, x: x, y: y, xTitle: axisTitle,
                yTitle: content == .values ? comparison.metric.title : "\(comparison.metric.title) less the mean")
            ChartStyle.levelNames(&svg, comparison.levels.map { ($0.id, $0.shift) }, x: x, y: top + 4)
            for m in lines.indices { draw(m, &svg, x: x, y: y) }
        }
    }

    private func draw(_ m: Int, _ svg: inout SVG, x: ChartAxis, y: ChartAxis) {
        let (line, style) = (lines[m], Self.style(m))
        let offset = 8 * (Double(m) - Double(lines.count - 1) / 2) / Double(max(lines.count - 1, 1))
        func place(_ point: (level: String, shift: Double, estimate: Estimate)) -> Double {
            x.position(point.shift) + offset
        }
        for point in line.points {
            guard let margin = point.estimate.margin else { continue }
            let ends = [point.estimate.value - margin, point.estimate.value + margin].map {
                content == .values ? min(max($0, 0), 1) : $0
            }
            ChartStyle.line(
                &svg, ends.map { (place(point), y.position($0)) },
                style: LineStyle(color: m, width: 1.5, opacity: 0.45, marker: .circle))
        }
        if let slope = line.slope, let first = line.points.first, let last = line.points.last {
            // Through the mean point, as a least-squares line goes.
            let range = last.shift - first.shift
            let centre = line.points.reduce(0) { $0 + ($1.shift - first.shift) / range } / Double(line.points.count)
            let mean = line.points.reduce(0) { $0 + $1.estimate.value } / Double(line.points.count)
            let ends = [(first.shift, mean - centre * slope), (last.shift, mean + (1 - centre) * slope)]
            ChartStyle.line(&svg, ends.map { (x.position($0.0), y.position($0.1)) }, style: style)
        } else {
            ChartStyle.line(
                &svg, line.points.map { (place($0), y.position($0.estimate.value)) }, style: style)
        }
        for point in line.points {
            ChartStyle.marker(
                &svg, x: place(point), y: y.position(point.estimate.value), style: style, radius: 4.5,
                title: "\(point.level), \(line.name): \(fixed(point.estimate.value, 3))"
                    + (point.estimate.margin.map { " ± \(fixed($0, 3))" } ?? "") + " at \(distance(point.shift))")
        }
    }

    private var description: String {
        "\(title), over the levels by growing shift. "
            + lines.map { line in
                "\(line.name): "
                    + line.points.map { "\(fixed($0.estimate.value, 3)) (\($0.level))" }.joined(separator: ", ")
            }.joined(separator: "; ") + "."
    }

    private static func style(_ m: Int) -> LineStyle {
        let markers: [MarkerShape] = [.circle, .diamond, .triangle, .square, .invertedTriangle]
        let dashes: [String?] = [nil, "7 4", "2 3"]
        return LineStyle(
            color: m, width: 2, dash: dashes[m / LineStyle.palette.count % dashes.count],
            marker: markers[m % markers.count])
    }
}
