import Foundation
import Synchronization

/// Progress and warnings on standard error: one line that is rewritten on a terminal, plain lines now and then elsewhere.
final class Terminal: Sendable {
    private struct State {
        var startOfTask = Date.now
        var lastShown = Date.distantPast
        var hasOpenLine = false
        /// What was said of things that are mostly alike.
        var announced: Set<String> = []
    }

    private let isQuiet: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let state = Mutex(State())

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        begin()
    }

    /// Starts the clock of a task that `advance` will count.
    func begin() {
        state.withLock { state in
            state.startOfTask = .now
            // Elsewhere than on a terminal the first line waits, so that short tasks leave none.
            state.lastShown = isTerminal ? .distantPast : .now
        }
    }

    /// Shows that `done` of `total` things are done, with the rate and the time that is left; the last line of a task
    /// stays only if it took long enough to be of interest.
    func advance(_ task: String, _ done: Int, of total: Int) {
        state.withLock { state in
            let elapsed = Date.now.timeIntervalSince(state.startOfTask)
            let isEnd = done == total && elapsed >= 2
            guard isEnd || isDue(state) else { return }
            var line = "\(task): \(done) of \(total)"
            if isEnd {
                line += String(format: " in %.1f s", elapsed)
            } else if done > 0, elapsed > 0.5 {
                let rate = Double(done) / elapsed
                line += String(format: ", %.0f/s, %.0f s left", rate, Double(total - done) / rate)
            }
            show(line, isFinal: isEnd, in: &state)
        }
    }

    /// Shows what an open-ended task is at.
    func status(_ line: String) {
        state.withLock { state in
            guard isDue(state) else { return }
            show(line, isFinal: false, in: &state)
        }
    }

    /// A line of its own that stays.
    func note(_ line: String) {
        state.withLock { show(line, isFinal: true, in: &$0) }
    }

    /// A line of its own, unless the same was said of another thing before.
    func announce(_ line: String, of thing: String, isWarning: Bool = false) {
        guard state.withLock({ $0.announced.insert(line).inserted }) else { return }
        if isWarning { warn("\(thing): \(line)") } else { note("\(thing): \(line)") }
    }

    /// A warning.
    func warn(_ line: String) {
        note("warning: \(line)")
    }

    /// Ends a line that was still being rewritten.
    func finish() {
        state.withLock { state in
            guard state.hasOpenLine else { return }
            state.hasOpenLine = false
            write("\r\u{1B}[K")
        }
    }

    /// Whether enough time has gone by to show another line: little on a terminal, where it replaces the last one.
    private func isDue(_ state: State) -> Bool {
        Date.now.timeIntervalSince(state.lastShown) >= (isTerminal ? 0.1 : 10)
    }

    private func show(_ line: String, isFinal: Bool, in state: inout State) {
        guard !isQuiet else { return }
        state.lastShown = .now
        state.hasOpenLine = isTerminal && !isFinal
        write(isTerminal ? "\r\u{1B}[K\(line)\(isFinal ? "\n" : "")" : "\(line)\n")
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
