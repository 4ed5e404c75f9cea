package import Foundation

extension WorkFolder {
    /// Where the journal is, if this is the first of its work folders.
    private var journal: String { path + "/" + Journal.name + tag }
    private var pointer: String { path + "/" + Journal.pointerName + tag }

    /// Where a run keeps finished parts of a result, to go on from after a stop.
    package var parts: URL { URL(filePath: path + "/" + Self.partsName, directoryHint: .isDirectory) }

    /// Whether finished parts of a result are there, of which the rest is to be made.
    package static func hasParts(of url: URL) -> Bool {
        guard let target = try? targetPath(url) else { return false }
        return places(of: target).contains { isFolder(URL(filePath: $0.path + "/" + partsName)) }
    }

    /// Whether a run was stopped, or is, between the first and the last of several moves.
    static func hasJournal(at path: String) throws(FileError) -> Bool {
        for name in [Journal.name, Journal.pointerName] where try FileStatus(of: path + "/" + name) != nil {
            return true
        }
        return false
    }

    /// Writes down moves before the first is made.
    func write(_ journal: Journal) throws {
        do {
            try writeWorkingFile(Data(stableJSON(journal).utf8), to: URL(filePath: self.journal))
            try syncFolder(path)
        } catch {
            unlink(self.journal)
            throw error
        }
    }

    /// Says in another target's work folder where the journal is.
    func writePointer(to first: String) throws {
        try writeWorkingFile(Data(first.utf8), to: URL(filePath: pointer))
        try syncFolder(path)
    }

    /// Ends the moves: from here on, what is not in its place is useless.
    func removeJournal() throws(FileError) {
        try require(journal) { unlink(journal) }
        try syncFolder(path)
    }

    /// Completes the moves of a killed run, or removes what it had made.
    func recover(for target: String) throws {
        if let first = try leader {
            if try Self.isOwn(first), let work = try WorkFolder(at: first, isInside: false, waits: true, warn: { _ in })
            {
                try work.completeMoves()
            }
        } else if try FileStatus(of: journal) != nil {
            try completeMoves()
        }
        try clean(for: target)
    }

    /// Whether a folder belongs to this user, as the work folders of this user's runs do.
    static func isOwn(_ path: String) throws(FileError) -> Bool {
        guard let status = try FileStatus(of: path) else { return false }
        return status.kind == .folder && status.owner == geteuid()
    }

    /// Completes the moves of this folder's journal.
    ///
    /// Whoever has the lock of another of its work folders waits for this one, since a pointer to the journal is there.
    private func completeMoves() throws {
        guard try FileStatus(of: journal) != nil else { return }
        let moves = try readJSON(Journal.self, from: URL(filePath: journal), as: "a journal of moves")
        let works = try moves.works.filter { try FileStatus(of: $0) != nil }
        guard moves.isConfined, try works.allSatisfy(Self.isOwn) else {
            throw FileError.malformed(
                path: journal, found: "moves to places that are not its own", expected: "a journal as oodml wrote it")
        }
        do {
            try moves.complete()
        } catch let failure as MoveFailure {
            throw failure.fileError
        }
        moves.removeEmptyFolders()
        try moves.sync()
        try removeJournal()
    }

    /// The work folder with the journal of this target's moves, if it is another and they are not complete.
    private var leader: String? {
        get throws {
            guard try FileStatus(of: pointer) != nil else { return nil }
            let first = String(decoding: try readFile(URL(filePath: pointer), limit: 1 << 16), as: UTF8.self)
            return try FileStatus(of: first + "/" + Journal.name) == nil ? nil : first
        }
    }

    /// Removes what was made for a target, or has left it; as long as there is a journal of its moves, nothing.
    func clean(for target: String) throws {
        guard try FileStatus(of: journal) == nil, try leader == nil else { return }
        let plan = try TreePlan(FileStatus(of: self.plan) == nil ? [] : readFile(URL(filePath: self.plan)))
        for made in [new, old] { try plan.remove(made, madeFor: target) }
        for name in [self.plan, pointer] + [self.plan, pointer, journal].map(part) where unlink(name) != 0 {
            guard errno == ENOENT else { throw FileError.unwritable(path: name, reason: systemReason()) }
        }
    }

    private func part(of path: String) -> String {
        self.path + "/" + partName(of: (path as NSString).lastPathComponent)
    }
}

/// Ends what a killed run began: moves that it had begun are completed, and what it had only prepared is removed.
///
/// Everything that reads or writes a result calls it first. A run that is at work is waited for only between its first
/// and its last move.
///
/// - Parameter url: the target, or a folder in it.
/// - Throws: ``FileError`` if moves cannot be completed.
package func settle(_ url: URL) throws {
    for url in [url, url.standardizedFileURL.deletingLastPathComponent()] {
        guard let target = try targetPath(url) else { continue }
        for (path, isInside) in WorkFolder.places(of: target) where try WorkFolder.isOwn(path) {
            let isBetweenMoves = try WorkFolder.hasJournal(at: path)
            do {
                let work = try WorkFolder(at: path, isInside: isInside, waits: isBetweenMoves, warn: { _ in })
                // Without locks, what is there may be a run at work.
                if let work, work.tag.isEmpty || isBetweenMoves { try work.recover(for: target) }
            } catch {
                if isBetweenMoves { throw error }
            }
        }
    }
}

/// Locks a target for longer than it takes to replace it, and ends what a killed run began there.
///
/// - Parameter warn: called with a sentence if the file system has no locks.
/// - Returns: nil if another run has the lock.
/// - Throws: ``FileError`` if neither the target nor its parent may be written.
package func lockTarget(_ url: URL, warn: (String) -> Void) throws -> WorkFolder? {
    try makeFolder(at: url.standardizedFileURL.deletingLastPathComponent())
    let target = try targetPath(url) ?? url.path
    let places = WorkFolder.places(of: target)
    func lock() throws -> WorkFolder? {
        do {
            return try WorkFolder(at: places[0].path, isInside: false, waits: false, warn: warn)
        } catch FileError.unwritable(_, let reason) {
            guard isFolder(url) else { throw FileError.unwritable(path: url.path, reason: reason) }
            return try WorkFolder(at: places[1].path, isInside: true, waits: false, warn: warn)
        }
    }
    // Whoever only reads has the lock for an instant, to see whether there is something to complete.
    for _ in 0..<10 {
        if let work = try lock() {
            try work.recover(for: target)
            return work
        }
        usleep(50_000)
    }
    return nil
}

/// The path of a target that the system uses: its own where it exists, else its parent's and its name; nil if there is no
/// parent.
func targetPath(_ url: URL) throws(FileError) -> String? {
    if let path = try resolved(url.path) { return path }
    let url = url.standardizedFileURL
    guard let parent = try resolved(url.deletingLastPathComponent().path) else { return nil }
    return (parent == "/" ? "" : parent) + "/" + url.lastPathComponent
}
