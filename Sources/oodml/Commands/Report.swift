import ArgumentParser
import Datasets
import Experiments
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import Reports
import Splits

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a page of a benchmark and of models scored along it.",
        discussion: manual(
            """
            The page is one HTML file that opens from disk and asks no network for anything: what was found in sentences, \
            a tile for each model, one chart of all curves with switches, the distance along the steps, a map of the \
            classes, a card for each level and what its sides consist of, tables, examples of retrieval and a table of \
            classes. Models are folders that `oodml evaluate` wrote, results.json itself or a \
            folder seed-S for each training run.

            Small images are put into the page where they are at hand: --root, or those of \(EmbeddedBenchmark.name).

            --charts writes every chart for papers too, as SVG, PNG and PDF, with its numbers as CSV beside it; that needs \
            rsvg-convert of Debian's package librsvg2-bin. With --width the charts are drawn for that width on paper. The \
            tables of models, of their gains and of pairs are written for LaTeX (package booktabs) and Markdown.
            """,
            reads: """
                manifest.json, samples.csv, progression.csv and class-map.csv of the splits;
                results.json, per-class.csv and retrieval-examples.json of each model;
                images below --root
                """,
            writes: """
                report.html       the page (--out)
                NAME.svg, NAME.png, NAME.pdf, NAME.csv  each chart (--charts)
                table-NAME.tex, table-NAME.md  the tables of models (--charts)
                receipt.csv       which files of charts these are, with sizes and digests
                """,
            prints: """
                the paths of the page and of the folder of charts; --format json: page,
                charts
                """,
            examples: """
                oodml report splits/glyphs200
                oodml report splits/glyphs200 splits/glyphs200/example
                oodml report splits/photos results/triplet results/margin \\
                  --root photos --out report.html --charts figures
                oodml report splits/photos results/triplet --charts figures \\
                  --width 3.25in --no-title --font Times
                """))

    @Argument(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Argument(
        help: ArgumentHelp("The folders that `oodml evaluate` wrote, one for each model.", valueName: "results"),
        completion: .directory, transform: path)
    var results: [URL] = []

    @Option(
        help: ArgumentHelp("The folder of the images (not needed for \(EmbeddedBenchmark.name)).", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp("The page (default: report.html in the folder of the splits).", valueName: "file"),
        completion: .file(extensions: ["html"]), transform: path)
    var out: URL?

    @Option(
        help: ArgumentHelp("A folder for the charts as files (default: none are written).", valueName: "dir"),
        completion: .directory,
        transform: path)
    var charts: URL?

    @OptionGroup var figures: FigureOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard charts != nil || !figures.isGiven else {
            throw ValidationError("--width, --no-title and --font are for charts as files; expected --charts as well")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let file = out ?? splits.appending(path: "report.html")
        let pageFile = try OutputFile(file, force: output.force) { terminal.warn($0) }
        let chartFolder = try charts.map {
            try OutputFolder($0, result: "charts", force: output.force) { terminal.warn($0) }
        }
        try requireApart([file] + (charts.map { [$0] } ?? []))
        let chartFiles = try charts.map { _ in try ChartFiles() }
        let page = try ReportPage(of: SplitFolder(at: splits), models: results.map(ResultsFolder.init(at:)))
        let images = images(of: page, on: terminal)
        terminal.status("writing")
        let drawn =
            try chartFiles.map { files in
                try files.files(of: page.charts, figures.format, isOnPaper: figures.width != nil)
                    + page.paperTables.flatMap { name, table in
                        [
                            OutputItem("table-\(name).tex", text: table.latex),
                            OutputItem("table-\(name).md", text: table.markdown),
                        ]
                    }
            } ?? []
        let drawings = chartFolder.map { Output.folder($0, drawn) }
        try replace((drawings.map { [$0] } ?? []) + [.file(pageFile, Data(page.html(images: images).utf8))])
        let written =
            (charts.map { folder in drawn.map { folder.appending(path: $0.path).relativePath } } ?? [])
            + [file.relativePath]
        terminal.finish()
        switch output.format {
        case .json:
            let json = try stableJSON(Written(page: file.relativePath, charts: Array(written.dropLast())))
            try writeToStandardOutput(Data(json.utf8))
        case .text:
            let folders = charts.map { ["\($0.relativePath) (\(drawn.count) files)"] } ?? []
            try printText(pathsWritten(folders + [file.relativePath], on: StandardStream.output.display))
        }
    }

    private struct Written: Encodable {
        let page: String
        let charts: [String]
    }

    /// Small pictures of the samples that the page shows, as `data:` addresses.
    private func images(of page: ReportPage, on terminal: Terminal) -> [String: String] {
        guard let folder = root ?? page.manifest.embeddedImages else {
            terminal.note("The page has no images; oodml report with --root, their folder, adds them.")
            return [:]
        }
        let ids = page.pictured.sorted()
        var images: [String: String] = [:]
        var failures: [String] = []
        for (number, id) in ids.enumerated() {
            terminal.advance("images", number + 1, of: ids.count)
            do {
                let file = try place(of: id, below: folder).path
                let picture = try Image8(contentsOfFile: file).thumbnail(side: 96)
                images[id] = "data:image/webp;base64,\(Data(picture).base64EncodedString())"
            } catch {
                failures.append("\(error)")
            }
        }
        if let first = failures.first {
            // Where the folder is another one, that says more than a path that is not there.
            var reason = first
            if images.isEmpty {
                do { try page.dataset.requireFiles(below: folder) } catch { reason = "\(error)" }
            }
            terminal.warn("\(failures.count) of \(ids.count) images cannot be shown: \(reason)")
        }
        return images
    }
}
