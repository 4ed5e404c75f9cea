/// A marker's shape; shapes differ as well as colours, so that a chart can be read without colour.
enum MarkerShape: Sendable {
    case circle, triangle, invertedTriangle, diamond, square, cross

    /// The outline around a centre, as an SVG path.
    func path(x: Double, y: Double, radius r: Double) -> String {
        let points: [(Double, Double)]
        switch self {
        case .circle:
            let n = Markup.number
            return "M\(n(x - r)) \(n(y))a\(n(r)) \(n(r)) 0 1 0 \(n(2 * r)) 0a\(n(r)) \(n(r)) 0 1 0 \(n(-2 * r)) 0z"
        case .triangle: points = [(0, -1.2), (1.1, 0.8), (-1.1, 0.8)]
        case .invertedTriangle: points = [(0, 1.2), (1.1, -0.8), (-1.1, -0.8)]
        case .diamond: points = [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
        case .square: points = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
        case .cross:
            points = [
                (0, -0.4), (0.7, -1.1), (1.1, -0.7), (0.4, 0), (1.1, 0.7), (0.7, 1.1), (0, 0.4), (-0.7, 1.1),
                (-1.1, 0.7),
                (-0.4, 0), (-1.1, -0.7), (-0.7, -1.1),
            ]
        }
        return "M"
            + points.map { "\(Markup.number(x + r * $0.0)) \(Markup.number(y + r * $0.1))" }.joined(separator: "L")
            + "z"
    }
}

/// How a line is drawn.
///
/// The colours are Okabe and Ito's, which people with common colour vision deficiencies can distinguish.
struct LineStyle: Sendable {
    /// The class that the style sheet darkens or lightens.
    let className: String
    /// The colour on a light background.
    let color: String
    let width: Double
    let opacity: Double
    let dash: String?
    let marker: MarkerShape

    static let palette: [(className: String, light: String, dark: String)] = [
        ("c0", "#0072B2", "#5BB8F0"), ("c1", "#B35A00", "#F0A640"), ("c2", "#00795A", "#3CC79B"),
        ("c3", "#A8487F", "#E39CC6"), ("c4", "#55606B", "#A9B4BF"),
    ]

    /// The style of one of several models: they differ in colour and marker, and from the sixth on in dashes too.
    static func model(_ number: Int) -> LineStyle {
        let markers: [MarkerShape] = [.circle, .diamond, .triangle, .square, .invertedTriangle]
        let dashes: [String?] = [nil, "7 4", "2 3"]
        return LineStyle(
            color: number, width: 2, dash: dashes[number / palette.count % dashes.count],
            marker: markers[number % markers.count])
    }

    /// The same colour for the bar of an interval.
    func thin(opacity: Double) -> LineStyle {
        LineStyle(
            className: className, color: color, width: 1.5, opacity: opacity, dash: nil, marker: marker)
    }

    private init(
        className: String, color: String, width: Double, opacity: Double, dash: String?, marker: MarkerShape
    ) {
        self.className = className
        self.color = color
        self.width = width
        self.opacity = opacity
        self.dash = dash
        self.marker = marker
    }

    init(color: Int, width: Double, opacity: Double = 1, dash: String? = nil, marker: MarkerShape) {
        let entry = Self.palette[color % Self.palette.count]
        self.init(
            className: entry.className, color: entry.light, width: width, opacity: opacity, dash: dash, marker: marker)
    }
}

/// What all charts share: the background, the axes, and colours for light and dark pages.
///
/// Every element carries its light colour as an attribute, so a viewer without style sheets or media queries shows the
/// light chart on its own white background.
enum ChartStyle {
    static let ground = "#FFFFFF"
    static let darkGround = "#15191E"
    static let ink = "#1B1F24"
    static let faintInk = "#57606A"
    static let grid = "#E3E7EB"
    static let shade = "#DCE1E7"
    static let fonts =
        "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

    /// The colours of lines in a page, where a script draws without attributes; ``sheet`` has those of a dark page.
    static var lightSheet: String {
        LineStyle.palette.map {
            ".\($0.className).line { stroke: \($0.light) } .\($0.className).mark, .\($0.className).area { fill: \($0.light) }\n"
        }.joined()
    }

    static var sheet: String {
        let series = LineStyle.palette.map {
            "  .\($0.className).line { stroke: \($0.dark) } .\($0.className).mark, .\($0.className).area { fill: \($0.dark) } "
                + ".\($0.className).dot { stroke: \($0.dark) }"
        }
        return """
            @media screen and (prefers-color-scheme: dark) {
              .ground { fill: \(darkGround) } .mark { stroke: \(darkGround) } .dot { fill: \(darkGround); stroke: #A3ADB8 }
              .ink { fill: #E8ECF0 } .faint { fill: #A3ADB8 }
              .grid { stroke: #2D343C } .axis { stroke: #6E7781 } .strong { stroke: #E8ECF0 } .shade { fill: #323B44 }
            \(series.joined(separator: "\n"))
            }
            """
    }

    /// A whole chart.
    ///
    /// As a separate file it has a title and description for screen readers, the style sheet, the background and the
    /// visible title; in a page it has a label for screen readers.
    static func document(
        _ chart: some Chart, _ format: ChartFormat, height: Double, _ body: (inout Markup) -> Void
    ) -> String {
        let (width, height) = (format.width, height - format.rise)
        var svg = Markup()
        let common = [
            ("viewBox", "0 0 \(Markup.number(width)) \(Markup.number(height))"), ("width", Markup.number(width)),
            ("height", Markup.number(height)), ("role", "img"),
        ]
        guard format.isStandalone else {
            svg.group("svg", common + [("aria-label", "\(chart.title). \(chart.description)")], body)
            return svg.lines.joined(separator: "\n") + "\n"
        }
        let font = format.font.map { "'\($0)', \(fonts)" } ?? fonts
        svg.group("svg", [("xmlns", "http://www.w3.org/2000/svg")] + common + [("font-family", font)]) { svg in
            svg.element("title", [], content: chart.title)
            svg.element("desc", [], content: chart.description)
            svg.style(sheet)
            svg.element(
                "rect",
                [
                    ("class", "ground"), ("width", Markup.number(width)), ("height", Markup.number(height)),
                    ("fill", ground),
                ])
            guard format.showsTitle else { return body(&svg) }
            let title = chart.title
            // Smaller where it would not fit, down to the size of labels.
            let size = min(16, max(10, (width - 40) / max(Markup.width(of: title, size: 1), 1)).rounded(.down))
            let limit = max(Int((width - 40) / (0.6 * size)), 2)
            let shown = title.count > limit ? title.prefix(limit - 1) + "…" : title[...]
            svg.text(
                String(shown), x: 20, y: 28, className: "ink", size: size, fill: ink,
                attributes: [("font-weight", "600")])
            body(&svg)
        }
        return svg.lines.joined(separator: "\n") + "\n"
    }

    /// The grid, both axes, their ticks and their titles.
    ///
    /// - Parameter xTicks: values and labels in place of the ticks of the horizontal axis, where what it shows is another number.
    static func axes(
        _ svg: inout Markup, x: ChartAxis, y: ChartAxis, xTitle: String, yTitle: String,
        xTicks: [(value: Double, label: String)]? = nil
    ) {
        for tick in y.ticks {
            let position = Markup.number(y.position(tick))
            svg.element(
                "line",
                [
                    ("class", "grid"), ("x1", Markup.number(x.start)), ("x2", Markup.number(x.end)), ("y1", position),
                    ("y2", position), ("stroke", grid),
                ])
            svg.text(
                y.label(tick), x: x.start - 10, y: y.position(tick) + 4, className: "faint", anchor: "end",
                fill: faintInk)
        }
        svg.element(
            "line",
            [
                ("class", "axis"), ("x1", Markup.number(x.start)), ("x2", Markup.number(x.end)),
                ("y1", Markup.number(y.start)), ("y2", Markup.number(y.start)), ("stroke", faintInk),
            ])
        for (tick, label) in xTicks ?? x.ticks.map({ ($0, x.label($0)) }) {
            let position = Markup.number(x.position(tick))
            svg.element(
                "line",
                [
                    ("class", "axis"), ("x1", position), ("x2", position), ("y1", Markup.number(y.start)),
                    ("y2", Markup.number(y.start + 5)), ("stroke", faintInk),
                ])
            svg.text(
                label, x: x.position(tick), y: y.start + 20, className: "faint", anchor: "middle",
                fill: faintInk)
        }
        svg.text(
            xTitle, x: (x.start + x.end) / 2, y: y.start + 44, className: "ink", size: 13, anchor: "middle", fill: ink)
        let (left, middle) = (x.start > 70 ? 24.0 : 12, (y.start + y.end) / 2)
        svg.text(
            yTitle, x: left, y: middle, className: "ink", size: 13, anchor: "middle", fill: ink,
            attributes: [("transform", "rotate(-90 \(Markup.number(left)) \(Markup.number(middle)))")])
    }

    /// The levels as numbered dots in two lines above the plot, each above its level, with a thin line down to the axis; a
    /// dot that fits in neither is left out.
    ///
    /// - Parameters:
    ///   - y: the centre of the lower line of dots.
    ///   - bottom: where the thin lines end.
    static func levelDots(
        _ svg: inout Markup, _ points: [(id: String, position: Double)], x: ChartAxis, y: Double, bottom: Double
    ) {
        var levels: [(id: String, position: Double)] = []
        for point in points.sorted(by: { $0.position < $1.position })
        where !levels.contains(where: { $0.id == point.id }) {
            levels.append(point)
        }
        let entries = Array(zip(levels, levelNumbers(levels.map(\.id))))
        var taken: [[Double]] = [[], []]
        // Both ends first: they say what range the chart covers.
        for (level, number) in entries.prefix(1) + entries.dropFirst().suffix(1) + entries.dropFirst().dropLast() {
            let center = x.position(level.position)
            let place = Markup.number(center)
            guard let line = taken.firstIndex(where: { !$0.contains { abs($0 - center) < 2 * dotRadius + 1 } })
            else { continue }
            taken[line].append(center)
            let height = y - (2 * dotRadius + 1) * Double(line)
            svg.element(
                "line",
                [
                    ("class", "grid"), ("x1", place), ("x2", place), ("y1", Markup.number(height + dotRadius)),
                    ("y2", Markup.number(bottom)), ("stroke", grid),
                ])
            levelDot(&svg, number, id: level.id, x: center, y: height)
        }
    }

    /// The radius of a level's dot.
    static let dotRadius = 8.0

    /// A level's dot with its number; what it stands for is its tooltip.
    static func levelDot(
        _ svg: inout Markup, _ number: String, id: String, x: Double, y: Double, style: LineStyle? = nil
    ) {
        svg.group("g", []) { svg in
            svg.element("title", [], content: id)
            svg.element(
                "circle",
                [
                    ("class", (style.map { "\($0.className) " } ?? "") + "dot"), ("cx", Markup.number(x)),
                    ("cy", Markup.number(y)), ("r", Markup.number(dotRadius)), ("fill", ground),
                    ("stroke", style?.color ?? faintInk), ("stroke-width", style == nil ? "1" : "2"),
                ])
            svg.text(
                number, x: x, y: y + 3.8, className: "ink", size: 10.5, anchor: "middle", fill: ink)
        }
    }

    /// A line through points.
    static func line(_ svg: inout Markup, _ points: [(x: Double, y: Double)], style: LineStyle) {
        guard points.count > 1 else { return }
        var attributes = [
            ("class", "\(style.className) line"), ("fill", "none"), ("stroke", style.color),
            ("stroke-width", Markup.number(style.width)), ("stroke-opacity", Markup.number(style.opacity)),
            ("stroke-linejoin", "round"),
            ("points", points.map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }.joined(separator: " ")),
        ]
        if let dash = style.dash { attributes.append(("stroke-dasharray", dash)) }
        svg.element("polyline", attributes)
    }

    /// The area between a lower and an upper line.
    static func area(
        _ svg: inout Markup, lower: [(x: Double, y: Double)], upper: [(x: Double, y: Double)], className: String,
        fill: String, opacity: Double
    ) {
        guard lower.count > 1 else { return }
        let points = (upper + lower.reversed()).map { "\(Markup.number($0.x)),\(Markup.number($0.y))" }
        svg.element(
            "polygon",
            [
                ("class", className), ("points", points.joined(separator: " ")), ("fill", fill),
                ("fill-opacity", Markup.number(opacity)), ("stroke", "none"),
            ])
    }

    /// A marker; `title` is its tooltip.
    static func marker(_ svg: inout Markup, x: Double, y: Double, style: LineStyle, radius: Double, title: String) {
        svg.group(
            "path",
            [
                ("class", "\(style.className) mark"), ("d", style.marker.path(x: x, y: y, radius: radius)),
                ("fill", style.color), ("fill-opacity", Markup.number(style.opacity)), ("stroke", ground),
                // A rim separates a marker from its line; it would cover a small dot.
                ("stroke-width", radius < 3 ? "0" : "1"),
            ]
        ) { svg in
            svg.element("title", [], content: title)
        }
    }
}
