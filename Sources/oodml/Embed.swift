import ArgumentParser
import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Foundation
import Glyphs200
import Reports

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
                --root DIR      images: class/image or superclass/class/image, or the folder
                                of --dataset as it was downloaded (`oodml datasets`)
                --samples CSV   sample, class, and optionally superclass, split, role
                --backbone M    an ONNX, OpenVINO or TFLite network, its config file beside it
                --merge DIR ...  finished stores of all shards
                """,
            writes: """
                embeddings.npy  n × d, float32
                samples.csv     what each row is of, and the SHA-256 of its file
                skipped.csv     what --on-error skip left out, and why
                duplicates.csv  groups of files with the same bytes
                store.json      the model, its digest, the preprocessing, and counts
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

    @Option(
        help: ArgumentHelp("Embed only this part of the images (default: all).", valueName: "i/n"),
        transform: parsedShard)
    var shard: StoreIdentity.Shard?

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Join the stores of all shards.", valueName: "dir"),
        completion: .directory, transform: path)
    var merge: [URL] = []

    @Option(help: ArgumentHelp("The images after which what is done is saved.", valueName: "n"))
    var chunk = 256

    @OptionGroup(title: "Options of the backbone (default: as the file beside it says)") var network: NetworkOptions

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard data.haveImages == merge.isEmpty else {
            throw ValidationError(
                "expected one of: --dataset NAME, with --root if it does not come with oodml; --root DIR, with or without "
                    + "--samples; --merge STORE …")
        }
        if data.root != nil && backbone == nil { throw ValidationError("--root needs --backbone, to embed the images") }
        if !merge.isEmpty && !network.areDefault {
            throw ValidationError("--merge joins embeddings that are there; expected no options of the backbone")
        }
        if shard != nil && !merge.isEmpty { throw ValidationError("--shard and --merge exclude each other") }
        guard chunk > 0 else { throw ValidationError("--chunk is \(chunk); expected 1 or more") }
    }

    func run() throws {
        let terminal = Terminal(isQuiet: output.quiet)
        defer { terminal.finish() }
        _ = try OutputFolder(out, force: output.force)
        let record = merge.isEmpty ? try embed(on: terminal) : try join()
        terminal.finish()
        if record.skippedCount > 0 {
            terminal.warn("\(record.skippedCount) images were left out; skipped.csv lists them")
        }
        if record.duplicateGroupCount > 0 {
            terminal.warn(
                "\(record.duplicateGroupCount) groups of files have the same bytes, "
                    + "\(record.duplicateGroupAcrossClassesCount) of them in several classes; duplicates.csv lists them"
            )
        }
        switch output.format {
        case .json: FileHandle.standardOutput.write(Data(try stableJSON(record).utf8))
        case .text:
            print(
                "\(record.rowCount) embeddings of \(record.identity.embeddings.dimension) dimensions in "
                    + out.relativePath)
        }
    }

    private func embed(on terminal: Terminal) throws -> StoreRecord {
        let interruption = terminal.interruption("stopped; the same command goes on from here")
        defer { interruption.cancel() }
        let dataset = try data.read(on: terminal)
        let model = backbone ?? Glyphs200.backbone
        let extractor = try network.reading.extractor(for: model, announcedOn: terminal)
        let table = dataset.sampleTable
        let identity = StoreIdentity(
            generator: generator,
            embeddings: network.reading.provenance(
                of: extractor, sha256: try SHA256.hexadecimal(ofFilesAt: extractor.modelFiles)),
            dataset: dataset.name, sampleCount: dataset.samples.count,
            samplesSHA256: SHA256.hexadecimal(of: Array(table.text.utf8)), shard: shard)
        let folder = try PartialStore(out, identity: identity, force: output.force)
        if let record = folder.finished { return record }

        let (number, count) = (shard?.number ?? 1, shard?.count ?? 1)
        let rows = (number - 1) * dataset.samples.count / count..<number * dataset.samples.count / count
        guard !rows.isEmpty else {
            throw CommandError(
                "--shard \(number)/\(count): found no image in this part; expected no more parts than images")
        }
        let chunks = EmbedChunks(folder: folder.url, size: try folder.chunkSize(chunk), sampleCount: rows.count)
        var tables = try (0..<chunks.count).map(chunks.table)
        let open = tables.indices.filter { tables[$0] == nil }
        if open.count < chunks.count {
            terminal.note("going on: \(chunks.count - open.count) of \(chunks.count) parts are done")
        }
        terminal.begin("embedding")
        let total = open.reduce(0) { $0 + chunks.samples(of: $1).count }
        var done = 0
        let writer = ChunkWriter()
        // Where a later image is at fault, the pieces before it are still to be kept.
        defer { try? writer.finish() }
        for chunk in open {
            let ids = chunks.samples(of: chunk).map { dataset.samples[rows.lowerBound + $0].id }
            let paths = ids.map { data.images.appending(path: $0).path }
            let before = done
            let progress: @Sendable (Int) -> Void = { terminal.advance("embedding", before + $0, of: total) }
            let (matrix, reasons) =
                onError == .skip
                ? try extractor.embedWhatCanBe(paths, progress: progress)
                : (try extractor.embed(paths: paths) { done, _ in progress(done) }, ids.map { _ in "" })
            try writer.begin {
                let digests = try zip(paths, reasons).map { path, reason in
                    reason.isEmpty ? try SHA256.hexadecimal(ofFilesAt: [URL(filePath: path)]) : ""
                }
                try chunks.write(chunk, matrix, ids: ids, digests: digests, reasons: reasons)
            }
            done += ids.count
        }
        try writer.finish()
        for chunk in open { tables[chunk] = try chunks.table(of: chunk) }
        let results = tables.compactMap { $0 }.flatMap(\.rows)
        if onError == .fail, let skipped = results.first(where: { !$0[2].isEmpty }) {
            throw CommandError(
                "\(skipped[0]): an earlier run left it out (\(skipped[2])); expected --on-error skip, or --force to begin "
                    + "again")
        }
        guard results.contains(where: { $0[2].isEmpty }) else {
            throw CommandError(
                "\(out.path): none of the \(results.count) images can be embedded; expected one at least")
        }
        let contents = StoreContents(
            pieces: (0..<chunks.count).map(chunks.embeddings), dimension: extractor.dimension,
            samples: CSVTable(
                columns: table.columns + [StoreContents.digestColumn],
                rows: zip(rows, results).filter { $0.1[2].isEmpty }.map { table.rows[$0.0] + [$0.1[1]] }),
            skipped: CSVTable(
                columns: StoreContents.skippedColumns,
                rows: results.filter { !$0[2].isEmpty }.map { [$0[0], $0[2]] }))
        let record = try contents.write(identity, to: out, by: folder.url)
        folder.remove()
        return record
    }

    private func join() throws -> StoreRecord {
        let parts = try merge.map { store in
            guard let record = try StoreRecord(of: store) else {
                throw CommandError("\(store.path): found no store.json; expected a finished store of one shard")
            }
            return (store: store, record: record)
        }.sorted { ($0.record.identity.shard?.number ?? 0) < ($1.record.identity.shard?.number ?? 0) }
        let identity = parts[0].record.identity.ofWholeStore
        for part in parts where part.record.identity.ofWholeStore != identity {
            throw CommandError(
                "\(part.store.path): found other images or another network than in \(parts[0].store.path); expected shards of "
                    + "one store")
        }
        let count = parts[0].record.identity.shard?.count ?? 0
        guard parts.map({ $0.record.identity.shard }) == (1...max(count, 1)).map({ .init(number: $0, count: count) })
        else {
            let found = parts.map { $0.record.identity.shard.map { "\($0.number)/\($0.count)" } ?? "a whole store" }
            throw CommandError(
                "\(merge.map(\.path).joined(separator: ", ")): found \(found.joined(separator: ", ")); expected each shard "
                    + "once")
        }
        let samples = try parts.map { try CSVTable(contentsOf: EmbeddingStore.samples(in: $0.store)) }
        let skipped = try parts.map { try CSVTable(contentsOf: $0.store.appending(path: "skipped.csv")) }
        let folder = try PartialStore(out, identity: identity, force: output.force)
        if let record = folder.finished { return record }
        let contents = StoreContents(
            pieces: parts.map { EmbeddingStore.embeddings(in: $0.store) }, dimension: identity.embeddings.dimension,
            samples: CSVTable(columns: samples[0].columns, rows: samples.flatMap(\.rows)),
            skipped: CSVTable(columns: StoreContents.skippedColumns, rows: skipped.flatMap(\.rows)))
        let record = try contents.write(identity, to: out, by: folder.url)
        folder.remove()
        return record
    }
}

/// A part of the images, for options' `transform`.
private func parsedShard(_ argument: String) throws -> StoreIdentity.Shard {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1, number <= count else {
        throw ValidationError("found \"\(argument)\"; expected a part such as 1/8, from 1/8 to 8/8")
    }
    return .init(number: number, count: count)
}
