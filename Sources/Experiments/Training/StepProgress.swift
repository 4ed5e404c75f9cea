internal import Parallel
internal import Synchronization

/// Counts what trainings that run side by side have done, and ends all when one fails.
final class StepProgress: Sendable {
    /// Thrown by trainings that end because another one failed.
    private struct Stopped: Error {}

    private let total: Int
    private let activity: String
    private let report: WorkReport
    private let state = Mutex<(done: Int, failure: (any Error)?)>((0, nil))

    init(of total: Int, activity: String = "training", report: @escaping WorkReport) {
        (self.total, self.activity, self.report) = (total, activity, report)
    }

    /// Counts pieces of work.
    ///
    /// - Throws: an error if another training has failed.
    func add(_ count: Int) throws {
        let done = try state.withLock { state in
            if state.failure != nil { throw Stopped() }
            state.done += count
            return state.done
        }
        report(.advanced(activity, done: done, of: total))
    }

    /// Ends all trainings; the first error counts.
    func fail(with error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

    /// Throws the first error, if there is one.
    func throwFailure() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}

/// An error in the training of one head.
struct TrainingFailure: Error, CustomStringConvertible {
    let place: String
    let error: any Error

    var description: String { "\(place): \(error)" }
}
