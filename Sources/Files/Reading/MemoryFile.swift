internal import Foundation
internal import Synchronization

/// A file that is in memory alone: what a program that oodml is a part of passes to it.
///
/// All files are read through ``InputFile``, so such a one may stand wherever a file is read, under its path below
/// ``folder``.
package struct MemoryFile: Sendable {
    /// The folder below which paths name such files, where there is one of that name.
    package static let folder = "/in-memory/"

    /// What precedes the bytes in the file, such as the header of an array.
    let header: [UInt8]
    /// The bytes, which outlive the file; nobody writes to them meanwhile, so that any thread may read.
    nonisolated(unsafe) let bytes: UnsafeRawBufferPointer

    private static let files = Mutex<[String: MemoryFile]>([:])

    /// A file of a header and of bytes that the caller keeps as they are until ``replaceAll(with:)`` is called anew.
    package init(header: [UInt8] = [], bytes: UnsafeRawBufferPointer) {
        (self.header, self.bytes) = (header, bytes)
    }

    /// Sets which files there are, by their names within ``folder``.
    package static func replaceAll(with files: [String: MemoryFile]) {
        self.files.withLock { $0 = files }
    }

    /// The file at a path; nil for a path on a disk, and for one that names no file in memory.
    static func at(_ path: String) -> MemoryFile? {
        guard path.begins(with: folder) else { return nil }
        let name = String(decoding: path.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
        return files.withLock { $0[name] }
    }

    var byteCount: Int { header.count + bytes.count }

    /// Fills `buffer`, which must not go beyond the end, with the bytes from `offset` on.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        let own = max(0, min(buffer.count, header.count - offset))
        if own > 0 { header[offset..<offset + own].withUnsafeBytes { buffer.copyMemory(from: $0) } }
        guard buffer.count > own, let target = buffer.baseAddress, let source = bytes.baseAddress else { return }
        (target + own).copyMemory(from: source + (offset + own - header.count), byteCount: buffer.count - own)
    }
}
