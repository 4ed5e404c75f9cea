internal import Datasets
public import Evaluation
public import Files
import Retrieval

/// Several models along the same levels, as a self-contained SVG: their curves, or their changes against the mean with
/// fitted lines.
///
/// Models differ in colour and marker, and from the sixth on in dashes too. 95 % intervals over classes are bars or
/// bands; bars of different models are offset slightly, so that they do not hide one another.
public struct ComparisonChart: Chart {
    /// What is drawn.
    public enum Content: String, Sendable, Hashable, CaseIterable {
        /// The metric's values.
        case values
        /// The values minus the mean over all models at the same level.
        case changes
    }

    private let comparison: ModelComparison
    private let content: Content
    private let intervals: ChartIntervals

    /// Makes a chart of a comparison.
    public init(_ comparison: ModelComparison, _ content: Content, intervals: ChartIntervals = .bars) {
        self.comparison = comparison
        self.content = content
        self.intervals = intervals
    }

    /// `curves` or `changes`, with the metric, and the gallery unless it is the full one.
    public var fileName: String {
        let gallery = comparison.gallery == .full ? "" : "-\(comparison.gallery.rawValue)"
        return "\(content == .values ? "curves" : "changes")\(gallery)-\(comparison.metric.fileName)"
    }

    /// The title above the chart.
    public var title: String {
        let metric = comparison.metric.title
        let gallery = comparison.gallery.placeInTitle
        return content == .values
            ? "\(metric)\(gallery) on \(comparison.dataset)"
            : "\(metric)\(gallery) on \(comparison.dataset), against the mean of the models"
    }

    /// What the chart shows, in words.
    public var description: String {
        "\(title), over the levels by \(comparison.order?.words ?? "growing shift"). \(plot.description)"
    }

    /// One row per model and level: the value and its interval.
    public var table: CSVTable { plot.table(valueName: content == .values ? "value" : "change") }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String { plot.svg(of: self, format) }

    private var plot: LinePlot {
        LinePlot(
            yTitle: content == .values ? comparison.metric.title : "\(comparison.metric.title) less the mean",
            axis: LevelWords(comparison), limits: content == .values ? 0...1 : nil,
            includesZero: content == .changes, intervals: intervals,
            lines: comparison.models.enumerated().map { number, model in
                let estimates = content == .values ? model.curve.points.map(\.estimate) : model.changes
                return LinePlot.Line(
                    name: model.name, style: .model(number),
                    points: zip(comparison.levels, estimates).map { ($0.id, $0.shift, $1.value, $1.margin) },
                    fittedChange: content == .values ? nil : model.changeSlope?.value)
            }, spreadsLines: true)
    }
}

extension GalleryKind {
    /// Where retrieval searched, as titles of charts say it, with a space before it.
    var placeInTitle: String {
        switch self {
        case .catalogue: " among all classes"
        case .full: ""
        case .matched: " in matched galleries"
        }
    }
}
