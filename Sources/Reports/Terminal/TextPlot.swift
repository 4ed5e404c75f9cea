import Files

/// A small line plot in characters, for terminals: Braille dots, or plain dots without Unicode.
public struct TextPlot: Sendable {
    /// One line.
    public struct Series: Sendable {
        /// The name in the legend.
        public let name: String
        /// The points, in the order in which the line passes them.
        public let points: [(x: Double, y: Double)]
        /// Which of the points have a marker.
        public let isMarked: [Bool]

        /// Makes a line, by default with a marker at every point.
        ///
        /// - Precondition: `isMarked` has one value for each point.
        public init(name: String, points: [(x: Double, y: Double)], isMarked: [Bool]? = nil) {
            precondition(
                isMarked.map { $0.count == points.count } ?? true,
                "\(isMarked?.count ?? 0) answers for \(points.count) points")
            self.name = name
            self.points = points
            self.isMarked = isMarked ?? points.map { _ in true }
        }
    }

    /// The allowed widths of a plot in cells.
    private static let widths = 30...76
    private static let height = 11

    private let xTitle: String
    private let yTitle: String
    private let series: [Series]
    private let yLimits: ClosedRange<Double>?
    private let xLimits: ClosedRange<Double>?

    /// Makes a plot, in which the first line is on top of the others.
    ///
    /// - Parameters:
    ///   - xLimits: the range that the horizontal axis stays within if the values do.
    ///   - yLimits: the same for the vertical axis.
    public init(
        xTitle: String, yTitle: String, series: [Series], xLimits: ClosedRange<Double>? = nil,
        yLimits: ClosedRange<Double>? = nil
    ) {
        self.xTitle = xTitle
        self.yTitle = yTitle
        self.series = series.filter { !$0.points.isEmpty }
        self.xLimits = xLimits
        self.yLimits = yLimits
    }

    /// The plot as lines, each ended by a newline; empty on a display without a width or with fewer than 30 cells, and
    /// for fewer than two points.
    public func text(on display: TextDisplay) -> String {
        let points = series.flatMap(\.points)
        guard let room = display.width, room >= Self.widths.lowerBound, points.count > 1 else { return "" }
        let scale = display.isUnicode ? (x: 2, y: 4) : (x: 1, y: 1)
        let y = ChartAxis(
            covering: points.map(\.y), limits: yLimits, start: Double(Self.height * scale.y - 1), end: 0)
        let gutter = (y.ticks.map { displayWidth(display.shown(y.label($0))) }.max() ?? 0) + 1
        let width = max(min(room, Self.widths.upperBound) - gutter - 1, 1)
        let x = ChartAxis(
            covering: points.map(\.x), limits: xLimits, start: 0, end: Double(width * scale.x - 1))
        var canvas = PlotCanvas(width: width, height: Self.height, scale: scale)
        for number in series.indices.reversed() {
            let places = series[number].points.map { (x: x.position($0.x), y: y.position($0.y)) }
            canvas.draw(places, owner: number)
        }
        for number in series.indices.reversed() {
            for (point, isMarked) in zip(series[number].points, series[number].isMarked) where isMarked {
                canvas.mark(
                    (x: x.position(point.x), y: y.position(point.y)), with: marker(number, on: display), owner: number)
            }
        }
        var labels = [String?](repeating: nil, count: Self.height)
        for tick in y.ticks {
            let row = min(Int(y.position(tick).rounded()) / scale.y, Self.height - 1)
            if labels[row] == nil { labels[row] = display.shown(y.label(tick)) }
        }
        let (bar, cross) = display.isUnicode ? ("│", "┤") : ("|", "+")
        var text = display.wrapped(yTitle) + "\n"
        for row in 0..<Self.height {
            let label = labels[row] ?? ""
            let pad = String(repeating: " ", count: gutter - 1 - displayWidth(label))
            let line = canvas.line(row, on: display, isColored: series.count > 1)
            text += pad + label + " " + display.styled(labels[row] == nil ? bar : cross, .faint) + line + "\n"
        }
        text += horizontalAxis(x, width: width, gutter: gutter, scale: scale.x, on: display)
        return text + legend(on: display)
    }

    private func horizontalAxis(_ x: ChartAxis, width: Int, gutter: Int, scale: Int, on display: TextDisplay) -> String
    {
        let indent = String(repeating: " ", count: gutter)
        let (corner, rule, notch) = display.isUnicode ? ("└", "─", "┬") : ("+", "-", "+")
        var axis = [String](repeating: rule, count: width)
        var labels = ""
        for tick in x.ticks {
            let cell = min(Int(x.position(tick).rounded()) / scale, width - 1)
            axis[cell] = notch
            let label = display.shown(x.label(tick))
            // Centred under its tick, unless it would run into the label before it or beyond the plot.
            let start = max(min(cell + 1 - displayWidth(label) / 2, width + 1 - displayWidth(label)), 0)
            guard start > displayWidth(labels) || labels.isEmpty else { continue }
            labels += String(repeating: " ", count: start - displayWidth(labels)) + label
        }
        return indent + display.styled(corner + axis.joined(), .faint) + "\n" + indent + labels + "\n"
            + indent + " " + display.wrapped(xTitle, indentation: gutter + 1, from: gutter + 1) + "\n"
    }

    private func legend(on display: TextDisplay) -> String {
        guard series.count > 1 else { return "" }
        var lines = [""]
        var used = 0
        for (number, entry) in series.enumerated() {
            let name = shortened(
                display.shown(entry.name.escaped(for: .line)), to: (display.width ?? 80) - 2,
                mark: display.isUnicode ? "…" : "~")
            let length = displayWidth(name) + 2
            if used > 0, used + 3 + length > display.width ?? .max {
                lines.append("")
                used = 0
            }
            lines[lines.count - 1] +=
                (used > 0 ? "   " : "") + display.styled(String(marker(number, on: display)), .series(number)) + " "
                + name
            used += length + (used > 0 ? 3 : 0)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Letters if there are so many lines that signs would be confused.
    private func marker(_ number: Int, on display: TextDisplay) -> Character {
        let signs: [Character] = display.isUnicode ? ["●", "○", "◆", "△", "□"] : ["*", "o", "#", "^", "="]
        guard series.count > signs.count else { return signs[number] }
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return letters[number % letters.count]
    }
}

/// The cells of a plot: each one's dots or marker, and the line that it belongs to.
private struct PlotCanvas {
    private let width: Int
    private let height: Int
    private let scale: (x: Int, y: Int)
    private var dots: [UInt8]
    private var markers: [Character?]
    private var owners: [Int]

    init(width: Int, height: Int, scale: (x: Int, y: Int)) {
        self.width = width
        self.height = height
        self.scale = scale
        dots = Array(repeating: 0, count: width * height)
        markers = Array(repeating: nil, count: width * height)
        owners = Array(repeating: 0, count: width * height)
    }

    mutating func draw(_ places: [(x: Double, y: Double)], owner: Int) {
        for (from, to) in zip(places, places.dropFirst()) {
            let steps = max(Int(max(abs(to.x - from.x), abs(to.y - from.y)).rounded(.up)), 1)
            for step in 0...steps {
                let part = Double(step) / Double(steps)
                dot(
                    Int((from.x + (to.x - from.x) * part).rounded()), Int((from.y + (to.y - from.y) * part).rounded()),
                    owner)
            }
        }
    }

    mutating func mark(_ place: (x: Double, y: Double), with marker: Character, owner: Int) {
        let cell = cell(Int(place.x.rounded()), Int(place.y.rounded()))
        markers[cell] = marker
        owners[cell] = owner
    }

    private func cell(_ x: Int, _ y: Int) -> Int {
        min(max(y / scale.y, 0), height - 1) * width + min(max(x / scale.x, 0), width - 1)
    }

    private mutating func dot(_ x: Int, _ y: Int, _ owner: Int) {
        // The bits of Braille's eight dots, row by row.
        let bits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        let (x, y) = (min(max(x, 0), width * scale.x - 1), min(max(y, 0), height * scale.y - 1))
        let cell = cell(x, y)
        dots[cell] |= bits[y % scale.y * 2 + x % scale.x]
        owners[cell] = owner
    }

    /// A row of cells, without trailing blanks.
    ///
    /// - Parameter isColored: whether cells have the style of their line.
    func line(_ row: Int, on display: TextDisplay, isColored: Bool) -> String {
        var line = ""
        var run = (text: "", owner: 0)
        func ended() -> String { isColored ? display.styled(run.text, .series(run.owner)) : run.text }
        var blanks = 0
        for cell in row * width..<(row + 1) * width {
            guard let character = markers[cell] ?? character(of: dots[cell], on: display) else {
                blanks += 1
                continue
            }
            if blanks > 0 || owners[cell] != run.owner {
                line += ended() + String(repeating: " ", count: blanks)
                run = ("", owners[cell])
                blanks = 0
            }
            run.text.append(character)
        }
        return line + ended()
    }

    private func character(of dots: UInt8, on display: TextDisplay) -> Character? {
        guard dots != 0 else { return nil }
        guard display.isUnicode, let scalar = Unicode.Scalar(0x2800 + UInt32(dots)) else { return "." }
        return Character(scalar)
    }
}
