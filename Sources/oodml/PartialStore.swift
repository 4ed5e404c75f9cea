import Datasets
import Embeddings
import Files
import Foundation
import Reports

/// The folder within a store that holds what is done of it, until all is.
final class PartialStore {
    let url: URL
    /// The record of the store, where it is finished already.
    let finished: StoreRecord?
    private let store: URL
    private var lock: FolderLock?

    /// - Throws: ``CommandError`` if the folder holds a store of something else, or another run is at it.
    init(_ store: URL, identity: StoreIdentity, force: Bool) throws {
        self.store = store
        url = store.appending(path: EmbeddingStore.partialName)
        if let record = try Self.finished(store, identity, force: force) {
            finished = record
            // A run that was stopped after its last file leaves them, unless another one is at work.
            lock = try? FolderLock(of: store, waits: false)
            if lock != nil { remove() }
            return
        }
        try makeFolder(at: store)
        lock = try FolderLock(of: store, waits: false)
        guard lock != nil else {
            throw CommandError("\(store.path): another run is writing this store; expected to be the only one")
        }
        // Another run may have finished it in between.
        finished = try Self.finished(store, identity, force: force)
        guard finished == nil else {
            remove()
            return
        }
        try makeFolder(at: url)
        let run = url.appending(path: "run.json")
        let own = Data(try stableJSON(identity).utf8)
        let other = try? Data(contentsOf: run)
        if let other, other != own, !force {
            throw CommandError(
                "\(store.path): a part of a store of other images or another network is there; expected none, or "
                    + "--force to replace it")
        }
        // Of the same store, what is done is kept, with --force as without; all else is of no use.
        for file in try FileManager.default.contentsOfDirectory(atPath: url.path)
        where other != own || !Self.isKept(file) {
            try FileManager.default.removeItem(at: url.appending(path: file))
        }
        try writeAtomically(own, to: run)
    }

    /// The record of a store that is finished and need not be made again.
    private static func finished(_ store: URL, _ identity: StoreIdentity, force: Bool) throws -> StoreRecord? {
        guard let existing = try force ? nil : StoreRecord(of: store) else { return nil }
        guard existing.identity == identity else {
            throw CommandError(
                "\(store.path): a store of other images or another network is there; expected none, or --force to replace "
                    + "it")
        }
        return existing
    }

    private static func isKept(_ file: String) -> Bool {
        file == "run.json" || file == "chunk-size" || file.hasPrefix("chunk-")
    }

    /// The size of the chunks: that of the run which began, or else `size`.
    func chunkSize(_ size: Int) throws -> Int {
        let file = url.appending(path: "chunk-size")
        if let text = try? String(contentsOf: file, encoding: .utf8), let known = Int(text), known > 0 {
            return known
        }
        try writeAtomically("\(size)", to: file)
        return size
    }

    /// Removes the folder, and gives up the store to other runs.
    func remove() {
        try? FileManager.default.removeItem(at: url)
        lock = nil
    }
}

extension Terminal {
    /// Ends the process with status 130 and a word at SIGINT, which a shell's Ctrl-C sends.
    func interruption(_ line: String) -> any DispatchSourceSignal {
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [self] in
            note(line)
            _exit(130)
        }
        source.resume()
        return source
    }
}
