/// Which of a level's two sides a model is trained on.
public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    /// Trained on the level's train side, scored on its test side.
    case forward
    /// Trained on the level's test side, scored on its train side.
    case reverse

    /// The side that the model is trained on.
    public var trainingSide: Side { self == .forward ? .train : .test }
    /// The side that the model is scored on.
    public var testSide: Side { self == .forward ? .test : .train }
}
