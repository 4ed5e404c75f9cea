import ArgumentParser
import Datasets
import Experiments
import Files
import Foundation
import PublishedBenchmarks
import Splits

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make splits as they were published, from a pickle, from JSON or by the name of a benchmark.",
        discussion: manual(
            """
            A pickle is read as data, and nothing in it is run: anything but containers, text, numbers and \
            NumPy arrays is refused by name. published.json holds the same as JSON; those of the benchmarks that \
            `oodml splits` lists are within this program, and their name is enough. They know their dataset, so that --root \
            is enough, too.

            The dataset is a table (--samples), class folders (--root), or one that is known (--dataset with --root). Files \
            of episodes are found among the samples of their class: the one whose path ends as the file's does, or the \
            only one of that name in the dataset. Supports whose files are not found, or not to be told apart, are left \
            out with a warning that counts them. For CARS196 as car_ims, whose images the published episodes call by \
            their numbers in cars_train and cars_test, put the devkit and cars_test_annos_withlabels.mat beside it.

            Levels are named level-ID and have the published distances, which are over class means and not comparable to \
            those of make-splits. split_val is fold 0 and split_train fold 1; classes that a level does not name are \
            removed there. All other commands read the result: `oodml evaluate --shots 2` scores the published episodes.
            """,
            further: [
                (
                    "CLASSES are found in the first of these ways that finds all of them",
                    """
                    1. by their labels;
                    2. by the last part of labels like superclass/class;
                    3. by what comes before the first _ in all file names of a class, as
                       the products of Stanford Online Products;
                    4. by the letters and digits of their labels, as Ram C-V and Ram C/V;
                    5. if all are numbers: by their places in the order of the labels,
                       from 0.
                    """
                )
            ],
            reads: """
                a pickle like cub200.pkl: {id: {train, test, fid, split_train, split_val,
                test_episodes: {shots: {episode: {class: [files]}}}}}, or published.json;
                the samples
                """,
            writes: """
                manifest.json      the levels: their classes and distances
                samples.csv        the samples, in the order that evaluate expects
                train-matched.csv  training samples, equally many at every level
                episodes-K.json    the published few-shot episodes, level by level
                receipt.csv        which files these are, with sizes and digests
                """,
            prints: """
                how classes were found, and a table of the levels; --format json:
                manifest.json
                """,
            examples: """
                oodml import cars196-milbich2021 --root stanford_cars
                oodml import cub200.pkl --dataset cub200 --root CUB_200_2011 \\
                  --out splits/cub200-published
                oodml import splits.pkl --samples samples.csv \\
                  --out splits/published
                """))

    @Argument(
        help: ArgumentHelp("The pickle, published.json, or a name of `oodml splits`.", valueName: "file|name"),
        completion: .file())
    var source: String

    @OptionGroup var data: DatasetOptions

    @Option(
        help: ArgumentHelp("The output folder (default: splits/NAME).", valueName: "dir"),
        completion: .directory, transform: path)
    var out: URL?

    @OptionGroup var output: OutputOptions

    /// The benchmark of the name, unless a file has it.
    private var benchmark: PublishedBenchmark? {
        guard !FileManager.default.fileExists(atPath: source) else { return nil }
        return PublishedBenchmark.all.first { $0.name == source }
    }

    mutating func validate() throws {
        let named = benchmark
        if let named, named.splits == nil {
            throw ValidationError("\(source) needs no import: \(named.command)")
        }
        if let named, data.dataset == nil, data.samples == nil, data.folders == nil, data.root != nil {
            data.dataset = named.dataset
        }
        guard data.haveImages || data.samples != nil else {
            throw ValidationError(
                named == nil
                    ? "expected the dataset of the splits: --samples CSV, --root DIR, or --dataset NAME with --root DIR"
                    : "expected the images of the splits: --root DIR; oodml datasets shows how it must look")
        }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        func folder(_ dataset: Dataset) -> URL { out ?? URL(filePath: "splits/\(dataset.name)") }
        let (splits, dataset, written): (ImportedSplits, Dataset, [String])
        if let benchmark, let bytes = benchmark.splits {
            let name = "\(benchmark.name).json"
            (splits, dataset, written) = try SplitFolder.importing(
                PublishedSplits(json: bytes, path: name),
                from: SplitManifest.SourceRecord(file: name, sha256: SHA256.hexadecimal(of: [UInt8](bytes))),
                path: name,
                of: data.read(on: terminal), to: folder, replacing: output.force, generator: generator,
                report: terminal.show)
        } else {
            (splits, dataset, written) = try SplitFolder.importing(
                path(source), of: data.read(on: terminal), to: folder, replacing: output.force, generator: generator,
                report: terminal.show)
        }
        terminal.finish()
        let manifest = splits.manifest
        switch output.format {
        case .json: try writeToStandardOutput(manifest.json)
        case .text:
            let count = Set(manifest.levels.flatMap { $0.train + $0.test }).count
            let found = "\(count) of \(dataset.classLabels.count) classes found \(splits.classMatch)"
            try printText(
                summary(of: manifest, found: found, written: written, on: StandardStream.output.display),
                on: StandardStream.output.display)
        }
    }
}
