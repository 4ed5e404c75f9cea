import ArgumentParser
import Foundation
import Reports

/// A width on paper, as `3.25in`.
struct PaperWidth: ExpressibleByArgument {
    /// The width in CSS pixels, 96 to the inch.
    let pixels: Double

    private static let pixelsOfUnits: [(unit: String, pixels: Double)] = [
        ("in", 96), ("cm", 96 / 2.54), ("mm", 96 / 25.4), ("pt", 96 / 72.27), ("px", 1),
    ]

    /// Parses a number and a unit: inches, centimetres, millimetres, points of TeX (72.27 to the inch) or CSS pixels.
    init?(argument: String) {
        guard
            let (unit, size) = Self.pixelsOfUnits.first(where: { argument.utf8.suffix(2).elementsEqual($0.unit.utf8) }),
            let number = Double(String(decoding: argument.utf8.dropLast(unit.utf8.count), as: UTF8.self)),
            ChartFormat.widths.contains(number * size)
        else { return nil }
        pixels = number * size
    }
}

/// The name of a family of fonts, as it may stand in a drawing.
struct FontName: ExpressibleByArgument {
    let name: String

    init?(argument: String) {
        guard !argument.isEmpty, !argument.utf8.contains(where: { $0 < 0x20 || "'\"\\;{}<>&".utf8.contains($0) }) else {
            return nil
        }
        name = argument
    }
}

/// Options for charts as a paper wants them.
struct FigureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The width of the charts on paper, as 3.25in (or cm, mm, pt, px), of 2in to 20in: they are drawn for it, so that "
                + "letters have their true size, with PNG at 300 dpi (default: 760px, with PNG at twice that).",
            valueName: "length"))
    var width: PaperWidth?

    @Flag(help: "Leave out the titles above the charts, which a paper has in its captions.")
    var noTitle = false

    @Option(
        help: ArgumentHelp("The font of the charts, by its family's name (default: the system's).", valueName: "name"))
    var font: FontName?

    /// Whether any of them is given.
    var isGiven: Bool { width != nil || noTitle || font != nil }

    /// How the charts are drawn.
    var format: ChartFormat { .figure(width: width?.pixels, showsTitle: !noTitle, font: font?.name) }
}

/// How `compare` prints its tables.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
    case latex
    case markdown
}

/// ``OutputOptions`` of a command whose tables go into papers.
struct TableOutputOptions: ParsableArguments {
    @Option(help: "What to print on standard output.")
    var format: TableFormat = .text

    @Flag(name: .shortAndLong, help: "Print no progress and no warnings.")
    var quiet = false

    @Flag(help: "Replace results of another run in the output folder; your own files there stay.")
    var force = false
}
