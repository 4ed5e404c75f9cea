internal import Datasets
public import Files
import Statistics

/// The class means along their two principal directions, each class marked by its side at one level.
///
/// Sides differ in colour and shape. Both axes have the same scale, so that distances can be compared by eye.
public struct ClassMapChart: Chart {
    /// The side of a class at a level.
    public enum Side: String, Sendable, Hashable, CaseIterable {
        /// Trained on.
        case train
        /// Tested on.
        case test
        /// Not in the level.
        case removed

        /// How a class on this side is drawn.
        var style: LineStyle {
            switch self {
            case .train: LineStyle(color: 0, width: 1, opacity: 0.85, marker: .circle)
            case .test: LineStyle(color: 1, width: 1, opacity: 0.9, marker: .triangle)
            case .removed: LineStyle(color: 4, width: 1, opacity: 0.75, marker: .cross)
            }
        }
    }

    /// A class: its label, where it lies, and its side.
    public struct Point: Sendable, Equatable {
        /// The class's label.
        public let label: String
        /// The coordinate along the first direction.
        public let x: Double
        /// The coordinate along the second direction.
        public let y: Double
        /// Its side at the level.
        public let side: Side

        /// Places a class.
        public init(label: String, x: Double, y: Double, side: Side) {
            self.label = label
            self.x = x
            self.y = y
            self.side = side
        }
    }

    /// The level's id.
    public let level: String
    /// The dataset's name.
    public let dataset: String
    /// The classes.
    public let points: [Point]
    /// The share of the variance of the class means along each direction.
    public let shares: (x: Double, y: Double)

    /// Makes a map of a level.
    public init(level: String, dataset: String, points: [Point], shares: (x: Double, y: Double)) {
        self.level = level
        self.dataset = dataset
        self.points = points
        self.shares = shares
    }

    /// `class-map-` and the level, in characters that a file name may have.
    public var fileName: String { fileNames(for: ["class-map-\(level)"])[0] }

    /// The title above the chart.
    public var title: String { "Classes of \(dataset) at \(level)" }

    /// What the chart shows, in words.
    public var description: String {
        "A point for each class at its mean embedding, seen along the two main directions of all class means, which hold "
            + "\(percent(shares.x)) and \(percent(shares.y)) of their variance. "
            + Side.allCases.map { side in "\(points.count { $0.side == side }) \(side.rawValue)" }.joined(
                separator: ", ")
            + " classes."
    }

    /// One row per class.
    public var table: CSVTable {
        CSVTable(
            columns: ["class", "side", "pc1", "pc2"],
            rows: points.map { [$0.label, $0.side.rawValue, "\($0.x)", "\($0.y)"] })
    }

    /// The drawing; the group `classes` has an element for each point, in the order of the points.
    public func svg(_ format: ChartFormat) -> String {
        let rise = format.rise
        let (left, right, top) = (format.isNarrow ? 34.0 : 54, format.width - 14, 74 - rise)
        let height = format.isNarrow ? 420.0 : 620
        let bottom = height - rise - 44
        // Beyond these, differences would overflow.
        func drawable(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, -1e300), 1e300) }
        let (xs, ys) = (points.map { drawable($0.x) }, points.map { drawable($0.y) })
        let (lowX, highX) = (xs.min() ?? 0, xs.max() ?? 0)
        let (lowY, highY) = (ys.min() ?? 0, ys.max() ?? 0)
        let margin = 12.0
        let scale = min(
            (right - left - 2 * margin) / max(highX - lowX, .leastNormalMagnitude),
            (bottom - top - 2 * margin) / max(highY - lowY, .leastNormalMagnitude))
        let used = scale.isFinite && scale < 1e300 ? scale : 1
        func place(_ point: Point) -> (x: Double, y: Double) {
            (
                (left + right) / 2 + (drawable(point.x) - (lowX + highX) / 2) * used,
                (top + bottom) / 2 - (drawable(point.y) - (lowY + highY) / 2) * used
            )
        }
        let radius = points.count > 1000 ? 2.5 : points.count > 300 ? 3.5 : Self.radius
        return ChartStyle.document(self, format, height: height) { svg in
            let legend = LegendLayout(names: Side.allCases.map(\.rawValue), left: left, right: right, top: 52 - rise)
            for (side, spot) in zip(Side.allCases, legend.places) {
                mark(&svg, x: spot.x + 13, y: spot.y, side: side, scale: 1, title: side.rawValue)
                svg.text(side.rawValue, x: spot.x + 26, y: spot.y + 4, className: "ink", fill: ChartStyle.ink)
            }
            svg.element(
                "rect",
                [
                    ("class", "grid"), ("x", Markup.number(left)), ("y", Markup.number(top)),
                    ("width", Markup.number(right - left)), ("height", Markup.number(bottom - top)), ("fill", "none"),
                    ("stroke", ChartStyle.grid),
                ])
            svg.text(
                "first direction (\(percent(shares.x)) of the variance)", x: (left + right) / 2, y: bottom + 26,
                className: "ink", size: 13, anchor: "middle", fill: ChartStyle.ink)
            let (edge, middle) = (left - 14, (top + bottom) / 2)
            svg.text(
                "second (\(percent(shares.y)))", x: edge, y: middle, className: "ink", size: 13, anchor: "middle",
                fill: ChartStyle.ink,
                attributes: [("transform", "rotate(-90 \(Markup.number(edge)) \(Markup.number(middle)))")])
            svg.group("g", [("class", "classes")]) { svg in
                for point in points {
                    let spot = place(point)
                    mark(
                        &svg, x: spot.x, y: spot.y, side: point.side, scale: radius / Self.radius,
                        title: "\(point.label): \(point.side.rawValue)")
                }
            }
        }
    }

    private static let radius = 4.5

    /// A marker, translated to its place so that a page's script can change a class's side by replacing only the shape.
    private func mark(_ svg: inout Markup, x: Double, y: Double, side: Side, scale: Double, title: String) {
        let style = side.style
        let size = scale == 1 ? "" : " scale(\(Markup.number(scale)))"
        svg.group(
            "path",
            [
                ("class", "\(style.className) mark"), ("d", style.marker.path(x: 0, y: 0, radius: Self.radius)),
                ("transform", "translate(\(Markup.number(x)) \(Markup.number(y)))\(size)"), ("fill", style.color),
                ("fill-opacity", Markup.number(style.opacity)), ("stroke", ChartStyle.ground), ("stroke-width", "0.7"),
            ]
        ) { svg in
            svg.element("title", [], content: title)
        }
    }

    private func percent(_ share: Double) -> String { "\(fixed(100 * share, 0)) %" }
}
