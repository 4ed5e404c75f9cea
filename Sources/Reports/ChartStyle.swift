/// A marker's shape; shapes differ besides colours, so that a chart can be read without them.
enum MarkerShape: Sendable {
    case circle, triangle, invertedTriangle, diamond, square

    /// The outline about a centre, as a path.
    func path(x: Double, y: Double, radius r: Double) -> String {
        let points: [(Double, Double)]
        switch self {
        case .circle:
            let n = SVG.number
            return "M\(n(x - r)) \(n(y))a\(n(r)) \(n(r)) 0 1 0 \(n(2 * r)) 0a\(n(r)) \(n(r)) 0 1 0 \(n(-2 * r)) 0z"
        case .triangle: points = [(0, -1.2), (1.1, 0.8), (-1.1, 0.8)]
        case .invertedTriangle: points = [(0, 1.2), (1.1, -0.8), (-1.1, -0.8)]
        case .diamond: points = [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)]
        case .square: points = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)]
        }
        return "M" + points.map { "\(SVG.number(x + r * $0.0)) \(SVG.number(y + r * $0.1))" }.joined(separator: "L")
            + "z"
    }
}

/// How a line is drawn.
///
/// The colours are Okabe and Ito's, told apart with any common colour vision.
struct LineStyle: Sendable {
    /// The class that the style sheet darkens or lightens.
    let className: String
    /// The colour on a light ground.
    let color: String
    let width: Double
    let opacity: Double
    let dash: String?
    let marker: MarkerShape

    static let palette: [(className: String, light: String, dark: String)] = [
        ("c0", "#0072B2", "#5BB8F0"), ("c1", "#B35A00", "#F0A640"), ("c2", "#00795A", "#3CC79B"),
        ("c3", "#A8487F", "#E39CC6"), ("c4", "#55606B", "#A9B4BF"),
    ]

    init(color: Int, width: Double, opacity: Double = 1, dash: String? = nil, marker: MarkerShape) {
        let entry = Self.palette[color % Self.palette.count]
        className = entry.className
        self.color = entry.light
        self.width = width
        self.opacity = opacity
        self.dash = dash
        self.marker = marker
    }
}

/// What all charts share: the ground, the axes, and colours for a light and a dark page.
///
/// Every element carries its light colour as an attribute, so a viewer without style sheets or media queries shows the
/// light chart on its own white ground.
enum ChartStyle {
    static let ground = "#FFFFFF"
    static let ink = "#1B1F24"
    static let faintInk = "#57606A"
    static let grid = "#E3E7EB"
    static let fonts =
        "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

    static var sheet: String {
        let series = LineStyle.palette.map {
            "  .\($0.className).line { stroke: \($0.dark) } .\($0.className).mark { fill: \($0.dark) }"
        }
        return """
            @media (prefers-color-scheme: dark) {
              .ground { fill: #15191E } .mark { stroke: #15191E }
              .ink { fill: #E8ECF0 } .faint { fill: #A3ADB8 }
              .grid { stroke: #2D343C } .axis { stroke: #6E7781 }
            \(series.joined(separator: "\n"))
            }
            """
    }

    /// A whole chart: the root element, its names for screen readers, the style sheet, the ground and the title.
    static func document(
        width: Double, height: Double, title: String, description: String, _ body: (inout SVG) -> Void
    ) -> String {
        var svg = SVG()
        svg.group(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("viewBox", "0 0 \(SVG.number(width)) \(SVG.number(height))"),
                ("width", SVG.number(width)), ("height", SVG.number(height)), ("role", "img"), ("font-family", fonts),
            ]
        ) { svg in
            svg.element("title", [], content: title)
            svg.element("desc", [], content: description)
            svg.style(sheet)
            svg.element(
                "rect",
                [
                    ("class", "ground"), ("width", SVG.number(width)), ("height", SVG.number(height)),
                    ("fill", ground),
                ])
            let limit = Int((width - 40) / 9.6)
            let shown = title.count > limit ? title.prefix(limit - 1) + "…" : title[...]
            svg.text(
                String(shown), x: 20, y: 28, className: "ink", size: 16, fill: ink, attributes: [("font-weight", "600")]
            )
            body(&svg)
        }
        return svg.lines.joined(separator: "\n") + "\n"
    }

    /// The grid, both axes, their ticks and their titles.
    static func axes(_ svg: inout SVG, x: ChartAxis, y: ChartAxis, xTitle: String, yTitle: String) {
        for tick in y.ticks {
            let position = SVG.number(y.position(tick))
            svg.element(
                "line",
                [
                    ("class", "grid"), ("x1", SVG.number(x.start)), ("x2", SVG.number(x.end)), ("y1", position),
                    ("y2", position), ("stroke", grid),
                ])
            svg.text(
                y.label(tick), x: x.start - 10, y: y.position(tick) + 4, className: "faint", anchor: "end",
                fill: faintInk)
        }
        svg.element(
            "line",
            [
                ("class", "axis"), ("x1", SVG.number(x.start)), ("x2", SVG.number(x.end)),
                ("y1", SVG.number(y.start)), ("y2", SVG.number(y.start)), ("stroke", faintInk),
            ])
        for tick in x.ticks {
            let position = SVG.number(x.position(tick))
            svg.element(
                "line",
                [
                    ("class", "axis"), ("x1", position), ("x2", position), ("y1", SVG.number(y.start)),
                    ("y2", SVG.number(y.start + 5)), ("stroke", faintInk),
                ])
            svg.text(
                x.label(tick), x: x.position(tick), y: y.start + 20, className: "faint", anchor: "middle",
                fill: faintInk)
        }
        svg.text(
            xTitle, x: (x.start + x.end) / 2, y: y.start + 44, className: "ink", size: 13, anchor: "middle", fill: ink)
        let middle = (y.start + y.end) / 2
        svg.text(
            yTitle, x: 24, y: middle, className: "ink", size: 13, anchor: "middle", fill: ink,
            attributes: [("transform", "rotate(-90 24 \(SVG.number(middle)))")])
    }

    /// The levels' ids in two lines above the plot, each where its level lies; one that fits in neither is left out.
    static func levelNames(
        _ svg: inout SVG, _ points: [(id: String, position: Double)], x: ChartAxis, y: Double
    ) {
        var levels: [(id: String, position: Double)] = []
        for point in points where !levels.contains(where: { $0.id == point.id }) { levels.append(point) }
        var taken: [[ClosedRange<Double>]] = [[], []]
        levels.sort { $0.position < $1.position }
        // Both ends first: they say what range the chart covers.
        for level in levels.prefix(1) + levels.dropFirst().suffix(1) + levels.dropFirst().dropLast() {
            let half = SVG.width(of: level.id, size: 11) / 2 + 4
            let center = min(max(x.position(level.position), x.start + half - 20), x.end - half + 24)
            let span = (center - half)...(center + half)
            guard let line = taken.firstIndex(where: { !$0.contains { $0.overlaps(span) } }) else { continue }
            taken[line].append(span)
            svg.text(
                level.id, x: center, y: y - 14 * Double(line), className: "faint", size: 11, anchor: "middle",
                fill: faintInk)
        }
    }

    /// A line through points.
    static func line(_ svg: inout SVG, _ points: [(x: Double, y: Double)], style: LineStyle) {
        guard points.count > 1 else { return }
        var attributes = [
            ("class", "\(style.className) line"), ("fill", "none"), ("stroke", style.color),
            ("stroke-width", SVG.number(style.width)), ("stroke-opacity", SVG.number(style.opacity)),
            ("stroke-linejoin", "round"),
            ("points", points.map { "\(SVG.number($0.x)),\(SVG.number($0.y))" }.joined(separator: " ")),
        ]
        if let dash = style.dash { attributes.append(("stroke-dasharray", dash)) }
        svg.element("polyline", attributes)
    }

    /// A marker; `title` is what a pointer that rests on it shows.
    static func marker(_ svg: inout SVG, x: Double, y: Double, style: LineStyle, radius: Double, title: String) {
        svg.group(
            "path",
            [
                ("class", "\(style.className) mark"), ("d", style.marker.path(x: x, y: y, radius: radius)),
                ("fill", style.color), ("fill-opacity", SVG.number(style.opacity)), ("stroke", ground),
                // A rim parts a marker from its line; on a dot it would be all that is seen.
                ("stroke-width", radius < 3 ? "0" : "1"),
            ]
        ) { svg in
            svg.element("title", [], content: title)
        }
    }
}
