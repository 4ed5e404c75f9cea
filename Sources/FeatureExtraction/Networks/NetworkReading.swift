public import Embeddings

/// How a network is read and fed.
public struct NetworkReading: Sendable, Equatable {
    /// The output, or the tensor within an ONNX network, that is the embedding; nil for the only output.
    public var output: String?
    /// How a feature map (batch × d × height × width, with the channels where the input has them) becomes a vector; nil for
    /// an output of vectors, or of maps of one position.
    public var pooling: Pooling?
    /// What is otherwise than the file beside the model says; without effect beside a ``preprocessing``.
    public var changes: PreprocessingChanges
    /// The preprocessing; nil to read it beside the model (``Preprocessing/besideModel(atPath:changing:)``).
    public var preprocessing: Preprocessing?

    /// States how to read a network; what is not given is found in it or beside it.
    public init(
        output: String? = nil, pooling: Pooling? = nil, changes: PreprocessingChanges = PreprocessingChanges(),
        preprocessing: Preprocessing? = nil
    ) {
        self.output = output
        self.pooling = pooling
        self.changes = changes
        self.preprocessing = preprocessing
    }

    /// How the embeddings of a record were made; what it leaves open, or everything without one, is read beside the model.
    ///
    /// - Throws: ``FeatureExtractionError/badRecord(found:expected:)``.
    public init(_ provenance: EmbeddingProvenance?) throws {
        self.init(
            output: provenance?.output, pooling: provenance?.pooling.flatMap(Pooling.init(rawValue:)),
            preprocessing: try provenance?.preprocessing.map(Preprocessing.init(record:)))
    }
}
