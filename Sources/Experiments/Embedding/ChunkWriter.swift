internal import Foundation
internal import Synchronization

/// Finishes one piece while the next one is embedded: what is written must be on the disk before it counts, and while a
/// thread waits for that others can work.
final class ChunkWriter: Sendable {
    private let queue = DispatchQueue(label: "chunk-writer")
    private let group = DispatchGroup()
    private let failure = Mutex<(any Error)?>(nil)

    /// Waits for the piece before, then begins `work` and returns.
    ///
    /// - Throws: what the piece before has thrown.
    func begin(_ work: @escaping @Sendable () throws -> Void) throws {
        try finish()
        queue.async(group: group) { [self] in
            do { try work() } catch { failure.withLock { $0 = error } }
        }
    }

    /// Waits for the last piece.
    ///
    /// - Throws: what it has thrown.
    func finish() throws {
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
