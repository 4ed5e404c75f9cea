/// Where embeddings come from, in enough detail to make them again.
public struct EmbeddingProvenance: Sendable, Equatable, Codable {
    /// What produced the embeddings.
    public enum Source: String, Sendable, Codable {
        /// A network, here called the backbone, computed them from the images.
        case backbone
        /// A file already held them.
        case features
        /// A head, trained on features, computed them from these.
        case head
    }

    /// What produced the embeddings.
    public let source: Source
    /// The name of the file with the network or the embeddings, without its folder.
    public let file: String
    /// The SHA-256 of that file, in hexadecimal.
    public let sha256: String
    /// The number of dimensions.
    public let dimension: Int
    /// The name of the network's tensor that is the embedding; nil for its only output.
    public let output: String?
    /// How a feature map or tokens became a vector, as in `avg` or `cls`; nil if nothing was pooled.
    public let pooling: String?
    /// How images were prepared for the network; nil for a file of embeddings.
    public let preprocessing: PreprocessingRecord?

    /// Makes a record.
    public init(
        source: Source, file: String, sha256: String, dimension: Int, output: String? = nil, pooling: String? = nil,
        preprocessing: PreprocessingRecord? = nil
    ) {
        self.source = source
        self.file = file
        self.sha256 = sha256
        self.dimension = dimension
        self.output = output
        self.pooling = pooling
        self.preprocessing = preprocessing
    }
}

/// How images were prepared for a network.
///
/// Its JSON form is the one that `FeatureExtraction` reads beside a model, so a manifest's record can be saved there as
/// is.
public struct PreprocessingRecord: Sendable, Equatable, Codable {
    /// How images are resized before the centre crop.
    public struct Resize: Sendable, Equatable, Codable {
        /// `none`, `shorter_side`, `exactly`, `covering` or `fitting`.
        public let mode: String
        /// The length of the shorter side.
        public let size: Int?
        /// The height to reach, to cover or to fit.
        public let height: Int?
        /// The width to reach, to cover or to fit.
        public let width: Int?

        /// Makes a record with the sizes that the mode needs.
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
    /// The filter of that resize, such as `bilinear`.
    public let interpolation: String
    /// The value subtracted from each channel, where 0 is black and 1 is white.
    public let mean: [Float]
    /// The standard deviation that each channel is then divided by.
    public let std: [Float]
    /// True if images are first rotated as their EXIF data says; nil if not.
    public let exifOrientation: Bool?
    /// True if a crop whose margins differ by a pixel has the smaller one first; nil if half pixels are rounded to
    /// even.
    public let cropRoundsDown: Bool?
    /// `bgr` if the network takes blue, green and red in this order; nil if red comes first.
    public let channelOrder: String?

    /// Makes a record.
    public init(
        inputSize: [Int], resize: Resize, interpolation: String, mean: [Float], std: [Float],
        exifOrientation: Bool? = nil, cropRoundsDown: Bool? = nil, channelOrder: String? = nil
    ) {
        self.inputSize = inputSize
        self.resize = resize
        self.interpolation = interpolation
        self.mean = mean
        self.std = std
        self.exifOrientation = exifOrientation
        self.cropRoundsDown = cropRoundsDown
        self.channelOrder = channelOrder
    }

    private enum CodingKeys: String, CodingKey {
        case resize, interpolation, mean, std
        case inputSize = "input_size"
        case exifOrientation = "exif_orientation"
        case cropRoundsDown = "crop_rounds_down"
        case channelOrder = "channel_order"
    }
}
