package import Foundation

/// Keeps other runs of oodml from writing into a folder for as long as this object lives.
///
/// The system releases the lock when the process ends, however it ends. The lock is on a file, since network file
/// systems support locks on files but not on folders. Where there are no locks at all, as on Lustre mounted without
/// `flock` and on NFS without its lock service, nothing is kept from anyone, and the user is told.
package final class FolderLock {
    private let descriptor: Int32
    private let file: URL

    /// - Parameters:
    ///   - waits: whether to wait until another run ends.
    ///   - warn: called with a sentence if the file system has no locks.
    /// - Returns: nil if another run holds the lock and `waits` is false.
    /// - Throws: ``FileError`` if the folder is not writable.
    package init?(of folder: URL, waits: Bool, warn: (String) -> Void = { _ in }) throws {
        file = folder.appending(path: ".lock")
        while true {
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw FileError.unwritable(path: file.path, reason: systemReason())
            }
            guard flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) == 0 else {
                let code = errno
                if Self.meansNoLocks(code) {
                    warn(
                        "\(folder.path): this file system has no locks (\(systemReason(code))), so nothing keeps another run "
                            + "from writing there at the same time")
                    self.descriptor = descriptor
                    return
                }
                close(descriptor)
                if code == EINTR { continue }
                if code == EWOULDBLOCK { return nil }
                throw FileError.unwritable(path: file.path, reason: systemReason(code))
            }
            // The previous owner unlinked the file; a lock on it is useless.
            var (own, present) = (stat(), stat())
            if fstat(descriptor, &own) == 0, stat(file.path, &present) == 0, own.st_ino == present.st_ino {
                self.descriptor = descriptor
                return
            }
            close(descriptor)
        }
    }

    private static func meansNoLocks(_ code: Int32) -> Bool {
        [ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL].contains(code)
    }

    deinit {
        unlink(file.path)
        close(descriptor)
    }
}
