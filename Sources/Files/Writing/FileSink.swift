package import Foundation

/// A new file being written; nothing else has its name.
///
/// It is removed with this object unless it was finished.
package final class FileSink {
    private let path: String
    /// What messages call the file.
    private let shown: String
    private var descriptor: Int32
    private var hash = SHA256()
    private(set) var size = 0
    private var isFinished = false

    /// Begins a file.
    ///
    /// - Parameter shown: the path that errors name, where that is not `path`.
    /// - Throws: ``/Files/FileError`` with the system's reason, like all methods.
    init(_ path: String, shownAs shown: String? = nil) throws(FileError) {
        self.path = path
        self.shown = shown ?? path
        descriptor = retried { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666) }
        guard descriptor >= 0 else { throw FileError.unwritable(path: self.shown, reason: systemReason()) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(path) }
    }

    /// Adds bytes at the end.
    ///
    /// - Precondition: the file is not finished.
    package func append(_ bytes: some ContiguousBytes) throws {
        precondition(descriptor >= 0, "bytes for \(path), which is finished")
        try bytes.withUnsafeBytes { buffer in
            hash.append(buffer)
            size += buffer.count
            var offset = 0
            while offset < buffer.count {
                let count = retried {
                    Foundation.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                }
                guard count >= 0 else { throw failure() }
                offset += count
            }
        }
    }

    /// Flushes all bytes to disk; a full disk is noticed here at the latest.
    ///
    /// - Returns: the size, and the SHA-256.
    @discardableResult
    func finish() throws(FileError) -> (size: Int, sha256: String) {
        guard retried({ fsync(descriptor) }) == 0 || [EINVAL, ENOSYS].contains(errno) else { throw failure() }
        let closed = close(descriptor)
        descriptor = -1
        // The bytes are on disk: a signal that interrupts this call changes nothing.
        guard closed == 0 || errno == EINTR else { throw failure() }
        isFinished = true
        return (size, hash.finish())
    }

    private func failure() -> FileError { FileError.unwritable(path: shown, reason: systemReason()) }
}

/// Replaces one file by a rename, for what a command keeps between its own runs.
///
/// Results go through ``OutputFolder`` and ``OutputFile``.
///
/// At every moment either the old or the new file is there, complete. The new one is made as `.NAME.part` beside it; the
/// caller holds a lock on the folder, which must exist.
///
/// - Throws: ``/Files/FileError`` with the system's reason (no space, no permission, no such folder); the old file then stays.
package func writeWorkingFile(_ bytes: Data, to url: URL) throws {
    let part = url.deletingLastPathComponent().path + "/" + partName(of: url.lastPathComponent)
    unlink(part)
    let sink = try FileSink(part, shownAs: url.path)
    try sink.append(bytes)
    try sink.finish()
    do {
        try require(url.path) { rename(part, url.path) }
    } catch {
        unlink(part)
        throw error
    }
}

/// The name of the file on its way to the name `name`.
package func partName(of name: String) -> String { ".\(name).part" }

/// Makes a folder and its parents, unless they exist.
///
/// - Returns: the folders made, the outermost first.
/// - Throws: ``/Files/FileError`` with the system's reason (no space, no permission, a file of that name).
@discardableResult
package func makeFolder(at url: URL) throws(FileError) -> [URL] {
    if retried({ mkdir(url.path, 0o777) }) == 0 { return [url] }
    let code = errno
    if try FileStatus(of: url.path, following: true)?.kind == .folder { return [] }
    let parent = url.deletingLastPathComponent()
    guard code == ENOENT, parent.path != url.path else {
        throw FileError.unwritable(path: url.path, reason: code == EEXIST ? "it is no folder" : systemReason(code))
    }
    let made = try makeFolder(at: parent)
    guard retried({ mkdir(url.path, 0o777) }) == 0 || errno == EEXIST else {
        throw FileError.unwritable(path: url.path, reason: systemReason())
    }
    return made + [url]
}
