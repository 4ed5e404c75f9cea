internal import Datasets
public import Evaluation
public import Files
public import Retrieval

/// The frozen backbone's score minus each model's along the levels: what the shift costs a model, with the difficulty
/// of the classes themselves removed.
public struct GapChart: Chart {
    private let metric: RetrievalMetric
    private let dataset: String
    private let lines: [LinePlot.Line]

    /// Makes a chart of models by name; models without the backbone's scores are not drawn, and the others keep their
    /// colours.
    public init(
        _ models: [(name: String, results: EvaluationResults)], metric: RetrievalMetric = .recall(1)
    ) {
        self.metric = metric
        dataset = models.first?.results.dataset ?? ""
        lines = models.enumerated().compactMap { number, model in
            let points = model.results.levels.compactMap { level -> LinePlot.Point? in
                guard let gap = level.gap()?[metric] else { return nil }
                return (level.id, level.fid, gap.value, gap.margin)
            }
            guard !points.isEmpty else { return nil }
            return LinePlot.Line(
                name: model.name, style: .model(number), points: points.sorted { $0.shift < $1.shift })
        }
    }

    /// Whether no model has a gap.
    public var isEmpty: Bool { lines.isEmpty }

    /// `gap` with the metric.
    public var fileName: String { "gap-\(metric.fileName)" }

    /// The title above the chart.
    public var title: String { "Backbone less model: \(metric.title) on \(dataset)" }

    /// What the chart shows, in words.
    public var description: String {
        "The frozen backbone's \(metric.title) less each model's, over the levels by growing distance. \(plot.description)"
    }

    /// One row per model and level: the gap and its interval.
    public var table: CSVTable { plot.table(valueName: "gap") }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String { plot.svg(of: self, format) }

    private var plot: LinePlot {
        LinePlot(
            yTitle: "\(metric.title): backbone − model", axis: LinePlot.axis(.fid), includesZero: true,
            intervals: .bands,
            lines: lines)
    }
}
