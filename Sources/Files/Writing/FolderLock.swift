package import Foundation

/// Keeps other runs of oodml from writing into a folder for as long as this object lives.
///
/// The system releases the lock when the process ends, however it ends. The lock is on a file, since network file
/// systems support locks on files but not on folders.
package final class FolderLock {
    private let descriptor: Int32
    private let file: URL

    /// - Parameter waits: whether to wait until another run ends.
    /// - Returns: nil if another run holds the lock and `waits` is false.
    /// - Throws: ``FileError`` if the folder is not writable.
    package init?(of folder: URL, waits: Bool) throws {
        file = folder.appending(path: ".lock")
        while true {
            let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw FileError.unwritable(path: file.path, reason: systemReason())
            }
            guard flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) == 0 else {
                let code = errno
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

    deinit {
        unlink(file.path)
        close(descriptor)
    }
}
