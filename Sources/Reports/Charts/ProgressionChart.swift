public import Files
import Statistics

/// The distance over the steps of a progression, from easier to harder, with the chosen levels marked, and the band of
/// distances for random sides of the same classes.
public struct ProgressionChart: Chart {
    /// One step of the progression.
    public struct Step: Sendable, Equatable {
        /// The arm that the step belongs to: `easier`, `start`, `swap` or `removal`.
        public let origin: String
        /// The step's number within its arm.
        public let step: Int
        /// The Fréchet distance between the sides after the step, squared.
        public let fid: Double
        /// The id of the level made from this step, if any.
        public let level: String?
        /// The range of the distance for random sides of the same classes; nil if unknown.
        public let null: ClosedRange<Double>?

        /// Makes a step.
        public init(
            origin: String, step: Int, fid: Double, level: String? = nil, null: ClosedRange<Double>? = nil
        ) {
            self.null = null
            self.origin = origin
            self.step = step
            self.fid = fid
            self.level = level
        }
    }

    /// The chart's file name, `progression`.
    public let fileName = "progression"
    /// The title above the chart.
    public let title: String
    /// The steps from the easiest, through the start and the hardest swap, to the last removal.
    public let steps: [Step]

    private let isOrdered: Bool

    /// Makes a chart of steps, given in drawing order.
    ///
    /// - Parameter isOrdered: whether the levels follow an order, and not the distance.
    public init(title: String, steps: [Step], isOrdered: Bool = false) {
        self.isOrdered = isOrdered
        self.title = title
        self.steps = steps
    }

    /// The drawing.
    ///
    /// Steps are counted from the one whose origin is `start`, or from the first if there is none.
    public func svg(_ format: ChartFormat) -> String {
        let (rise, plot) = (format.rise, format.plot)
        let height = format.height(440, narrow: 380, top: 74 - rise, below: 64)
        let zero = steps.firstIndex { $0.origin == "start" } ?? 0
        let numbers = steps.indices.map { Double($0 - zero) }
        let bands = zip(numbers, steps).compactMap { number, step in step.null.map { (number, $0) } }
        let x = ChartAxis(
            covering: numbers, stepCount: format.isNarrow ? 4 : 6, endsAtData: true, start: plot.left, end: plot.right)
        let y = ChartAxis(
            covering: [0] + steps.map(\.fid) + bands.flatMap { [$0.1.lowerBound, $0.1.upperBound] },
            limits: 0...(.infinity), endsAtData: true, start: height - rise - 64, end: 74 - rise)
        return ChartStyle.document(self, format, height: height) { svg in
            ChartStyle.area(
                &svg, lower: bands.map { (x.position($0.0), y.position($0.1.lowerBound)) },
                upper: bands.map { (x.position($0.0), y.position($0.1.upperBound)) }, className: "shade",
                fill: ChartStyle.shade, opacity: 1)
            ChartStyle.axes(
                &svg, x: x, y: y,
                xTitle: isOrdered
                    ? "steps from the start"
                    : format.isNarrow ? "steps: easier ← 0 → harder" : "steps from the start: easier ← 0 → harder",
                yTitle: "Fréchet distance (squared)")
            if let last = bands.last {
                // To the right of the band if there is room, else over its end.
                let end = x.position(last.0)
                let width = Markup.width(of: "random sides", size: 11)
                let isBeside = end + 8 + width < x.end
                svg.text(
                    "random sides", x: isBeside ? end + 8 : end,
                    y: isBeside
                        ? y.position((last.1.lowerBound + last.1.upperBound) / 2) + 4
                        : y.position(last.1.upperBound) - 5, className: "faint", size: 11,
                    anchor: isBeside ? "start" : "end", fill: ChartStyle.faintInk)
            }
            for (number, arm) in arms.enumerated() {
                let style = Self.style(arm.origin)
                // A line begins at the last step of the arm before it, so that the curve has no gaps.
                let drawn = max(arm.range.lowerBound - 1, 0)..<arm.range.upperBound
                ChartStyle.line(
                    &svg, drawn.map { (x.position(numbers[$0]), y.position(steps[$0].fid)) }, style: style)
                armName(&svg, arm, number: number, numbers: numbers, x: x, y: y)
            }
            for (number, step) in zip(numbers, steps) where step.level == nil {
                ChartStyle.marker(
                    &svg, x: x.position(number), y: y.position(step.fid), style: Self.style(step.origin), radius: 1.5,
                    title: Self.name(of: step))
            }
            let levels = zip(numbers, steps).filter { $0.1.level != nil }
            let order =
                isOrdered
                ? Array(levels.indices) : levels.indices.sorted { (levels[$0].1.fid, $0) < (levels[$1].1.fid, $1) }
            for (text, place) in zip(levelNumbers(order.map { levels[$0].1.level ?? "" }), order) {
                let (number, step) = levels[place]
                ChartStyle.levelDot(
                    &svg, text, id: Self.name(of: step), x: x.position(number), y: y.position(step.fid),
                    style: Self.style(step.origin))
            }
        }
    }

    /// Runs of steps with the same origin.
    private var arms: [(origin: String, range: Range<Int>)] {
        var arms: [(origin: String, range: Range<Int>)] = []
        for (index, step) in steps.enumerated() {
            if let last = arms.last, last.origin == step.origin {
                arms[arms.count - 1].range = last.range.lowerBound..<index + 1
            } else {
                arms.append((step.origin, index..<index + 1))
            }
        }
        return arms
    }

    /// Writes an arm's name above the plot and marks where the arm begins.
    private func armName(
        _ svg: inout Markup, _ arm: (origin: String, range: Range<Int>), number: Int, numbers: [Double], x: ChartAxis,
        y: ChartAxis
    ) {
        guard arm.origin != "start" else { return }
        let first = x.position(numbers[arm.range.lowerBound])
        let last = x.position(numbers[arm.range.upperBound - 1])
        if number > 0 {
            let boundary = Markup.number((first + x.position(numbers[arm.range.lowerBound - 1])) / 2)
            svg.element(
                "line",
                [
                    ("class", "axis"), ("x1", boundary), ("x2", boundary), ("y1", Markup.number(y.end - 14)),
                    ("y2", Markup.number(y.start)),
                    ("stroke", ChartStyle.faintInk), ("stroke-dasharray", "2 4"),
                ])
        }
        let half = Markup.width(of: arm.origin, size: 12) / 2
        guard last - first > 2 * half else { return }
        svg.text(
            arm.origin, x: (first + last) / 2, y: y.end - 16, className: "faint", anchor: "middle",
            fill: ChartStyle.faintInk)
    }

    private static func name(of step: Step) -> String {
        (step.level.map { "level \($0), " } ?? "") + "\(step.origin) \(step.step): \(distanceText(step.fid))"
    }

    /// One row per step, in drawing order.
    public var table: CSVTable {
        CSVTable(
            columns: ["origin", "step", "fid", "level", "null_low", "null_high"],
            rows: steps.map { step in
                [
                    step.origin, "\(step.step)", "\(step.fid)", step.level ?? "",
                    step.null.map { "\($0.lowerBound)" } ?? "", step.null.map { "\($0.upperBound)" } ?? "",
                ]
            })
    }

    /// What the chart shows, in words.
    public var description: String {
        guard let first = steps.first, let last = steps.last else { return "There are no steps." }
        let levels = steps.compactMap { step in step.level.map { "\($0) at \(distanceText(step.fid))" } }
        return "The squared Fréchet distance between train and test goes from \(distanceText(first.fid)) to "
            + "\(distanceText(last.fid)) in \(steps.count) steps. Levels: "
            + (levels.isEmpty ? "none." : levels.joined(separator: ", ") + ".")
    }

    private static func style(_ origin: String) -> LineStyle {
        switch origin {
        case "easier": LineStyle(color: 2, width: 2, marker: .circle)
        case "start": LineStyle(color: 4, width: 2, marker: .square)
        case "removal": LineStyle(color: 1, width: 2, dash: "6 3", marker: .diamond)
        default: LineStyle(color: 0, width: 2, marker: .circle)
        }
    }
}
