internal import Statistics

/// Estimates the speed and the remaining time of a task from its recent progress.
///
/// The rate is taken over the last quarter of the elapsed time, but at least 15 seconds: the first files of a task are
/// slow and would distort a rate since the start, while a shorter window would make the estimate jump.
public struct ProgressEstimate: Sendable {
    private static let shortestTime = 15.0
    private static let timeBetweenMarks = 0.2

    private let start: Double
    /// How much was done at certain times, ascending.
    private var marks: [(time: Double, done: Int)]

    /// Starts a task with nothing done, at a time in seconds.
    public init(at time: Double) {
        start = time
        marks = [(time, 0)]
    }

    /// Records how much is done at a time in seconds, which must not be earlier than the previous ones.
    public mutating func record(_ done: Int, at time: Double) {
        if marks.count > 1, time - marks[marks.count - 2].time < Self.timeBetweenMarks { marks.removeLast() }
        marks.append((time, done))
        let horizon = time - max(Self.shortestTime, (time - start) / 4)
        // The last mark before the horizon stays, so that slow tasks have one.
        let expired = max((marks.firstIndex { $0.time > horizon } ?? marks.count) - 1, 0)
        marks.removeFirst(min(expired, marks.count - 2))
    }

    /// The number of things done per second; nil until it can be estimated.
    public var rate: Double? {
        guard let first = marks.first, let last = marks.last, last.done > first.done, last.time - first.time > 0.3
        else { return nil }
        return Double(last.done - first.done) / (last.time - first.time)
    }

    /// The number of seconds left at a time, if the rest goes as fast as recently.
    public func timeLeft(of total: Int, at time: Double) -> Double? {
        guard let rate, let last = marks.last else { return nil }
        return max(Double(total - last.done) / rate - (time - last.time), 0)
    }

    /// The rate and the time left in words, each after a comma; empty while they are unknown.
    ///
    /// - Parameter withRate: whether to include the rate, which is of interest for images but not for levels.
    public func words(of total: Int, at time: Double, withRate: Bool = true) -> String {
        guard let rate, let left = timeLeft(of: total, at: time) else { return "" }
        let speed =
            switch rate {
            case 10...: fixed(rate, 0) + "/s"
            case 1...: fixed(rate, 1) + "/s"
            default: fixed(1 / rate, 1) + " s each"
            }
        return (withRate ? ", \(speed)" : "") + ", \(duration(left)) left"
    }
}

/// A duration in its two largest units: 45 s, 3 min 20 s, 2 h 5 min.
public func duration(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    return switch whole {
    case ..<100: "\(whole) s"
    case ..<6000: "\(whole / 60) min \(whole % 60) s"
    default: "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}
