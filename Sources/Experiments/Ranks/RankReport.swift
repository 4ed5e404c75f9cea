internal import Parallel
package import Ranks
internal import Synchronization

/// Keeps what a rank that does not print has to say about a piece of its work, so that the first rank can say it.
final class RankReport: Sendable {
    private let kept = Mutex<[WorkEvent]>([])
    private let report: WorkReport
    private let isPrinting = Ranks.isFirst

    init(_ report: @escaping WorkReport) { self.report = report }

    /// Takes an event: progress is only shown where it can be.
    func show(_ event: WorkEvent) {
        guard !isPrinting else { return report(event) }
        if case .note = event { kept.withLock { $0.append(event) } }
        if case .warning = event { kept.withLock { $0.append(event) } }
    }

    /// What has been kept since the last call.
    func take() -> [WorkEvent] {
        kept.withLock { kept in
            defer { kept = [] }
            return kept
        }
    }
}

/// Notes and warnings travel; progress does not.
extension WorkEvent: Portable {
    package func put(into bytes: inout PortableBytes) {
        switch self {
        case .warning(let sentence): bytes.put(true, sentence)
        case .note(let sentence): bytes.put(false, sentence)
        default: preconditionFailure("progress is not sent: \(self)")
        }
    }

    package init(from bytes: inout PortableBytes) throws {
        let isWarning = try Bool(from: &bytes)
        let sentence = try String(from: &bytes)
        self = isWarning ? .warning(sentence) : .note(sentence)
    }
}
