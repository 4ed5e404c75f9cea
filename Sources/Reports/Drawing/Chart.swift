internal import Evaluation
public import Files
internal import Retrieval

/// Where a chart will be shown.
public struct ChartFormat: Sendable, Equatable {
    /// The width in the drawing's units, which are CSS pixels at its natural size.
    public let width: Double
    /// Whether the chart is a separate file with its own title, background and style sheet; otherwise the page has
    /// these.
    public let isStandalone: Bool

    /// A separate file.
    public static let standalone = ChartFormat(width: 760, isStandalone: true)
    /// A figure in a page.
    public static let page = ChartFormat(width: 760, isStandalone: false)
    /// The same figure on a narrow screen, redrawn rather than shrunk, so that its letters stay legible.
    public static let narrowPage = ChartFormat(width: 380, isStandalone: false)

    /// Whether there is only room for short texts.
    var isNarrow: Bool { width < 560 }

    /// The x coordinates of a plot's left and right edges.
    var plot: (left: Double, right: Double) { isNarrow ? (58, width - 14) : (78, width - 30) }

    /// How far the first line of a chart without a title is moved up.
    var rise: Double { isStandalone ? 0 : 34 }
}

/// A picture of numbers: drawn as SVG, described in words for readers who cannot see it, and given as a table.
public protocol Chart: Sendable {
    /// The name of its files, without the extension.
    var fileName: String { get }
    /// The title.
    var title: String { get }
    /// What the picture shows, in words.
    var description: String { get }
    /// The numbers drawn.
    var table: CSVTable { get }
    /// The drawing, a single root element.
    func svg(_ format: ChartFormat) -> String
}

extension Chart {
    /// The drawing as a separate file.
    public var svg: String { svg(.standalone) }
}

extension RetrievalMetric {
    /// The name as part of a file name, as in `recall-1`.
    var fileName: String { name.replacing(bytes: ["@": "-", "_": "-"]) }
}
