internal import Foundation

/// The place beside a target where its next contents are made, and the lock that keeps other runs of oodml away.
///
/// For the target `NAME` it is `.NAME.oodml` in the same folder, so that a rename can move what is in it. Where the
/// target is on a file system of its own, or its parent may not be written, or it is the working folder, it is
/// `.oodml` within the target.
///
/// It exists only while a command is writing. What a killed one leaves there is removed, or completed if it had begun to
/// take the target's place, by the next that writes or reads the target.
package final class WorkFolder {
    /// Where it is.
    let path: String
    /// Whether it is within its target.
    let isInside: Bool
    /// The number added to the names in it where the file system has no locks, and another run may be at work.
    let tag: String
    private let descriptor: Int32

    /// Where what is being made lies.
    var new: String { path + "/new" + tag }
    /// Where what it replaces lies.
    var old: String { path + "/old" + tag }
    /// Where the plan of its contents lies: see ``TreePlan``.
    var plan: String { path + "/plan" + tag }

    private static let lockName = "lock"
    static let partsName = "parts"
    /// What the lock's file says, so that a folder of this name is known for one that oodml made here: the numbers of the
    /// folder and of the file, which no copy has, be it one that came with somebody's data.
    private static func mark(_ folder: FileIdentity, _ lock: FileIdentity) -> [UInt8] {
        Array(
            """
            oodml works here; what is left after a stop, the next run completes or removes
            \(folder.inode) \(lock.inode)

            """.utf8)
    }

    /// The places where a target's work folder can be, the usual one first.
    static func places(of target: String) -> [(path: String, isInside: Bool)] {
        let url = URL(filePath: target)
        let name = url.lastPathComponent
        let short = name.utf8.count <= 200 ? name : String(SHA256.hexadecimal(of: Array(name.utf8)).prefix(32))
        let parent = url.deletingLastPathComponent().path
        return [
            ((parent == "/" ? "" : parent) + "/.\(short).oodml", false), (target + "/.oodml", true),
        ]
    }

    /// Whether a path is that of a work folder for a target, or for something within the target.
    static func isWorkFolder(_ path: String, of place: String) -> Bool {
        let url = URL(filePath: path)
        return Name(url.lastPathComponent) == Name(".oodml")
            ? isBelow(place, url.deletingLastPathComponent().path)
            : places(of: place).contains { !$0.isInside && Name($0.path) == Name(path) }
    }

    /// Makes the folder and locks it.
    ///
    /// - Parameters:
    ///   - waits: whether to wait until another run is done.
    ///   - warn: called with a sentence if the file system has no locks.
    /// - Returns: nil if another run has the lock and `waits` is false.
    /// - Throws: ``FileError`` if the folder is not writable, or something that is not oodml's has its name.
    init?(at path: String, isInside: Bool, waits: Bool, warn: (String) -> Void) throws {
        self.path = path
        self.isInside = isInside
        let lock = path + "/" + Self.lockName
        while true {
            if retried({ mkdir(path, 0o700) }) != 0, errno != EEXIST {
                throw FileError.unwritable(path: path, reason: systemReason())
            }
            try Self.requireOurs(path)
            let descriptor = retried { open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644) }
            if descriptor < 0, errno == ENOENT { continue }
            guard descriptor >= 0 else { throw FileError.unwritable(path: lock, reason: systemReason()) }
            guard Self.lock(descriptor, waits: waits, { warn("\(path): another run is at work there; waiting for it") })
            else {
                let code = errno
                if [ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL].contains(code) {
                    warn(
                        "\(path): this file system has no locks (\(systemReason(code))), so nothing keeps another run "
                            + "from writing there at the same time")
                    try Self.sign(descriptor, path, lock)
                    self.descriptor = descriptor
                    tag = "-\(getpid())"
                    return
                }
                close(descriptor)
                if code == EWOULDBLOCK {
                    return nil
                }
                throw FileError.unwritable(path: lock, reason: systemReason(code))
            }
            // The previous owner removed the file; a lock on it is useless.
            var (own, present) = (stat(), stat())
            if fstat(descriptor, &own) == 0, lstat(lock, &present) == 0, own.st_ino == present.st_ino {
                try Self.sign(descriptor, path, lock)
                self.descriptor = descriptor
                tag = ""
                return
            }
            close(descriptor)
        }
    }

    /// Locks a file; says so if that takes more than a second.
    ///
    /// - Returns: whether it is locked; otherwise `errno` says why not.
    private static func lock(_ descriptor: Int32, waits: Bool, _ tell: () -> Void) -> Bool {
        for _ in 0..<(waits ? 50 : 1) {
            if retried({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 { return true }
            guard errno == EWOULDBLOCK, waits else { return false }
            usleep(20_000)
        }
        tell()
        return retried { flock(descriptor, LOCK_EX) } == 0
    }

    /// Says in the lock's file whose folder this is, unless it says so.
    private static func sign(_ descriptor: Int32, _ path: String, _ lock: String) throws {
        func fail(_ reason: String) -> FileError {
            unlink(lock)
            close(descriptor)
            return FileError.unwritable(path: lock, reason: reason)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, let folder = try FileStatus(of: path) else { throw fail(systemReason()) }
        let mark = mark(folder.identity, FileIdentity(inode: UInt64(status.st_ino)))
        // A run that was killed while it wrote the mark left the beginning of it.
        guard status.st_size < mark.count else { return }
        let count = retried { mark.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } }
        guard count == mark.count else { throw fail(count < 0 ? systemReason() : "the disk is full") }
    }

    /// Refuses something of this name that oodml did not make: its lock says so, and all names in it must be those that
    /// oodml uses.
    static func requireOurs(_ path: String) throws(FileError) {
        guard let status = try FileStatus(of: path) else { return }
        guard status.kind == .folder else {
            throw FileError.malformed(
                path: path, found: "\(status.kind.words) of this name", expected: "none, since oodml works there")
        }
        guard status.owner == geteuid() else {
            throw FileError.malformed(
                path: path, found: "a folder of this name that somebody else made",
                expected: "none, since oodml works there")
        }
        let found: [String]
        do {
            found = try names(in: path)
        } catch {
            // Its owner may have removed it in the meantime.
            guard try FileStatus(of: path) != nil else { return }
            throw error
        }
        if found.isEmpty { return }
        let lock = path + "/" + lockName
        let lockStatus = try FileStatus(of: lock)
        // A run that is stopped at once leaves nothing but a lock that is empty, or half written.
        guard let lockStatus, lockStatus.kind == .file, let text = try? readFile(URL(filePath: lock), limit: 1 << 12),
            case let mark = mark(status.identity, lockStatus.identity),
            text == mark || (found == [lockName] && mark.starts(with: text))
        else {
            // Its owner may have removed it in the meantime.
            guard try FileStatus(of: path) != nil else { return }
            throw FileError.malformed(
                path: path, found: "a folder of this name that oodml did not make here, or a copy of one",
                expected: "none, since oodml works there")
        }
        let files = ["plan", Journal.name, Journal.pointerName]
        // Without locks each run adds its number.
        let isPart = { (name: String) in name.begins(with: ".") && name.ends(with: ".part") }
        let known = files + [lockName, "new", "old", partsName]
        let strange = found.first { name in
            !isPart(name) && !known.contains { Name(name) == Name($0) || name.begins(with: "\($0)-") }
        }
        if let strange {
            throw FileError.malformed(
                path: path, found: "\"\(excerpt(strange))\" in it, which is not oodml's",
                expected: "no such folder, since oodml works there")
        }
        for name in found {
            let kind = try FileStatus(of: path + "/" + name)?.kind ?? .file
            guard kind == .file || kind == .folder else {
                throw FileError.malformed(
                    path: path + "/" + name, found: kind.words, expected: "a file or folder of oodml's")
            }
        }
    }

    deinit {
        // If something else is there, as parts to go on from, the lock stays with it and says whose it is.
        if (try? names(in: path)) == [Self.lockName] {
            unlink(path + "/" + Self.lockName)
            rmdir(path)
        }
        close(descriptor)
    }
}
