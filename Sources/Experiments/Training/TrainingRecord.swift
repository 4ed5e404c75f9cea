public import Datasets
public import Embeddings
public import Evaluation
internal import HeadTraining

/// What heads were trained along a folder of splits: the contents of `training.json`.
///
/// It is written before the first head, and the same plan gives the same bytes, so a run that was stopped goes on where
/// it was.
public struct TrainingRecord: Sendable, Equatable, Codable {
    /// The version of this form.
    public static let schemaVersion = 1

    /// The version of the form that the file has.
    public let schemaVersion: Int
    /// What wrote the file.
    public let tool: String
    /// The name of the dataset.
    public let dataset: String
    /// The SHA-256 of the splits' manifest.
    public let manifest: String
    /// The features that the heads take.
    public let features: EmbeddingProvenance
    /// Which sides of each level are trained on.
    public let directions: [Direction]
    /// The validation fold that was left out; nil for none.
    public let fold: Int?
    /// Whether all tasks train on equally many classes and samples.
    public let isMatched: Bool
    /// The seeds of the training runs.
    public let seeds: [UInt64]
    /// What is trained.
    public let objectives: [Objective]
    /// The trials from which the parameters were chosen; nil if they were given.
    public let tuning: Tuning?

    /// An objective, and how its heads are trained.
    public struct Objective: Sendable, Equatable, Codable {
        /// The name, as on the command line.
        public let name: String
        /// The values of its parameters.
        public let parameters: [String: Value]
        /// The number of dimensions of the embeddings.
        public let dimension: Int
        /// The widths of the hidden layers.
        public let hidden: [Int]
        /// The number of batches.
        public let steps: Int
        /// The number of classes of a batch.
        public let classesPerBatch: Int
        /// The number of samples of each of these.
        public let samplesPerClass: Int
        /// The step size of AdamW.
        public let learningRate: Double
        /// How much weights shrink.
        public let weightDecay: Double

        private enum CodingKeys: String, CodingKey {
            case name, parameters, dimension, hidden, steps
            case classesPerBatch = "classes_per_batch"
            case samplesPerClass = "samples_per_class"
            case learningRate = "learning_rate"
            case weightDecay = "weight_decay"
        }

        init(_ settings: HeadTrainingSettings) {
            name = settings.objective.name
            parameters = Value.all(of: settings.parameters)
            dimension = settings.architecture.dimension
            hidden = settings.architecture.hidden
            steps = settings.stepCount
            classesPerBatch = settings.classesPerBatch
            samplesPerClass = settings.samplesPerClass
            learningRate = settings.learningRate
            weightDecay = settings.weightDecay
        }
    }

    /// The value of a parameter.
    public enum Value: Sendable, Hashable, Codable {
        case number(Double)
        case text(String)

        static func all(of parameters: ObjectiveParameters) -> [String: Value] {
            Dictionary(
                uniqueKeysWithValues: parameters.values.map { name, value in
                    switch value {
                    case .number(let number): (name, .number(number))
                    case .choice(let text): (name, .text(text))
                    }
                })
        }

        /// Reads a number or a text.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = try (try? container.decode(Double.self)).map(Value.number) ?? .text(container.decode(String.self))
        }

        /// Writes a number or a text.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    /// A search for parameters: what was tried, and how it did.
    public struct Tuning: Sendable, Equatable, Codable {
        /// The level whose training classes were divided into folds.
        public let level: String
        /// The number of folds, each of which was scored once a trial.
        public let foldCount: Int
        /// The number of trials of each objective, the first with the parameters as given.
        public let trialCount: Int
        /// All trials, objective after objective.
        public let trials: [Trial]

        private enum CodingKeys: String, CodingKey {
            case level, trials
            case foldCount = "fold_count"
            case trialCount = "trial_count"
        }
    }

    /// One setting of an objective's parameters.
    public struct Trial: Sendable, Equatable, Codable {
        /// The objective.
        public let objective: String
        /// The values that were tried.
        public let parameters: [String: Value]
        /// The MAP@R on each validation fold, of a head that trained on the others; nil if a training diverged.
        public let scores: [Double]?
        /// The mean of these; nil if a training diverged.
        public let mean: Double?
        /// Whether it was chosen.
        public let isChosen: Bool

        private enum CodingKeys: String, CodingKey {
            case objective, parameters, scores, mean
            case isChosen = "is_chosen"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case tool, dataset, features, directions, fold, seeds, objectives, tuning
        case schemaVersion = "schema_version"
        case manifest = "manifest_sha256"
        case isMatched = "is_matched"
    }
}

extension TrainingRecord {
    /// What the search changed for an objective; nil without one.
    public func change(byTuning name: String) -> HeadTrainingRecord.Tuning? {
        guard let tuning, let objective = try? KnownObjectives.objective(named: name) else { return nil }
        let own = tuning.trials.filter { $0.objective == name }
        guard let first = own.first, let chosen = own.first(where: \.isChosen) else { return nil }
        func setting(_ trial: Trial) -> HeadTrainingRecord.Setting {
            // In the order in which the objective declares them.
            let values = objective.parameters.compactMap { parameter in
                trial.parameters[parameter.name].map { "\(parameter.name)=\($0.text)" }
            }
            return HeadTrainingRecord.Setting(parameters: values.joined(separator: ","), score: trial.mean)
        }
        return HeadTrainingRecord.Tuning(
            level: tuning.level, trialCount: tuning.trialCount, given: setting(first), chosen: setting(chosen))
    }
}
