public import Files
public import Retrieval
internal import Statistics

/// The mean score of each of several embeddings as a point, with its 95 % interval.
public struct ScoreChart: Chart {
    private let models: [(name: String, estimate: Estimate)]
    private let metric: RetrievalMetric
    private let grouping: String?

    /// Makes a chart.
    ///
    /// - Parameters:
    ///   - models: the scores, from top to bottom.
    ///   - metric: the metric.
    ///   - grouping: over what the intervals are, as `labels`; nil without any.
    /// - Precondition: there are models.
    public init(models: [(name: String, estimate: Estimate)], metric: RetrievalMetric, grouping: String?) {
        precondition(!models.isEmpty, "a chart of no models")
        (self.models, self.metric, self.grouping) = (models, metric, grouping)
    }

    /// `scores` with the metric.
    public var fileName: String { "scores-\(metric.fileName)" }

    /// The title above the chart.
    public var title: String { "\(metric.title) of \(models.count) \(models.count == 1 ? "embedding" : "embeddings")" }

    /// What the chart shows, in words.
    public var description: String {
        let values = models.map { name, estimate in "\(name): \(withMargin(estimate, 4))" }
        return values.joined(separator: "; ") + "." + (grouping.map { " Intervals are 95 %, over other \($0)." } ?? "")
    }

    /// One row a model.
    public var table: CSVTable {
        CSVTable(
            columns: ["model", metric.name, "low", "high"],
            rows: models.map { name, estimate in
                let interval = estimate.interval
                return [
                    name, "\(estimate.value)", interval.map { "\($0.low)" } ?? "", interval.map { "\($0.high)" } ?? "",
                ]
            })
    }

    /// The drawing: a name above each point, so that long names have room; the axis covers the intervals, not 0.
    public func svg(_ format: ChartFormat) -> String {
        let (rise, rowHeight) = (format.rise, 40.0)
        let top = 52 - rise
        let bottom = top + Double(models.count) * rowHeight
        let (left, right) = (24.0, format.width - 30)
        let ends = models.flatMap { model in
            model.estimate.interval.map { [$0.low, $0.high] } ?? [model.estimate.value]
        }
        let x = ChartAxis(covering: ends, limits: 0...1, start: left, end: right)
        return ChartStyle.document(self, format, height: bottom + rise + 56) { svg in
            x.drawBelow(
                &svg, top: top - 6, bottom: bottom,
                title: metric.title + (grouping.map { ", with 95 % intervals over other \($0)" } ?? ""))
            for (row, model) in models.enumerated() {
                draw(model, number: row, &svg, x: x, y: top + Double(row) * rowHeight)
            }
        }
    }

    private func draw(
        _ model: (name: String, estimate: Estimate), number: Int, _ svg: inout Markup, x: ChartAxis, y: Double
    ) {
        let style = LineStyle.model(number)
        let value = withMargin(model.estimate)
        let limit = Int((x.end - x.start - Markup.width(of: value, size: 12)) / 7.4)
        svg.text(
            model.name.count > limit ? model.name.prefix(max(limit - 1, 1)) + "…" : model.name, x: x.start, y: y + 8,
            className: "ink", fill: ChartStyle.ink)
        svg.text(value, x: x.end, y: y + 8, className: "ink", anchor: "end", fill: ChartStyle.ink)
        if let interval = model.estimate.interval {
            let ends = [interval.low, interval.high].map { x.position($0) }
            svg.element(
                "line",
                [
                    ("class", style.className), ("x1", Markup.number(ends[0])), ("x2", Markup.number(ends[1])),
                    ("y1", Markup.number(y + 22)), ("y2", Markup.number(y + 22)), ("stroke", style.color),
                    ("stroke-width", "2"),
                ])
        }
        svg.element(
            "circle",
            [
                ("class", style.className), ("cx", Markup.number(x.position(model.estimate.value))),
                ("cy", Markup.number(y + 22)), ("r", "5"), ("fill", style.color), ("stroke", style.color),
            ])
    }
}
