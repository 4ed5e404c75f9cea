internal import Embeddings
internal import Files
internal import Foundation

/// The folder that holds the finished parts of a store until the whole store is finished, in the work folder beside it.
final class PartialStore {
    let url: URL
    /// The record of the store if it is already finished.
    let finished: StoreRecord?
    /// Keeps other runs from writing the store.
    private(set) var lock: WorkFolder?

    /// - Throws: ``/Files/FileError`` if the folder holds a store of something else, or another run is writing it.
    init(_ store: EmbeddingStore, identity: StoreIdentity, replacing: Bool, warn: (String) -> Void) throws {
        if let record = try Self.finished(store, identity, replacing: replacing) {
            finished = record
            // A run stopped after its last step may have left parts behind; remove them unless another run is at work.
            lock = WorkFolder.hasParts(of: store.url) ? (try? lockTarget(store.url) { _ in }).flatMap { $0 } : nil
            url = lock?.parts ?? store.url
            if lock != nil { remove() }
            return
        }
        guard let lock = try lockTarget(store.url, warn: warn) else {
            throw FileError.occupied(path: store.url.path, found: "another run is writing this store")
        }
        self.lock = lock
        url = lock.parts
        // Another run may have finished the store in the meantime.
        finished = try Self.finished(store, identity, replacing: replacing)
        guard finished == nil else {
            remove()
            return
        }
        try OutputFolder(store.url, result: EmbeddingStore.resultName, force: replacing)
            .requireRoom(for: EmbeddingStore.Name.all)
        try makeFolder(at: url)
        let own = Data(try stableJSON(identity).utf8)
        let other = try known()
        if let other, other != own, !replacing {
            throw FileError.occupied(
                path: store.url.path, found: "a part of a store of other images or another network is there",
                remedy: "to replace it")
        }
        // Finished parts of the same store are kept, whether or not it may be replaced; all others are useless.
        if other != own {
            lock.removeParts(where: Self.isPart)
            try makeFolder(at: url)
        }
        try writeWorkingFile(own, to: run)
    }

    private var run: URL { url.appending(path: "run.json") }

    /// What the run was that left parts here; nil if there are none.
    ///
    /// - Throws: ``/Files/FileError`` if the folder has anything else, so that it is somebody else's.
    private func known() throws -> Data? {
        let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        if let strange = names.first(where: { !Self.isPart($0) }) {
            throw FileError.malformed(
                path: url.appending(path: strange).path, found: "a file that is no part of a store",
                expected: "none in the folder where oodml keeps the parts of one")
        }
        return exists(run) ? Data(try readFile(run)) : nil
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

    /// Whether a file in this folder is one that oodml writes there.
    private static func isPart(_ file: String) -> Bool {
        let names = ["run.json", "chunk-size"]
        if names.contains(file) || names.map(partName).contains(file) { return true }
        let isUnfinished = file.begins(with: ".chunk-") && file.utf8.suffix(5).elementsEqual(".part".utf8)
        return isUnfinished || StoreChunks.isChunk(file)
    }

    /// The chunk size: that of the run that began the store, otherwise `size`.
    func chunkSize(_ size: Int) throws -> Int {
        let file = url.appending(path: "chunk-size")
        if exists(file), let known = Int(String(decoding: try readFile(file), as: UTF8.self)), known > 0 {
            return known
        }
        try writeWorkingFile(Data("\(size)".utf8), to: file)
        return size
    }

    /// Removes the folder and releases the store to other runs.
    func remove() {
        lock?.removeParts(where: Self.isPart)
        lock = nil
    }
}
