import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Statistics

struct Grow: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell how Recall@1 falls as a catalogue grows.",
        discussion: manual(
            """
            A query is answered rightly if no item of another label comes before all of its own. With fewer labels in the \
            gallery that happens more often. For galleries of fewer labels than there are, Recall@1 is computed exactly: the mean \
            over all queries, each over all draws of so many labels with its own, from the number of labels that have an item \
            before the query's own; no draw is made. Items rank as in `oodml score`.

            For larger galleries it is forecast. A label that is not there yet comes before a query's own with some chance; how \
            these chances are distributed over the queries follows from how many of the known labels do. By how much such \
            forecasts are off is found by forecasting what is known: all labels from a half (or a third, and so on), in 20 \
            draws of at least 20 labels each. It holds for new labels that are like the known ones.

            Intervals are over other labels, by the jackknife of `oodml score`.

            --distractors adds rows without labels to every gallery, as the unlabelled million of a benchmark; a query with \
            one of them before its own items is never answered rightly.
            """,
            reads: """
                embeddings   n × d: .npy, .npz, .safetensors or .csv
                --labels     label (or class), optionally sample, camera, group and
                             superclass; a row for each embedding; or labels alone:
                             .npy, or lines of .txt
                """,
            writes: """
                --csv CSV    classes, kind (known or forecast), recall@1, low, high
                --chart SVG  the curve, with its intervals and the forecasts
                """,
            prints: """
                Recall@1 for each size of the gallery, in labels; --format json: the
                same as one object
                """,
            examples: """
                oodml grow test.npy --labels test.csv
                oodml grow test.npy --labels test.csv --sizes 100,1000,10000 \\
                  --forecast 50000 --chart growth.svg
                oodml grow query.npy --labels query.csv --gallery gallery.npy \\
                  --gallery-labels gallery.csv --distractors million.npy
                """))

    @Argument(
        help: ArgumentHelp("The embeddings (n × d).", valueName: "e.npy"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var embeddings: URL

    @OptionGroup var labelling: LabelOptions

    @Option(
        help: ArgumentHelp(
            "Sizes of the gallery, in labels, separated by commas (default: 1, 2 and 5 times powers of ten, and all).",
            valueName: "m,m,…"),
        transform: positiveCounts)
    var sizes: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Larger sizes to forecast, separated by commas (default: twice as many labels as there are; 0: none).",
            valueName: "m,m,…"),
        transform: counts)
    var forecast: [Int] = []

    @Option(
        help: ArgumentHelp("Embeddings without labels that are in every gallery.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var distractors: URL?

    @Option(
        help: ArgumentHelp(
            "The column of the tables with the cameras: items of a query's label and camera do not count for it, as in "
                + "re-identification (default: camera, if there is one; names: by the samples' names; none).",
            valueName: "column|names|none"), transform: CameraSource.init(rawValue:))
    var camera: CameraSource?

    @Option(
        help: ArgumentHelp("The embeddings to retrieve from (m × d), in place of all others.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var gallery: URL?

    @Option(name: [.long, .customLong("distance")], help: "What items are ranked by.")
    var similarity = Similarity.cosine

    @Flag(
        help: """
            Search across groups of samples (the column group): items of a query's class and group do not count for it.
            """)
    var acrossGroups = false

    @Option(help: ArgumentHelp("What the draws are made from that try the forecasts.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp("Write the curve to this file.", valueName: "csv"), completion: .file(extensions: ["csv"]),
        transform: path)
    var csv: URL?

    @Option(
        help: ArgumentHelp("Draw the curve into this file.", valueName: "svg"), completion: .file(extensions: ["svg"]),
        transform: path)
    var chart: URL?

    @Flag(help: "Replace the files of --csv and --chart.")
    var force = false

    @OptionGroup var output: PrintOptions

    func validate() throws {
        guard (gallery == nil) == (labelling.galleryLabels == nil) else {
            throw ValidationError("--gallery and --gallery-labels go together; expected both or neither")
        }
        guard forecast == [0] || !forecast.contains(0) else {
            throw ValidationError("--forecast has 0 among others; expected sizes, or 0 alone for none")
        }
        if let size = forecast.first(where: { $0 > 1_000_000_000 }) {
            throw ValidationError("--forecast has \(size); expected up to 1000000000")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        try requireApart(
            [csv, chart].compactMap(\.self),
            from: [embeddings, gallery, distractors].compactMap(\.self) + labelling.files)
        let tableFile = try csv.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        let chartFile = try chart.map { try OutputFile($0, force: force) { terminal.warn($0) } }
        terminal.status("reading")
        var numbering = LabelNumbering()
        let cameras = camera ?? .automatic
        let set = try LabelledEmbeddings(embeddings, labels: labelling.labels, cameras: cameras, numbering: &numbering)
        let items = try gallery.map { file in
            try LabelledEmbeddings(
                file, labels: labelling.galleryLabels ?? labelling.labels, cameras: cameras, numbering: &numbering)
        }
        labelling.warn(
            about: set, against: items, camera: camera, roleless: "every sample is a query and in the gallery",
            leavingOut: "items of a query's label and camera", on: terminal)
        let extra = try distractors.map(Distractors.init)
        try requireSizes(known: Set((items ?? set).classNumbers).count)
        terminal.status("ranking")
        let growth = try EmbeddingGrowth(
            of: set, among: items, distractors: extra, by: similarity, acrossGroups: acrossGroups, numbering: numbering)
        terminal.status("forecasting")
        let known = growth.points(at: sizes.isEmpty ? growth.defaultSizes : Set(sizes).sorted())
        let ahead =
            forecast == [0]
            ? []
            : growth.forecasts(
                at: forecast.isEmpty ? [2 * growth.classCount] : Set(forecast).sorted(), seed: seed)
        terminal.finish()
        let name = embeddings.deletingPathExtension().lastPathComponent
        let report = GrowthReport(
            name: name, growth: growth, points: known, forecasts: ahead, similarity: similarity)
        switch output.format {
        case .json: try printJSON(report)
        case .text:
            let display = StandardStream.output.display
            try printText(report.text(on: display), on: display, terminator: "")
        }
        // Last: whatever happens to them, the numbers are printed.
        let outputs = [
            tableFile.map { Output.file($0, Data(report.chart.table.text.utf8)) },
            chartFile.map { Output.file($0, Data(report.chart.svg.utf8)) },
        ].compactMap(\.self)
        if !outputs.isEmpty { try replace(outputs, keepingElsewhere: true) }
    }

    /// Refuses sizes of the wrong kind before anything is ranked.
    private func requireSizes(known: Int) throws {
        if let size = sizes.first(where: { $0 > known }) {
            throw CommandError(
                "--sizes: found \(size); expected up to \(known), as many labels as the gallery has (--forecast takes larger ones)"
            )
        }
        if forecast != [0], let size = forecast.first(where: { $0 <= known }) {
            throw CommandError(
                "--forecast: found \(size); expected more than \(known), as many labels as the gallery has (--sizes takes smaller ones)"
            )
        }
    }
}
