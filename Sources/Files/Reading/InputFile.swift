package import Foundation

/// A file opened for reading by offset; all files are read this way.
///
/// On Linux `Data(contentsOf:options: .mappedIfSafe)` maps nothing but reads the whole file, which would then be in
/// memory together with what is made from it. A truly mapped file that another process truncates would crash this one.
package final class InputFile: ByteSource {
    package let path: String
    package let isSequential = false
    /// The length of the file when it was opened.
    package let byteCount: Int
    /// Negative for a file that is in memory alone.
    let descriptor: Int32
    /// The file, if it is in memory alone.
    private let memory: MemoryFile?

    /// Opens a file.
    ///
    /// - Throws: ``FileError/unreadable(path:as:reason:)`` for something that is not a file or may not be read, with
    ///   the system's reason.
    package init(path: String) throws(FileError) {
        self.path = path
        func failure(_ reason: String) -> FileError { .unreadable(path: path, reason: reason) }
        // The system would stop reading the name at NUL and open another file.
        memory = MemoryFile.at(path)
        if let memory {
            (byteCount, descriptor) = (memory.byteCount, -1)
            return
        }
        guard !path.utf8.contains(0) else {
            (byteCount, descriptor) = (0, -1)
            throw failure("a NUL is in its name")
        }
        // Without O_NONBLOCK, opening a pipe would block.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            byteCount = 0
            throw failure(reasonForReading(code, at: path))
        }
        var status = stat()
        let hasStatus = fstat(descriptor, &status) == 0
        byteCount = Int(status.st_size)
        guard hasStatus, status.st_mode & S_IFMT == S_IFREG else {
            throw failure(reasonForReading(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ENODEV, at: path))
        }
    }

    /// Opens a file.
    package convenience init(_ url: URL) throws(FileError) {
        try self.init(path: url.path)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        if let memory {
            guard offset + buffer.count <= byteCount else {
                throw FileError.unreadable(path: path, reason: "it is shorter than expected")
            }
            return memory.read(into: buffer, at: offset)
        }
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw FileError.unreadable(
                    path: path, reason: count == 0 ? "it became shorter while it was read" : systemReason())
            }
            done += count
        }
    }

    /// All bytes.
    package var bytes: [UInt8] {
        get throws { try bytes(in: 0..<byteCount) }
    }

    /// All bytes, without a second copy of them.
    package var data: Data {
        get throws {
            var data = Data(count: byteCount)
            try data.withUnsafeMutableBytes { try read(into: $0, at: 0) }
            return data
        }
    }

    /// Passes on the bytes from `start` to the end, block by block.
    package func forEachBlock(
        from start: Int = 0, ofSize size: Int = 1 << 20, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(size, max(byteCount - start, 1)), alignment: 16)
        defer { buffer.deallocate() }
        var offset = start
        while offset < byteCount {
            let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, byteCount - offset)])
            try read(into: block, at: offset)
            try body(UnsafeRawBufferPointer(block))
            offset += block.count
        }
    }
}

/// All bytes of a file.
///
/// - Parameters:
///   - kind: what the file should be, as in "a split manifest", for the error.
///   - limit: the maximum size in bytes.
/// - Throws: ``FileError``; also for a file that is larger than the memory that is free.
package func readFile(_ url: URL, as kind: String? = nil, limit: Int = .max) throws -> [UInt8] {
    let file = try openFile(url, as: kind)
    guard file.byteCount <= limit else {
        throw FileError.unreadable(
            path: url.path, as: kind, reason: "it has more than \(limit) bytes, the most that is read")
    }
    // A sparse file of any size costs nothing to make.
    try MemoryBudget.current().require(file.byteCount, for: "a file of \(file.byteCount) bytes", in: file.path)
    return try file.bytes
}

/// Opens a file that should be of some kind, as in "a split manifest", which the error names.
func openFile(_ url: URL, as kind: String?) throws(FileError) -> InputFile {
    do {
        return try InputFile(url)
    } catch {
        guard case .unreadable(let path, _, let reason) = error else { throw error }
        throw .unreadable(path: path, as: kind, reason: reason)
    }
}

/// Whether anything exists at a path; symbolic links are followed.
///
/// What the system does not let us see counts as there: whoever then opens it gets the true reason, and whoever would write
/// there does not.
package func exists(_ url: URL) -> Bool { exists(path: url.path) }

/// Whether anything exists at a path, as ``exists(_:)`` has it.
package func exists(path: String) -> Bool {
    if MemoryFile.at(path) != nil { return true }
    // The system would stop reading the name at NUL and look at another file.
    guard !path.utf8.contains(0) else { return false }
    var status = stat()
    return stat(path, &status) == 0 || ![ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno)
}

/// Whether there is a folder at a path, or a symbolic link to one.
package func isFolder(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
}
