internal import Embeddings
internal import Files
internal import Foundation

/// The rows of a store about to be written: files of embeddings to join, and their samples.
struct StoreContents {
    /// The files in the order of `samples`, with their row counts.
    let pieces: [(file: URL, rowCount: Int)]
    let dimension: Int
    /// The dataset's table and its other columns, then a column `sha256`, the digest of each file.
    let samples: CSVTable
    /// The samples left out, and why.
    let skipped: CSVTable
    /// What the reader of the dataset passed over, and why, in the same columns.
    let passedOver: [[String]]

    static let digestColumn = "sha256"
    static let skippedColumns = ["sample", "reason"]

    /// Writes the store, whole.
    ///
    /// - Parameters:
    ///   - folder: the folder of parts, whose lock the run holds.
    ///   - replacing: whether another store may be replaced.
    func write(
        _ identity: StoreIdentity, to store: EmbeddingStore, from folder: PartialStore, replacing: Bool,
        warn: @escaping @Sendable (String) -> Void
    ) throws -> StoreRecord {
        let groups = duplicates
        let across = groups.count { group in Set(group.map { samples.rows[$0][classColumn] }).count > 1 }
        let record = StoreRecord(identity, self, groups, acrossClasses: across)
        let duplicateTable = CSVTable(
            columns: ["group", "sample", "class"],
            rows: groups.enumerated().flatMap { number, rows in
                rows.map { ["\(number + 1)", samples.rows[$0][sampleColumn], samples.rows[$0][classColumn]] }
            })
        let output = try OutputFolder(
            store.url, result: EmbeddingStore.resultName, force: replacing, warn: warn)
        try output.write(
            [
                OutputItem(EmbeddingStore.Name.embeddings, .stream(join)),
                OutputItem(EmbeddingStore.Name.samples, text: samples.text),
                OutputItem(
                    EmbeddingStore.Name.skipped,
                    text: CSVTable(columns: skipped.columns, rows: skipped.rows + passedOver).text),
                OutputItem(EmbeddingStore.Name.duplicates, text: duplicateTable.text),
                OutputItem(EmbeddingStore.Name.record, text: try stableJSON(record)),
            ], holding: folder.lock)
        return record
    }

    private var sampleColumn: Int { samples.columns.firstIndex(of: "sample") ?? 0 }
    private var classColumn: Int { samples.columns.firstIndex(of: "class") ?? 1 }

    /// The groups of rows whose files have the same bytes, ordered by their first rows.
    private var duplicates: [[Int]] {
        ImageDigests.groups(of: samples.rows.map { $0[samples.columns.count - 1] })
    }

    /// Joins the pieces, with only one in memory at a time.
    private func join(to joined: FileSink) throws {
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
    }
}
