internal import Embeddings
internal import Files
internal import Foundation

/// The rows of a store about to be written: files of embeddings to join, and their samples.
struct StoreContents {
    /// The files in the order of `samples`, with their row counts.
    let pieces: [(file: URL, rowCount: Int)]
    let dimension: Int
    /// The dataset's table with a further column `sha256`, the digest of each file.
    let samples: CSVTable
    /// The samples left out, and why.
    let skipped: CSVTable
    /// What the reader of the dataset passed over, and why, in the same columns.
    let passedOver: [[String]]

    static let digestColumn = "sha256"
    static let skippedColumns = ["sample", "reason"]

    /// Writes the files of the store into `scratch` and moves them into place, the record last, so that a run stopped
    /// on the way leaves a whole store or none.
    func write(_ identity: StoreIdentity, to store: EmbeddingStore, by scratch: URL) throws -> StoreRecord {
        let groups = duplicates
        let across = groups.count { group in Set(group.map { samples.rows[$0][classColumn] }).count > 1 }
        let record = StoreRecord(identity, self, groups, acrossClasses: across)
        let duplicateTable = CSVTable(
            columns: ["group", "sample", "class"],
            rows: groups.enumerated().flatMap { number, rows in
                rows.map { ["\(number + 1)", samples.rows[$0][sampleColumn], samples.rows[$0][classColumn]] }
            })
        try join(to: scratch.appending(path: EmbeddingStore.Name.embeddings))
        for (name, text) in [
            (EmbeddingStore.Name.samples, samples.text),
            (
                EmbeddingStore.Name.skipped,
                CSVTable(columns: skipped.columns, rows: skipped.rows + passedOver).text
            ),
            (EmbeddingStore.Name.duplicates, duplicateTable.text), (EmbeddingStore.Name.record, try stableJSON(record)),
        ] {
            try writeAtomically(text, to: scratch.appending(path: name))
        }
        // Everything is on disk. Until the last file is moved, an earlier run's record must not pass for the record of
        // these files.
        let recordFile = store.record
        guard unlink(recordFile.path) == 0 || errno == ENOENT else {
            throw FileError.unwritable(path: recordFile.path, reason: systemReason())
        }
        for name in [
            EmbeddingStore.Name.embeddings, EmbeddingStore.Name.samples, EmbeddingStore.Name.skipped,
            EmbeddingStore.Name.duplicates,
            EmbeddingStore.Name.record,
        ] {
            let target = store.url.appending(path: name)
            guard rename(scratch.appending(path: name).path, target.path) == 0 else {
                throw FileError.unwritable(path: target.path, reason: systemReason())
            }
        }
        return record
    }

    private var sampleColumn: Int { samples.columns.firstIndex(of: "sample") ?? 0 }
    private var classColumn: Int { samples.columns.firstIndex(of: "class") ?? 1 }

    /// The groups of rows whose files have the same bytes, ordered by their first rows.
    private var duplicates: [[Int]] {
        let column = samples.columns.count - 1
        return Dictionary(grouping: samples.rows.indices) { samples.rows[$0][column] }.values
            .filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// Joins the pieces, with only one in memory at a time.
    private func join(to file: URL) throws {
        let joined = try StagedFile(replacing: file)
        try joined.append(numpyHeader(rowCount: samples.rows.count, columnCount: dimension))
        for (piece, rowCount) in pieces {
            let header = numpyHeader(rowCount: rowCount, columnCount: dimension)
            let unlike = FileError.malformed(
                path: piece.path, found: "other contents",
                expected: "\(rowCount) × \(dimension) float32 values, those that its table is of")
            let input = try InputFile(piece)
            guard input.byteCount == header.count + rowCount * dimension * 4,
                try Data(input.bytes(in: 0..<header.count)) == header
            else { throw unlike }
            try input.forEachBlock(from: header.count, ofSize: 1 << 22) { try joined.append(Data($0)) }
        }
        try joined.commit()
    }
}
