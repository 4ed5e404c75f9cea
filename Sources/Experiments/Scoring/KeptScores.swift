internal import Evaluation
internal import Files
public import Foundation
internal import Parallel
internal import Ranks
internal import Synchronization

/// The scores of tasks that a run keeps until its results are written, so that the next one need not compute them again if it
/// is stopped.
///
/// They lie in the work folder beside the results, each under the digest of everything that it depends on: the program, the
/// splits, the rules, the bytes of the model and of the backbone. So what has changed since is scored anew, and nothing that is
/// kept can be wrong. A run that is short keeps nothing.
///
/// ```swift
/// let folder = ResultsFolder(at: results)
/// scoring.kept = KeptScores(beside: results)
/// try folder.write(try scoring.score())
/// scoring.kept?.remove()
/// ```
public final class KeptScores: Sendable {
    /// Where the results will be.
    public let results: URL

    private let patience: Duration
    private let start = ContinuousClock.now
    private let onFirst: @Sendable () -> Void
    private let state = Mutex(State())

    private struct State {
        var isSaid = false
        var hasFailed = false
    }

    /// Nothing is read or made yet.
    ///
    /// - Parameters:
    ///   - results: the folder that the results will be written to.
    ///   - patience: how long a run takes before it keeps anything.
    ///   - onFirst: called once, when something is kept or what a run has left is taken over: from then on a stop costs little.
    public init(
        beside results: URL, after patience: Duration = .seconds(20), onFirst: @escaping @Sendable () -> Void = {}
    ) {
        (self.results, self.patience, self.onFirst) = (results, patience, onFirst)
    }

    /// Whether a run that was stopped has left anything.
    var isThere: Bool { WorkFolder.hasParts(of: results) }

    /// Whether the run is long enough for what it scores to be kept.
    var isWorthwhile: Bool {
        !state.withLock(\.hasFailed) && (isThere || ContinuousClock.now - start >= patience)
    }

    private static let ending = ".scores"

    private func file(_ key: String, in work: WorkFolder) -> URL { work.parts.appending(path: key + Self.ending) }

    /// What is kept under a digest; nil if nothing is, or what was there can no longer be read.
    func value<Value: Portable>(_ key: String, as type: Value.Type = Value.self) -> Value? {
        guard let work = try? lockTarget(results, warn: { _ in }), let bytes = try? readFile(file(key, in: work)),
            let value = SealedBytes.value(in: bytes, as: type)
        else { return nil }
        sayOnce()
        return value
    }

    /// Keeps a value under a digest, if that is worthwhile.
    ///
    /// Of several ranks the first one does. Where it cannot be, it is said once, and the run goes on.
    func keep(_ value: some Portable, as key: String, report: WorkReport) {
        guard Ranks.isFirst, isWorthwhile else { return }
        do {
            // Another run at the same place has it for a moment.
            guard let work = try lockTarget(results, warn: { _ in }) else { return }
            try makeFolder(at: work.parts)
            try writeWorkingFile(SealedBytes.of(value), to: file(key, in: work))
        } catch {
            state.withLock { $0.hasFailed = true }
            report(.warning("a run that is stopped now begins anew, since what is scored cannot be kept: \(error)"))
            return
        }
        sayOnce()
    }

    /// Says that the next run need not begin anew.
    private func sayOnce() {
        let isFirst = state.withLock { state in
            defer { state.isSaid = true }
            return !state.isSaid
        }
        if isFirst { onFirst() }
    }

    /// Removes what was kept, when the results are written.
    public func remove() {
        guard Ranks.isFirst, isThere, let work = try? lockTarget(results, warn: { _ in }) else { return }
        work.removeParts { $0.ends(with: Self.ending) || $0.ends(with: Self.ending + ".part") }
    }
}
