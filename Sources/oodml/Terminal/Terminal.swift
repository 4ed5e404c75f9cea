import CInterface
import Foundation
import Reports
import Synchronization

/// Progress and warnings on standard error: on a terminal one line that is rewritten, elsewhere a plain line now and
/// then.
final class Terminal: Sendable {
    /// Work in progress whose items are counted.
    private struct Task {
        let name: String
        let start: Double
        var estimate: ProgressEstimate
        var done = 0
        var total = 0

        init(_ name: String, at time: Double) {
            self.name = name
            start = time
            estimate = ProgressEstimate(at: time)
        }

        mutating func advance(_ done: Int, of total: Int, at time: Double) {
            (self.done, self.total) = (done, total)
            estimate.record(done, at: time)
        }
    }

    private struct State {
        /// A series of larger pieces of work, and the current one.
        var stages: (task: Task, piece: String)?
        /// The counted work in progress, within the series or on its own.
        var task: Task?
        /// The uncounted work in progress, and when it began.
        var openEnded: (line: String, start: Double)?
        var lastShown: Double
        var hasOpenLine = false
        /// Lines already shown about things that are mostly alike.
        var announced: Set<String> = []
        var clock: (any DispatchSourceTimer)?
    }

    private let isQuiet: Bool
    private let stream = StandardStream.error
    private let state: Mutex<State>

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        // Outside a terminal the first line waits, so that short runs leave none.
        state = Mutex(State(lastShown: stream.canRewriteLines ? -.infinity : Self.now))
    }

    /// Starts the clock of a task that `advance` will count; otherwise `advance` starts it on its first call.
    func begin(_ name: String) {
        state.withLock { $0.task = Task(name, at: Self.now) }
    }

    /// Shows that `done` of `total` items of a task are done, with the rate and the time left.
    ///
    /// The last line of a task stays only if the task took long enough to be of interest and is not part of a longer series.
    func advance(_ name: String, _ done: Int, of total: Int, withRate: Bool = true) {
        state.withLock { state in
            let now = Self.now
            state.openEnded = nil
            if state.task?.name != name { state.task = Task(name, at: now) }
            state.task?.advance(done, of: total, at: now)
            guard let task = state.task else { return }
            let elapsed = now - task.start
            if done == total {
                state.task = nil
                guard state.stages == nil, withRate, elapsed >= 2 else { return }
                show("\(name): \(done) of \(total) in \(duration(elapsed))", isFinal: true, in: &state)
            } else if isDue(state) {
                let words = task.estimate.words(of: total, at: now, withRate: withRate)
                show(prefix(state) + "\(name): \(done) of \(total)\(words)", isFinal: false, in: &state)
            }
        }
    }

    /// Shows the current piece of a series of larger ones, and how long the series will take; tasks counted meanwhile
    /// are shown after it.
    ///
    /// - Parameters:
    ///   - series: the name of the series, by which its time is kept.
    ///   - number: the number of the piece, from 0.
    func stage(_ series: String, _ piece: String, _ number: Int, of total: Int) {
        state.withLock { state in
            let now = Self.now
            (state.task, state.openEnded) = (nil, nil)
            var task = state.stages?.task ?? Task(series, at: now)
            if task.name != series || number < task.done { task = Task(series, at: now) }
            task.advance(number, of: total, at: now)
            state.stages = (task, piece)
            guard isDue(state) else { return }
            show(words(task, piece), isFinal: false, in: &state)
        }
    }

    /// Shows what an open-ended task is doing; on a terminal, also for how long.
    func status(_ line: String) {
        state.withLock { state in
            (state.stages, state.task) = (nil, nil)
            state.openEnded = (line, Self.now)
            startClock(in: &state)
            guard isDue(state) else { return }
            show(line, isFinal: false, in: &state)
        }
    }

    /// Shows a line that stays.
    func note(_ line: String) {
        state.withLock { show(line, isFinal: true, in: &$0) }
    }

    /// Shows a line that stays, unless the same was said of another thing before.
    func announce(_ line: String, of thing: String, isWarning: Bool = false) {
        guard state.withLock({ $0.announced.insert(line).inserted }) else { return }
        if isWarning { warn("\(thing): \(line)") } else { note("\(thing): \(line)") }
    }

    /// Shows a warning.
    func warn(_ line: String) {
        let mark = stream.display.styled("warning:", .warning) + " "
        state.withLock { show(line, after: mark, isFinal: true, in: &$0) }
    }

    /// Clears a line that is still being rewritten.
    func finish() {
        state.withLock { state in
            (state.stages, state.task, state.openEnded) = (nil, nil, nil)
            state.clock?.cancel()
            state.clock = nil
            guard state.hasOpenLine else { return }
            state.hasOpenLine = false
            write("\r\u{1B}[K")
        }
    }

    private static var now: Double { ProcessInfo.processInfo.systemUptime }

    private func words(_ task: Task, _ piece: String) -> String {
        "\(piece) (\(task.done + 1) of \(task.total))"
            + task.estimate.words(of: task.total, at: Self.now, withRate: false)
    }

    private func prefix(_ state: State) -> String {
        state.stages.map { words($0.task, $0.piece) + "; " } ?? ""
    }

    /// Whether enough time has passed to show another line; on a terminal, where it replaces the last one, a short time
    /// is enough.
    private func isDue(_ state: State) -> Bool {
        Self.now - state.lastShown >= (stream.canRewriteLines ? 0.1 : 10)
    }

    /// Counts the seconds of uncounted work, so that a terminal never looks stuck.
    private func startClock(in state: inout State) {
        guard stream.canRewriteLines, !isQuiet, state.clock == nil else { return }
        let clock = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
        clock.schedule(deadline: .now() + 1, repeating: 1)
        clock.setEventHandler { [weak self] in
            self?.state.withLock { state in
                guard let (line, start) = state.openEnded, Self.now - start >= 2 else { return }
                self?.show("\(line), \(duration(Self.now - start))", isFinal: false, in: &state)
            }
        }
        clock.resume()
        state.clock = clock
    }

    /// - Parameter mark: what stands before the line and may have a style.
    private func show(_ line: String, after mark: String = "", isFinal: Bool, in state: inout State) {
        if let call = LibraryCall.current {
            state.lastShown = Self.now
            return call.tell(mark.isEmpty ? isFinal ? OODML_NOTE : OODML_PROGRESS : OODML_WARNING, onOneLine(line))
        }
        guard !isQuiet else { return }
        state.lastShown = Self.now
        let line = mark + stream.display.shown(onOneLine(line))
        guard stream.canRewriteLines else { return write(line + "\n") }
        state.hasOpenLine = !isFinal
        // A wrapped line could not be overwritten.
        let room = max((stream.display.width ?? 80) - 1, 1)
        write("\r\u{1B}[K" + (isFinal ? line + "\n" : prefix(of: line, cells: room)))
    }

    private func prefix(of line: String, cells: Int) -> String {
        var used = 0
        return String(
            line.prefix { character in
                used += displayWidth(String(character))
                return used <= cells
            })
    }

    private func write(_ text: String) {
        writeToStandardError(text)
    }
}
