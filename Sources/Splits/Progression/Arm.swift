/// An arm of a progression: the way on which a partition was reached.
public enum Arm: String, Sendable, Codable, CaseIterable {
    /// Exchanges that make the sides more alike.
    case easier
    /// The split that the progression starts from.
    case start
    /// Exchanges that make the sides less alike.
    case swap
    /// Classes leaving, after the hardest exchange.
    case removal
    /// None: the split was published by somebody else.
    case imported
}
