internal import Evaluation
internal import Files
internal import Statistics

/// Lines over the levels' shift, the basis of all charts with model curves.
struct LinePlot {
    /// A level: its id, its place on the axis, the value there, and half the width of its interval, nil to show none.
    typealias Point = (level: String, shift: Double, value: Double, margin: Double?)

    struct Line {
        let name: String
        let style: LineStyle
        let points: [Point]
        /// The change of the fitted line from the first to the last point; it is drawn instead of the points' own line.
        var fittedChange: Double?
        var radius = 4.5
        /// The opacity of interval bars.
        var bar = 0.45
    }

    let yTitle: String
    /// The same where there is little room; nil for the same.
    var shortYTitle: String?
    /// What the levels stand by.
    let axis: LevelWords
    /// The range that values cannot leave, and that intervals are clipped to.
    var limits: ClosedRange<Double>?
    /// Whether the axis always includes 0.
    var includesZero = false
    var intervals = ChartIntervals.bars
    /// The lines in legend order; the first is drawn last.
    let lines: [Line]
    var spreadsLines = false

    func svg(of chart: some Chart, _ format: ChartFormat) -> String {
        let rise = format.rise
        let plot = format.plot
        let legend = LegendLayout(names: lines.map(\.name), left: plot.left, right: plot.right, top: 52 - rise)
        let top = 80 - rise + Double(legend.lineCount) * 20
        let height = format.height(480, narrow: 420, top: top + 18, below: 64)
        let points = lines.flatMap(\.points)
        let x = ChartAxis(
            covering: points.map(\.shift), limits: axis.isDistance ? 0...(.infinity) : nil,
            stepCount: format.isNarrow ? 4 : 6, endsAtData: true, start: plot.left,
            end: plot.right)
        let bounds: [Double] = points.flatMap { ends(of: $0) } + (includesZero ? [0] : [])
        let y = ChartAxis(covering: bounds, limits: limits, endsAtData: true, start: height - rise - 64, end: top + 18)
        return ChartStyle.document(chart, format, height: height) { svg in
            for (line, place) in zip(lines, legend.places) {
                ChartStyle.line(&svg, [(place.x, place.y), (place.x + 26, place.y)], style: line.style)
                ChartStyle.marker(
                    &svg, x: place.x + 13, y: place.y, style: line.style, radius: 4, title: line.name)
                let room = Int((plot.right - place.x - 32) / 7.2)
                svg.text(
                    line.name.count > room ? line.name.prefix(max(room - 1, 1)) + "…" : line.name, x: place.x + 32,
                    y: place.y + 4, className: "ink", fill: ChartStyle.ink)
            }
            ChartStyle.levelDots(
                &svg, points.map { (id: $0.level, position: $0.shift) }, x: x, y: top, bottom: y.start)
            ChartStyle.axes(
                &svg, x: x, y: y, xTitle: format.isNarrow ? axis.shortTitle : axis.title,
                yTitle: format.isNarrow ? shortYTitle ?? yTitle : yTitle)
            if includesZero, y.low < 0 {
                let zero = y.position(0)
                svg.element(
                    "line",
                    [
                        ("class", "axis"), ("x1", Markup.number(x.start)), ("x2", Markup.number(x.end)),
                        ("y1", Markup.number(zero)), ("y2", Markup.number(zero)), ("stroke", ChartStyle.faintInk),
                    ])
            }
            for m in lines.indices.reversed() { draw(m, &svg, x: x, y: y) }
        }
    }

    private func ends(of point: Point) -> [Double] {
        let margin = point.margin ?? 0
        return [point.value - margin, point.value + margin].map { value in
            limits.map { min(max(value, $0.lowerBound), $0.upperBound) } ?? value
        }
    }

    private func draw(_ m: Int, _ svg: inout Markup, x: ChartAxis, y: ChartAxis) {
        let (line, style) = (lines[m], lines[m].style)
        // Bars of different models are offset slightly, so that they do not hide one another.
        let offset =
            spreadsLines && intervals == .bars
            ? 8 * (Double(m) - Double(lines.count - 1) / 2) / Double(max(lines.count - 1, 1)) : 0
        func place(_ point: Point) -> Double { x.position(point.shift) + offset }
        switch intervals {
        case .bars:
            for point in line.points where point.margin != nil {
                ChartStyle.line(
                    &svg, ends(of: point).map { (place(point), y.position($0)) },
                    style: style.thin(opacity: line.bar))
            }
        case .bands where line.points.allSatisfy { $0.margin != nil }:
            let edges = line.points.map { ends(of: $0) }
            ChartStyle.area(
                &svg, lower: zip(line.points, edges).map { (place($0), y.position($1[0])) },
                upper: zip(line.points, edges).map { (place($0), y.position($1[1])) },
                className: "\(style.className) area", fill: style.color, opacity: 0.13)
        case .bands: break
        }
        if let change = line.fittedChange, let first = line.points.first, let last = line.points.last {
            // Through the mean point, as a least-squares line goes.
            let range = last.shift - first.shift
            let centre = line.points.reduce(0) { $0 + ($1.shift - first.shift) / range } / Double(line.points.count)
            let mean = line.points.reduce(0) { $0 + $1.value } / Double(line.points.count)
            let ends = [(first.shift, mean - centre * change), (last.shift, mean + (1 - centre) * change)]
            ChartStyle.line(&svg, ends.map { (x.position($0.0), y.position($0.1)) }, style: style)
        } else {
            ChartStyle.line(&svg, line.points.map { (place($0), y.position($0.value)) }, style: style)
        }
        for point in line.points {
            ChartStyle.marker(
                &svg, x: place(point), y: y.position(point.value), style: style, radius: line.radius,
                title: "\(point.level), \(line.name): \(fixed(point.value, 3))"
                    + (point.margin.map { " ± \(fixed($0, 3))" } ?? "") + " at \(distanceText(point.shift))")
        }
    }

    /// The lines in words.
    var description: String {
        guard lines.contains(where: { !$0.points.isEmpty }) else { return "There are no levels." }
        return lines.map { line in
            "\(line.name): "
                + line.points.map { "\(fixed($0.value, 3)) at \(distanceText($0.shift)) (\($0.level))" }
                .joined(separator: ", ")
        }.joined(separator: "; ") + "."
    }

    /// The numbers, one row per line and level.
    func table(valueName: String) -> CSVTable {
        CSVTable(
            columns: ["line", "level", "shift", valueName, "low", "high"],
            rows: lines.flatMap { line in
                line.points.map { point in
                    [line.name, point.level, "\(point.shift)", "\(point.value)"]
                        + [-1.0, 1].map { sign in point.margin.map { "\(point.value + sign * $0)" } ?? "" }
                }
            })
    }
}

/// The positions of a legend's entries, in as many rows as they need.
struct LegendLayout {
    let places: [(x: Double, y: Double)]
    let lineCount: Int

    init(names: [String], left: Double, right: Double, top: Double = 52) {
        var places: [(x: Double, y: Double)] = []
        var (x, line) = (left, 0)
        for name in names {
            let width = 32 + Markup.width(of: name, size: 12)
            if x > left, x + width > right { (x, line) = (left, line + 1) }
            places.append((x, top + Double(line) * 20))
            x += width + 18
        }
        self.places = places
        lineCount = line + 1
    }
}
