internal import Evaluation
public import Files
internal import Statistics

/// Several measures of the levels' shift over their Fréchet distance, each scaled to the range from 0 to 1: parallel where they
/// order and space the levels alike.
///
/// Measures differ in colour and marker, embeddings in dashes.
public struct AxisChart: Chart {
    /// A measure by some embeddings.
    public struct Line: Sendable {
        /// What it is called.
        public let name: String
        /// The number of the measure, which sets the colour.
        public let measure: Int
        /// The number of the embeddings, which sets the dashes.
        public let embeddings: Int
        /// The value at each level, nil for none.
        public let values: [Double?]

        /// Makes a line.
        public init(name: String, measure: Int, embeddings: Int, values: [Double?]) {
            (self.name, self.measure, self.embeddings, self.values) = (name, measure, embeddings, values)
        }

        /// The values scaled to the range from 0 to 1; 0 where all are equal.
        var scaled: [Double?] {
            let known = values.compactMap(\.self)
            guard let least = known.min(), let most = known.max() else { return values }
            // Halved, so that the range of two large numbers of different signs is finite.
            let range = most / 2 - least / 2
            return values.map { $0.map { range > 0 ? ($0 / 2 - least / 2) / range : 0 } }
        }
    }

    private let dataset: String
    private let levels: [(id: String, shift: Double)]
    private let lines: [Line]

    /// Makes a chart.
    ///
    /// - Parameter levels: the levels, with the distance at which they are drawn.
    /// - Precondition: each line has a value, or nil, for each level.
    public init(dataset: String, levels: [(id: String, shift: Double)], lines: [Line]) {
        for line in lines {
            precondition(
                line.values.count == levels.count, "\(line.values.count) values for \(levels.count) levels")
        }
        (self.dataset, self.levels, self.lines) = (dataset, levels, lines)
    }

    /// `axis`.
    public var fileName: String { "axis" }

    /// The title above the chart.
    public var title: String { "The levels of \(dataset) by several measures" }

    /// What the chart shows, in words.
    public var description: String { "Each measure scaled from 0 to 1 over the levels. \(plot.description)" }

    /// One row per line and level: the scaled values.
    public var table: CSVTable {
        CSVTable(
            columns: ["line", "level", "shift", "scaled"],
            rows: lines.flatMap { line in
                zip(levels, line.scaled).compactMap { level, value in
                    value.map { [line.name, level.id, "\(level.shift)", "\($0)"] }
                }
            })
    }

    /// The drawing.
    public func svg(_ format: ChartFormat) -> String { plot.svg(of: self, format) }

    private var plot: LinePlot {
        let markers: [MarkerShape] = [.circle, .diamond, .triangle, .square, .invertedTriangle]
        let dashes: [String?] = [nil, "7 4", "2 3", "10 3 2 3"]
        return LinePlot(
            yTitle: "measures, scaled to the range of the levels", shortYTitle: "scaled measures",
            axis: LevelWords(.fid, nil),
            limits: 0...1,
            lines: lines.map { line in
                LinePlot.Line(
                    name: line.name,
                    style: LineStyle(
                        color: line.measure, width: line.embeddings == 0 ? 2 : 1.5,
                        dash: dashes[line.embeddings % dashes.count], marker: markers[line.measure % markers.count]),
                    points: zip(levels, line.scaled).compactMap { level, value in
                        value.map { (level.id, level.shift, $0, nil) }
                    }, radius: line.embeddings == 0 ? 4.5 : 3.5)
            })
    }
}
