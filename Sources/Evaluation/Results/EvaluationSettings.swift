public import Datasets
internal import Files
public import Retrieval

/// The rules that produced the results.
public struct EvaluationSettings: Sendable, Equatable, Codable {
    /// What was scored: `test`, or a validation fold such as `validation fold 0`.
    public let split: String
    /// What retrieval ranked by.
    public let similarity: Similarity
    /// How queries without a relevant item were treated.
    public let loneQueries: LoneQueryPolicy
    /// How errors were estimated.
    public let confidence: ConfidenceMethod
    /// The sizes of the catalogue, if it was searched.
    public let catalogue: CatalogueRecord?
    /// The sizes of the matched galleries, if there are any.
    public let matchedGallery: MatchedGalleryRecord?
    /// The tricks of the subject `tricked`, in the order of application.
    public let tricks: [String]
    /// How many of the dataset's samples are queries, in the gallery, or both, by ``RoleDivision``; nil for a dataset
    /// without roles, where all samples are both.
    public let roles: RoleRecord?
    /// How many cameras the dataset's samples have, if samples of a query's class and camera did not count for it; nil for a
    /// dataset without cameras.
    public let cameraCount: Int?
    /// How many groups the dataset's samples have, if samples of a query's class and group did not count for it; nil if they
    /// did.
    public let groupCount: Int?

    /// How many samples of a dataset have each role.
    public struct RoleRecord: Sendable, Equatable, Codable {
        /// The number of samples that are only queries.
        public let query: Int
        /// The number of samples that are only in galleries.
        public let gallery: Int
        /// The number of samples without a role, which are both.
        public let both: Int

        /// Counts a dataset's samples; nil if none has a role.
        public init?(of dataset: Dataset) {
            query = dataset.samples.count { $0.role == .query }
            gallery = dataset.samples.count { $0.role == .gallery }
            both = dataset.samples.count - query - gallery
            if query + gallery == 0 { return nil }
        }
    }

    /// The sizes of a ``Catalogue``.
    public struct CatalogueRecord: Sendable, Equatable, Codable {
        /// The number of classes whose samples are queries at every level.
        public let queryClassCount: Int
        /// The number of samples in the gallery, a query itself included.
        public let itemCount: Int

        /// Records the sizes of a catalogue.
        public init(_ catalogue: Catalogue) {
            queryClassCount = catalogue.classes.count
            itemCount = catalogue.itemCount
        }

        enum CodingKeys: String, CodingKey {
            case queryClassCount = "query_class_count"
            case itemCount = "item_count"
        }
    }

    /// The sizes and the seed of ``MatchedGallery``.
    public struct MatchedGalleryRecord: Sendable, Equatable, Codable {
        /// The number of classes.
        public let classCount: Int
        /// The largest number of samples that a class gives to the gallery.
        public let samplesPerClass: Int
        /// The number of draws.
        public let drawCount: Int
        /// The seed of the draws.
        public let seed: UInt64

        /// Records the sizes and the seed of a gallery.
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
        confidence: ConfidenceMethod = .classJackknife(), catalogue: Catalogue? = nil,
        matchedGallery: MatchedGallery? = nil, tricks: [String] = [], roles: RoleRecord? = nil, cameraCount: Int? = nil,
        groupCount: Int? = nil
    ) {
        self.split = split
        self.similarity = similarity
        self.loneQueries = loneQueries
        self.confidence = confidence
        self.catalogue = catalogue.map(CatalogueRecord.init)
        self.matchedGallery = matchedGallery.map(MatchedGalleryRecord.init)
        self.tricks = tricks
        self.roles = roles
        self.cameraCount = cameraCount
        self.groupCount = groupCount
    }

    enum CodingKeys: String, CodingKey {
        case split, similarity, confidence, catalogue, tricks, roles
        case cameraCount = "cameras"
        case groupCount = "groups"
        case loneQueries = "lone_queries"
        case matchedGallery = "matched_gallery"
    }
}

extension EvaluationSettings {
    /// Refuses counts that no evaluation has.
    ///
    /// - Throws: ``/Files/ImplausibleValue``.
    func requirePlausibleValues() throws {
        for (name, count) in [
            ("confidence.count", confidence.count), ("confidence.families.fewest", confidence.families?.fewestCount),
            ("cameras", cameraCount), ("groups", groupCount), ("roles.query", roles?.query),
            ("roles.gallery", roles?.gallery), ("roles.both", roles?.both),
            ("catalogue.query_class_count", catalogue?.queryClassCount), ("catalogue.item_count", catalogue?.itemCount),
            ("matched_gallery.class_count", matchedGallery?.classCount),
            ("matched_gallery.samples_per_class", matchedGallery?.samplesPerClass),
            ("matched_gallery.draw_count", matchedGallery?.drawCount),
        ] {
            try requireNumber(count, in: NumberRange.count, "settings.\(name)")
        }
    }
}
