import ArgumentParser
import Embeddings
import Evaluation
import Experiments
import Files
import Foundation
import Reports
import Retrieval
import Splits

struct Axis: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask whether the axis of splits is real, by other measures and other embeddings.",
        discussion: manual(
            """
            Levels are graded by one number of one network's embeddings, the Fréchet distance. This measures them by four more: \
            KID and a Gaussian MMD, both unbiased and squared; the energy distance, unbiased and in its squared form; and the novelty \
            of test classes, the median distance of a test class from its nearest training class, between class means, divided by \
            the typical distance of a sample from its class mean. Each stands beside the same number of random sides. All are Euclidean, \
            of the embeddings as they are, and over all samples: every pair of samples is visited once.

            --also measures them by other embeddings of the same samples too, and says whether these order the levels alike. \
            Those that made the splits are found or named as in `oodml validate`; without them only those of --also are used.

            With --results, the score of each test class at each level is set against its distance from the nearest training class: \
            a curve over hundreds of classes beside the few levels. The slope within classes compares each class with \
            itself at other levels, so that how easy a class is in itself does not count. Scores are those in the test classes. \
            Errors are by the jackknife over classes, each left out at all levels at once, or over whole superclasses or units where \
            there are ten or more.
            """,
            reads: """
                manifest.json and samples.csv of the splits; embeddings: .npy, .npz,
                .safetensors, .csv or stores; results.json and per-class.csv of results
                """,
            writes: """
                axis.json    all measures, random sides, agreement and curves (--out)
                axis.csv     the measures, one row a number
                novelty.csv  each test class at each level: its nearest training class,
                             the distance, and its scores
                axis.svg     the measures over the levels, each scaled to 0…1
                novelty.svg  scores over the novelty, with --results
                receipt.csv  which files these are, with sizes and digests
                """,
            prints: """
                of each embeddings a table of the levels by all measures, then what was
                found, in sentences; --format json: axis.json
                """,
            examples: """
                oodml axis splits/glyphs200
                oodml axis splits/glyphs200 --results splits/glyphs200/example
                oodml axis splits/mine --features dino.npy --also clip.npy \\
                  --results results/triplet --out results/axis
                """))

    @Argument(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @OptionGroup var reference: ReferenceOptions

    @Option(
        help: ArgumentHelp("Other embeddings of the same samples; can be given several times.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var also: [URL] = []

    @Option(
        help: ArgumentHelp(
            "A folder that `oodml evaluate` wrote; can be given several times.", valueName: "dir"),
        completion: .directory, transform: path)
    var results: [URL] = []

    @Option(help: ArgumentHelp("The score of --results.", valueName: "map@r|recall@1"))
    var metric = RetrievalMetric.averagePrecisionAtR

    @Option(
        help: ArgumentHelp(
            "The standard deviation of the Gaussian kernel (default: the median distance of two samples; CMMD has 10, on normalised embeddings).",
            valueName: "e"))
    var bandwidth: Double?

    @Option(
        help: ArgumentHelp(
            "Random exchanges of its classes that each level is compared with; 0 for none.", valueName: "n"))
    var draws = 20

    @Option(
        help: ArgumentHelp(
            "Use this many samples at most for KID, MMD and the energy distance, the same part of each class (default: all).",
            valueName: "n"))
    var sampleLimit: Int?

    @Option(
        help: ArgumentHelp("The output folder (default: nothing is written).", valueName: "dir"),
        completion: .directory,
        transform: path)
    var out: URL?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard ClassScores.metrics.contains(metric) else {
            throw ValidationError(
                "--metric is \(metric.name); expected \(ClassScores.metrics.map(\.name).joined(separator: " or ")), which are known of classes"
            )
        }
        if let bandwidth, !(bandwidth > 0 && bandwidth < 1e150) {
            throw ValidationError("--bandwidth is \(bandwidth); expected a positive number")
        }
        guard draws == 0 || (2...100_000).contains(draws) else {
            throw ValidationError("--draws is \(draws); expected 0, or 2 to 100000")
        }
        if let sampleLimit, sampleLimit < 4 {
            throw ValidationError("--sample-limit is \(sampleLimit); expected 4 or more")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let names = ["axis.csv", "novelty.csv", "axis.svg", "novelty.svg", "axis.json"]
        let folder = try out.map { try OutputFolder($0, result: "axis", force: output.force) { terminal.warn($0) } }
        try folder?.requireRoom(for: names)
        try requireApart(
            out.map { [$0] } ?? [], from: [splits] + results + also + [reference.features].compactMap(\.self))
        terminal.status("reading")
        let folderOfSplits = try SplitFolder(at: splits)
        let inputs = try inputs(of: folderOfSplits, on: terminal)
        var settings = ShiftMeasurements.Settings()
        (settings.bandwidth, settings.nullDraws, settings.sampleLimit) = (bandwidth, draws, sampleLimit)
        let axis = try SplitAxis(of: folderOfSplits, by: inputs, settings: settings, report: terminal.show)
        terminal.status("reading results")
        let modelNames = ResultsFolder.shortNames(of: results.map(ResultsFolder.init(at:)))
        let models = try zip(modelNames, results).map {
            try NoveltyOfResults(in: ResultsFolder(at: $1), name: $0, along: axis, metric: metric)
        }
        terminal.finish()
        let report = AxisReport(axis: axis, models: models, sampleLimit: sampleLimit)
        let json = Data(try stableJSON(report).utf8)
        let chart = report.noveltyChart
        let items =
            [
                OutputItem(names[0], text: report.table.text), OutputItem(names[1], text: report.noveltyTable.text),
                OutputItem(names[2], text: report.chart.svg),
            ] + (chart.map { [OutputItem(names[3], text: $0.svg)] } ?? []) + [OutputItem(names[4], json)]
        let written = try folder?.write(items) ?? []
        switch output.format {
        case .json: try writeToStandardOutput(json)
        case .text:
            let display = StandardStream.output.display
            try printText(
                report.text(on: display) + (written.isEmpty ? "" : "\n" + pathsWritten(written, on: display) + "\n"),
                on: display, terminator: "")
        }
    }

    /// The embeddings that made the splits, if they are known, and the others.
    private func inputs(of splits: SplitFolder, on terminal: Terminal) throws -> [SplitAxis.Input] {
        let source = try reference.source(
            of: splits.manifest, over: splits.dataset, at: splits.url, on: terminal)
        guard source != nil || !also.isEmpty else {
            throw CommandError(
                "\(splits.url.relativePath): found no embeddings to measure by; expected --features (or --root and --backbone), which "
                    + "made the splits, or --also")
        }
        let made =
            reference.features ?? reference.backbone
            ?? URL(
                filePath: splits.manifest.embeddings?.file ?? splits.manifest.dataset.name)
        if source == nil {
            terminal.note(
                "The embeddings that made the splits are not known here (--features), so only those of --also measure.")
        }
        let names = embeddingNames((source == nil ? [] : [made]) + also)
        let first = source.map { [SplitAxis.Input(name: names[0], source: $0, madeSplits: true)] } ?? []
        return first + zip(names.suffix(also.count), also).map { .init(name: $0, source: .features($1)) }
    }
}
