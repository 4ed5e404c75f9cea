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

    /// Removes finished parts that are of no more use, and their folder if nothing else is in it.
    ///
    /// - Parameter isUseless: whether a part can go, by its name.
    package func removeParts(where isUseless: (String) -> Bool) {
        for name in (try? names(in: parts.path)) ?? [] where isUseless(name) { unlink(parts.path + "/" + name) }
        rmdir(parts.path)
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
            try writeWorkingFile(Data(stableJSON(journal.relative).utf8), to: URL(filePath: self.journal))
            try syncFolder(path)
        } catch {
            unlink(self.journal)
            throw error
        }
    }

    /// Says in another target's work folder where the journal is.
    func writePointer(to first: String) throws {
        // A neighbour is named alone, so that both can be completed after their folder has moved.
        let isNeighbour =
            Name((first as NSString).deletingLastPathComponent) == Name((path as NSString).deletingLastPathComponent)
        let words = isNeighbour ? (first as NSString).lastPathComponent : first
        try writeWorkingFile(Data(words.utf8), to: URL(filePath: pointer))
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
            // Whoever has that lock may be waiting for this one.
            if try Self.isMade(first) {
                guard let work = try WorkFolder(at: first, isInside: false, waits: false, warn: { _ in }) else {
                    throw BusyElsewhere()
                }
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

    /// Whether a folder is one that this user's oodml made, rather than a copy.
    private static func isMade(_ path: String) throws -> Bool {
        guard try isOwn(path) else { return false }
        try requireOurs(path)
        return true
    }

    /// Completes the moves of this folder's journal.
    ///
    /// Whoever has the lock of another of its work folders waits for this one, since a pointer to the journal is there.
    private func completeMoves() throws {
        guard try FileStatus(of: journal) != nil else { return }
        let moves = try readJSON(Journal.self, from: URL(filePath: journal), as: "a journal of moves")
            .absolute(in: path)
        // Every other work folder of the run says that the journal is here.
        let others = try moves.works.dropFirst().filter { try FileStatus(of: $0) != nil }
        let areOwn = try others.allSatisfy { try Self.isMade($0) && Self.leader(of: $0).map { Name($0) } == Name(path) }
        guard moves.works.first.map({ Name($0) }) == Name(path), areOwn, try moves.isConfined else {
            throw FileError.malformed(
                path: journal, found: "moves to places that are not its own", expected: "a journal as oodml wrote it")
        }
        do {
            try moves.complete()
        } catch let failure as MoveFailure {
            throw failure.fileError
        }
        // Nothing may be removed as long as something is not where it belongs.
        guard try moves.moves.allSatisfy({ try $0.isMade }) else {
            throw FileError.malformed(
                path: path, found: "results of a run that was stopped, and another place than it wrote to",
                expected: "the folder where it was, so that the run can be completed")
        }
        moves.removeEmptyFolders()
        try moves.sync()
        try removeJournal()
    }

    /// The work folder with the journal of this target's moves, if it is another and they are not complete.
    private var leader: String? {
        get throws {
            try Self.leader(of: path, tag).flatMap { try FileStatus(of: $0 + "/" + Journal.name) == nil ? nil : $0 }
        }
    }

    private static func leader(of work: String, _ tag: String = "") throws -> String? {
        let pointer = work + "/" + Journal.pointerName + tag
        guard try FileStatus(of: pointer)?.kind == .file else { return nil }
        let words = String(decoding: try readFile(URL(filePath: pointer), limit: 1 << 16), as: UTF8.self)
        return words.begins(with: "/") ? words : (work as NSString).deletingLastPathComponent + "/" + words
    }

    /// Removes what was made for a target, or has left it; as long as there is a journal of its moves, nothing.
    ///
    /// - Parameter isOwnRun: whether this run made it, so that files which others put there since are the newest.
    func clean(for target: String, isOwnRun: Bool = false) throws {
        guard try FileStatus(of: journal) == nil, try leader == nil else { return }
        let plan = try TreePlan(FileStatus(of: self.plan) == nil ? [] : readFile(URL(filePath: self.plan)))
        for made in [new, old] {
            try plan.remove(made, madeFor: target, replacing: isOwnRun)
            // As long as something is left, the plan says whose it is.
            guard try FileStatus(of: made) == nil else { return }
        }
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
        for (path, isInside) in WorkFolder.places(of: target) where (try? WorkFolder.isOwn(path)) ?? false {
            let isBetweenMoves = try WorkFolder.hasJournal(at: path)
            do {
                try recovering {
                    let work = try WorkFolder(at: path, isInside: isInside, waits: isBetweenMoves, warn: { _ in })
                    // Without locks, what is there may be a run at work.
                    if let work, work.tag.isEmpty || isBetweenMoves { try work.recover(for: target) }
                }
            } catch {
                if isBetweenMoves { throw error }
            }
        }
    }
}

/// The lock that a recovery needs is taken by a run that may need ours.
struct BusyElsewhere: Error {}

/// Begins again, with all locks released, as long as a recovery needs a lock that another run has.
func recovering<Result>(_ body: () throws -> Result) throws -> Result {
    while true {
        do { return try body() } catch is BusyElsewhere { usleep(20_000) }
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
        do {
            if let work = try lock() {
                try work.recover(for: target)
                return work
            }
        } catch is BusyElsewhere {
            // The run that is at work there ends soon.
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
