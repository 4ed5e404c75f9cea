public import Differentiation
public import Statistics

/// What an objective sees: a batch of embeddings on a tape, with their classes.
public struct Batch<Scalar: TapeScalar> {
    /// The tape of the computation.
    public let tape: Tape<Scalar>
    /// The outputs of the head (b × d), before their rows are scaled to length 1.
    public let outputs: Variable<Scalar>
    /// The embeddings (b × d): the outputs, each row of length 1.
    public let embeddings: Variable<Scalar>
    /// The class of each row, from 0 up to but not including ``classCount``.
    public let classes: [Int]
    /// The number C of training classes.
    public let classCount: Int
    /// The values of the objective's parameters.
    public let values: ObjectiveParameters
    /// Where the objective's random choices come from, step after step.
    public let random: RandomSource
    private let learnables: [(name: String, variable: Variable<Scalar>)]

    /// Gathers a batch.
    ///
    /// - Parameters:
    ///   - learnables: the objective's own matrices, with their names.
    /// - Precondition: there is one class for each row, below `classCount`.
    public init(
        outputs: Variable<Scalar>, classes: [Int], classCount: Int, values: ObjectiveParameters,
        learnables: [(name: String, variable: Variable<Scalar>)] = [], random: RandomSource
    ) {
        precondition(
            classes.count == outputs.rowCount, "\(classes.count) classes for \(outputs.rowCount) embeddings")
        precondition(
            classes.allSatisfy { $0 >= 0 && $0 < classCount }, "classes outside of \(classCount)")
        tape = outputs.tape
        self.outputs = outputs
        embeddings = outputs.normalizedRows()
        (self.classes, self.classCount, self.values) = (classes, classCount, values)
        (self.learnables, self.random) = (learnables, random)
    }

    /// The value of a number among the objective's parameters.
    public subscript(_ parameter: String) -> Double { values[parameter] }

    /// One of the objective's own matrices.
    public func learnable(_ name: String) -> Variable<Scalar> {
        guard let found = learnables.first(where: { $0.name == name }) else {
            preconditionFailure("no matrix \"\(name)\" among \(learnables.map(\.name))")
        }
        return found.variable
    }

    // MARK: Pairs

    /// Where two different samples have one class (b × b).
    public func positives() -> Mask {
        let same = tape.equality(classes, classes)
        return same .& .!tape.diagonal(classes.count)
    }

    /// Where two samples have different classes (b × b).
    public func negatives() -> Mask { .!tape.equality(classes, classes) }

    /// Where a column is the class of a row's sample (b × C).
    public func ownClass() -> Mask { tape.equality(classes, Array(0..<classCount)) }
}

/// A seeded generator that the steps of one training share.
public final class RandomSource {
    /// The generator, which each choice moves on.
    public var generator: SeededGenerator
    /// Room for distances that samplers look at.
    var distances: [Double] = []
    /// With which chances negatives are drawn by their distance, where they are adapted.
    var distanceChances: [Double]?

    /// Starts the choices of a seed for a use.
    public init(seed: UInt64, stream: String) { generator = SeededGenerator(seed: seed, stream: stream) }
}

// MARK: - What several objectives share

/// The mean cross-entropy −log softmax(logits)[class] (1 × 1) of b rows of logits.
func crossEntropy<Scalar>(_ logits: Variable<Scalar>, _ classes: [Int]) -> Variable<Scalar> {
    (logits.rowLogSumExp() - logits.elements(atColumns: classes)).mean()
}

extension Variable {
    /// The mean of the elements above zero, as losses with hinges are averaged in the field; 0 if there are none.
    ///
    /// With all elements instead, the loss fades as more and more tuples are solved.
    func meanAboveZero(where mask: Mask? = nil) -> Variable {
        let above = self .> 0
        return mean(where: mask.map { above .& $0 } ?? above)
    }
}
