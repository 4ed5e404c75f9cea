internal import Synchronization

/// How many pieces of a work are done, by whichever threads.
package final class PieceCount: Sendable {
    private let done = Mutex(0)

    package init() {}

    /// Counts a piece; `report` is called with the number that are done, in order.
    package func add(_ report: (_ done: Int) -> Void) {
        done.withLock { done in
            done += 1
            report(done)
        }
    }
}
