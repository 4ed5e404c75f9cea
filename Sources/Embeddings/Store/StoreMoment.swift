internal import Files
internal import Foundation

/// A store as it was when it was looked at, so that what is read from it later is from the same run.
///
/// Take it before the samples are read, and give it to `EmbeddingSource.features(_:since:)`.
public struct StoreMoment: Sendable {
    private let folder: WrittenFolder

    /// Looks at a store.
    ///
    /// - Throws: ``/Files/FileError`` for a receipt that cannot be read.
    public init(of store: EmbeddingStore) throws {
        folder = try WrittenFolder(store.url, of: EmbeddingStore.resultName)
    }

    /// Throws ``/Files/FileError`` if another run has replaced the store since.
    public func requireUnchanged() throws { try folder.requireCurrent() }
}
