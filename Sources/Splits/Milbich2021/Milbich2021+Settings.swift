extension Milbich2021 {
    /// How many exchanges to make, and which distance to use; the defaults are those of the published script.
    public struct Settings: Sendable, Equatable, Codable {
        /// How many pairs are exchanged between two records: 2 for CUB-200-2011 and CARS196, 1000 for Stanford Online
        /// Products.
        public var swapsPerIteration: Int
        /// How many records the harder arm has.
        public var iterations: Int
        /// How many records the easier arm has, 10 fewer than the harder one in the published script.
        public var easierIterations: Int
        /// How many records removal has, 10 more than the harder arm in the published script.
        public var removalIterations: Int
        /// How many of the positions last chosen on a side may not be chosen again, on the harder arm and in removal.
        public var history: Int
        /// The same on the easier arm.
        public var easierHistory: Int
        /// The ridge in the distance, 1e-8 in the published code; nil for the exact distance.
        ///
        /// It also decides which batches removal keeps, though rarely differently.
        public var ridge: Double?
        /// Whether removal starts as in the published script, with means one batch ahead of the names.
        ///
        /// If false, it starts from the means of the classes that the last record names.
        public var removalFedAsPublished: Bool

        private enum CodingKeys: String, CodingKey {
            case iterations, history, ridge
            case swapsPerIteration = "swaps_per_iteration"
            case easierIterations = "easier_iterations"
            case removalIterations = "removal_iterations"
            case easierHistory = "easier_history"
            case removalFedAsPublished = "removal_fed_as_published"
        }

        /// The settings of the published script, except where given.
        public init(
            swapsPerIteration: Int = 2, iterations: Int = 25, easierIterations: Int? = nil,
            removalIterations: Int? = nil, history: Int = 5, easierHistory: Int = 30, ridge: Double? = nil,
            removalFedAsPublished: Bool = true
        ) {
            self.swapsPerIteration = swapsPerIteration
            self.iterations = iterations
            self.easierIterations = easierIterations ?? max(0, iterations - 10)
            self.removalIterations = removalIterations ?? iterations + 10
            self.history = history
            self.easierHistory = easierHistory
            self.ridge = ridge
            self.removalFedAsPublished = removalFedAsPublished
        }

        /// Refuses settings outside their ranges.
        ///
        /// - Throws: ``SplitError/invalidSetting(name:found:expected:)``.
        public func validate() throws {
            try requireSetting(
                swapsPerIteration >= 1, "the number of swaps per iteration", swapsPerIteration, "at least 1")
            try requireSetting(iterations >= 1, "the number of iterations", iterations, "at least 1")
            try requireSetting(easierIterations >= 0, "the number of easier iterations", easierIterations, "0 or more")
            try requireSetting(
                removalIterations >= 0, "the number of removal iterations", removalIterations, "0 or more")
            // In the published code, 0 means all positions ever chosen.
            try requireSetting(history >= 1, "the history", history, "at least 1")
            try requireSetting(easierHistory >= 1, "the history of the easier arm", easierHistory, "at least 1")
            try requireSetting(
                ridge.map { $0 > 0 && $0.isFinite } ?? true, "the ridge", ridge ?? 0, "a positive number")
        }
    }
}
