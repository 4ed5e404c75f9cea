/// Where embeddings come from, as far as it takes to make them again.
public struct EmbeddingProvenance: Sendable, Equatable, Codable {
    /// What produced the embeddings.
    public enum Source: String, Sendable, Codable {
        /// A network, here called the backbone, from the images.
        case backbone
        /// A file that held them already.
        case features
    }

    /// What produced the embeddings.
    public let source: Source
    /// The name of the network's or of the embeddings' file, without its folder.
    public let file: String
    /// The SHA-256 of that file, in hexadecimal.
    public let sha256: String
    /// The number of dimensions.
    public let dimension: Int
    /// What was done to the images before they went into the network; nil for a file of embeddings.
    public let preprocessing: PreprocessingRecord?

    /// Makes a record.
    public init(source: Source, file: String, sha256: String, dimension: Int, preprocessing: PreprocessingRecord? = nil)
    {
        self.source = source
        self.file = file
        self.sha256 = sha256
        self.dimension = dimension
        self.preprocessing = preprocessing
    }
}

/// What was done to the images before they went into a network.
///
/// In JSON it has the form that `FeatureExtraction` reads beside a model, so a manifest's record can be put there as it is.
public struct PreprocessingRecord: Sendable, Equatable, Codable {
    /// How images are resized before the centre crop.
    public struct Resize: Sendable, Equatable, Codable {
        /// `none`, `shorter_side`, `exactly` or `covering`.
        public let mode: String
        /// The length of the shorter side.
        public let size: Int?
        /// The height to reach or to cover.
        public let height: Int?
        /// The width to reach or to cover.
        public let width: Int?

        /// Makes a record with what the mode needs.
        public init(mode: String, size: Int? = nil, height: Int? = nil, width: Int? = nil) {
            self.mode = mode
            self.size = size
            self.height = height
            self.width = width
        }
    }

    /// Channels, height and width of the network's input.
    public let inputSize: [Int]
    /// How images are resized before the centre crop.
    public let resize: Resize
    /// The filter of that resize, as in `bilinear`.
    public let interpolation: String
    /// What is subtracted from each channel, where 0 is black and 1 is white.
    public let mean: [Float]
    /// The standard deviation that each channel is then divided by.
    public let std: [Float]

    /// Makes a record.
    public init(inputSize: [Int], resize: Resize, interpolation: String, mean: [Float], std: [Float]) {
        self.inputSize = inputSize
        self.resize = resize
        self.interpolation = interpolation
        self.mean = mean
        self.std = std
    }
}
