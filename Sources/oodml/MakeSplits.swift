public import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
import Foundation
import Frechet
import Glyphs200
import Reports
import Splits

struct MakeSplits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a graded series of class-disjoint train/test splits.",
        discussion: """
            Images come from class folders (--root DIR: class/image or superclass/class/image), from a table of paths \
            (--samples S.csv --root DIR), or from the benchmark that comes with oodml (--dataset glyphs200); a network \
            (--backbone) embeds them. Or the embeddings are in a file already (--features F.npy --samples S.csv).

            The official split is where the series starts. It is the column `split` of --samples, or else the first \
            half of the sorted classes trains.

            EXAMPLES:
              oodml make-splits --dataset glyphs200
              oodml make-splits --root photos --backbone resnet50.onnx
              oodml make-splits --features feats.npy --samples samples.csv \\
                --out splits/mine

            WRITES to the output folder:
              manifest.json    the levels: their classes and distances
              samples.csv      the samples, in the order that evaluate expects
              progression.csv  every step of the search
              progression.svg  the distance along the steps, as a picture
            """)

    @Option(help: ArgumentHelp("The benchmark that comes with oodml: \(Glyphs200.name).", valueName: "name"))
    var dataset: String?

    @Option(
        help: ArgumentHelp("The folder of the images.", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp(
            "A table with the columns sample, class, and optionally superclass and split (train or test).",
            valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var samples: URL?

    @Option(
        help: ArgumentHelp(
            "The network that embeds the images, ONNX or OpenVINO, with its preprocessing beside it in a timm "
                + "config.json or a Hugging Face preprocessor_config.json.",
            valueName: "model"),
        completion: .file(), transform: path)
    var backbone: URL?

    @Option(
        help: ArgumentHelp("Embeddings instead of images: one row for each row of --samples.", valueName: "npy"),
        completion: .file(extensions: ["npy"]), transform: path)
    var features: URL?

    @Option(
        help: ArgumentHelp("The output folder (default: splits/NAME).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @Option(help: "The name of the dataset in the manifest (default: that of the folder or table).")
    var name: String?

    @Option(help: ArgumentHelp("How many levels to make.", valueName: "n"))
    var levels = 9

    @Option(help: "What the distance is computed over: all samples, or one mean for each class.")
    var statistic = ShiftStatistic.samples

    @Option(
        help: ArgumentHelp("How many pairs of classes a step exchanges (default: classes / 200).", valueName: "n"))
    var swapsPerStep: Int?

    @Option(help: ArgumentHelp("The part of each side's classes that removal leaves.", valueName: "fraction"))
    var keepFraction = 0.6

    @Option(help: ArgumentHelp("The number of classes that removal leaves on each side at least.", valueName: "n"))
    var minClasses = 10

    @Option(help: ArgumentHelp("Random exchanges for each null band (0: no bands).", valueName: "n"))
    var draws = 20

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let dataset, dataset != Glyphs200.name {
            throw ValidationError("--dataset \(dataset) is not known; expected \(Glyphs200.name), or --root DIR")
        }
        switch (dataset, root, samples, features) {
        case (_?, nil, nil, nil), (nil, _?, _, nil), (nil, nil, _?, _?): break
        default:
            throw ValidationError(
                "expected one of: --dataset NAME; --root DIR, with or without --samples; --features NPY --samples CSV")
        }
        if root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
        if features != nil && backbone != nil { throw ValidationError("--features and --backbone exclude each other") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let dataset = try readDataset()
        let settings = SplitProtocol(
            unitCount: dataset.classLabels.count, statistic: statistic, levelCount: levels,
            swapsPerStep: swapsPerStep, keepFraction: keepFraction, minimumClassCount: minClasses, nullDraws: draws)
        try settings.validate()
        let folder = try OutputFolder(out ?? URL(filePath: "splits/\(dataset.name)"), force: output.force)

        let (matrix, provenance) = try source.embeddings(of: dataset, task: "embedding", on: terminal)
        let embedded = try EmbeddedDataset(dataset: dataset, embeddings: matrix, statistic: statistic)
        warnAboutSizes(of: embedded, on: terminal)
        let progression = try Progression(of: embedded, by: settings) { origin, step in
            terminal.status("searching: \(origin.rawValue), step \(step)")
        }
        let chosen = progression.levels(count: levels)
        if chosen.count < levels {
            terminal.warn("the distances reached allow \(chosen.count) levels that differ by 1 %, not \(levels)")
        }
        let manifest = SplitManifest(
            generator: generator, embedded: embedded, provenance: provenance, settings: settings, levels: chosen)
        let written = try folder.write([
            ("samples.csv", Data(dataset.sampleTable.text.utf8)),
            ("progression.csv", Data(progression.table(for: dataset).text.utf8)),
            ("progression.svg", Data(chart(of: progression, manifest: manifest).svg.utf8)),
            ("manifest.json", try manifest.json),
        ])
        terminal.finish()
        switch output.format {
        case .json: FileHandle.standardOutput.write(try manifest.json)
        case .text: print(summary(of: manifest, written: written))
        }
    }

    private func readDataset() throws -> Dataset {
        if let samples {
            return try Dataset(sampleTableAt: samples, name: name ?? samples.deletingPathExtension().lastPathComponent)
        }
        if let root {
            return try Dataset(classFoldersAt: root, name: name ?? root.standardizedFileURL.lastPathComponent)
        }
        return try Dataset(classFoldersAt: Glyphs200.images, name: name ?? Glyphs200.name)
    }

    private var source: EmbeddingSource {
        if let features { return .features(features) }
        return .network(backbone ?? Glyphs200.backbone, images: root ?? Glyphs200.images)
    }

    private func warnAboutSizes(of embedded: EmbeddedDataset, on terminal: Terminal) {
        let official = ClassPartition(sides: embedded.dataset.officialSides)
        let (train, test) = (official.classes(on: .train), official.classes(on: .test))
        if abs(train.count - test.count) > 1 {
            terminal.warn(
                "the official split has \(train.count) train and \(test.count) test classes; every level keeps that balance"
            )
        }
        let counts = [train, test].map { classes in
            statistic == .classMeans ? classes.count : embedded.dataset.samples(ofClasses: classes).count
        }
        let (smallest, d) = (min(counts[0], counts[1]), embedded.embeddings.columnCount)
        if smallest <= d {
            terminal.warn(
                "a side has \(smallest) \(statistic == .classMeans ? "classes" : "samples") in \(d) dimensions; so few make "
                    + "every distance too large, and only levels of equal size comparable")
        }
    }
}

extension ShiftStatistic: ExpressibleByArgument {}
