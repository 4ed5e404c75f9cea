internal import Evaluation
public import Files
internal import Retrieval

/// Where a chart is to be shown.
public struct ChartFormat: Sendable, Equatable {
    /// The width in the units of the drawing, which are CSS pixels at its natural size.
    public let width: Double
    /// Whether it is a file of its own, with its title, its ground and its style sheet; in a page the page has them.
    public let isStandalone: Bool

    /// A file of its own.
    public static let standalone = ChartFormat(width: 760, isStandalone: true)
    /// A figure of a page.
    public static let page = ChartFormat(width: 760, isStandalone: false)
    /// The same figure on a narrow screen, redrawn rather than shrunk, so that its letters stay legible.
    public static let narrowPage = ChartFormat(width: 380, isStandalone: false)

    /// Whether there is room for short texts only.
    var isNarrow: Bool { width < 560 }

    /// The coordinates of a plot's left and right end.
    var plot: (left: Double, right: Double) { isNarrow ? (58, width - 14) : (78, width - 30) }

    /// How far the first line of a chart is moved up where it has no title.
    var rise: Double { isStandalone ? 0 : 34 }
}

/// A picture of numbers: drawn as SVG, told as text for those who do not see it, and given as a table.
public protocol Chart: Sendable {
    /// What its files are called, without the extension.
    var fileName: String { get }
    /// The title.
    var title: String { get }
    /// What the picture shows, in words.
    var description: String { get }
    /// The numbers that are drawn.
    var table: CSVTable { get }
    /// The drawing, of one root element.
    func svg(_ format: ChartFormat) -> String
}

extension Chart {
    /// The drawing as a file of its own.
    public var svg: String { svg(.standalone) }
}

extension RetrievalMetric {
    /// The name as a part of a file's name, as in `recall-1`.
    var fileName: String { name.replacing("@", with: "-").replacing("_", with: "-") }
}
