/// One item of a dataset: an image, or whatever else was embedded.
public struct Sample: Sendable, Hashable {
    /// What identifies the sample within its dataset: for images, the path relative to the dataset's root, with `/`.
    public let id: String
    /// The class that the sample belongs to; class labels are never numbers here, so that none can merge.
    public let classLabel: String
    /// The superclass of that class, where the dataset has one.
    public let superclass: String?
    /// Whether the dataset has the sample as a query or in the gallery, where it says so.
    public let role: SampleRole?

    /// Makes a sample.
    public init(id: String, classLabel: String, superclass: String? = nil, role: SampleRole? = nil) {
        self.id = id
        self.classLabel = classLabel
        self.superclass = superclass
        self.role = role
    }
}

/// What a sample is for where a dataset divides its test samples, as In-Shop Clothes Retrieval does.
public enum SampleRole: String, Sendable, Hashable, CaseIterable {
    /// It is searched with.
    case query
    /// It is searched for.
    case gallery
}

/// The two sides of a split.
public enum Side: String, Sendable, Hashable, Codable, CaseIterable {
    /// The classes that a model learns from.
    case train
    /// The classes that it is scored on.
    case test
}
