internal import Foundation

/// A target with the lock on it, and what is made for it.
final class StagedTarget {
    let target: Target
    /// Where it is made.
    let work: WorkFolder
    /// What puts it in its place, once it is made.
    var moves: [Journal.Move] = []
    private(set) var contents: FolderContents?
    private(set) var changed: [OutputItem] = []
    /// The paths of the earlier result that this one does not have, and that nobody has changed since.
    private(set) var stale: [String] = []
    /// The entries of the earlier result that stay beside this one.
    private(set) var kept: [Name: Receipt.Entry] = [:]
    var plan = TreePlan()

    var path: String { target.path }
    var index: Int { target.index }
    /// Whether it is a folder that moves as a whole.
    var isMovable: Bool { target.status?.kind == .folder && !target.isInPlace }

    /// A target whose locks are held.
    ///
    /// - Parameter locks: at least the lock on the place where its new contents are made.
    init(_ target: Target, _ locks: [Name: WorkFolder]) throws {
        self.target = target
        let places = WorkFolder.places(of: target.path).map { locks[Name($0.path)] }
        guard let work = target.isInPlace ? places[1] : places[0] else {
            let error = FileError.unwritable(
                path: target.output.url.path, reason: "the folder that it is in may not be written")
            // It came while this run waited, or may not be moved after all: then another lock is needed.
            if target.isInPlace { throw Immovable(output: target.index, error: error) }
            throw error
        }
        self.work = work
    }

    /// Whether anything has to change.
    ///
    /// - Throws: ``FileError`` if it may not.
    func needsChange() throws -> Bool {
        switch target.output.place {
        case .file(let file, let bytes): try needsChange(file, bytes)
        case .folder(let folder, let items, let isAdding): try needsChange(folder, items, isAdding: isAdding)
        }
    }

    private func needsChange(_ file: OutputFile, _ bytes: Data) throws -> Bool {
        try file.requirePlace()
        guard let status = try FileStatus(of: path) else { return true }
        if OutputItem("file", bytes).isAt(path, status) { return false }
        guard file.force else { throw Self.occupied(file.url.path) }
        return true
    }

    private func needsChange(_ folder: OutputFolder, _ items: [OutputItem], isAdding: Bool) throws -> Bool {
        guard target.status != nil else {
            changed = items
            return true
        }
        let contents = try FolderContents.settled(path)
        self.contents = contents
        for item in items where try isDifferent(item, in: contents, folder) { changed.append(item) }
        let names = Set(items.map { Name($0.path) })
        for path in contents.receipt.paths(of: folder.result) where !names.contains(Name(path)) {
            guard let entry = contents.receipt[path: path], try contents.status(of: path) != nil else { continue }
            if isAdding && !folder.force {
                kept[Name(path)] = entry
            } else if try contents.isUnchanged(path, entry) {
                stale.append(path)
            } else {
                folder.warn(
                    "\(folder.url.appending(path: path).path): an earlier run wrote it, and it was changed since, so it stays"
                )
            }
        }
        if let first = stale.first, !folder.force {
            throw FileError.occupied(
                path: folder.url.appending(path: first).path,
                found: "a file of an earlier run with other options is there", remedy: "to remove it")
        }
        // Equal files of a folder without a receipt are oodml's: a copy that left the receipt behind. Beside a receipt, a
        // file that it does not list is somebody else's, whatever it holds.
        let isListed = items.allSatisfy { contents.receipt[path: $0.path]?.result == folder.result }
        return !changed.isEmpty || !stale.isEmpty || !isListed
    }

    /// Whether something else is where an item will be.
    ///
    /// - Throws: ``FileError`` if it may not be replaced.
    private func isDifferent(_ item: OutputItem, in contents: FolderContents, _ folder: OutputFolder) throws -> Bool {
        let shown = folder.url.appending(path: item.path).path
        func foreign(_ path: String, _ found: String) -> FileError {
            folder.inTheWay(path, found)
        }
        for above in foldersAbove(item.path) {
            guard let status = try contents.status(of: above.text) else { return true }
            if status.kind == .folder { continue }
            guard contents.receipt[path: above.text]?.result == folder.result else {
                throw foreign(above.text, status.kind.words)
            }
            guard folder.force else { throw Self.occupied(folder.url.appending(path: above.text).path) }
            return true
        }
        guard let status = try contents.status(of: item.path) else { return true }
        if status.kind == .folder {
            guard try contents.isAll(below: item.path, of: folder.result) else { throw foreign(item.path, "a folder") }
            guard folder.force else { throw Self.occupied(shown) }
            return true
        }
        if contents.receipt[path: item.path] != nil || contents.receipt.entries.isEmpty,
            item.isAt(contents.path + "/" + item.path, status)
        {
            return false
        }
        guard let entry = contents.receipt[path: item.path] else { throw foreign(item.path, status.kind.words) }
        guard entry.result == folder.result else {
            throw FileError.occupied(path: shown, found: "a file of oodml's \(entry.result) is there")
        }
        guard status.kind == .file || status.kind == .link else { throw foreign(item.path, status.kind.words) }
        guard folder.force else { throw Self.occupied(shown) }
        return true
    }

    private static func occupied(_ path: String) -> FileError {
        .occupied(path: path, found: "a different file is there already", remedy: "to replace it")
    }
}
