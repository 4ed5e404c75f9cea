import Datasets
import Embeddings
import FeatureExtraction
import Files
import Foundation

extension Embed {
    /// The rows of all chunks, of which those are embedded that are not done.
    func rows(
        of chunks: EmbedChunks, ids: [String], extractor: FeatureExtractor, on terminal: Terminal
    ) throws -> [EmbedChunks.Row] {
        var known = (0..<chunks.count).map { chunks.rows(of: $0, ids: ids[chunks.samples(of: $0)]) }
        let changedCount = forget(&known)
        if changedCount > 0 {
            terminal.note(
                "\(changedCount) \(changedCount == 1 ? "image has" : "images have") changed since an earlier run, and "
                    + "\(changedCount == 1 ? "is" : "are") embedded again")
        }
        let open = known.indices.filter { known[$0] == nil }
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
            let ids = Array(ids[chunks.samples(of: chunk)])
            let before = done
            let (matrix, rows) = try extractor.rows(of: paths(of: ids), ids: ids, onError) {
                terminal.advance("embedding", before + $0, of: total)
            }
            try writer.begin { try chunks.write(chunk, matrix, rows) }
            known[chunk] = rows
            done += ids.count
        }
        try writer.finish()
        return known.flatMap { $0 ?? [] }
    }

    /// Forgets the chunks that are not of the images as they are now, or that lack images which must not be left out.
    ///
    /// What looks to the system as it did is the same. Of other files the contents decide, since a copy is as good.
    ///
    /// - Returns: how many images have changed.
    private func forget(_ known: inout [[EmbedChunks.Row]?]) -> Int {
        var count = 0
        for (chunk, rows) in known.enumerated() {
            guard let rows else { continue }
            let suspects = rows.filter { stamp(ofFile: path(of: $0.id)) != $0.stamp }
            let changed = zip(suspects, digests(ofFiles: paths(of: suspects.map(\.id)))).count {
                $0.digest != $1 || $1.isEmpty
            }
            count += changed
            if changed > 0 || (onError == .fail && rows.contains { !$0.reason.isEmpty }) { known[chunk] = nil }
        }
        return count
    }

    /// Refuses a finished store of images that are others now.
    func requireEmbedded(_ images: URL, on terminal: Terminal) throws {
        terminal.status("comparing the images with the store")
        let table = try CSVTable(contentsOf: EmbeddingStore.samples(in: out))
        guard let sample = table.columns.firstIndex(of: "sample"),
            let digest = table.columns.firstIndex(of: StoreContents.digestColumn)
        else {
            throw CommandError("\(out.path): found no columns sample and sha256 in its table; expected a whole store")
        }
        let found = digests(ofFiles: paths(of: table.rows.map { $0[sample] }))
        let changed = zip(table.rows, found).filter { $0[digest] != $1 }.map { $0.0[sample] }
        guard let first = changed.first else { return }
        throw CommandError(
            "\(out.path): \(changed.count) of the \(table.rows.count) images are not those that were embedded, first "
                + "\(first); expected the same, or --force to embed all again")
    }

    private func path(of id: String) -> String { data.images.appending(path: id).path }

    private func paths(of ids: [String]) -> [String] { ids.map(path) }
}
