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
    /// Images on a page's map: the place of a class among the points, the sample's id, and the image's URL.
    var pictures: [(place: Int, sample: String, address: String)] = []

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
        let (rise, area) = (format.rise, area(format))
        let (left, right, top, bottom, height) = (area.left, area.right, area.top, area.bottom, area.height)
        let spots = spots(in: area)
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
                for (point, spot) in zip(points, spots) {
                    mark(
                        &svg, x: spot.x, y: spot.y, side: point.side, scale: radius / Self.radius,
                        title: "\(point.label): \(point.side.rawValue)")
                }
            }
            if !format.isStandalone, !pictures.isEmpty { draw(pictures, at: spots, format, &svg) }
        }
    }

    /// The frame of the map, and the height of the whole drawing.
    private func area(
        _ format: ChartFormat
    ) -> (left: Double, right: Double, top: Double, bottom: Double, height: Double) {
        let top = 74 - format.rise
        let height = format.height(620, narrow: 420, top: top, below: 44, aspect: 0.75)
        return (format.isNarrow ? 34.0 : 54, format.width - 14, top, height - format.rise - 44, height)
    }

    /// Where the points lie in the drawing.
    private func spots(
        in area: (left: Double, right: Double, top: Double, bottom: Double, height: Double)
    ) -> [(x: Double, y: Double)] {
        // Beyond these, differences would overflow.
        func drawable(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, -1e300), 1e300) }
        let (xs, ys) = (points.map { drawable($0.x) }, points.map { drawable($0.y) })
        let (lowX, highX) = (xs.min() ?? 0, xs.max() ?? 0)
        let (lowY, highY) = (ys.min() ?? 0, ys.max() ?? 0)
        let margin = 12.0
        let scale = min(
            (area.right - area.left - 2 * margin) / max(highX - lowX, .leastNormalMagnitude),
            (area.bottom - area.top - 2 * margin) / max(highY - lowY, .leastNormalMagnitude))
        let used = scale.isFinite && scale < 1e300 ? scale : 1
        return zip(xs, ys).map { x, y in
            (
                (area.left + area.right) / 2 + (x - (lowX + highX) / 2) * used,
                (area.top + area.bottom) / 2 - (y - (lowY + highY) / 2) * used
            )
        }
    }

    // MARK: Images

    /// The width of an image with its frame.
    private static func pictureSize(_ format: ChartFormat) -> Double { format.isNarrow ? 25 : 34 }

    /// Points that lie apart from one another by more than the size of an image: each is the farthest from those before it.
    ///
    /// - Complexity: O(number of points × number found), of which there are at most 80.
    func spreadPoints(_ format: ChartFormat) -> [Int] {
        let spots = spots(in: area(format))
        var found: [Int] = []
        var gaps = spots.map { _ in Double.infinity }
        while found.count < 80,
            let next = gaps.indices.max(by: { gaps[$0] < gaps[$1] || (gaps[$0] == gaps[$1] && $0 > $1) }),
            gaps[next] > Self.pictureSize(format) + 2
        {
            found.append(next)
            for place in spots.indices {
                // The greater of both differences: images are squares.
                let gap = max(abs(spots[place].x - spots[next].x), abs(spots[place].y - spots[next].y))
                gaps[place] = min(gaps[place], gap)
            }
        }
        return found
    }

    /// Draws images over their points, framed by the side; on the narrow page those of the wide one are used again.
    private func draw(
        _ pictures: [(place: Int, sample: String, address: String)], at spots: [(x: Double, y: Double)],
        _ format: ChartFormat,
        _ svg: inout Markup
    ) {
        let size = Self.pictureSize(format)
        var taken: [(x: Double, y: Double)] = []
        svg.group("g", [("class", "pictures")]) { svg in
            for (place, _, address) in pictures {
                let spot = spots[place]
                guard !taken.contains(where: { max(abs($0.x - spot.x), abs($0.y - spot.y)) < size + 1 }) else {
                    continue
                }
                taken.append(spot)
                let corner = "translate(\(Markup.number(spot.x - size / 2)) \(Markup.number(spot.y - size / 2)))"
                svg.group("g", [("transform", corner), ("data-place", "\(place)")]) { svg in
                    let side = points[place].side
                    svg.element("title", [], content: "\(points[place].label): \(side.rawValue)")
                    let inner = Markup.number(size - 4)
                    if format.isNarrow {
                        svg.element(
                            "use",
                            [
                                ("href", "#map-picture-\(place)"),
                                ("transform", "scale(\(Markup.number((size - 4) / (Self.pictureSize(.page) - 4))))"),
                            ])
                    } else {
                        svg.element(
                            "image",
                            [
                                ("id", "map-picture-\(place)"), ("x", "2"), ("y", "2"), ("width", inner),
                                ("height", inner),
                                ("preserveAspectRatio", "xMidYMid slice"), ("href", address),
                            ])
                    }
                    svg.element(
                        "rect",
                        [
                            ("class", "\(side.style.className) line frame \(side.rawValue)"), ("x", "1"), ("y", "1"),
                            ("width", Markup.number(size - 2)), ("height", Markup.number(size - 2)), ("fill", "none"),
                            ("stroke", side.style.color), ("stroke-width", "2"),
                        ])
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
