public import Embeddings
internal import Files
internal import Foundation
public import Parallel

extension EmbeddingStore {
    /// Joins the stores of all shards into one store in this folder.
    ///
    /// - Parameters:
    ///   - shards: finished stores, in any order.
    ///   - replacing: whether an existing store of something else may be replaced.
    ///   - report: called with warnings.
    /// - Returns: the record of the whole store.
    /// - Complexity: one pass over the embeddings; a few megabytes of memory besides the tables.
    /// - Throws: ``/Files/FileError`` for a store that is not finished or not whole, shards of different stores, a
    ///   shard that is missing or given twice, or something in the way.
    @discardableResult
    public func merge(
        _ shards: [EmbeddingStore], replacing: Bool = false, report: @escaping WorkReport = { _ in }
    ) throws -> StoreRecord {
        let parts = try shards.map(StorePart.init).sorted {
            ($0.record.identity.shard?.number ?? 0) < ($1.record.identity.shard?.number ?? 0)
        }
        precondition(!parts.isEmpty, "no stores to join")
        let first = parts[0]
        let identity = first.record.identity.ofWholeStore
        for part in parts where part.record.identity.ofWholeStore != identity {
            throw FileError.malformed(
                path: part.store.url.path, found: "other images or another network than in \(first.store.url.path)",
                expected: "shards of one store")
        }
        for part in parts where part.samples.columns != first.samples.columns {
            throw FileError.malformed(
                path: part.store.url.path, found: "other columns in its table than in \(first.store.url.path)",
                expected: "shards of one store")
        }
        let all = shards.map(\.url.path).joined(separator: ", ")
        guard parts.map(\.record.identity.shard) == parts.indices.map({ .init(number: $0 + 1, count: parts.count) })
        else {
            let found = parts.map { $0.record.identity.shard.map { "\($0.number)/\($0.count)" } ?? "a whole store" }
            throw FileError.malformed(path: all, found: found.joined(separator: ", "), expected: "each shard once")
        }
        let count = parts.reduce(0) { $0 + $1.samples.rows.count + $1.skipped.rows.count }
        guard count == identity.sampleCount else {
            throw FileError.malformed(
                path: all, found: "\(count) samples",
                expected: "\(identity.sampleCount), as their \(EmbeddingStore.Name.record) have it")
        }
        let folder = try PartialStore(self, identity: identity, replacing: replacing) { report(.warning($0)) }
        if let record = folder.finished { return record }
        let contents = StoreContents(
            pieces: parts.map { ($0.store.embeddings, $0.samples.rows.count) },
            dimension: identity.embeddings.dimension,
            samples: CSVTable(columns: first.samples.columns, rows: parts.flatMap(\.samples.rows)),
            skipped: CSVTable(columns: StoreContents.skippedColumns, rows: parts.flatMap(\.skipped.rows)),
            passedOver: parts.flatMap(\.passedOver))
        let record = try contents.write(identity, to: self, from: folder, replacing: replacing) { report(.warning($0)) }
        folder.remove()
        return record
    }
}

/// The store of one shard, without its embeddings.
private struct StorePart {
    let store: EmbeddingStore
    let record: StoreRecord
    let samples: CSVTable
    let skipped: CSVTable
    let passedOver: [[String]]

    init(_ store: EmbeddingStore) throws {
        self.store = store
        guard let record = try StoreRecord(of: store) else {
            throw FileError.malformed(
                path: store.url.path, found: "no \(EmbeddingStore.Name.record)",
                expected: "a finished store of one shard")
        }
        self.record = record
        samples = try CSVTable(contentsOf: store.samples)
        let all = try CSVTable(contentsOf: store.url.appending(path: EmbeddingStore.Name.skipped))
        skipped = CSVTable(columns: all.columns, rows: Array(all.rows.prefix(record.skippedCount)))
        passedOver = Array(all.rows.dropFirst(record.skippedCount))
        let columns = samples.columns
        guard columns.contains("sample"), columns.contains("class"), columns.last == StoreContents.digestColumn,
            samples.rows.count == record.rowCount, skipped.columns == StoreContents.skippedColumns,
            all.rows.count == record.skippedCount + (record.passedOverCount ?? 0)
        else {
            throw FileError.malformed(
                path: store.url.path,
                found: "tables of \(samples.rows.count) and \(all.rows.count) rows that do not fit its "
                    + EmbeddingStore.Name.record,
                expected: "a store as it was written")
        }
    }
}
