/// A head with how its training went.
public struct TrainedHead: Sendable, Equatable {
    /// The head.
    public let head: Head
    /// The mean loss of every ``curveInterval`` steps, the last one of those that are left.
    public let losses: [Float]
    /// The number of training samples.
    public let sampleCount: Int
    /// The number of training classes.
    public let classCount: Int
    /// How many features were constant over the training samples; the head ignores them.
    public let constantFeatureCount: Int

    /// How many steps a loss is the mean of.
    public static let curveInterval = 50
}
