public import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// An error in writing a result; the description is one sentence.
public struct OutputError: Error, Equatable, CustomStringConvertible {
    /// The file or folder that was to be written.
    public let path: String
    /// What went wrong, in the system's words.
    public let reason: String

    /// Makes an error.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// The error as one sentence.
    public var description: String { "\(path): cannot be written: \(reason)" }
}

/// Writes `bytes` to `url` so that at any moment either the old file is there or the new one, whole.
///
/// The bytes go to a file beside it, are flushed to the disk, and take the name only then. The folder must exist.
///
/// - Throws: ``OutputError`` with the system's reason (no space, no permission, no such folder); the old file then stays.
public func writeAtomically(_ bytes: Data, to url: URL) throws {
    func failure() -> OutputError { OutputError(path: url.path, reason: String(cString: strerror(errno))) }
    let folder = url.deletingLastPathComponent()
    var template = Array(folder.appending(path: ".\(url.lastPathComponent).XXXXXX").path.utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure() }
    do {
        try bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                guard count >= 0 || errno == EINTR else { throw failure() }
                offset += max(count, 0)
            }
        }
        // mkstemp makes files that only the owner may read.
        guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw failure() }
    } catch {
        close(descriptor)
        unlink(template)
        throw error
    }
    guard close(descriptor) == 0, rename(template, url.path) == 0 else {
        let error = failure()
        unlink(template)
        throw error
    }
}

/// Writes `text` in UTF-8 as ``writeAtomically(_:to:)-(Data,_)`` does.
public func writeAtomically(_ text: String, to url: URL) throws {
    try writeAtomically(Data(text.utf8), to: url)
}
