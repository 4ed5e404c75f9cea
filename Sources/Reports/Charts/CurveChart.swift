internal import Datasets
public import Evaluation
public import Files
public import Retrieval

/// A metric against the distance between train and test, or along the order of ordered splits, as a self-contained SVG.
///
/// The model is bold, each direction light and the backbone dashed; every level is a marker, with its 95 % interval as a
/// bar on the bold line. The legend is above the curves. In the catalogue the backbone's line is flat, since it is asked
/// the same at every level, and there are no directions.
public struct CurveChart: Chart {
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
            /// The frozen features.
            case backbone
            /// The model with tricks at test time.
            case tricked
        }

        /// One level: its id, its place on the axis, the metric's value, and half the width of its interval, nil to show none.
        public typealias Point = (level: String, shift: Double, value: Double, margin: Double?)

        /// The name in the legend.
        public let name: String
        /// What the line stands for.
        public let role: Role
        /// The levels by growing place.
        public let points: [Point]

        /// Makes a line; its points may be in any order.
        public init(name: String, role: Role, points: [Point]) {
            self.name = name
            self.role = role
            self.points = points.sorted { $0.shift < $1.shift }
        }
    }

    /// The chart's file name, `curve`.
    public let fileName = "curve"
    /// The title above the chart.
    public let title: String
    /// The metric's name, the title of the vertical axis.
    public let metric: String
    /// The lines; later ones are drawn over earlier ones.
    public let series: [Series]
    private let words: LevelWords

    /// Makes a chart over the distance.
    public init(title: String, metric: String, series: [Series]) {
        self.init(title: title, metric: metric, series: series, over: LevelWords(.fid, nil))
    }

    private init(title: String, metric: String, series: [Series], over words: LevelWords) {
        self.words = words
        self.title = title
        self.metric = metric
        self.series = series
    }

    /// The chart of a model's results: the model and the backbone, in the catalogue if it was searched; within the test
    /// classes also forward and reverse if both were run.
    ///
    /// - Parameter metric: what to draw; nil for ``/Evaluation/EvaluationResults/headlineMetric`` in the catalogue, and
    ///   Recall@1 without one.
    public init(_ results: EvaluationResults, metric: RetrievalMetric? = nil) {
        let metric = metric ?? (results.hasCatalogue ? results.headlineMetric : nil) ?? .recall(1)
        let gallery: GalleryKind = results.hasCatalogue ? .catalogue : .full
        func series(_ name: String, _ role: Series.Role, _ subject: Subject, _ direction: DirectionOrMean) -> Series {
            Series(
                name: name, role: role,
                points: results.curve(of: metric, .init(subject, gallery: gallery, direction: direction)).points.map {
                    point in
                    (point.level, point.shift, point.estimate.value, role == .mean ? point.estimate.margin : nil)
                })
        }
        let all = [
            series("forward", .forward, .model, .forward), series("reverse", .reverse, .model, .reverse),
            series("frozen features", .backbone, .backbone, .mean),
            series(results.settings.tricks.joined(separator: " + "), .tricked, .tricked, .mean),
            series(gallery == .catalogue ? "model" : "mean of directions", .mean, .model, .mean),
        ].filter { !$0.points.isEmpty }
        // With one direction the mean is that direction, so a second line would only hide the first.
        let directions = all.filter { [.forward, .reverse].contains($0.role) }
        self.init(
            title: "\(metric.title)\(gallery.placeInTitle) of \(results.title) on \(results.dataset)",
            metric: metric.title,
            series: directions.count == 1
                ? all.filter { $0.role != directions[0].role }
                    .map { $0.role == .mean ? Series(name: directions[0].name, role: .mean, points: $0.points) : $0 }
                : all, over: LevelWords(results))
    }

    /// The drawing; what is drawn last is on top, and comes first in the legend.
    public func svg(_ format: ChartFormat) -> String { plot.svg(of: self, format) }

    /// What the chart shows, in words.
    public var description: String {
        (words.order == nil
            ? "\(metric) against the squared Fréchet distance between train and test. "
            : "\(metric) over the levels \(words.growth). ") + plot.description
    }

    /// One row per line and level: the value and its interval.
    public var table: CSVTable { plot.table(valueName: "value") }

    private var plot: LinePlot {
        LinePlot(
            yTitle: metric, axis: words, limits: 0...1,
            lines: series.reversed().map { entry in
                LinePlot.Line(
                    name: entry.name, style: Self.style(entry.role),
                    points: entry.points.map { ($0.level, $0.shift, $0.value, $0.margin) },
                    radius: entry.role == .mean ? 5 : 4, bar: 0.6)
            })
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
