internal import Statistics

/// How the sampling error of scores is estimated.
///
/// ```swift
/// let method = ConfidenceMethod.classJackknife(groupCount: 3, seed: 1)
/// print(method.groups(ofClasses: 6).sorted())  // [0, 0, 1, 1, 2, 2]: two classes in each group
/// print(method == .classJackknife())  // false: that has 20 groups of the seed 0
/// ```
public struct ConfidenceMethod: Sendable, Equatable, Codable {
    /// The variation that the error measures.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// How scores would vary with other classes of the same kind, as queries and as one another's distractors.
        ///
        /// The delete-a-group jackknife (Kott, "The delete-a-group jackknife", Journal of Official Statistics 17, 2001)
        /// with groups of classes: see ``JackknifedScores``.
        case classJackknife = "class-jackknife"
        /// How scores would vary with other queries in front of this gallery.
        ///
        /// Queries are drawn with replacement, and rankings stay as they are (Efron and Tibshirani, "An Introduction to
        /// the Bootstrap", 1993, ch. 6). Queries of a class are treated as independent and classes as fixed, so its
        /// intervals are too short for a statement about other data; by how much depends on the class sizes.
        case fixedGalleryBootstrap = "fixed-gallery-bootstrap"
        /// No errors are estimated.
        case none
    }

    /// The variation that the error measures.
    public let kind: Kind
    /// The number of groups of the jackknife, or of draws of the bootstrap.
    public let count: Int
    /// The seed of the groups or draws.
    public let seed: UInt64

    /// The delete-a-group jackknife, by default with 20 groups.
    ///
    /// - Precondition: there are 2 to 256 groups.
    public static func classJackknife(groupCount: Int = 20, seed: UInt64 = 0) -> ConfidenceMethod {
        precondition((2...256).contains(groupCount), "\(groupCount) groups; expected 2 to 256")
        return ConfidenceMethod(kind: .classJackknife, count: groupCount, seed: seed)
    }

    /// The bootstrap of queries, by default with 200 draws: enough to know a standard error to 5 %.
    ///
    /// - Precondition: there are at least 2 draws.
    public static func fixedGalleryBootstrap(drawCount: Int = 200, seed: UInt64 = 0) -> ConfidenceMethod {
        precondition(drawCount >= 2, "\(drawCount) draws; expected at least 2")
        return ConfidenceMethod(kind: .fixedGalleryBootstrap, count: drawCount, seed: seed)
    }

    /// No errors.
    public static let none = ConfidenceMethod(kind: .none, count: 0, seed: 0)

    private init(kind: Kind, count: Int, seed: UInt64) {
        self.kind = kind
        self.count = count
        self.seed = seed
    }

    /// The group of each of a dataset's classes; the groups are as equal in size as possible.
    ///
    /// One grouping of a dataset's classes serves all its levels, models and directions, so the covariance of their
    /// errors is known. In a dataset with fewer classes than groups, each class has its own group.
    ///
    /// - Complexity: O(c) for c classes.
    public func groups(ofClasses classCount: Int) -> [Int] {
        var generator = SeededGenerator(seed: seed, stream: "class-jackknife")
        var groups = [Int](repeating: 0, count: classCount)
        for (position, number) in generator.shuffled(0..<classCount).enumerated() {
            groups[number] = position % max(count, 1)
        }
        return groups
    }
}
