internal import Foundation
internal import Synchronization

/// Finishes writing one piece while the next one is embedded: a piece counts only once it is on disk, and other threads
/// can work during the wait.
final class ChunkWriter: Sendable {
    private let queue = DispatchQueue(label: "chunk-writer")
    private let group = DispatchGroup()
    private let failure = Mutex<(any Error)?>(nil)

    /// Waits for the previous piece, then begins `work` and returns.
    ///
    /// - Throws: what the previous piece threw.
    func begin(_ work: @escaping @Sendable () throws -> Void) throws {
        try finish()
        queue.async(group: group) { [self] in
            do { try work() } catch { failure.withLock { $0 = error } }
        }
    }

    /// Waits for the last piece.
    ///
    /// - Throws: what it threw.
    func finish() throws {
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
