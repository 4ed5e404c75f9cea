import Datasets
import Embeddings
import Files
import Foundation

extension Embed {
    /// Joins the stores of all shards.
    func join() throws -> StoreRecord {
        let parts = try merge.map(StorePart.init).sorted {
            ($0.record.identity.shard?.number ?? 0) < ($1.record.identity.shard?.number ?? 0)
        }
        let identity = parts[0].record.identity.ofWholeStore
        for part in parts where part.record.identity.ofWholeStore != identity {
            throw CommandError(
                "\(part.store.path): found other images or another network than in \(parts[0].store.path); expected shards of "
                    + "one store")
        }
        for part in parts where part.samples.columns != parts[0].samples.columns {
            throw CommandError(
                "\(part.store.path): found other columns in its table than in \(parts[0].store.path); expected shards of one "
                    + "store")
        }
        let shards = parts.map(\.record.identity.shard)
        guard shards == (1...parts.count).map({ .init(number: $0, count: parts.count) }) else {
            let found = parts.map { $0.record.identity.shard.map { "\($0.number)/\($0.count)" } ?? "a whole store" }
            throw CommandError(
                "\(merge.map(\.path).joined(separator: ", ")): found \(found.joined(separator: ", ")); expected each shard "
                    + "once")
        }
        let found = parts.reduce(0) { $0 + $1.samples.rows.count + $1.skipped.rows.count }
        guard found == identity.sampleCount else {
            throw CommandError(
                "\(merge.map(\.path).joined(separator: ", ")): found \(found) samples; expected \(identity.sampleCount), as "
                    + "their store.json have it")
        }
        let folder = try PartialStore(out, identity: identity, force: output.force)
        if let record = folder.finished { return record }
        let contents = StoreContents(
            pieces: parts.map { (EmbeddingStore.embeddings(in: $0.store), $0.samples.rows.count) },
            dimension: identity.embeddings.dimension,
            samples: CSVTable(columns: parts[0].samples.columns, rows: parts.flatMap(\.samples.rows)),
            skipped: CSVTable(columns: StoreContents.skippedColumns, rows: parts.flatMap(\.skipped.rows)))
        let record = try contents.write(identity, to: out, by: folder.url)
        folder.remove()
        return record
    }
}

/// The store of one shard, without its embeddings.
private struct StorePart {
    let store: URL
    let record: StoreRecord
    let samples: CSVTable
    let skipped: CSVTable

    init(_ store: URL) throws {
        self.store = store
        guard let record = try StoreRecord(of: store) else {
            throw CommandError("\(store.path): found no store.json; expected a finished store of one shard")
        }
        self.record = record
        samples = try CSVTable(contentsOf: EmbeddingStore.samples(in: store))
        skipped = try CSVTable(contentsOf: store.appending(path: "skipped.csv"))
        let columns = samples.columns
        guard columns.contains("sample"), columns.contains("class"), columns.last == StoreContents.digestColumn,
            samples.rows.count == record.rowCount, skipped.columns == StoreContents.skippedColumns,
            skipped.rows.count == record.skippedCount
        else {
            throw CommandError(
                "\(store.path): found tables of \(samples.rows.count) and \(skipped.rows.count) rows that do not fit its "
                    + "store.json; expected a store as oodml embed has written it")
        }
    }
}
