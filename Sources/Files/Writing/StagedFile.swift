package import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// A file being written: its bytes go into a file beside the one to replace, which takes the name once all are on disk.
///
/// At every moment either the old or the new file is there, complete. An uncommitted file is removed with this object.
package final class StagedFile {
    private let url: URL
    private var template: [CChar]
    private var descriptor: Int32
    private var isCommitted = false
    /// Whether the file system refused to let others read the file.
    private(set) var lacksPermissions = false

    /// Begins a file that will be called `url`, in a folder that exists.
    ///
    /// - Throws: ``/Files/FileError`` with the system's reason, like all methods.
    package init(replacing url: URL) throws {
        self.url = url
        let folder = url.deletingLastPathComponent()
        template = Array(folder.appending(path: ".\(url.lastPathComponent).XXXXXX").path.utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw FileError.unwritable(path: url.path, reason: systemReason()) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(template) }
    }

    /// Adds bytes at the end.
    ///
    /// - Precondition: the file is not finished.
    package func append(_ bytes: Data) throws {
        precondition(descriptor >= 0, "bytes for \(url.path), which is finished")
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                guard count >= 0 || errno == EINTR else { throw failure() }
                offset += max(count, 0)
            }
        }
    }

    /// Flushes all bytes to disk, so that only the rename remains; a full disk is noticed here at the latest.
    package func finish() throws {
        guard descriptor >= 0 else { return }
        // mkstemp creates files that only the owner may read. Some file systems (SMB, FAT, FUSE) have no permissions to
        // change; whatever they give is all there is.
        if fchmod(descriptor, 0o644) != 0 {
            guard [EPERM, ENOSYS, EOPNOTSUPP].contains(errno) else { throw failure() }
            lacksPermissions = true
        }
        guard fsync(descriptor) == 0 else { throw failure() }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0 else { throw failure() }
    }

    /// Gives the file its name.
    package func commit() throws {
        try finish()
        guard rename(template, url.path) == 0 else { throw failure() }
        isCommitted = true
    }

    private func failure() -> FileError { FileError.unwritable(path: url.path, reason: systemReason()) }

    /// Whether `name` is the staged file that a killed process leaves of a file `other`.
    package static func isLeftover(_ name: String, of other: String) -> Bool {
        name.utf8.count == other.utf8.count + 8 && name.hasPrefix(".\(other).")
    }
}

/// Writes `bytes` to `url` so that at every moment either the old or the new file is there, complete.
///
/// The bytes go into a file beside it and are flushed to disk; only then is that file renamed. The folder must exist.
///
/// - Throws: ``/Files/FileError`` with the system's reason (no space, no permission, no such folder); the old file then stays.
package func writeAtomically(_ bytes: Data, to url: URL) throws {
    let file = try StagedFile(replacing: url)
    try file.append(bytes)
    try file.commit()
}

/// Writes `text` in UTF-8 as ``writeAtomically(_:to:)-(Data,_)`` does.
package func writeAtomically(_ text: String, to url: URL) throws {
    try writeAtomically(Data(text.utf8), to: url)
}

/// Makes a folder and its parents, unless they exist.
///
/// - Throws: ``/Files/FileError`` with the system's reason (no space, no permission, a file of that name).
package func makeFolder(at url: URL) throws {
    if mkdir(url.path, 0o777) == 0 { return }
    let code = errno
    var status = stat()
    if stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
    let parent = url.deletingLastPathComponent()
    guard code == ENOENT, parent.path != url.path else {
        throw FileError.unwritable(path: url.path, reason: code == EEXIST ? "it is no folder" : systemReason(code))
    }
    try makeFolder(at: parent)
    guard mkdir(url.path, 0o777) == 0 || errno == EEXIST else {
        throw FileError.unwritable(path: url.path, reason: systemReason())
    }
}
