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

    /// Whether the title stands above the drawing of a separate file.
    public let showsTitle: Bool
    /// The font of a separate file, by its family's name; nil for that of the system.
    public let font: String?

    /// A separate file.
    public static let standalone = ChartFormat(width: 760, isStandalone: true)
    /// A figure in a page.
    public static let page = ChartFormat(width: 760, isStandalone: false)
    /// The same figure on a narrow screen, redrawn rather than shrunk, so that its letters stay legible.
    public static let narrowPage = ChartFormat(width: 380, isStandalone: false)

    /// A separate file as a paper wants it: drawn for its width there, so that its letters have their true size.
    ///
    /// - Parameters:
    ///   - width: the width in CSS pixels, 96 to the inch; nil for that of ``standalone``.
    ///   - showsTitle: whether the title stands above the drawing; a paper has it in the caption.
    ///   - font: the family's name, which must hold no quotation mark; nil for that of the system.
    /// - Precondition: `width` is one of ``widths``.
    public static func figure(width: Double? = nil, showsTitle: Bool = true, font: String? = nil) -> ChartFormat {
        precondition(
            width.map(widths.contains) ?? true, "a chart of \(width ?? 0) pixels; it must have \(widths)")
        return ChartFormat(
            width: width ?? standalone.width, isStandalone: true, showsTitle: showsTitle, font: font,
            isFigure: width != nil)
    }

    /// The widths that a figure may have, in CSS pixels: 2 to 20 inches.
    public static let widths: ClosedRange<Double> = 192...1920

    /// Whether the height follows the width.
    let isFigure: Bool

    private init(
        width: Double, isStandalone: Bool, showsTitle: Bool = true, font: String? = nil, isFigure: Bool = false
    ) {
        self.width = width
        self.isStandalone = isStandalone
        self.showsTitle = showsTitle
        self.font = font
        self.isFigure = isFigure
    }

    /// Whether there is only room for short texts.
    var isNarrow: Bool { width < 560 }

    /// The x coordinates of a plot's left and right edges.
    var plot: (left: Double, right: Double) { isNarrow ? (62, width - 14) : (78, width - 30) }

    /// How far the first line of a chart without a title is moved up.
    var rise: Double { isStandalone && showsTitle ? 0 : 34 }

    /// The height of a drawing whose plot begins at `top`, with `below` beneath it.
    func height(_ wide: Double, narrow: Double, top: Double, below: Double, aspect: Double = 0.62) -> Double {
        isFigure ? top + rise + below + aspect * (plot.right - plot.left) : isNarrow ? narrow : wide
    }
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
