internal import Files
public import Foundation

/// A folder of embeddings with the samples that they are of, as `oodml embed` writes it.
public enum EmbeddingStore {
    /// The name of the file of embeddings, float32 in C order.
    public static let embeddingsName = "embeddings.npy"
    /// The name of the table of samples, one row for each row of embeddings.
    public static let samplesName = "samples.csv"
    /// The name of the record of where the embeddings come from.
    public static let recordName = "store.json"

    /// The file of embeddings.
    public static func embeddings(in folder: URL) -> URL { folder.appending(path: embeddingsName) }

    /// The table of samples.
    public static func samples(in folder: URL) -> URL { folder.appending(path: samplesName) }

    /// The name of the folder within a store that holds what is done of it, until all is.
    public static let partialName = ".partial"

    /// The table of the samples of `features`, if that is a store or the file of embeddings in one; nil for other files.
    public static func samples(of features: URL) -> URL? {
        let manager = FileManager.default
        if hasEmbeddings(features) { return samples(in: features.deletingLastPathComponent()) }
        return manager.fileExists(atPath: embeddings(in: features).path) ? samples(in: features) : nil
    }

    /// Refuses a store that a run is replacing or was stopped while it did: its files may be of two runs.
    static func requireFinished(_ folder: URL) throws {
        let manager = FileManager.default
        guard
            manager.fileExists(atPath: folder.appending(path: recordName).path)
                || !manager.fileExists(atPath: folder.appending(path: partialName).path)
        else {
            throw FileError.unreadable(
                path: folder.path,
                reason: "it is a store that is not finished; the command that began it goes on with it")
        }
    }

    /// Whether a file is the embeddings of a store, whose rows its table names.
    static func hasEmbeddings(_ file: URL) -> Bool {
        let record = file.deletingLastPathComponent().appending(path: recordName)
        return file.lastPathComponent == embeddingsName && FileManager.default.fileExists(atPath: record.path)
    }

    /// The column `sample` of a store's table.
    static func ids(in table: URL) throws -> [String] {
        let samples = try CSVTable(contentsOf: table)
        guard let column = samples.columns.firstIndex(of: "sample") else {
            throw FileError.malformed(
                path: table.path, found: "the columns \(excerpt(samples.columns.joined(separator: ", ")))",
                expected: "a column sample, which names the rows of \(embeddingsName)")
        }
        return samples.rows.map { $0[column] }
    }
}
