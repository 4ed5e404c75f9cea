internal import CFileSystem
internal import Foundation
internal import Ranks
internal import Synchronization

/// The bytes of a file where the system keeps them.
///
/// Processes of one machine that map a file have one copy of it between them, and what has not been used for long leaves memory
/// when something else needs it. So ranks map files of features, which each of them would read otherwise.
///
/// A process alone reads files instead: what others do to a mapped file is seen at once. If it becomes shorter, the process ends
/// with a sentence; if it changes in another way, ``requireUnchanged()`` says so before files are written, and at the end.
package final class MappedFile: Sendable {
    /// All bytes of the file.
    // The file is mapped to be read only.
    package nonisolated(unsafe) let bytes: UnsafeRawBufferPointer
    // Only its status is asked for.
    private nonisolated(unsafe) let file: InputFile
    private let moment: Moment
    private let group: RankGroup

    private static let known = Mutex(Known())

    private struct Known {
        var files: [ObjectIdentifier: Weak] = [:]
        /// Files that had been written to when nobody needed them any more, and the ranks that had mapped them.
        var changed: [(group: RankGroup, path: String)] = []
    }

    private struct Weak: Sendable {
        weak var file: MappedFile?
    }

    /// What tells whether a file has been written to.
    private struct Moment: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init?(_ descriptor: Int32) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            size = Int(status.st_size)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    /// Maps a file if this process is one of several ranks; nil in a process alone, for a file that is in memory alone, and where
    /// the system cannot map it.
    package init?(_ file: InputFile) {
        guard let group = Ranks.current, file.descriptor >= 0, file.byteCount > 0, let moment = Moment(file.descriptor),
            moment.size == file.byteCount, let start = filesystem_map(file.descriptor, file.byteCount, file.path)
        else { return nil }
        self.file = file
        self.moment = moment
        self.group = group
        bytes = UnsafeRawBufferPointer(start: start, count: file.byteCount)
        Self.known.withLock { $0.files[ObjectIdentifier(self)] = Weak(file: self) }
    }

    deinit {
        Self.known.withLock { known in
            known.files[ObjectIdentifier(self)] = nil
            if isChanged { known.changed.append((group, file.path)) }
        }
        filesystem_unmap(bytes.baseAddress, bytes.count)
    }

    private var isChanged: Bool { Moment(file.descriptor) != moment }

    /// Says where the sentence goes about a file that became shorter, if not to the standard error.
    package static func saySentences(on descriptor: Int32) { filesystem_say_on(descriptor) }

    /// Makes sure that nobody has written to a file between when this rank mapped it and when it no longer needed it, or now.
    ///
    /// - Throws: ``FileError`` that names such a file.
    package static func requireUnchanged() throws(FileError) {
        guard let group = Ranks.current else { return }
        let (files, changed) = known.withLock { ($0.files.values.compactMap(\.file), $0.changed) }
        let path =
            changed.first { $0.group === group }?.path ?? files.first { $0.group === group && $0.isChanged }?.file.path
        if let path { throw .changed(path: path) }
    }
}
