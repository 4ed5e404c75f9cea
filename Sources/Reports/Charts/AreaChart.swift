internal import Datasets
public import Evaluation
public import Files
import Retrieval
import Statistics

/// The aggregated generalisation score of each model as a bar from 0, with its 95 % interval.
public struct AreaChart: Chart {
    private let comparison: ModelComparison
    private let models: [(number: Int, name: String, ags: Estimate)]

    /// Makes a chart of a comparison; models without an area are left out.
    public init(_ comparison: ModelComparison) {
        self.comparison = comparison
        models = comparison.models.enumerated().compactMap { number, model in
            model.ags.map { (number, model.name, $0) }
        }
    }

    /// `ags` with the metric, and the gallery unless it is the full one.
    public var fileName: String {
        "ags-\(comparison.gallery == .full ? "" : "\(comparison.gallery.rawValue)-")\(comparison.metric.fileName)"
    }

    /// The title above the chart.
    public var title: String {
        "AGS of \(comparison.metric.title)\(comparison.gallery.placeInTitle) on \(comparison.dataset)"
    }

    /// What the chart shows, in words.
    public var description: String {
        "The area under \(comparison.metric.title) \(comparison.order.map { "over the levels by \($0.words)" } ?? "against the shift"), scaled to "
            + "[0, 1]. "
            + models.map { model in
                "\(model.name): \(withMargin(model.ags, 4))"
            }.joined(separator: "; ") + "."
    }

    /// One row per model.
    public var table: CSVTable {
        CSVTable(
            columns: ["model", "ags", "low", "high"],
            rows: models.map { model in
                let interval = model.ags.interval
                return [
                    model.name, "\(model.ags.value)", interval.map { "\($0.low)" } ?? "",
                    interval.map { "\($0.high)" } ?? "",
                ]
            })
    }

    /// The drawing: a name above each bar, so that long names have room.
    public func svg(_ format: ChartFormat) -> String {
        let (rise, rowHeight) = (format.rise, 42.0)
        let top = 52 - rise
        let height = top + rise + Double(models.count) * rowHeight + 56
        let (left, right) = (20.0, format.width - (format.isNarrow ? 20 : 30))
        let x = ChartAxis(covering: [0, 1], limits: 0...1, start: left, end: right)
        return ChartStyle.document(self, format, height: height) { svg in
            let bottom = top + Double(models.count) * rowHeight
            x.drawBelow(&svg, top: top - 6, bottom: bottom, title: "AGS of \(comparison.metric.title)")
            for (row, model) in models.enumerated() {
                draw(model, &svg, x: x, y: top + Double(row) * rowHeight, room: right - left)
            }
        }
    }

    private func draw(
        _ model: (number: Int, name: String, ags: Estimate), _ svg: inout Markup, x: ChartAxis, y: Double, room: Double
    ) {
        let style = LineStyle.model(model.number)
        let value = withMargin(model.ags)
        let limit = Int((room - Markup.width(of: value, size: 12)) / 7.4)
        svg.text(
            model.name.count > limit ? model.name.prefix(max(limit - 1, 1)) + "…" : model.name, x: x.start, y: y + 8,
            className: "ink", fill: ChartStyle.ink)
        svg.text(value, x: x.end, y: y + 8, className: "ink", anchor: "end", fill: ChartStyle.ink)
        let end = x.position(min(max(model.ags.value, 0), 1))
        svg.element(
            "rect",
            [
                ("class", "\(style.className) area"), ("x", Markup.number(x.start)), ("y", Markup.number(y + 14)),
                ("width", Markup.number(end - x.start)), ("height", "14"), ("fill", style.color),
                ("fill-opacity", "0.75"),
            ])
        guard let interval = model.ags.interval else { return }
        let ends = [interval.low, interval.high].map { x.position(min(max($0, 0), 1)) }
        for (from, to) in [
            ((ends[0], y + 21), (ends[1], y + 21)), ((ends[0], y + 17), (ends[0], y + 25)),
            ((ends[1], y + 17), (ends[1], y + 25)),
        ] {
            svg.element(
                "line",
                [
                    ("class", "axis strong"), ("x1", Markup.number(from.0)), ("x2", Markup.number(to.0)),
                    ("y1", Markup.number(from.1)), ("y2", Markup.number(to.1)), ("stroke", ChartStyle.ink),
                    ("stroke-width", "1.5"),
                ])
        }
    }
}
