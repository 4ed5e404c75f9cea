import Datasets
import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Reports

/// What a store of embeddings is of; two runs with the same identity make the same store.
struct StoreIdentity: Codable, Equatable {
    struct Shard: Codable, Equatable {
        let number: Int
        let count: Int
    }

    let generator: String
    let embeddings: EmbeddingProvenance
    let dataset: String
    let sampleCount: Int
    /// The SHA-256 of the dataset's table of samples, so of their order too.
    let samplesSHA256: String
    /// Nil for all samples.
    let shard: Shard?

    enum CodingKeys: String, CodingKey {
        case generator, embeddings, dataset, shard
        case sampleCount = "sample_count"
        case samplesSHA256 = "samples_sha256"
    }

    /// What the store of all shards is of.
    var ofWholeStore: StoreIdentity {
        StoreIdentity(
            generator: generator, embeddings: embeddings, dataset: dataset, sampleCount: sampleCount,
            samplesSHA256: samplesSHA256, shard: nil)
    }
}

/// What `store.json` says.
struct StoreRecord: Codable {
    let identity: StoreIdentity
    let rowCount: Int
    let skippedCount: Int
    /// Groups of files with the same bytes, and those of them that are in several classes.
    let duplicateGroupCount: Int
    let duplicateGroupAcrossClassesCount: Int

    enum CodingKeys: String, CodingKey {
        case identity
        case rowCount = "row_count"
        case skippedCount = "skipped_count"
        case duplicateGroupCount = "duplicate_group_count"
        case duplicateGroupAcrossClassesCount = "duplicate_group_across_classes_count"
    }

    /// The record of a finished store; nil where there is none.
    ///
    /// - Throws: ``CommandError`` for a record that cannot be read.
    init?(of store: URL) throws {
        let file = store.appending(path: EmbeddingStore.recordName)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        let record = try? JSONDecoder().decode(StoreRecord.self, from: Data(contentsOf: file))
        guard let record, record.isPlausible else {
            throw CommandError("\(file.path): found no record of a store; expected one that oodml embed has written")
        }
        self = record
    }

    /// Whether the numbers can be those of a store.
    private var isPlausible: Bool {
        let counts = [
            rowCount, skippedCount, duplicateGroupCount, duplicateGroupAcrossClassesCount, identity.sampleCount,
        ]
        let shard = identity.shard
        return counts.allSatisfy { 0...(1 << 40) ~= $0 } && 1...(1 << 20) ~= identity.embeddings.dimension
            && (shard.map { 1...identity.sampleCount ~= $0.count && 1...$0.count ~= $0.number } ?? true)
    }

    init(_ identity: StoreIdentity, _ contents: StoreContents, _ groups: [[Int]], acrossClasses: Int) {
        self.identity = identity
        rowCount = contents.samples.rows.count
        skippedCount = contents.skipped.rows.count
        duplicateGroupCount = groups.count
        duplicateGroupAcrossClassesCount = acrossClasses
    }
}

/// The rows of a store that is to be written: files of embeddings to be joined, and the samples that they are of.
struct StoreContents {
    /// In the order of `samples`, with their numbers of rows.
    let pieces: [(file: URL, rowCount: Int)]
    let dimension: Int
    /// The dataset's table with a further column `sha256`, that of each file.
    let samples: CSVTable
    /// The samples left out, and why.
    let skipped: CSVTable

    static let digestColumn = "sha256"
    static let skippedColumns = ["sample", "reason"]

    /// Writes the files of the store into `scratch` and moves them, the record last, so that whoever is stopped on the way
    /// leaves a store that is whole or none.
    func write(_ identity: StoreIdentity, to store: URL, by scratch: URL) throws -> StoreRecord {
        let groups = duplicates
        let across = groups.count { group in Set(group.map { samples.rows[$0][classColumn] }).count > 1 }
        let record = StoreRecord(identity, self, groups, acrossClasses: across)
        let duplicateTable = CSVTable(
            columns: ["group", "sample", "class"],
            rows: groups.enumerated().flatMap { number, rows in
                rows.map { ["\(number + 1)", samples.rows[$0][sampleColumn], samples.rows[$0][classColumn]] }
            })
        try join(to: scratch.appending(path: EmbeddingStore.embeddingsName))
        for (name, text) in [
            (EmbeddingStore.samplesName, samples.text), ("skipped.csv", skipped.text),
            ("duplicates.csv", duplicateTable.text), (EmbeddingStore.recordName, try stableJSON(record)),
        ] {
            try writeAtomically(text, to: scratch.appending(path: name))
        }
        // All is on the disk. Until the last file is moved, what an earlier run left must not pass for the record of these.
        let recordFile = store.appending(path: EmbeddingStore.recordName)
        guard unlink(recordFile.path) == 0 || errno == ENOENT else {
            throw FileError.unwritable(path: recordFile.path, reason: String(cString: strerror(errno)))
        }
        for name in [
            EmbeddingStore.embeddingsName, EmbeddingStore.samplesName, "skipped.csv", "duplicates.csv",
            EmbeddingStore.recordName,
        ] {
            let target = store.appending(path: name)
            guard rename(scratch.appending(path: name).path, target.path) == 0 else {
                throw FileError.unwritable(path: target.path, reason: String(cString: strerror(errno)))
            }
        }
        return record
    }

    private var sampleColumn: Int { samples.columns.firstIndex(of: "sample") ?? 0 }
    private var classColumn: Int { samples.columns.firstIndex(of: "class") ?? 1 }

    /// The rows of files with the same bytes, in the order of their first ones.
    private var duplicates: [[Int]] {
        let column = samples.columns.count - 1
        return Dictionary(grouping: samples.rows.indices) { samples.rows[$0][column] }.values
            .filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    /// Joins the pieces, of which only one at a time is in memory.
    private func join(to file: URL) throws {
        let joined = try StagedFile(replacing: file)
        try joined.append(numpyHeader(rowCount: samples.rows.count, columnCount: dimension))
        for (piece, rowCount) in pieces {
            let header = numpyHeader(rowCount: rowCount, columnCount: dimension)
            let unlike = CommandError(
                "\(piece.path): found no embeddings of \(rowCount) × \(dimension) float32 values; expected those that its "
                    + "table is of")
            var rest = rowCount * dimension * 4
            do {
                let input = try FileHandle(forReadingFrom: piece)
                guard try input.read(upToCount: header.count) == header else { throw unlike }
                while let block = try input.read(upToCount: 1 << 22), !block.isEmpty {
                    rest -= block.count
                    try joined.append(block)
                }
                try input.close()
            } catch let error as CocoaError {
                throw CommandError("\(piece.path): cannot be read: \(error.localizedDescription)")
            }
            guard rest == 0 else { throw unlike }
        }
        try joined.commit()
    }
}
