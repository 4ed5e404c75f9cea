public import Evaluation

/// A metric against the distance between train and test, as a self-contained SVG.
///
/// The mean of both directions is bold, each direction light and the backbone dashed; every level is a marker, with its 95 %
/// interval as a bar on the bold line. The legend has a strip of its own above the curves.
public struct CurveChart: Sendable {
    /// One line of the chart.
    public struct Series: Sendable {
        /// What a line stands for, which decides how it looks.
        public enum Role: String, Sendable, Hashable, CaseIterable {
            /// The mean over both directions.
            case mean
            /// Trained on the train side.
            case forward
            /// Trained on the test side.
            case reverse
            /// The frozen backbone.
            case backbone
            /// The model with tricks at test time.
            case tricked
        }

        /// One level: its id, the distance, the metric's value, and half the width of its interval, if it is to be shown.
        public typealias Point = (level: String, fid: Double, value: Double, margin: Double?)

        /// The name in the legend.
        public let name: String
        /// What the line stands for.
        public let role: Role
        /// The levels by growing distance.
        public let points: [Point]

        /// Makes a line; its points come in any order.
        public init(name: String, role: Role, points: [Point]) {
            self.name = name
            self.role = role
            self.points = points.sorted { $0.fid < $1.fid }
        }
    }

    /// The title above the chart.
    public let title: String
    /// The metric's name, the title of the vertical axis.
    public let metric: String
    /// The lines; later ones are drawn over earlier ones.
    public let series: [Series]

    /// Makes a chart.
    public init(title: String, metric: String, series: [Series]) {
        self.title = title
        self.metric = metric
        self.series = series
    }

    /// The chart of a model's results: forward and reverse if both were run, the backbone if it was, and the mean.
    public init(_ results: EvaluationResults, metric: RetrievalMetric = .recall(1)) {
        func series(_ name: String, _ role: Series.Role, _ subject: Subject, _ direction: Direction) -> Series {
            Series(
                name: name, role: role,
                points: results.curve(of: metric, .init(subject, direction: direction)).points.map { point in
                    (point.level, point.shift, point.estimate.value, role == .mean ? point.estimate.margin : nil)
                })
        }
        let all = [
            series("forward", .forward, .model, .forward), series("reverse", .reverse, .model, .reverse),
            series("frozen backbone", .backbone, .backbone, .mean),
            series(results.settings.tricks.joined(separator: " + "), .tricked, .tricked, .mean),
            series("mean of directions", .mean, .model, .mean),
        ].filter { !$0.points.isEmpty }
        // With one direction the mean is that direction, so a second line would only hide the first.
        let directions = all.filter { [.forward, .reverse].contains($0.role) }
        self.init(
            title: "\(metric.title) of \(results.model) on \(results.dataset)", metric: metric.title,
            series: directions.count == 1
                ? all.filter { $0.role != directions[0].role }
                    .map { $0.role == .mean ? Series(name: directions[0].name, role: .mean, points: $0.points) : $0 }
                : all)
    }

    /// The chart as SVG.
    public var svg: String {
        let (width, height) = (760.0, 480.0)
        // What is drawn last lies on top, and is named first.
        let legend = LegendLayout(names: series.reversed().map(\.name), left: 78, right: width - 30)
        let top = 80 + Double(legend.lineCount) * 20
        let points = series.flatMap(\.points)
        let x = ChartAxis(covering: points.map(\.fid), limits: 0...(.infinity), start: 78, end: width - 30)
        let bounds = points.flatMap { [$0.value - ($0.margin ?? 0), $0.value + ($0.margin ?? 0)] }
        let y = ChartAxis(covering: bounds.map { min(max($0, 0), 1) }, limits: 0...1, start: height - 64, end: top + 18)
        return ChartStyle.document(width: width, height: height, title: title, description: description) { svg in
            for (entry, place) in zip(series.reversed(), legend.places) {
                let style = Self.style(entry.role)
                ChartStyle.line(&svg, [(place.x, place.y), (place.x + 26, place.y)], style: style)
                ChartStyle.marker(&svg, x: place.x + 13, y: place.y, style: style, radius: 4, title: entry.name)
                svg.text(entry.name, x: place.x + 32, y: place.y + 4, className: "ink", fill: ChartStyle.ink)
            }
            ChartStyle.axes(
                &svg, x: x, y: y, xTitle: "Fréchet distance between train and test (squared)", yTitle: metric)
            ChartStyle.levelNames(
                &svg, series.flatMap(\.points).map { (id: $0.level, position: $0.fid) }, x: x, y: top + 4)
            for entry in series {
                let style = Self.style(entry.role)
                ChartStyle.line(
                    &svg, entry.points.map { (x.position($0.fid), y.position($0.value)) }, style: style)
                for point in entry.points {
                    if let margin = point.margin {
                        let ends = [point.value - margin, point.value + margin].map { min(max($0, 0), 1) }
                        ChartStyle.line(
                            &svg, ends.map { (x.position(point.fid), y.position($0)) },
                            style: LineStyle(color: 0, width: 1.5, opacity: 0.6, marker: .circle))
                    }
                    ChartStyle.marker(
                        &svg, x: x.position(point.fid), y: y.position(point.value), style: style,
                        radius: entry.role == .mean ? 5 : 4,
                        title: "\(point.level), \(entry.name): \(fixed(point.value, 3))"
                            + (point.margin.map { " ± \(fixed($0, 3))" } ?? "") + " at \(distance(point.fid))")
                }
            }
        }
    }

    private var description: String {
        let lines = series.map { entry in
            "\(entry.name): "
                + entry.points.map { "\(fixed($0.value, 3)) at \(distance($0.fid)) (\($0.level))" }
                .joined(separator: ", ")
        }
        return "\(metric) against the squared Fréchet distance between train and test. "
            + (lines.isEmpty ? "There are no levels." : lines.joined(separator: "; ") + ".")
    }

    private static func style(_ role: Series.Role) -> LineStyle {
        switch role {
        case .mean: LineStyle(color: 0, width: 3, marker: .circle)
        case .forward: LineStyle(color: 2, width: 1.5, opacity: 0.75, marker: .triangle)
        case .reverse: LineStyle(color: 3, width: 1.5, opacity: 0.75, marker: .invertedTriangle)
        case .backbone: LineStyle(color: 1, width: 2, dash: "7 4", marker: .diamond)
        case .tricked: LineStyle(color: 4, width: 2, dash: "2 3", marker: .square)
        }
    }
}

/// The places of a legend's entries, in as many lines as they need.
struct LegendLayout {
    let places: [(x: Double, y: Double)]
    let lineCount: Int

    init(names: [String], left: Double, right: Double) {
        var places: [(x: Double, y: Double)] = []
        var (x, line) = (left, 0)
        for name in names {
            let width = 32 + SVG.width(of: name, size: 12)
            if x > left, x + width > right { (x, line) = (left, line + 1) }
            places.append((x, 52 + Double(line) * 20))
            x += width + 18
        }
        self.places = places
        lineCount = line + 1
    }
}
