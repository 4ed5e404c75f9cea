public import ArgumentParser
import Datasets
public import Evaluation
import Experiments
import Files
import Foundation
import Reports
public import Retrieval

struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare models that were scored along the same splits.",
        discussion: manual(
            """
            Each folder is one model: what `oodml evaluate` wrote, results.json itself or a folder seed-S for each \
            training run. Several runs of a model enter as their mean.

            Models are compared in the catalogue, where the whole dataset is searched with the same queries at every level; \
            there, an embedding that is never trained scores the same at every level, so that a difference that changes \
            along the levels is what shift costs one model more than the other. Only from these changes is that concluded. \
            With --gallery full or matched, or --direction forward or reverse, there are numbers within the test classes, \
            the protocol of the paper, and no such conclusion.

            Errors are over classes, and differences between models are paired: whatever makes a class hard for both \
            cancels out. P-values are adjusted by Holm's method, those of AGS over all pairs, those of levels over all pairs \
            and levels: the chance that any difference is called significant at 0.05 where there is none is at most 5 %. The \
            interval over runs is another thing: how far the mean over more training runs may be, on these classes.
            """,
            reads: """
                results.json of each folder, or of each folder seed-S within it
                """,
            writes: """
                comparison.json  values, ranks, gains, changes and differences with
                                 intervals, and what tuning changed
                comparison.csv   one model and level a row
                curves.svg       the models' curves
                changes.svg      each model less the mean of all, with fitted lines
                gains.svg        each model less the frozen features, among all classes
                receipt.csv      which files these are, with sizes and digests
                """,
            prints: """
                the table of models with their ranks, and what was found, in sentences;
                with --verbose those of gains over the frozen features, of changes against
                the mean, of pairs and of what tuning changed too, and on a terminal all
                curves; --format json: comparison.json; --format latex or markdown: the
                tables of models, gains and pairs for a paper
                """,
            examples: """
                oodml compare results/triplet results/margin
                oodml compare results/a results/b results/c \\
                  --metric map@r --gallery matched --backbone
                oodml compare results/a results/b --format latex > tables.tex
                """))

    @Argument(
        help: ArgumentHelp("The folders that `oodml evaluate` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var results: [URL]

    @Option(
        help: ArgumentHelp(
            "What to compare, by its name in results.json (default: map@r, or else the first).", valueName: "name"),
        completion: .list(RetrievalMetric.standard.map(\.name)))
    var metric: RetrievalMetric?

    @Option(
        help: ArgumentHelp(
            "All classes, a level's test classes, or galleries of equal size (default: catalogue, where all have it).",
            valueName: GalleryKind.allCases.map(\.rawValue).joined(separator: "|")))
    var gallery: GalleryKind?

    @Option(
        help: ArgumentHelp(
            "The axis: the distance, what it is above that of random sides, or the order that make-splits --order made "
                + "(default: order, where levels have one; else fid).",
            valueName: ShiftAxis.allCases.map(\.rawValue).joined(separator: "|")))
    var over: ShiftAxis?

    @Option(help: "One way of training and testing, or the mean of both.")
    var direction = DirectionOrMean.mean

    @Flag(help: "Add the frozen features, the backbone's or those that heads take, as one more model.")
    var backbone = false

    @Flag(help: "Add each model with its tricks at test time as one more model.")
    var tricked = false

    @Option(
        help: ArgumentHelp("The output folder (default: results/comparison).", valueName: "dir"),
        completion: .directory, transform: path)
    var out = URL(filePath: "results/comparison")

    @Flag(help: "Print each level and each pair of models, too.")
    var verbose = false

    @OptionGroup var output: TableOutputOptions

    private var frozenName: String { "frozen features" }

    func run() throws {
        let names = ["comparison.csv", "curves.svg", "changes.svg", "gains.svg", "comparison.json"]
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let folder = try OutputFolder(out, result: "comparison", force: output.force) { terminal.warn($0) }
        try folder.requireRoom(for: names)
        let entries = try entries()
        let comparison = try compared(entries)
        // Results without errors in the test classes, or of other directions, are no reason to fail.
        let within =
            comparison.gallery == .catalogue
            ? try? ModelComparison(entries, metric: comparison.metric, gallery: .full, over: comparison.axis) : nil
        let json = Data(try stableJSON(comparison).utf8)
        var items = [
            OutputItem(names[0], text: comparisonTable(comparison).text),
            OutputItem(names[1], text: ComparisonChart(comparison, .values).svg),
            OutputItem(names[2], text: ComparisonChart(comparison, .changes).svg),
        ]
        let gains = GainChart(
            runs: entries.filter { $0.subject == .model }.map { ($0.name, $0.runs) }, metric: comparison.metric,
            over: comparison.axis)
        if comparison.gallery == .catalogue, !gains.isEmpty { items.append(OutputItem(names[3], text: gains.svg)) }
        items.append(OutputItem(names[4], json))
        let written = try folder.write(items)
        switch output.format {
        case .json: try writeToStandardOutput(json)
        case .latex, .markdown:
            let tables = paperTables(comparison, within: within).map { _, table in
                output.format == .latex ? table.latex : table.markdown
            }
            try writeToStandardOutput(Data(tables.joined(separator: "\n").utf8))
        case .text:
            try printText(
                summary(
                    of: comparison, within: within, written: written,
                    isWhole: verbose, on: StandardStream.output.display),
                on: StandardStream.output.display)
        }
    }

    /// Names the folder, not the model, if results cannot be compared.
    private func compared(_ entries: [ModelComparison.Entry]) throws -> ModelComparison {
        let runs = entries.flatMap(\.runs)
        let metric = metric ?? runs.first?.headlineMetric ?? .averagePrecisionAtR
        let gallery = gallery ?? (direction == .mean && runs.allSatisfy(\.hasCatalogue) ? .catalogue : .full)
        do {
            return try ModelComparison(
                entries, metric: metric, gallery: gallery, direction: direction, over: over)
        } catch EvaluationError.incomparable(let name, let found, let expected) {
            let names = ResultsFolder.shortNames(of: results.map(ResultsFolder.init(at:)))
            let folder = names.firstIndex { name == $0 || name.begins(with: "\($0) + ") }.map {
                results[$0].relativePath
            }
            throw CommandError("\(folder ?? name): cannot be compared: found \(found); expected \(expected)")
        }
    }

    private func entries() throws -> [ModelComparison.Entry] {
        var entries: [ModelComparison.Entry] = []
        let names = ResultsFolder.shortNames(of: results.map(ResultsFolder.init(at:)))
        let models = try zip(names, results).map { ($0, try ResultsFolder(at: $1).runs()) }
        for (name, runs) in models {
            entries.append(.init(name: name, runs: runs))
            let tricks = runs[0].settings.tricks
            if tricked, !tricks.isEmpty {
                entries.append(
                    .init(name: "\(name) + \(tricks.joined(separator: " + "))", runs: runs, subject: .tricked))
            }
        }
        if backbone, let first = models.first {
            entries.append(.init(name: frozenName, runs: [first.1[0]], subject: .backbone))
        }
        return entries
    }
}

extension GalleryKind: ExpressibleByArgument {}

extension ShiftAxis: ExpressibleByArgument {}

extension DirectionOrMean: ExpressibleByArgument {}

extension RetrievalMetric: ExpressibleByArgument {
    /// The metric with this name on the command line.
    public init?(argument: String) {
        self.init(name: argument)
    }

    /// The metric's name in the help.
    public var defaultValueDescription: String { name }
}
