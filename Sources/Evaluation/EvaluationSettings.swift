/// By what rules results came about.
public struct EvaluationSettings: Sendable, Equatable, Codable {
    /// What was scored: `test`, or as in `validation fold 0`.
    public let split: String
    /// What retrieval ranked by.
    public let similarity: Similarity
    /// What became of queries without a relevant item.
    public let loneQueries: LoneQueryPolicy
    /// How errors were estimated.
    public let confidence: ConfidenceMethod
    /// The sizes of the matched galleries, if there are any.
    public let matchedGallery: MatchedGalleryRecord?
    /// The tricks of the subject `tricked`, in the order in which they are applied.
    public let tricks: [String]

    /// The sizes and the seed of ``MatchedGallery``.
    public struct MatchedGalleryRecord: Sendable, Equatable, Codable {
        /// The number of classes.
        public let classCount: Int
        /// The number of samples that a class gives at most.
        public let samplesPerClass: Int
        /// The number of draws.
        public let drawCount: Int
        /// What the draws are drawn from.
        public let seed: UInt64

        /// Records what a gallery is.
        public init(_ gallery: MatchedGallery) {
            classCount = gallery.classCount
            samplesPerClass = gallery.samplesPerClass
            drawCount = gallery.drawCount
            seed = gallery.seed
        }

        enum CodingKeys: String, CodingKey {
            case classCount = "class_count"
            case samplesPerClass = "samples_per_class"
            case drawCount = "draw_count"
            case seed
        }
    }

    /// States the rules.
    public init(
        split: String = "test", similarity: Similarity = .cosine, loneQueries: LoneQueryPolicy = .excluded,
        confidence: ConfidenceMethod = .classJackknife(), matchedGallery: MatchedGallery? = nil, tricks: [String] = []
    ) {
        self.split = split
        self.similarity = similarity
        self.loneQueries = loneQueries
        self.confidence = confidence
        self.matchedGallery = matchedGallery.map(MatchedGalleryRecord.init)
        self.tricks = tricks
    }

    enum CodingKeys: String, CodingKey {
        case split, similarity, confidence, tricks
        case loneQueries = "lone_queries"
        case matchedGallery = "matched_gallery"
    }
}
