internal import Files
public import Foundation

/// A folder of embeddings and their samples, as `oodml embed` writes it.
public struct EmbeddingStore: Sendable, Equatable {
    /// The folder.
    public let url: URL

    /// The names of its files: the embeddings, float32 in C order; the table of samples, one row for each row of
    /// embeddings; the record of where the embeddings come from.
    package enum Name {
        package static let embeddings = "embeddings.npy"
        package static let samples = "samples.csv"
        package static let skipped = "skipped.csv"
        package static let duplicates = "duplicates.csv"
        package static let record = "store.json"
        /// The files of a finished store.
        package static let all = [embeddings, samples, skipped, duplicates, record]
    }

    /// The name of the result in the folder's receipt.
    package static let resultName = "store"

    /// The store in a folder, whether or not it exists.
    public init(at url: URL) {
        self.url = url
    }

    /// The store at `features`, or the one whose embeddings file `features` is; nil for other files.
    public init?(of features: URL) {
        let own = EmbeddingStore(at: features)
        let above = EmbeddingStore(at: features.deletingLastPathComponent())
        if features.lastPathComponent == Name.embeddings, exists(above.record) {
            self = above
        } else if isFolder(features), exists(own.embeddings) {
            self = own
        } else {
            return nil
        }
    }

    /// The file of embeddings.
    public var embeddings: URL { url.appending(path: Name.embeddings) }
    /// The table of samples.
    public var samples: URL { url.appending(path: Name.samples) }
    /// The record of where the embeddings come from.
    public var record: URL { url.appending(path: Name.record) }

    /// Throws for a store of which there are only parts.
    static func requireFinished(at url: URL) throws {
        guard exists(url) || !WorkFolder.hasParts(of: url) else {
            throw FileError.unreadable(
                path: url.path, reason: "it is a store that is not finished; the command that began it goes on with it")
        }
    }

    /// The column `sample` of the table.
    var ids: [String] {
        get throws {
            let table = try CSVTable(contentsOf: samples)
            guard let column = table.columns.firstIndex(of: "sample") else {
                throw FileError.malformed(
                    path: samples.path, found: "the columns \(excerpt(table.columns.joined(separator: ", ")))",
                    expected: "a column sample, which names the rows of \(Name.embeddings)")
            }
            return table.rows.map { $0[column] }
        }
    }
}
