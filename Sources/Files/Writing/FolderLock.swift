package import Foundation

/// Keeps other runs of oodml from writing into a folder, as long as it lives.
///
/// The system gives it up when the process ends, however it ends. It is on a file, since network file systems know locks
/// on files and not on folders.
package final class FolderLock {
    private let descriptor: Int32
    private let file: URL

    /// - Parameter waits: whether to wait for another run's end.
    /// - Returns: nil where another run has the lock and is not waited for.
    /// - Throws: ``FileError`` where nothing can be written to the folder.
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
            // Who had it before has removed the file, so that a lock on it keeps nobody out.
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
