import Datasets
import Files
import Foundation
import Reports

/// Charts as files: each as SVG, PNG and PDF, and its numbers as CSV.
///
/// librsvg's `rsvg-convert` makes PNG and PDF from the SVG, so that all three show the same picture.
struct ChartFiles {
    private let converter: URL

    /// - Throws: ``CommandError`` if the converter is not installed.
    init() throws {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").parts(between: ":", keepingEmpty: false)
        let found = folders.map { URL(filePath: $0).appending(path: "rsvg-convert") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        guard let found else {
            throw CommandError(
                "rsvg-convert: there is no such program on PATH; expected the one of Debian's package librsvg2-bin, to make "
                    + "PNG and PDF")
        }
        converter = found
    }

    /// The files of charts: `NAME.svg`, `NAME.png`, `NAME.pdf` and `NAME.csv` for each chart.
    ///
    /// A PNG has 300 pixels to the inch of a width on paper, and else two to a pixel of the drawing.
    func files(of charts: [any Chart], _ format: ChartFormat, isOnPaper: Bool) throws -> [OutputItem] {
        let zoom = isOnPaper ? "\(300.0 / 96)" : "2"
        let folder = try ScratchFolder(for: "charts")
        defer { withExtendedLifetime(folder) {} }
        return try charts.flatMap { chart -> [OutputItem] in
            let drawing = Data(chart.svg(format).utf8)
            let source = try folder.write(drawing, named: "chart.svg")
            let name = chart.fileName
            return [
                OutputItem("\(name).svg", drawing), OutputItem("\(name).csv", text: chart.table.text),
                OutputItem("\(name).png", try converted(source, arguments: ["--format", "png", "--zoom", zoom])),
                OutputItem("\(name).pdf", try converted(source, arguments: ["--format", "pdf"])),
            ]
        }
    }

    private func converted(_ source: URL, arguments: [String]) throws -> Data {
        let target = source.deletingPathExtension().appendingPathExtension("converted")
        // A PDF's date is fixed rather than that of the run, so that the same charts give the same bytes.
        let run = try ProgramRun(
            converter, arguments + ["--output", target.path, source.path], setting: ["SOURCE_DATE_EPOCH": "0"])
        guard run.status == 0 else {
            throw CommandError(
                "\(converter.path): it "
                    + (run.status.map { "failed with status \($0)" } ?? "was ended by signal \(run.signal)")
                    + "; expected a picture of the chart")
        }
        return try InputFile(target).data
    }
}
