internal import Foundation

/// The moves that put new contents in the place of old ones, written down before the first of them where one step is
/// not enough: for several targets, and where the file system cannot let two folders change places.
///
/// Every move can be repeated and undone, so whoever finds a journal of a killed run completes it.
struct Journal: Codable {
    /// Something new that takes a place, or something old that leaves it.
    struct Move: Codable {
        /// The path that readers know.
        let place: String
        /// Where the new one waits; nil to remove the old one.
        let new: String?
        /// Where the old one goes.
        let old: String
        /// The identity of the new one, or of the one to remove.
        let identity: FileIdentity
        /// What has the place before; nil if nothing has it.
        let replaced: FileVersion?

        /// Whether nothing is left to be moved: it is made, whatever has become of it since.
        var isMade: Bool {
            get throws {
                let present = try FileStatus(of: place)?.identity
                guard let new else { return present != identity }
                return try present == identity || FileStatus(of: new) == nil
            }
        }
    }

    /// The moves, in their order.
    let moves: [Move]
    /// The work folders of the targets, the one with the journal first.
    let works: [String]

    /// The file's name in the first work folder.
    static let name = "journal"
    /// The name of the file in all others; it has the path of the first.
    static let pointerName = "journal-in"

    /// Makes all moves that were not made.
    func complete() throws {
        for move in moves { try move.complete() }
    }

    /// Takes back all moves that were made.
    func undo() throws {
        for move in moves.reversed() { try move.undo() }
    }

    /// Removes the folders that removals have left empty.
    func removeEmptyFolders() {
        for move in moves where move.new == nil {
            guard let work = works.first(where: { isBelow(move.old, $0) }) else { continue }
            let target = (work as NSString).deletingLastPathComponent
            var folder = (move.place as NSString).deletingLastPathComponent
            // `rmdir` succeeds only if the folder is empty.
            while isBelow(folder, target), rmdir(folder) == 0 {
                folder = (folder as NSString).deletingLastPathComponent
            }
        }
    }

    /// The same moves with paths below the folder that the first work folder is in, if all are there: so they can be
    /// completed after that folder has moved.
    var relative: Journal {
        let start = (works[0] as NSString).deletingLastPathComponent
        let paths = works + moves.flatMap { [$0.place, $0.old] + ($0.new.map { [$0] } ?? []) }
        guard paths.allSatisfy({ isBelow($0, start) }) else { return self }
        return mapped { $0.dropping(start + "/") }
    }

    /// The moves of a journal that was found in a work folder.
    func absolute(in work: String) -> Journal {
        let start = (work as NSString).deletingLastPathComponent
        return mapped { $0.begins(with: "/") ? $0 : start + "/" + $0 }
    }

    private func mapped(_ path: (String) -> String) -> Journal {
        Journal(
            moves: moves.map { move in
                Move(
                    place: path(move.place), new: move.new.map(path), old: path(move.old), identity: move.identity,
                    replaced: move.replaced)
            }, works: works.map(path))
    }

    /// Flushes the folders of all places.
    func sync() throws(FileError) {
        let folders = Set(moves.map { ($0.place as NSString).deletingLastPathComponent })
        guard folders.count > 64, let first = folders.first else {
            for folder in folders where try FileStatus(of: folder) != nil { try syncFolder(folder) }
            return
        }
        try syncFileSystem(of: first)
    }

    /// Whether all moves stay between the work folders and their own targets, as in any journal of oodml, and no link
    /// leads elsewhere: one that came with somebody's files must not move anything else.
    var isConfined: Bool {
        get throws {
            try moves.allSatisfy { move in
                try works.contains { work in
                    let target = URL(filePath: work).deletingLastPathComponent().path
                    return try WorkFolder.isWorkFolder(work, of: move.place)
                        && isWithoutLinks(move.place, below: target)
                        && ([move.old] + (move.new.map { [$0] } ?? [])).allSatisfy {
                            try isWithoutLinks($0, below: work)
                        }
                }
            }
        }
    }
}

/// Whether an absolute path leads below a folder without leaving it in between.
package func isBelow(_ path: String, _ folder: String) -> Bool {
    let start = (folder + "/").utf8
    return path.utf8.starts(with: start)
        && isPathBelow(String(decoding: path.utf8.dropFirst(start.count), as: UTF8.self))
}

/// A move that the system refused.
struct MoveFailure: Error {
    let place: String
    let code: Int32

    /// Whether a folder cannot be moved at all: it is a mount point, has layers, or its parent may not be written.
    var isForGood: Bool { [EBUSY, EXDEV, EPERM, EACCES, EROFS, EINVAL].contains(code) }

    var fileError: FileError { .unwritable(path: place, reason: systemReason(code)) }
}

/// Whether a file system has no exchange in one step.
func meansNoExchange(_ code: Int32) -> Bool { [EINVAL, ENOSYS, EOPNOTSUPP].contains(code) }

extension Journal.Move {
    /// Makes the move, unless it was made.
    fileprivate func complete() throws {
        let present = try FileStatus(of: place)
        guard let new else {
            if present?.identity == identity { try move(place, to: old) }
            return
        }
        if present?.identity == identity { return }
        guard let arriving = try FileStatus(of: new), arriving.identity == identity else { return }
        guard let present else { return try move(new, to: place) }
        guard present.version == replaced else {
            throw FileError.occupied(
                path: place, found: "something else is there since a run was stopped that the next one completes")
        }
        let code = exchange(new, place)
        if code == 0 { return }
        guard meansNoExchange(code) else { throw MoveFailure(place: place, code: code) }
        try makeFolder(at: URL(filePath: old).deletingLastPathComponent())
        // A file can take a name that is in use; with a second name of the old one, nothing is missing in between.
        // Of a run that was stopped it may have one already.
        if arriving.kind == .folder || (retried({ link(place, old) }) != 0 && errno != EEXIST) {
            try move(place, to: old)
            try move(new, to: place)
        } else if retried({ rename(new, place) }) != 0 {
            throw MoveFailure(place: place, code: errno)
        }
    }

    /// Takes the move back, if it was made or begun.
    fileprivate func undo() throws {
        let present = try FileStatus(of: place)
        if let new, present?.identity == identity {
            if try FileStatus(of: new) != nil {
                let code = exchange(new, place)
                guard code == 0 else { throw MoveFailure(place: place, code: code) }
                return
            }
            try move(place, to: new)
        } else if present != nil {
            return
        }
        if try FileStatus(of: old) != nil { try move(old, to: place) }
    }

    /// Moves something to a name that is free.
    private func move(_ from: String, to: String) throws {
        try makeFolder(at: URL(filePath: to).deletingLastPathComponent())
        let code = renameNew(from, to: to)
        guard code == 0 else { throw MoveFailure(place: place, code: code) }
    }
}
