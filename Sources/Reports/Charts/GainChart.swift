internal import Datasets
public import Evaluation
public import Files
public import Retrieval

/// Each model's lead over the frozen features in the catalogue along the levels: what training gained, and where the line
/// falls, what the shift costs.
public struct GainChart: Chart {
    private let metric: RetrievalMetric
    private let dataset: String
    private let lines: [LinePlot.Line]
    private let words: LevelWords

    /// Makes a chart of models by name; models without the backbone's scores in the catalogue are not drawn, and the
    /// others keep their colours.
    ///
    /// - Parameters:
    ///   - models: each with its training runs, at least one, of which the mean is drawn.
    ///   - metric: the metric.
    ///   - axis: what the levels stand by; nil for the ``/Evaluation/EvaluationResults/mainAxis`` of the first.
    public init(
        runs models: [(name: String, runs: [EvaluationResults])], metric: RetrievalMetric = .averagePrecisionAtR,
        over axis: ShiftAxis? = nil
    ) {
        let axis = axis ?? models.first?.runs[0].mainAxis ?? .fid
        words = LevelWords(axis, models.first?.runs[0].order)
        self.metric = metric
        dataset = models.first?.runs[0].dataset ?? ""
        lines = models.enumerated().compactMap { number, model in
            let points = model.runs[0].levels.compactMap { level -> LinePlot.Point? in
                let gains = model.runs.compactMap { run in
                    run.levels.first { $0.id == level.id }?.gain()?[metric]
                }
                guard gains.count == model.runs.count, let shift = level.shift(axis) else { return nil }
                let gain = Estimate.mean(of: gains)
                return (level.id, shift, gain.value, gain.margin)
            }
            guard !points.isEmpty else { return nil }
            return LinePlot.Line(
                name: model.name, style: .model(number), points: points.sorted { $0.shift < $1.shift })
        }
    }

    /// Makes a chart of models that were trained once.
    public init(
        _ models: [(name: String, results: EvaluationResults)], metric: RetrievalMetric = .averagePrecisionAtR
    ) {
        self.init(runs: models.map { ($0.name, [$0.results]) }, metric: metric)
    }

    /// Whether no model has a gain.
    public var isEmpty: Bool { lines.isEmpty }

    /// `gain` with the metric.
    public var fileName: String { "gain-\(metric.fileName)" }

    /// The title above the chart.
    public var title: String { "Gain over the frozen features: \(metric.title) on \(dataset)" }

    /// What the chart shows, in words.
    public var description: String {
        "Each model's \(metric.title) less that of the frozen features, searched among all classes with the same queries at every "
            + "level, over the levels \(words.growth). \(plot.description)"
    }

    /// One row per model and level: the gain and its interval.
    public var table: CSVTable { plot.table(valueName: "gain") }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String { plot.svg(of: self, format) }

    private var plot: LinePlot {
        LinePlot(
            yTitle: "\(metric.title): model − frozen features", shortYTitle: "gain in \(metric.title)",
            axis: words, includesZero: true,
            intervals: .bands,
            lines: lines)
    }
}
