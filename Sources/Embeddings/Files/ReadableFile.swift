internal import Foundation

/// A file that is open for reading by offset.
///
/// `Data(contentsOf:options: .mappedIfSafe)` maps nothing on Linux but reads the whole file, which would be held beside
/// the matrix that is made from it; a mapped file that another process cuts short would end this one.
final class ReadableFile: ByteSource {
    let path: String
    let isSequential = false
    /// The length of the file when it was opened.
    let byteCount: Int
    private let descriptor: Int32

    /// - Throws: ``EmbeddingFileError/unreadable(path:reason:)`` for what is not a file, or must not be read.
    init(_ url: URL) throws {
        path = url.path
        descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let reason =
                switch errno {
                case ENOENT, ENOTDIR: "there is no such file"
                case EACCES: "permission is denied"
                case let code: String(cString: strerror(code))
                }
            byteCount = 0
            throw EmbeddingFileError.unreadable(path: path, reason: reason)
        }
        var status = stat()
        let hasStatus = fstat(descriptor, &status) == 0
        byteCount = Int(status.st_size)
        guard hasStatus, status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw EmbeddingFileError.unreadable(
                path: path, reason: isFolder ? "it is a folder" : "it is a pipe or a device; expected a file")
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw EmbeddingFileError.unreadable(
                    path: path,
                    reason: count == 0 ? "it became shorter while it was read" : String(cString: strerror(errno)))
            }
            done += count
        }
    }
}
