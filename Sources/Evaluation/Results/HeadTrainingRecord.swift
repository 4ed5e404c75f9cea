internal import Files

/// How heads that were scored were trained, as far as results tell it.
public struct HeadTrainingRecord: Sendable, Equatable, Codable {
    /// What they were trained by; several if their embeddings are side by side.
    public let objectives: [Objective]
    /// The seeds of the training runs whose heads make up one embedding.
    public let seeds: [String]

    /// Describes heads.
    public init(objectives: [Objective], seeds: [String]) {
        (self.objectives, self.seeds) = (objectives, seeds)
    }

    /// An objective with its parameters.
    public struct Objective: Sendable, Equatable, Codable {
        /// Its name on the command line.
        public let name: String
        /// Its name in the field.
        public let title: String
        /// The values of its parameters, as `--set` takes them: "margin=0.2,sampler=semi-hard".
        public let parameters: String
        /// What a search for parameters found; nil without one.
        public let tuning: Tuning?

        /// Describes an objective.
        public init(name: String, title: String, parameters: String, tuning: Tuning? = nil) {
            (self.name, self.title, self.parameters, self.tuning) = (name, title, parameters, tuning)
        }
    }

    /// What a search for parameters changed.
    public struct Tuning: Sendable, Equatable, Codable {
        /// The level on whose validation folds was scored.
        public let level: String
        /// The number of trials.
        public let trialCount: Int
        /// The first trial: the papers' defaults, or what was set instead.
        public let given: Setting
        /// The trial that was chosen.
        public let chosen: Setting

        /// Describes a search.
        public init(level: String, trialCount: Int, given: Setting, chosen: Setting) {
            (self.level, self.trialCount, self.given, self.chosen) = (level, trialCount, given, chosen)
        }

        private enum CodingKeys: String, CodingKey {
            case level, given, chosen
            case trialCount = "trial_count"
        }
    }

    /// Parameters with their score.
    public struct Setting: Sendable, Equatable, Codable {
        /// The values, as `--set` takes them.
        public let parameters: String
        /// The mean MAP@R over the folds; nil if a training diverged.
        public let score: Double?

        /// Describes a trial.
        public init(parameters: String, score: Double?) { (self.parameters, self.score) = (parameters, score) }

        /// The names of the parameters with their values.
        public var values: [(name: String, value: String)] {
            parameters.parts(between: ",", keepingEmpty: false).map { setting in
                let parts = setting.parts(between: "=")
                return (parts[0], parts.dropFirst().joined(separator: "="))
            }
        }
    }

    /// The objectives and the seeds in words: "Triplet, seed 0".
    public var title: String {
        let names = objectives.map(\.title).joined(separator: " + ")
        switch seeds.count {
        case 0: return names
        case 1: return names + ", seed " + seeds[0]
        default: return names + ", seeds " + seeds.joined(separator: " + ")
        }
    }
}
