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
        var hasKept = false
        var hasFailed = false
    }

    /// Nothing is read or made yet.
    ///
    /// - Parameters:
    ///   - results: the folder that the results will be written to.
    ///   - patience: how long a run takes before it keeps anything.
    ///   - onFirst: called when something is kept for the first time.
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
    /// The first bytes after the digest.
    private static let format = "oodml-kept-scores-1"

    /// What is kept under a digest; nil if nothing is, or what was there can no longer be read.
    func value<Value: Portable>(_ key: String, as type: Value.Type = Value.self) -> Value? {
        guard let work = try? lockTarget(results, warn: { _ in }),
            let bytes = try? readFile(work.parts.appending(path: key + Self.ending))
        else { return nil }
        // The digest comes first, so that nothing else is ever read.
        let contents = Array(bytes.dropFirst(64))
        guard bytes.prefix(64).elementsEqual(SHA256.hexadecimal(of: contents).utf8) else { return nil }
        return (try? Record<Value>(portableBytes: contents))?.value
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
            let contents = Record(value: value).portableBytes
            let digest = SHA256.hexadecimal(of: contents)
            try writeWorkingFile(
                Data(Array(digest.utf8) + contents), to: work.parts.appending(path: key + Self.ending))
        } catch {
            state.withLock { $0.hasFailed = true }
            report(.warning("a run that is stopped now begins anew, since what is scored cannot be kept: \(error)"))
            return
        }
        let isFirst = state.withLock { state in
            defer { state.hasKept = true }
            return !state.hasKept
        }
        if isFirst { onFirst() }
    }

    /// Removes what was kept, when the results are written.
    public func remove() {
        guard Ranks.isFirst, isThere, let work = try? lockTarget(results, warn: { _ in }) else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: work.parts.path)) ?? []
        for name in names where name.ends(with: Self.ending) || name.ends(with: Self.ending + ".part") {
            unlink(work.parts.appending(path: name).path)
        }
        rmdir(work.parts.path)
    }

    private struct Record<Value: Portable>: Portable {
        let value: Value

        init(value: Value) { self.value = value }

        func put(into bytes: inout PortableBytes) { bytes.put(KeptScores.format, value) }

        init(from bytes: inout PortableBytes) throws {
            guard try String(from: &bytes) == KeptScores.format else { throw PortableBytes.Ended() }
            value = try bytes.get()
        }
    }
}
