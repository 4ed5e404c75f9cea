import ArgumentParser
import Datasets
import Embeddings
import Experiments
import Foundation
import Glyphs200
import Splits

struct MakeSplits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a graded series of class-disjoint train/test splits.",
        discussion: manual(
            """
            Images come from class folders (--root DIR: class/image or outer/class/image, where the outer folders are parts of \
            a split such as train and test, domains that share class names, or superclasses), from a table of paths \
            (--samples S.csv --root DIR), from the benchmark that comes with oodml (--dataset glyphs200), or from a dataset \
            of the field as it was downloaded (--dataset cub200 --root DIR; see `oodml datasets`); a network (--backbone) \
            embeds them. Or the embeddings are in a file already (--features F.npy --samples S.csv, or --features STORE, which has its own samples.csv).

            The official split is where the series starts. It is the column `split` of --samples, or the parts that the \
            folders are, if these divide the classes; or else the first half of the classes trains, by number if all labels \
            are whole numbers and else by name. Datasets of the field bring their own.

            Samples with positions in place of classes (--positions P.csv) get areas of a grid as classes (--grid), a gap apart \
            (--gap): whichever areas train, no test image is nearer to a training image. `oodml places --splits` scores along \
            such splits.

            Every level comes with two controls. `null` is the band of distances that random exchanges of its own \
            classes have: removal alone raises the distance, and `excess` is what is left of it. `holdout` asks samples \
            that had no part in the search: sides chosen by half of each class's samples are measured on the other \
            half, and compared with samples dealt to the classes at random. `is_shift` says whether a shift is shown: \
            above the band, and confirmed (p <= 0.05). False is not shown; null is not tested, for want of samples or \
            classes.
            """,
            reads: """
                --root DIR      images: class/image or outer/class/image, or the folder
                                of --dataset as it was downloaded (`oodml datasets`)
                --samples CSV   sample, class, and optionally superclass, split (train or
                                test), role (query or gallery), camera, domain and
                                group, and columns that describe the sides; or
                                labels alone: .npy, or lines of .txt
                --positions CSV sample, and x and y in metres or lat and lon in degrees,
                                optionally role
                --features F    n × d embeddings: .npy, .npz, .safetensors, .csv or a store
                --backbone M    an ONNX, OpenVINO or TFLite network, its config beside
                """,
            writes: """
                manifest.json      the levels: their classes, distances, controls, and what
                                   distinguishes their sides
                samples.csv        the samples, in the order that evaluate expects
                train-matched.csv  training samples, equally many at every level
                episodes-K.json    few-shot episodes: K support samples of each class
                nearest.csv        with --order near: each class's nearest one of the
                                   other side
                class-map.csv      the class means along their two main directions
                progression.csv    every step of the search
                progression.svg    the distance along the steps, as a picture
                replicate-R/       the same for each further series of --replicates,
                replicates.json    and how alike all series are
                receipt.csv        which files these are, with sizes and digests
                """,
            prints: """
                one line a level (fid is the squared Fréchet distance, without unit; null
                and excess are in the same; held out are samples that had no part in the
                search; "draws below" counts random deals that differ less), and on a
                terminal the distance along the steps; at last what the shift is at the
                hardest level; --format json: manifest.json, that of the first series
                """,
            examples: """
                oodml make-splits --dataset glyphs200
                oodml make-splits --root photos --backbone resnet50.onnx
                oodml make-splits --dataset cub200 --root CUB_200_2011 \\
                  --backbone resnet50.onnx
                oodml make-splits --features feats.npy --samples samples.csv \\
                  --out splits/mine
                oodml make-splits --features feats.npy --samples samples.csv \\
                  --targets 20,40,80 --unit superclass --draws 0
                oodml make-splits --features feats.npy --samples samples.csv \\
                  --order date
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
        help: ArgumentHelp("The output folder (default: splits/NAME).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @OptionGroup var keeping: StoreOptions

    @OptionGroup var splitting: SplitOptions

    @OptionGroup(title: "Options of the backbone (default: as the file beside it says)") var network: NetworkOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        try areas.require(apartFrom: data)
        if areas.positions != nil, let column = splitting.orderColumn {
            throw ValidationError(
                "--order \(column) is a column of --samples; areas of --positions follow the distance or --order near")
        }
        let hasSamples =
            data.samples != nil || areas.positions != nil || features.flatMap(EmbeddingStore.init(of:)) != nil
        guard features == nil ? data.haveImages : !data.haveImages && hasSamples else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR, with or without "
                    + "--samples; --features FILE --samples CSV (or --positions CSV); --features STORE, a folder that oodml embed wrote"
            )
        }
        if data.root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
        if features != nil && !network.areDefault {
            throw ValidationError("--features are embeddings already; expected no options of the backbone")
        }
        if features != nil && backbone != nil { throw ValidationError("--features and --backbone exclude each other") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        // A store's samples are read first and its embeddings later, but both must be of one run.
        let moment = try features.flatMap(EmbeddingStore.init(of:)).map(StoreMoment.init(of:))
        let dataset = try data.read(
            unit: splitting.unit, order: splitting.orderColumn, features: features,
            startsFromOfficialSides: splitting.order == nil, areas: areas, on: terminal)
        let folder = out ?? URL(filePath: "splits/\(dataset.name)")
        try data.requireOutside([folder] + (features == nil ? keeping.shelf.map { [$0.url] } ?? [] : []))
        let made = try SplitFolder.make(
            at: folder, of: dataset,
            from: source(since: moment, announcedOn: terminal),
            by: splitting.settings(),
            replicateCount: splitting.replicates, differingBy: splitting.replicatesBy, replacing: output.force,
            generator: generator,
            report: terminal.show)
        terminal.finish()
        switch output.format {
        case .json: try writeToStandardOutput(made.manifests[0].json)
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
}
