import ArgumentParser
import Datasets
import Embeddings
import Experiments
import Files
import Foundation
import Glyphs200
import Ranks

struct Embed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Embed images with a network, and store the embeddings.",
        discussion: manual(
            """
            The store serves as --features of make-splits and evaluate, as --embeddings, and for every other program: the \
            embeddings are a NumPy array of float32, and samples.csv says what each row is of.

            A run that was stopped, by Ctrl-C too, goes on where it was if the same command is given again. --shard 3/8 \
            embeds the third of eight parts, for the jobs of a cluster; --merge joins the stores of all parts.

            Files with the same bytes are listed; those in several classes would be errors in the labels, and on both \
            sides of a split they are leaks.
            """,
            reads: """
                --root DIR      images: class/image or outer/class/image, or the folder
                                of --dataset as it was downloaded (`oodml datasets`)
                --samples CSV   sample, class, and optionally superclass, split, role,
                                camera, domain and group
                --backbone M    an ONNX, OpenVINO or TFLite network, its config file
                                beside it or one folder up
                --merge DIR ...  finished stores of all shards
                """,
            writes: """
                embeddings.npy  n × d, float32
                samples.csv     what each row is of, and the SHA-256 of its file
                skipped.csv     what --on-error skip left out, and entries of the folder
                                that are no images, and why
                duplicates.csv  groups of files with the same bytes
                store.json      the model, its digest, the preprocessing, and counts
                receipt.csv     which files these are, with sizes and digests
                """,
            prints: """
                how many embeddings of how many dimensions are where; --format json:
                store.json
                """,
            examples: """
                oodml embed --dataset glyphs200 --out stores/glyphs200
                oodml embed --root photos --backbone resnet50.onnx \\
                  --out stores/photos --on-error skip
                oodml embed --root photos --backbone resnet50.onnx \\
                  --out stores/part-1 --shard 1/2
                oodml embed --merge stores/part-1 stores/part-2 --out stores/photos
                """,
            exitStatus: """
                130 stopped by Ctrl-C; the same command goes on
                """))

    enum ErrorPolicy: String, ExpressibleByArgument, CaseIterable {
        case fail, skip

        var policy: OnUnreadableImage { self == .fail ? .fail : .leaveOut }
    }

    @OptionGroup var data: DatasetOptions

    @Option(
        help: ArgumentHelp("The network, with its preprocessing beside it.", valueName: "model"),
        completion: .file(extensions: networkFileExtensions), transform: path)
    var backbone: URL?

    @Option(help: ArgumentHelp("The folder of the store.", valueName: "dir"), completion: .directory, transform: path)
    var out: URL

    @Option(help: "Whether an image that cannot be embedded ends the run, or is left out and listed.")
    var onError = ErrorPolicy.fail

    @OptionGroup var parts: PartOptions

    @Option(help: ArgumentHelp("How many images to embed between saves.", valueName: "n"))
    var chunk = 256

    @OptionGroup(title: "Options of the backbone (default: as the file beside it says)") var network: NetworkOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard data.haveImages == parts.merge.isEmpty else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR, with or without "
                    + "--samples; --merge STORE …")
        }
        if data.root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
        if !parts.merge.isEmpty && !network.areDefault {
            throw ValidationError("--merge joins embeddings that are there; expected no options of the backbone")
        }
        guard chunk > 0 else { throw ValidationError("--chunk is \(chunk); expected 1 or more") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        let store = EmbeddingStore(at: out)
        try data.requireOutside([out])
        // A finished store is only read.
        if try output.force || StoreRecord(of: store) == nil {
            _ = try OutputFolder(out, result: EmbeddingStore.resultName, force: output.force)
        }
        let record =
            parts.merge.isEmpty ? try fill(store, on: terminal) : try join(into: store, on: terminal)
        terminal.finish()
        if record.skippedCount > 0 {
            terminal.warn(
                "\(record.skippedCount == 1 ? "1 image was" : "\(record.skippedCount) images were") left out; skipped.csv lists "
                    + (record.skippedCount == 1 ? "it" : "them"))
        }
        if record.duplicateGroupCount > 0 {
            terminal.warn(
                duplicateWarning(
                    groupCount: record.duplicateGroupCount, acrossClasses: record.duplicateGroupAcrossClassesCount,
                    more: "duplicates.csv lists them"))
        }
        switch output.format {
        case .json: try printJSON(record)
        case .text:
            try printText(
                "\(record.rowCount) embeddings of \(record.identity.embeddings.dimension) dimensions in "
                    + onOneLine(out.relativePath))
        }
    }

    /// Joins stores, which the first of several ranks does alone.
    private func join(into store: EmbeddingStore, on terminal: Terminal) throws -> StoreRecord {
        let stores = parts.merge.map(EmbeddingStore.init(at:))
        guard Ranks.current != nil else {
            return try store.merge(stores, replacing: output.force, report: terminal.show)
        }
        try Ranks.onFirst("joining stores") {
            _ = try store.merge(stores, replacing: output.force, report: terminal.show)
        }
        guard let record = try StoreRecord(of: store) else {
            throw CommandError("\(out.path): the first rank has written a store here, and it is not to be seen")
        }
        return record
    }

    private func fill(_ store: EmbeddingStore, on terminal: Terminal) throws -> StoreRecord {
        let interruption = terminal.interruption("stopped; the same command goes on from here")
        defer { interruption?.cancel() }
        let dataset = try data.read(deadLinks: onError == .skip ? .passOver : .refuse, on: terminal)
        return try store.fill(
            with: dataset, below: data.images,
            by: network.reading.network(backbone ?? EmbeddedBenchmark.backbone, announcedOn: terminal),
            shard: parts.shard.map { .init(number: $0.number, count: $0.count) },
            chunkSize: chunk, onUnreadable: onError.policy, replacing: output.force, generator: generator,
            report: terminal.show)
    }
}
