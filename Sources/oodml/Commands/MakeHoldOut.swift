public import ArgumentParser
import Datasets
import Embeddings
import Experiments
import Files
import Foundation
import Glyphs200
public import Splits

struct MakeHoldOut: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "holdout",
        abstract: "Divide a catalogue once, into training, validation and test classes that are hard to carry over to.",
        discussion: manual(
            """
            No class is in two parts. The test classes are as far from all others as the search can get them at this ratio \
            (--difficulty hardest), as near (easiest), in the middle of random choices (median), or at a squared Fréchet \
            distance (a number). Validation classes are random ones of the rest: what a model loses from validation to test \
            is the shift. With --validation far they are those farthest from the training classes, for whoever chooses \
            models by what they do on unlike classes. The distance is that between the test classes and all others.

            The ratio is of classes, or --by samples. Where every class may move alone, parts have their shares of classes \
            exactly, by largest remainders, at least one each. Otherwise whole units decide, and what came out is printed. \
            Samples of one `group` are in one part, with all classes that share it; --unit keeps superclasses or the values \
            of a column whole; --stratify gives every part its share of each value of a column; --pin names classes that \
            must be in a part.

            The same controls as for make-splits come with it: random exchanges that keep what was asked for (null), and \
            samples that had no part in the search (held out).

            The folder holds splits of one level, holdout, so that evaluate, train, validate, report and export take it. \
            The level trains on the classes of both other parts; --fold 0 there trains without the validation classes, and \
            scores on them.
            """,
            reads: """
                --root, --samples, --features, --dataset and --backbone as make-splits
                --pin CSV      class, part: train, validation or test
                """,
            writes: """
                holdout.csv        every sample with its class and part
                manifest.json      the parts, distances, controls and settings
                samples.csv        the samples, in the order that evaluate expects
                train-matched.csv  the samples to train on, with validation
                class-map.csv      the class means along their two main directions
                holdout/PART/CLASS/IMAGE, classes.csv
                                   links to the images, with --links
                receipt.csv        which files these are, with sizes and digests
                """,
            prints: """
                the size of each part, the distance with its controls, and what the shift
                is; --format json: manifest.json
                """,
            examples: """
                oodml holdout --features feats.npy --samples samples.csv --ratio 70/10/20
                oodml holdout --dataset glyphs200 --ratio 80/20 --out splits/hard
                oodml holdout --root photos --backbone resnet50.onnx --ratio 70/10/20 \\
                  --links --out splits/photos-holdout
                oodml holdout --features feats.npy --samples samples.csv --by samples \\
                  --ratio 60/20/20 --stratify superclass --difficulty median
                """))

    @OptionGroup var data: DatasetOptions

    @OptionGroup var areas: AreaOptions

    @Option(
        help: ArgumentHelp(
            "The network that embeds the images, ONNX, OpenVINO or TFLite, with its preprocessing beside it in the "
                + "config file of timm, Hugging Face or OpenCLIP.",
            valueName: "model"),
        completion: .file(extensions: networkFileExtensions), transform: path)
    var backbone: URL?

    @Option(
        help: ArgumentHelp(
            "Embeddings instead of images (.npy, .npz, .safetensors, .csv): one row for each row of --samples, found by id "
                + "where the file has ids.",
            valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var features: URL?

    @Option(
        help: ArgumentHelp("The output folder (default: splits/NAME-holdout).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @Option(
        help: ArgumentHelp(
            "How large the parts are, one against another: train/validation/test, or train/test (default: 70/10/20).",
            valueName: "t/v/e"),
        transform: partRatio)
    var ratio = PartRatio(train: 70, validation: 10, test: 20)

    @Option(help: "What the ratio is of.")
    var by = HoldOutSettings.Measure.classes

    @Option(
        help: ArgumentHelp(
            "How far the test classes are from the others: hardest, median, easiest, or a distance (fid), met to 2 % "
                + "(default: hardest).",
            valueName: "hardest|median|easiest|fid"),
        completion: .list(["hardest", "median", "easiest"]), transform: holdOutDifficulty)
    var difficulty = HoldOutSettings.Difficulty.hardest

    @Option(help: "Which of the other classes are for validation: random ones, or those far from the training classes.")
    var validation = HoldOutSettings.ValidationChoice.random

    @Option(
        help: ArgumentHelp(
            "Give every part its share of each value of this column, which has one value a class.", valueName: "column")
    )
    var stratify: String?

    @Option(
        help: ArgumentHelp("A table of classes that must be in a part: class, part.", valueName: "csv"),
        completion: .file(extensions: ["csv"]), transform: path)
    var pin: URL?

    @Option(
        help: ArgumentHelp(
            "What is in one part as a whole: class, superclass, or a column of --samples.",
            valueName: "class|superclass|column"),
        completion: .list(["class", "superclass"]))
    var unit = UnitRule.class

    @Option(help: "What the distance is computed over: all samples, or one mean for each class.")
    var statistic = ShiftStatistic.samples

    @Option(help: ArgumentHelp("What all random choices come from.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: ArgumentHelp(
            "Random exchanges for the null band; 0 leaves out the band and the held-out repetition.", valueName: "n"))
    var draws = 20

    @Flag(help: "Make folders of links to the images as well.")
    var links = false

    @OptionGroup var keeping: StoreOptions

    @OptionGroup(title: "Options of the backbone (default: as the file beside it says)") var network: NetworkOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try areas.require(apartFrom: data)
        let hasSamples =
            data.samples != nil || areas.positions != nil || features.flatMap(EmbeddingStore.init(of:)) != nil
        guard features == nil ? data.haveImages : hasSamples && data.dataset == nil && (data.root == nil || links)
        else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR, with or without "
                    + "--samples; --features FILE --samples CSV; --features STORE, a folder that oodml embed wrote; the "
                    + "latter two with --root only for --links")
        }
        if features == nil && data.root != nil && backbone == nil {
            throw ValidationError("--root needs --backbone, to embed the images")
        }
        if features != nil && !network.areDefault {
            throw ValidationError("--features are embeddings already; expected no options of the backbone")
        }
        if features != nil && backbone != nil { throw ValidationError("--features and --backbone exclude each other") }
        if links && !data.haveImages { throw ValidationError("--links needs --root, the folder of the images") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        // A store's samples are read first and its embeddings later, but both must be of one run.
        let moment = try features.flatMap(EmbeddingStore.init(of:)).map(StoreMoment.init(of:))
        let dataset = try data.read(
            unit: unit, features: features, startsFromOfficialSides: false, areas: areas, on: terminal)
        let made = try SplitFolder.holdOut(
            at: out ?? URL(filePath: "splits/\(dataset.name)-holdout"), of: dataset,
            from: try source(since: moment, announcedOn: terminal),
            by: try settings(), linkingTo: links ? data.images.absoluteURL : nil, replacing: output.force,
            generator: generator, report: terminal.show)
        terminal.finish()
        switch output.format {
        case .json: try writeToStandardOutput(made.manifest.json)
        case .text:
            try printText(summary(of: made, on: StandardStream.output.display), on: StandardStream.output.display)
        }
    }

    private func source(since moment: StoreMoment?, announcedOn terminal: Terminal) throws -> EmbeddingSource {
        if let features { return .features(features, since: moment) }
        return .images(
            below: data.images,
            by: try network.reading.network(backbone ?? EmbeddedBenchmark.backbone, announcedOn: terminal),
            keptIn: keeping.shelf)
    }

    private func settings() throws -> HoldOutSettings {
        var settings = HoldOutSettings(ratio: ratio)
        settings.measure = by
        settings.difficulty = difficulty
        settings.validation = validation
        settings.stratum = stratify
        settings.pins = try pin.map(HoldOutSettings.pins(readingFrom:)) ?? [:]
        settings.unit = unit
        settings.statistic = statistic
        settings.seed = seed
        settings.nullDraws = draws
        return settings
    }
}

/// Parses a ratio of parts, for options' `transform`.
private func partRatio(_ argument: String) throws -> PartRatio {
    guard let ratio = PartRatio(argument) else {
        throw ValidationError(
            "the ratio is \"\(argument)\"; expected numbers as in 70/10/20 for train, validation and test, or 80/20")
    }
    return ratio
}

/// Parses a difficulty, for options' `transform`.
private func holdOutDifficulty(_ argument: String) throws -> HoldOutSettings.Difficulty {
    switch argument {
    case "hardest": return .hardest
    case "median": return .median
    case "easiest": return .easiest
    default:
        guard let distance = Double(argument), distance > 0, distance.isFinite else {
            throw ValidationError(
                "the difficulty is \"\(argument)\"; expected hardest, median, easiest, or a distance above 0 as fid is")
        }
        return .at(distance)
    }
}

extension HoldOutSettings.Measure: ExpressibleByArgument {}
extension HoldOutSettings.ValidationChoice: ExpressibleByArgument {}
