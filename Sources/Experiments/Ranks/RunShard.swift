/// A part of the tasks or heads of a run, for jobs that run apart from one another: the first of eight, and so on.
public struct RunShard: Sendable, Equatable {
    /// Its number, from 1.
    public let number: Int
    /// How many parts there are.
    public let count: Int

    /// One of several parts.
    ///
    /// - Precondition: `number` is from 1 to `count`.
    public init(number: Int, of count: Int) {
        precondition((1...max(count, 1)).contains(number), "part \(number) of \(count)")
        (self.number, self.count) = (number, count)
    }

    /// Whether the part has a task or head, all of the run being counted from 0.
    func has(_ task: Int) -> Bool { task % count == number - 1 }
}
