public import Datasets
public import Embeddings

/// Which networks were scored, and how images were prepared for them.
///
/// Values that all networks of a run share, as most are, are recorded once.
public struct ModelProvenance: Sendable, Equatable, Codable {
    /// The name of the networks' output tensor that holds the embedding; nil if it is their only output.
    public let output: String?
    /// How a feature map or tokens became a vector, as in `avg` or `cls`; nil if nothing was pooled.
    public let pooling: String?
    /// How images were preprocessed for all networks; nil if that differs between them.
    public let preprocessing: PreprocessingRecord?
    /// The network of each task.
    public let models: [Model]
    /// How heads were trained; nil for networks, and for heads that do not say.
    public let training: HeadTrainingRecord?

    /// The network of one task.
    public struct Model: Sendable, Equatable, Codable {
        /// The level's id.
        public let level: String
        /// Forward or reverse.
        public let direction: Direction
        /// The name of the network's file, without its folder.
        public let file: String
        /// The SHA-256 of the network's files, in hexadecimal.
        public let sha256: String
        /// The number of dimensions.
        public let dimension: Int
        /// How images were preprocessed for this network, if that differs between the networks.
        public let preprocessing: PreprocessingRecord?
    }

    /// Combines the records of a run's tasks; nil if there are none.
    ///
    /// - Parameter tasks: the level and direction of each task, and where its embeddings come from. Output and pooling
    ///   are taken from the first task, since one command line sets them for all.
    /// - Parameter training: how heads were trained.
    public init?(
        tasks: [(level: String, direction: Direction, embeddings: EmbeddingProvenance)],
        training: HeadTrainingRecord? = nil
    ) {
        guard let first = tasks.first?.embeddings else { return nil }
        let isShared = tasks.allSatisfy { $0.embeddings.preprocessing == first.preprocessing }
        output = first.output
        pooling = first.pooling
        self.training = training
        preprocessing = isShared ? first.preprocessing : nil
        models = tasks.map { task in
            Model(
                level: task.level, direction: task.direction, file: task.embeddings.file,
                sha256: task.embeddings.sha256, dimension: task.embeddings.dimension,
                preprocessing: isShared ? nil : task.embeddings.preprocessing)
        }
    }
}
