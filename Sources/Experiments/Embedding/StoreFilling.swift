public import Datasets
internal import DenseLinearAlgebra
public import Embeddings
internal import Files
public import Foundation
public import Parallel
internal import Ranks

extension EmbeddingStore {
    /// Embeds a dataset's images into this folder, or continues where an earlier run for the same store was stopped.
    ///
    /// ```swift
    /// let store = EmbeddingStore(at: folder.appending(path: "store"))
    /// let record = try store.fill(with: dataset, below: photos, by: network)
    /// print(record.rowCount, "embeddings of", record.identity.embeddings.dimension, "dimensions")
    /// ```
    ///
    /// Whatever stops a run, at most one chunk is lost, and the store is either whole or absent. Images that changed
    /// since an earlier run are embedded again; a finished store of other images is refused. The store's tables list
    /// the digest of each file and the groups of files with the same bytes.
    ///
    /// - Parameters:
    ///   - dataset: the samples, whose ids are paths below `images`.
    ///   - images: their folder.
    ///   - network: what embeds them.
    ///   - shard: the part of the samples to embed; nil for all of them.
    ///   - chunkSize: how many images to embed between saves.
    ///   - policy: what to do with images that cannot be embedded.
    ///   - replacing: whether an existing store of something else may be replaced.
    ///   - generator: the generator that the record names.
    ///   - report: called with progress, from any thread.
    /// - Returns: the record of the store.
    /// - Complexity: one pass of the network over the images not yet embedded; memory for one chunk and the tables.
    /// - Precondition: `chunkSize` is positive.
    /// - Throws: ``/Files/FileError`` for what cannot be read, written or replaced; what the network throws.
    @discardableResult
    public func fill(
        with dataset: Dataset, below images: URL, by network: any ImageNetwork, shard: StoreIdentity.Shard? = nil,
        chunkSize: Int = 256, onUnreadable policy: OnUnreadableImage = .fail, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> StoreRecord {
        precondition(chunkSize > 0, "chunks of \(chunkSize) images")
        try requirePlaces(dataset.samples.lazy.map(\.id), below: images)
        let table = dataset.sampleTable
        let total = dataset.samples.count
        let identity = StoreIdentity(
            generator: generator, embeddings: try network.provenance, dataset: dataset.name, sampleCount: total,
            samplesSHA256: SHA256.hexadecimal(of: Array(table.text.utf8)), shard: shard)
        if let group = Ranks.current {
            // The first rank keeps the parts and writes the store; the others embed some of the images of each part.
            guard group.isFirst else {
                return try fillForFirst(dataset, shard, images: images, network: network, policy: policy)
            }
        }
        let folder = try PartialStore(self, identity: identity, replacing: replacing) { report(.warning($0)) }
        if let record = folder.finished {
            try requireSameImages(below: images, report: report)
            _ = try Ranks.onFirst(OpenParts.place) { OpenParts(size: 1, open: []) }
            _ = try Ranks.onFirst(OpenParts.end) { true }
            return record
        }
        guard shard?.count ?? 1 <= total else {
            throw FileError.malformed(
                path: url.path, found: "\(shard?.count ?? 1) parts of \(total) images",
                expected: "no more parts than images")
        }
        let range = shard?.range(of: total) ?? 0..<total
        let chunks = StoreChunks(
            folder: folder.url, size: try folder.chunkSize(min(chunkSize, total)), sampleCount: range.count,
            rowByteCount: network.dimension * 4)
        let filling = StoreFilling(
            ids: range.map { dataset.samples[$0].id }, images: images, network: network, policy: policy, report: report)
        let rows = try filling.rows(of: chunks)
        guard rows.contains(where: { $0.reason.isEmpty }) else {
            throw FileError.malformed(
                path: url.path, found: "\(rows.count) images, none of which can be embedded",
                expected: "one at least that can")
        }
        // What describes the samples further stays with them, though no reader knows it.
        let others = dataset.otherColumns.filter { !(table.columns + [StoreContents.digestColumn]).contains($0.name) }
        func values(_ place: Int) -> [String] {
            others.map { column in column.numbers[place].map { column.values[$0] } ?? "" }
        }
        let contents = StoreContents(
            pieces: (0..<chunks.count).map { chunk in
                (chunks.embeddings(of: chunk), rows[chunks.samples(of: chunk)].count { $0.reason.isEmpty })
            }, dimension: network.dimension,
            samples: CSVTable(
                columns: table.columns + others.map(\.name) + [StoreContents.digestColumn],
                rows: zip(range, rows).filter { $0.1.reason.isEmpty }.map {
                    table.rows[$0.0] + values($0.0) + [$0.1.digest]
                }),
            skipped: CSVTable(
                columns: StoreContents.skippedColumns,
                rows: rows.filter { !$0.reason.isEmpty }.map { [$0.id, $0.reason] }),
            // Of all shards, the first lists them.
            passedOver: shard?.number ?? 1 == 1
                ? dataset.reading.passedOver.map { [$0.path, "\($0.kind): \($0.reason)"] } : [])
        // The others wait at the end.
        let record = try Ranks.asPiece {
            try contents.write(identity, to: self, from: folder, replacing: replacing) { report(.warning($0)) }
        }
        folder.remove()
        _ = try Ranks.onFirst(OpenParts.end) { true }
        return record
    }

    /// Embeds what the first rank asks for, and returns the record that it has written.
    private func fillForFirst(
        _ dataset: Dataset, _ shard: StoreIdentity.Shard?, images: URL, network: any ImageNetwork,
        policy: OnUnreadableImage
    ) throws -> StoreRecord {
        let range = shard?.range(of: dataset.samples.count) ?? 0..<dataset.samples.count
        let filling = StoreFilling(
            ids: range.map { dataset.samples[$0].id }, images: images, network: network, policy: policy
        ) { _ in }
        let parts = try Ranks.onFirst(OpenParts.place) { OpenParts(size: 1, open: []) }
        let chunks = StoreChunks(
            folder: url, size: parts.size, sampleCount: range.count, rowByteCount: network.dimension * 4)
        for chunk in parts.open { _ = try filling.sharedRows(of: chunks.samples(of: chunk)) { _ in } }
        _ = try Ranks.onFirst(OpenParts.end) { true }
        guard let record = try StoreRecord(of: self) else {
            throw FileError.unreadable(path: url.path, reason: "the first rank has written it, and it is not here")
        }
        return record
    }

    /// Refuses a finished store of images that have changed.
    private func requireSameImages(below images: URL, report: WorkReport) throws {
        report(.began("comparing the images with the store"))
        let table = try CSVTable(contentsOf: samples)
        let places = try table.positions(ofColumns: ["sample", StoreContents.digestColumn], path: samples.path)
        let found = digests(ofFiles: try table.rows.map { try place(of: $0[places[0]], below: images).path })
        let changed = zip(table.rows, found).filter { $0[places[1]] != $1 }.map { $0.0[places[0]] }
        guard let first = changed.first else { return }
        throw FileError.occupied(
            path: url.path,
            found:
                "\(changed.count) of the \(table.rows.count) images are not those that were embedded, first \(first)",
            remedy: "to embed all again")
    }
}

/// The images on their way into a store.
private struct StoreFilling {
    let ids: [String]
    let images: URL
    let network: any ImageNetwork
    let policy: OnUnreadableImage
    let report: WorkReport

    /// The rows of all chunks, embedding those that are not finished.
    func rows(of chunks: StoreChunks) throws -> [StoreChunks.Row] {
        var known = (0..<chunks.count).map { chunks.rows(of: $0, ids: ids[chunks.samples(of: $0)]) }
        let changedCount = forget(&known)
        if changedCount > 0 {
            report(
                .note(
                    "\(changedCount) \(changedCount == 1 ? "image has" : "images have") changed since an earlier run, and "
                        + "\(changedCount == 1 ? "is" : "are") embedded again"))
        }
        let open = known.indices.filter { known[$0] == nil }
        _ = try Ranks.onFirst(OpenParts.place) { OpenParts(size: chunks.size, open: open) }
        if open.count < chunks.count {
            report(.note("going on: \(chunks.count - open.count) of \(chunks.count) parts are done"))
        }
        let total = open.reduce(0) { $0 + chunks.samples(of: $1).count }
        report(.advanced("embedding", done: 0, of: total))
        var done = 0
        let writer = ChunkWriter()
        // If a later image is bad, the chunks before it must still be kept.
        defer { try? writer.finish() }
        for chunk in open {
            let before = done
            let (matrix, rows) = try sharedRows(of: chunks.samples(of: chunk)) {
                report(.advanced("embedding", done: before + $0, of: total))
            }
            try writer.begin { try chunks.write(chunk, matrix, rows) }
            known[chunk] = rows
            done += rows.count
        }
        try writer.finish()
        return known.flatMap { $0 ?? [] }
    }

    /// The rows of some of the images, which ranks divide.
    func sharedRows(
        of range: Range<Int>, progress: @escaping @Sendable (Int) -> Void
    ) throws -> (matrix: Matrix<Float>, rows: [StoreChunks.Row]) {
        guard let group = Ranks.current else {
            let ids = Array(ids[range])
            return try network.rows(of: paths(of: ids), ids: ids, policy, progress: progress)
        }
        // A few pieces for each rank, so that all have about as many images.
        let size = max(1, min(64, range.count / group.count))
        let pieces = try sharedSeries(of: "images", count: (range.count + size - 1) / size) { number -> EmbeddedRows in
            let start = range.lowerBound + number * size
            let ids = Array(ids[start..<min(start + size, range.upperBound)])
            let (matrix, rows) = try network.rows(of: paths(of: ids), ids: ids, policy) {
                progress(min(start - range.lowerBound + $0 * group.count, range.count))
            }
            return EmbeddedRows(elements: matrix.elements, rows: rows)
        }
        let rows = pieces.flatMap(\.rows)
        return (
            Matrix(
                rowCount: rows.count { $0.reason.isEmpty }, columnCount: network.dimension,
                elements: pieces.flatMap(\.elements)), rows
        )
    }

    /// Discards the chunks whose images have changed since, and those that lack images which may not be left out.
    ///
    /// A file with the same stamp is unchanged. For other files the contents decide, since a copy is as good.
    ///
    /// - Returns: how many images have changed.
    private func forget(_ known: inout [[StoreChunks.Row]?]) -> Int {
        var count = 0
        for (chunk, rows) in known.enumerated() {
            guard let rows else { continue }
            let suspects = rows.filter { stamp(ofFile: path(of: $0.id)) != $0.stamp }
            let changed = zip(suspects, digests(ofFiles: paths(of: suspects.map(\.id)))).count {
                $0.digest != $1 || $1.isEmpty
            }
            count += changed
            if changed > 0 || (policy == .fail && rows.contains { !$0.reason.isEmpty }) { known[chunk] = nil }
        }
        return count
    }

    private func path(of id: String) -> String { images.appending(path: id).path }

    private func paths(of ids: [String]) -> [String] { ids.map(path) }
}

/// What the first rank asks the others to do for a store.
private struct OpenParts {
    static let place = "the parts of the store"
    static let end = "the end of the store"

    /// How many images a part has.
    let size: Int
    /// The parts to embed.
    let open: [Int]
}

extension OpenParts: Portable {
    func put(into bytes: inout PortableBytes) { bytes.put(size, open) }

    init(from bytes: inout PortableBytes) throws {
        self.init(size: try bytes.get(), open: try bytes.get())
    }
}

/// Rows of a store on their way between ranks.
private struct EmbeddedRows {
    let elements: [Float]
    let rows: [StoreChunks.Row]
}

extension EmbeddedRows: Portable {
    func put(into bytes: inout PortableBytes) {
        bytes.put(elements, rows.map { [$0.id, $0.digest, $0.reason, $0.stamp] })
    }

    init(from bytes: inout PortableBytes) throws {
        self.init(
            elements: try bytes.get(),
            rows: try [[String]](from: &bytes).map {
                StoreChunks.Row(id: $0[0], digest: $0[1], reason: $0[2], stamp: $0[3])
            })
    }
}
