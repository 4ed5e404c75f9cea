/// One item of a dataset: an image, or whatever else was embedded.
public struct Sample: Sendable, Hashable {
    /// What identifies the sample within its dataset: for images, the path relative to the dataset's root, with `/`.
    public let id: String
    /// The class that the sample belongs to; class labels are never parsed as numbers, which could merge some.
    public let classLabel: String
    /// The superclass of that class, if the dataset has one.
    public let superclass: String?
    /// Whether the sample is a query or in the gallery; nil if the dataset does not say.
    public let role: SampleRole?
    /// The camera, or whatever else must differ between a query and what is retrieved for it; nil if the dataset does not
    /// say.
    public let camera: String?
    /// Where the sample comes from, as a style or a device; nil if the dataset does not say.
    public let domain: String?
    /// What the sample shares with others of its class, of which a random half would not be independent: a burst, a video, an
    /// encounter, a product's shots; nil if the sample is on its own or the dataset does not say.
    public let group: String?

    /// Makes a sample.
    public init(
        id: String, classLabel: String, superclass: String? = nil, role: SampleRole? = nil, camera: String? = nil,
        domain: String? = nil, group: String? = nil
    ) {
        self.id = id
        self.classLabel = classLabel
        self.superclass = superclass
        self.role = role
        self.camera = camera
        self.domain = domain
        self.group = group
    }
}

/// The role of a sample in datasets that divide their test samples, as In-Shop Clothes Retrieval does.
public enum SampleRole: String, Sendable, Hashable, CaseIterable {
    /// Gallery samples are searched for it.
    case query
    /// It may be retrieved for a query.
    case gallery
}

/// The two sides of a split.
public enum Side: String, Sendable, Hashable, Codable, CaseIterable {
    /// The classes that a model learns from.
    case train
    /// The classes that it is scored on.
    case test
}
