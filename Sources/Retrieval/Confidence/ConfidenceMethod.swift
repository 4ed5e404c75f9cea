internal import Statistics

/// How the sampling error of scores is estimated.
///
/// ```swift
/// let method = ConfidenceMethod.classJackknife(groupCount: 3, seed: 1)
/// print(method.groups(ofClasses: 6).sorted())  // [0, 0, 1, 1, 2, 2]: two classes in each group
/// print(method.groups(ofFamilies: [[0, 1], [2, 3], [4, 5]]).sorted())  // the same: a family in each group
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
    /// The families of classes that the jackknife's groups should keep whole; nil where classes have none.
    public var families: JackknifeFamilies?

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
        groups(ofFamilies: (0..<classCount).map { [$0] })
    }

    /// The group of each of a dataset's classes, where the classes of a family share their group.
    ///
    /// Families are dealt by decreasing number of classes, in the order of a seeded shuffle where they are equal, each
    /// to the group with the fewest classes, and among equals to the first. With families of one class these are the
    /// groups of ``groups(ofClasses:)``; with fewer families than groups, some groups are empty.
    ///
    /// - Parameter families: the numbers of each family's classes; together all numbers from 0, each once.
    /// - Complexity: O(c log c + f·G) for c classes in f families, and G groups.
    /// - Precondition: no class is in two families, and none is missing.
    public func groups(ofFamilies families: [[Int]]) -> [Int] {
        let classCount = families.reduce(0) { $0 + $1.count }
        var generator = SeededGenerator(seed: seed, stream: "class-jackknife")
        let shuffled = generator.shuffled(families.indices)
        let rank = shuffled.indices.sorted {
            (-families[shuffled[$0]].count, $0) < (-families[shuffled[$1]].count, $1)
        }
        var groups = [Int](repeating: -1, count: classCount)
        var sizes = [Int](repeating: 0, count: max(count, 1))
        for place in rank {
            let family = families[shuffled[place]]
            let group = sizes.indices.min { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
            sizes[group] += family.count
            for number in family {
                precondition(
                    groups.indices.contains(number) && groups[number] < 0,
                    "class \(number) of \(classCount) is in two families or too large a number")
                groups[number] = group
            }
        }
        return groups
    }
}

/// What keeps classes together in the jackknife: the superclasses of a dataset, or whatever else its classes share.
///
/// Classes of a family are mistaken for one another, so they succeed and fail together, and an error over classes as if
/// they were independent is too small for a statement about other families. Groups of whole families say how scores
/// would vary with other families; a score of few families has no such error, and then groups are of classes, which says
/// how scores would vary with other classes of *these* families.
///
/// ```swift
/// var method = ConfidenceMethod.classJackknife(groupCount: 20)
/// method.families = JackknifeFamilies(of: "superclass", fewestCount: 2, areWhole: true)
/// print(Set(method.groups(ofFamilies: [[0, 3], [1, 2]])).count)  // 2: each family is a group
/// ```
public struct JackknifeFamilies: Sendable, Equatable, Codable {
    /// What the classes of a family share: `superclass`, or the name of a column.
    public let name: String
    /// The smallest number of families that a score is over.
    public let fewestCount: Int
    /// Whether groups are made of whole families, rather than of classes.
    public let areWhole: Bool

    /// The number of families of which groups of whole ones are made by default.
    ///
    /// With ten groups, t has nine degrees of freedom, and its quantile is within a sixth of the normal one.
    public static let enough = 10

    private enum CodingKeys: String, CodingKey {
        case name = "of"
        case fewestCount = "fewest"
        case areWhole = "whole"
    }

    /// Describes the families of a dataset's classes.
    public init(of name: String, fewestCount: Int, areWhole: Bool) {
        (self.name, self.fewestCount, self.areWhole) = (name, fewestCount, areWhole)
    }
}
