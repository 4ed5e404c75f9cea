internal import CFileSystem
internal import Foundation

/// What is at a path; symbolic links are not followed.
enum FileKind: Equatable {
    case nothing
    case file
    case folder
    case link
    /// A pipe, a socket or a device.
    case other

    init(_ mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        case S_IFLNK: self = .link
        default: self = .other
        }
    }

    /// What is there, as in "found a folder".
    var words: String {
        switch self {
        case .nothing: "nothing"
        case .file: "a file"
        case .folder: "a folder"
        case .link: "a symbolic link"
        case .other: "a pipe, a socket or a device"
        }
    }
}

/// The file system's number for a file or folder, by which it is known under any name there.
///
/// The number of the device is no part of it: a network file system has another one on each machine.
struct FileIdentity: Hashable, Codable, Sendable {
    let inode: UInt64
}

/// A file as it was: another one may have its number once it is gone.
struct FileVersion: Equatable, Codable, Sendable {
    let inode: UInt64
    let size: Int
    /// When it was last written, in nanoseconds; 0, and no size, for folders, whose time changes with what is in them.
    let time: Int
}

/// What the system says of a path; symbolic links are not followed.
struct FileStatus {
    let kind: FileKind
    let identity: FileIdentity
    let device: UInt64
    let version: FileVersion
    let size: Int
    let mode: mode_t
    let owner: uid_t
    let group: gid_t

    /// The status of a path, or of what a link there leads to; nil if nothing is there.
    ///
    /// - Throws: ``FileError/unreadable(path:as:reason:)`` if the system does not tell, as in a folder that must not be
    ///   entered: nobody may take that for nothing.
    init?(of path: String, following: Bool = false) throws(FileError) {
        var status = stat()
        guard retried({ following ? stat(path, &status) : lstat(path, &status) }) == 0 else {
            // Below a file there is nothing either.
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileError.unreadable(path: path, reason: reasonForReading(errno, at: path))
        }
        kind = FileKind(status.st_mode)
        identity = FileIdentity(inode: UInt64(status.st_ino))
        device = UInt64(status.st_dev)
        let time = status.st_mtim.tv_sec &* 1_000_000_000 &+ status.st_mtim.tv_nsec
        let isFolder = kind == .folder
        version = FileVersion(
            inode: identity.inode, size: isFolder ? 0 : Int(status.st_size), time: isFolder ? 0 : time)
        size = Int(status.st_size)
        mode = status.st_mode & 0o7777
        (owner, group) = (status.st_uid, status.st_gid)
    }
}

/// Whether all folders between a folder and something below it are folders, or are not there: no link leads elsewhere.
func isWithoutLinks(_ path: String, below folder: String) throws(FileError) -> Bool {
    guard isBelow(path, folder) else { return false }
    let own = String(decoding: path.utf8.dropFirst(folder.utf8.count + 1), as: UTF8.self)
    for above in foldersAbove(own) {
        let kind = try FileStatus(of: folder + "/" + above.text)?.kind
        guard kind == nil || kind == .folder else { return false }
    }
    return true
}

/// Makes a system call again for as long as a signal interrupts it.
func retried<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}

/// Makes a system call that returns 0; the error names `path`.
func require(_ path: String, _ call: () -> Int32) throws(FileError) {
    guard retried(call) == 0 else { throw FileError.unwritable(path: path, reason: systemReason()) }
}

/// Flushes the names in a folder to disk; file systems that have no such call are content.
func syncFolder(_ path: String) throws(FileError) {
    let descriptor = retried { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError.unwritable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    guard retried({ fsync(descriptor) }) == 0 || [EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) else {
        throw FileError.unwritable(path: path, reason: systemReason())
    }
}

/// Flushes everything on the file system of a folder to disk: one call, where there are too many folders for one each.
func syncFileSystem(of path: String) throws(FileError) {
    let descriptor = retried { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError.unwritable(path: path, reason: systemReason()) }
    defer { close(descriptor) }
    try require(path) { filesystem_sync(descriptor) }
}

/// Renames unless something has the new name.
///
/// - Returns: 0, or the system's error number.
func renameNew(_ from: String, to: String) -> Int32 {
    retried { filesystem_rename_new(from, to) } == 0 ? 0 : errno
}

/// Lets two paths change places in one step.
///
/// - Returns: 0, or the system's error number.
func exchange(_ a: String, _ b: String) -> Int32 {
    retried { filesystem_exchange(a, b) } == 0 ? 0 : errno
}

/// The target of a symbolic link.
func linkTarget(of path: String) throws(FileError) -> String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = retried {
        buffer.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map { readlink(path, $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? -1
        }
    }
    guard count >= 0 else { throw FileError.unreadable(path: path, reason: systemReason()) }
    return String(decoding: buffer[..<count], as: UTF8.self)
}

/// The names in a folder that are text, in the order of their bytes.
func names(in folder: String) throws(FileError) -> [String] { try allNames(in: folder).names }

/// Whether a file or folder has an access control list, or attributes that somebody gave it; those that a security module
/// or a file system such as Lustre gives by itself do not count.
func hasAttributes(_ path: String) -> Bool {
    var list = [CChar](repeating: 0, count: 1 << 16)
    let count = filesystem_attributes(path, &list, list.count)
    guard count > 0 else { return count < 0 && errno == ERANGE }
    return list[..<count].split(separator: 0).contains { name in
        let name = String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.begins(with: "system.") || name.begins(with: "user.")
    }
}

/// The names in a folder that are text, in the order of their bytes, and whether all are.
func allNames(in folder: String) throws(FileError) -> (names: [String], areText: Bool) {
    guard let stream = opendir(folder) else {
        throw FileError.unreadable(path: folder, reason: reasonForReading(errno, "folder", at: folder))
    }
    defer { closedir(stream) }
    var (names, areText) = ([String](), true)
    errno = 0
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
        }
        if let name {
            if name != "." && name != ".." { names.append(name) }
        } else {
            areText = false
        }
        errno = 0
    }
    guard errno == 0 else { throw FileError.unreadable(path: folder, reason: systemReason()) }
    return (names.sorted(by: utf8Precedes), areText)
}

/// The path that the system uses, without links; nil if nothing is there.
func resolved(_ path: String) throws(FileError) -> String? {
    guard let real = realpath(path, nil) else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError.unreadable(path: path, reason: reasonForReading(errno, at: path))
    }
    defer { free(real) }
    return String(cString: real)
}
