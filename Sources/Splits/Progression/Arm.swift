/// An arm of a progression: the way in which a partition was reached.
public enum Arm: String, Sendable, Codable, CaseIterable {
    /// Exchanges that make the sides more alike.
    case easier
    /// The split that the progression starts from.
    case start
    /// Exchanges that make the sides less alike.
    case swap
    /// Removal of classes, after the hardest exchange.
    case removal
    /// No arm: the split was published by somebody else.
    case imported
    /// No arm: the split is one hold-out.
    case holdOut = "holdout"
}
