public import Differentiation

/// What a head is trained to minimise: a loss of a batch of labelled embeddings, from a paper.
///
/// Each objective is one value in one file of `Objectives`, and ``KnownObjectives`` lists them. An objective states
/// its formula with the operations of ``/Differentiation/Variable``; its gradient follows.
public protocol Objective: Sendable {
    /// Its name in files and on the command line, in lower case with hyphens: "proxy-anchor".
    var name: String { get }
    /// Its name in the field: "Proxy-Anchor".
    var title: String { get }
    /// Where it is from.
    var paper: Paper { get }
    /// What can be set, with defaults.
    var parameters: [ObjectiveParameter] { get }

    /// The matrices of its own that are trained beside the head, such as proxies.
    func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable]

    /// Whether the loss is that of differences of outputs, so that a shift of all of them changes nothing.
    ///
    /// The bias of the last layer then stays zero: its derivative is zero but for rounding, which the optimiser would scale up.
    var ignoresShift: Bool { get }

    /// How the samples and the dimensions are divided among learners while a head is trained; nil for no division.
    func division(_ values: ObjectiveParameters) -> EmbeddingDivision?

    /// The loss of a batch (1 × 1); smaller is better.
    ///
    /// It may depend on the scalar only by rounding, and on nothing but the batch.
    func loss<Scalar: TapeScalar>(of batch: Batch<Scalar>) -> Variable<Scalar>
}

extension Objective {
    /// None.
    public func learnables(_ shape: ObjectiveShape, _ values: ObjectiveParameters) -> [Learnable] { [] }

    /// False.
    public var ignoresShift: Bool { false }

    /// No division.
    public func division(_ values: ObjectiveParameters) -> EmbeddingDivision? { nil }

    /// Its parameters at their defaults.
    public var defaults: ObjectiveParameters { ObjectiveParameters(of: self) }
}

/// A publication.
public struct Paper: Sendable, Equatable, CustomStringConvertible {
    /// The authors: "Kim, Kim, Cho, Kwak"; of many, the first "and others".
    public let authors: String
    /// The title.
    public let title: String
    /// Where it appeared: "CVPR".
    public let venue: String
    /// When it appeared.
    public let year: Int

    /// Names a publication.
    public init(_ authors: String, _ title: String, _ venue: String, _ year: Int) {
        (self.authors, self.title, self.venue, self.year) = (authors, title, venue, year)
    }

    /// As a reference: authors, title, venue and year.
    public var description: String { "\(authors), \"\(title)\", \(venue) \(year)" }
}

/// What the shapes of an objective's own matrices depend on.
public struct ObjectiveShape: Sendable, Equatable {
    /// The number C of training classes.
    public let classCount: Int
    /// The number d of dimensions of embeddings.
    public let dimension: Int

    /// Names the sizes.
    public init(classCount: Int, dimension: Int) { (self.classCount, self.dimension) = (classCount, dimension) }
}

/// A matrix of an objective's own that is trained beside the head.
public struct Learnable: Sendable {
    /// How its values begin.
    public enum Start: Sendable, Equatable {
        /// Roughly normal, with this standard deviation.
        case random(standardDeviation: Double)
        /// All the same.
        case constant(Double)
    }

    /// What the objective calls it.
    public let name: String
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int
    /// How its values begin.
    public let start: Start
    /// Its learning rate, as a multiple of the head's.
    public let learningRateFactor: Double

    /// Describes a matrix.
    public init(
        _ name: String, rowCount: Int, columnCount: Int, start: Start, learningRateFactor: Double = proxyRateFactor
    ) {
        (self.name, self.rowCount, self.columnCount) = (name, rowCount, columnCount)
        (self.start, self.learningRateFactor) = (start, learningRateFactor)
    }

    /// Rows of about length 1: one for each class, or several, class by class.
    public static func proxies(
        _ shape: ObjectiveShape, perClass count: Int = 1, learningRateFactor: Double = proxyRateFactor
    ) -> Learnable {
        Learnable(
            "proxies", rowCount: shape.classCount * count, columnCount: shape.dimension,
            start: .random(standardDeviation: 1 / Double(max(shape.dimension, 1)).squareRoot()),
            learningRateFactor: learningRateFactor)
    }

    /// How much faster proxies are trained than the head, unless an objective says otherwise.
    ///
    /// Papers on proxies train them up to 4,000 times as fast as the network, but a head is itself trained faster. On
    /// glyphs200, factors from 3 to 100 gave softmax objectives the same MAP@R to 0.01; Proxy-Anchor's, whose proxies
    /// must come near before anything else is learned, needs 30 or more.
    public static let proxyRateFactor = 10.0
}
