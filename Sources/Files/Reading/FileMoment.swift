package import Foundation

/// Files as they are at one moment, so that it can be told later whether somebody has written to them or replaced them.
///
/// What is learnt about the files afterwards, such as their digest, is true of what was read in between if they are unchanged.
/// Only their status is asked for, not their contents.
package struct FileMoment: Sendable {
    private struct Status: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int
        /// When anything about the file was last changed, which no program can set; in nanoseconds.
        let time: Int

        /// Nil for a file that is missing, or in memory alone.
        init?(_ path: String) {
            var status = stat()
            guard retried({ stat(path, &status) }) == 0 else { return nil }
            (device, inode, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int(status.st_size))
            time = status.st_ctim.tv_sec &* 1_000_000_000 &+ status.st_ctim.tv_nsec
        }
    }

    private let paths: [String]
    private let states: [Status?]

    /// Looks at files; those that are missing must stay so.
    package init(of files: [URL]) {
        paths = files.map(\.path)
        states = paths.map(Status.init)
    }

    /// Whether all files are still what they were.
    ///
    /// Two writes between two ticks of the system's clock, some milliseconds, are one.
    package var isUnchanged: Bool { paths.map(Status.init) == states }
}
