import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import Glyphs200
import Splits

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that a folder of splits is sound.",
        discussion: manual(
            """
            Reads what `oodml make-splits` wrote, or another tool in the same form, and checks it: whether the splits are \
            of this dataset, every class is in one of train, test and removed, counts and sizes are right, levels rise, \
            units stay whole, numbers fit one another; whether folds, matched training sets and held-out sides are parts \
            of what they should be parts of, and episodes fit the dataset. Series in replicate-R/ are checked as well.

            Each violation is one line on standard output: where, what was found, what was expected. The exit status is \
            1 if there is any. What cannot be read at all is an error.

            Splits that `oodml import` wrote are checked in the same way, except for what is not known of them: how they were \
            found, and from which embeddings.

            Given the embeddings, it also computes every distance and kernel discrepancy anew from the classes of the \
            levels, and of an order where random sides are along it, and the nearest classes. From a file of features they must agree to 1e-9 of the distance; from images embedded again by the \
            backbone to 1e-5, since processors differ in single precision, in which networks run. Splits of \
            \(EmbeddedBenchmark.name) need neither option. Under the protocol milbich2021, fid is the exact distance of the \
            classes named as well; reference_fid, which the reference code has instead, is not computed.
            """,
            reads: """
                manifest.json, samples.csv, train-matched.csv, progression.csv,
                nearest.csv, episodes-K.json, replicate-R/ and replicates.json of the folder
                """,
            prints: """
                one line a violation, or that there is none; --format json: violations, and
                what was checked
                """,
            examples: """
                oodml validate splits/glyphs200
                oodml validate splits/mine --samples samples.csv --features feats.npy
                oodml validate splits/photos --root photos \\
                  --backbone resnet50.onnx --format json
                """,
            failure: "there is a violation"))

    @Argument(
        help: ArgumentHelp("The folder that `oodml make-splits` wrote.", valueName: "dir"), completion: .directory,
        transform: path)
    var splits: URL

    @Option(
        help: ArgumentHelp("The table that the splits should be of, in whatever order.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var samples: URL?

    @OptionGroup var reference: ReferenceOptions

    @OptionGroup var output: PrintOptions

    func validate() throws {
        if reference.features != nil && reference.root != nil {
            throw ValidationError("--features excludes --root and --backbone; expected what made the splits")
        }
        if reference.root != nil && reference.backbone == nil {
            throw ValidationError("--root needs --backbone, to embed the images")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        terminal.status("reading")
        var check = try SplitFolderCheck(of: splits, against: samples)
        if check.manifest.importedFrom != nil, reference.features != nil || reference.backbone != nil {
            terminal.note("No distance is computed anew, since those of imported splits were published.")
        } else if let source = try reference.source(
            of: check.manifest, over: check.validation.dataset, at: splits, on: terminal)
        {
            try check.recompute(from: source, report: terminal.show)
        }
        terminal.finish()
        let report = ValidationReport(check)
        switch output.format {
        case .json: try printJSON(report)
        case .text: try printText(report.text(of: splits.relativePath))
        }
        if !check.violations.isEmpty { throw ExitCode.failure }
    }
}

/// What `validate` prints.
private struct ValidationReport: Encodable {
    let violations: [SplitViolation]
    let checked: Checked
    private let isImported: Bool

    private enum CodingKeys: CodingKey { case violations, checked }

    struct Checked: Encodable {
        let classes: Int
        let samples: Int
        let series: Int
        let levels: Int
        let episodeFiles: Int
        let distances: Int

        enum CodingKeys: String, CodingKey {
            case classes, samples, series, levels, distances
            case episodeFiles = "episode_files"
        }
    }

    init(_ check: SplitFolderCheck) {
        violations = check.violations
        isImported = check.manifest.importedFrom != nil
        let dataset = check.validation.dataset
        checked = Checked(
            classes: dataset.classLabels.count, samples: dataset.samples.count, series: check.allSeries.count,
            levels: check.allSeries.reduce(0) { $0 + $1.validation.manifest.levels.count },
            episodeFiles: check.episodeFileCount, distances: check.recomputedDistanceCount)
    }

    func text(of path: String) -> String {
        guard violations.isEmpty else { return violations.map(\.description).joined(separator: "\n") }
        func count(_ number: Int, _ singular: String, _ plural: String) -> String {
            "\(number) \(number == 1 ? singular : plural)"
        }
        return "\(onOneLine(path)): no violation in " + count(checked.series, "series", "series") + " of "
            + count(checked.levels, "level", "levels") + " over "
            + count(checked.classes, "class", "classes") + " and " + count(checked.samples, "sample", "samples")
            + ", with " + count(checked.episodeFiles, "file", "files") + " of episodes; "
            + (checked.distances > 0
                ? count(checked.distances, "distance", "distances") + " computed anew"
                : "no distance computed anew, "
                    + (isImported ? "since they were published" : "which takes --features or --root and --backbone"))
    }
}
