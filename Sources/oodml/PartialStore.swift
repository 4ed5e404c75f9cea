import Datasets
import Foundation
import Reports

/// The folder within a store that holds what is done of it, until all is.
final class PartialStore {
    let url: URL
    /// The record of the store, where it is finished already.
    let finished: StoreRecord?
    private var lock: Int32 = -1

    /// - Throws: ``CommandError`` if the folder holds a store of something else, or another run is at it.
    init(_ store: URL, identity: StoreIdentity, force: Bool) throws {
        url = store.appending(path: ".partial")
        let existing = try force ? nil : StoreRecord(of: store)
        if let existing, existing.identity != identity {
            throw CommandError(
                "\(store.path): a store of other images or another network is there; expected none, or --force to replace "
                    + "it")
        }
        finished = existing
        if existing != nil {
            // A run that was stopped after its last file leaves them.
            remove()
            return
        }
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw OutputError(path: url.path, reason: "the folder cannot be made")
        }
        lock = open(url.appending(path: "lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandError("\(store.path): another run is writing this store; expected to be the only one")
        }
        let run = url.appending(path: "run.json")
        let own = Data(try stableJSON(identity).utf8)
        if let other = try? Data(contentsOf: run), other != own || force {
            guard force else {
                throw CommandError(
                    "\(store.path): a part of a store of other images or another network is there; expected none, or "
                        + "--force to replace it")
            }
            for file in try FileManager.default.contentsOfDirectory(atPath: url.path) where file != "lock" {
                try FileManager.default.removeItem(at: url.appending(path: file))
            }
        }
        try writeAtomically(own, to: run)
    }

    deinit {
        if lock >= 0 { close(lock) }
    }

    /// The size of the chunks: that of the run which began, or else `size`.
    func chunkSize(_ size: Int) throws -> Int {
        let file = url.appending(path: "chunk-size")
        if let text = try? String(contentsOf: file, encoding: .utf8), let known = Int(text), known > 0 { return known }
        try writeAtomically("\(size)", to: file)
        return size
    }

    func remove() {
        try? FileManager.default.removeItem(at: url)
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
