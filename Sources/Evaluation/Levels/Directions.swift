/// Selects one of a level's values: that of a direction, or the mean of both.
public enum DirectionOrMean: String, Sendable, Hashable, Codable, CaseIterable {
    /// Trained on the level's train side, scored on its test side.
    case forward
    /// Trained on the level's test side, scored on its train side.
    case reverse
    /// The average over the directions that were run.
    case mean
}

/// A value for each direction that was run, and their mean.
public struct Directions<Value: Sendable>: Sendable {
    /// The value of the forward direction, if it was run.
    public let forward: Value?
    /// The value of the reverse direction, if it was run.
    public let reverse: Value?
    /// The mean over the directions that were run.
    public let mean: Value

    /// Combines the directions' values and their mean.
    public init(forward: Value?, reverse: Value?, mean: Value) {
        self.forward = forward
        self.reverse = reverse
        self.mean = mean
    }

    /// Combines the directions' values and averages them with `average`, which gets one or two values; nil if there are
    /// none.
    public init?(forward: Value?, reverse: Value?, average: ([Value]) -> Value) {
        let present = [forward, reverse].compactMap { $0 }
        guard !present.isEmpty else { return nil }
        self.init(forward: forward, reverse: reverse, mean: average(present))
    }

    /// The value of a direction, if it was run, or the mean.
    public subscript(direction: DirectionOrMean) -> Value? {
        switch direction {
        case .forward: forward
        case .reverse: reverse
        case .mean: mean
        }
    }
}

extension Directions: Equatable where Value: Equatable {}

extension Directions: Codable where Value: Codable {}
