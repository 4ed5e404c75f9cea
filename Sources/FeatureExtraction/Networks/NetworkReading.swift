public import Embeddings

/// How to read a network and prepare its input.
public struct NetworkReading: Sendable, Equatable {
    /// The output, or the tensor within an ONNX network, that is the embedding; nil for the only output.
    public var output: String?
    /// How a feature map (batch × d × height × width, in the input's layout) or tokens (batch × tokens × d) become a
    /// vector; nil for an output of vectors, or of maps with one position.
    public var pooling: Pooling?
    /// Changes to what the file beside the model says; ignored if ``preprocessing`` is given.
    public var changes: PreprocessingChanges
    /// The preprocessing; nil to read it beside the model (``Preprocessing/besideModel(atPath:changing:)``).
    public var preprocessing: Preprocessing?

    /// Describes how to read a network; anything not given is found in it or beside it.
    public init(
        output: String? = nil, pooling: Pooling? = nil, changes: PreprocessingChanges = PreprocessingChanges(),
        preprocessing: Preprocessing? = nil
    ) {
        self.output = output
        self.pooling = pooling
        self.changes = changes
        self.preprocessing = preprocessing
    }

    /// Reads a network as a record says; anything it leaves open, or everything if it is nil, is read beside the model.
    ///
    /// - Throws: ``FeatureExtractionError/badRecord(found:expected:)``.
    public init(_ provenance: EmbeddingProvenance?) throws {
        let pooling = try provenance?.pooling.map { name in
            guard let pooling = Pooling(rawValue: name) else {
                throw FeatureExtractionError.badRecord(
                    found: "pooling \"\(name)\"",
                    expected: "one of " + Pooling.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
            }
            return pooling
        }
        self.init(
            output: provenance?.output, pooling: pooling,
            preprocessing: try provenance?.preprocessing.map(Preprocessing.init(record:)))
    }
}
