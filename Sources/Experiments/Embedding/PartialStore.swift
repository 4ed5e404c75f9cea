internal import Embeddings
internal import Files
internal import Foundation

/// The folder within a store that holds its finished parts until the whole store is finished.
final class PartialStore {
    let url: URL
    /// The record of the store if it is already finished.
    let finished: StoreRecord?
    private let store: EmbeddingStore
    private var lock: FolderLock?

    /// - Throws: ``/Files/FileError`` if the folder holds a store of something else, or another run is writing it.
    init(_ store: EmbeddingStore, identity: StoreIdentity, replacing: Bool, warn: (String) -> Void) throws {
        self.store = store
        url = store.url.appending(path: EmbeddingStore.Name.partial)
        if let record = try Self.finished(store, identity, replacing: replacing) {
            finished = record
            // A run stopped after its last file leaves finished parts behind; remove them unless another run is at
            // work.
            lock = try? FolderLock(of: store.url, waits: false)
            if lock != nil { remove() }
            return
        }
        try makeFolder(at: store.url)
        lock = try FolderLock(of: store.url, waits: false, warn: warn)
        guard lock != nil else {
            throw FileError.occupied(path: store.url.path, found: "another run is writing this store")
        }
        // Another run may have finished the store in the meantime.
        finished = try Self.finished(store, identity, replacing: replacing)
        guard finished == nil else {
            remove()
            return
        }
        try makeFolder(at: url)
        let run = url.appending(path: "run.json")
        let own = Data(try stableJSON(identity).utf8)
        let other = exists(run) ? Data(try readFile(run)) : nil
        if let other, other != own, !replacing {
            throw FileError.occupied(
                path: store.url.path, found: "a part of a store of other images or another network is there",
                remedy: "to replace it")
        }
        // Finished parts of the same store are kept, whether or not it may be replaced; everything else is useless.
        for file in try FileManager.default.contentsOfDirectory(atPath: url.path)
        where other != own || !Self.isKept(file) {
            try FileManager.default.removeItem(at: url.appending(path: file))
        }
        try writeAtomically(own, to: run)
    }

    /// The record of a store that is finished and does not have to be made again.
    private static func finished(
        _ store: EmbeddingStore, _ identity: StoreIdentity, replacing: Bool
    ) throws -> StoreRecord? {
        guard let existing = try replacing ? nil : StoreRecord(of: store) else { return nil }
        guard existing.identity == identity else {
            throw FileError.occupied(
                path: store.url.path, found: "a store of other images or another network is there",
                remedy: "to replace it")
        }
        return existing
    }

    private static func isKept(_ file: String) -> Bool {
        file == "run.json" || file == "chunk-size" || file.hasPrefix("chunk-")
    }

    /// The chunk size: that of the run that began the store, otherwise `size`.
    func chunkSize(_ size: Int) throws -> Int {
        let file = url.appending(path: "chunk-size")
        if exists(file), let known = Int(String(decoding: try readFile(file), as: UTF8.self)), known > 0 {
            return known
        }
        try writeAtomically("\(size)", to: file)
        return size
    }

    /// Removes the folder and releases the store to other runs.
    func remove() {
        try? FileManager.default.removeItem(at: url)
        lock = nil
    }
}
