public import Datasets
public import HeadTraining

/// What to train along a series, and on what.
public struct SeriesTrainingSettings: Sendable {
    /// The objectives, each with its parameters and the form and course of its training; their seeds do not count.
    public var objectives: [HeadTrainingSettings]
    /// The seeds of the training runs.
    public var seeds: [UInt64] = [0]
    /// Which sides of each level are trained on.
    public var directions = Direction.allCases
    /// Whether each batch has as many classes as the settings of the objectives say; else as many, or as all tasks have.
    public var requiresClassesPerBatch = false
    /// Whether all tasks train on equally many classes and samples (``/Splits/MatchedTraining``).
    public var isMatched = false
    /// The validation fold that is left out of training, for tuning by hand; nil for none.
    ///
    /// Only forward tasks have folds.
    public var fold: Int?
    /// The names of the parameters of each objective that a search leaves as they are.
    public var fixedParameters: [String: Set<String>] = [:]
    /// How many settings of each objective's parameters are tried before training; nil for none.
    public var trialCount: Int?

    /// Trains along both directions with one seed.
    public init(objectives: [HeadTrainingSettings]) {
        self.objectives = objectives
    }
}
