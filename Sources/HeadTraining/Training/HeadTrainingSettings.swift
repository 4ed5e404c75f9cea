/// How a head is trained.
public struct HeadTrainingSettings: Sendable {
    /// What is minimised.
    public var objective: any Objective
    /// The values of the objective's parameters.
    public var parameters: ObjectiveParameters
    /// The form of the head.
    public var architecture = HeadArchitecture()
    /// How many batches are trained on.
    public var stepCount = 1000
    /// How many different classes a batch has.
    public var classesPerBatch = 28
    /// How many samples of each class a batch has; of a class with fewer, some come more than once.
    ///
    /// More than 4 must be in some class.
    public var samplesPerClass = usualSamplesPerClass
    /// The step size of AdamW; what an objective trains beside the head may have a multiple of it.
    public var learningRate = 1e-3
    /// By how much the weights of layers shrink a step, as a part of the learning rate (Loshchilov and Hutter, "Decoupled
    /// Weight Decay Regularization", ICLR 2019); biases and an objective's own matrices do not shrink.
    public var weightDecay = 1e-2
    /// Where all random choices come from.
    public var seed: UInt64 = 0

    /// The defaults with an objective.
    ///
    /// - Parameter parameters: the values of its parameters; nil for their defaults.
    public init(objective: any Objective, parameters: ObjectiveParameters? = nil) {
        self.objective = objective
        self.parameters = parameters ?? objective.defaults
    }

    /// The settings as one line.
    public var summary: String {
        let own = parameters.description
        return "\(objective.name)\(own.isEmpty ? "" : " \(own)"), \(architecture), \(stepCount) steps of "
            + "\(classesPerBatch) × \(samplesPerClass), learning rate \(learningRate), weight decay \(weightDecay), "
            + "seed \(seed)"
    }

    /// The number of samples of a batch.
    public var batchSize: Int { classesPerBatch * samplesPerClass }

    private static let usualSamplesPerClass = 4

    /// Makes sure that a large batch does not consist of repetitions, for which memory may not be enough.
    package func require(largestClass count: Int) throws(HeadTrainingError) {
        guard samplesPerClass <= max(count, Self.usualSamplesPerClass) else {
            throw .tooLargeBatch(samplesPerClass: samplesPerClass, largestClass: count)
        }
    }

    func requireSensible() {
        precondition(
            stepCount >= 0 && classesPerBatch > 0 && samplesPerClass > 0,
            "\(stepCount) steps of \(classesPerBatch) × \(samplesPerClass)")
        precondition(
            learningRate > 0 && learningRate.isFinite && weightDecay >= 0 && weightDecay.isFinite,
            "a learning rate of \(learningRate) and a weight decay of \(weightDecay)")
    }
}
