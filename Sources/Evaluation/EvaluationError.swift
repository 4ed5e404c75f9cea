/// What can be wrong with the data that an evaluation is given; each description is one sentence.
public enum EvaluationError: Error, Equatable {
    /// A row of the embeddings holds NaN or an infinity.
    case nonFiniteEmbedding(row: Int, column: Int)
    /// Not one query has a relevant item, so no mean over queries exists.
    case noQueries(loneQueryCount: Int)
    /// Fewer directions carry any variance than principal components are wanted.
    case tooFewDirections(found: Int, expected: Int)
    /// No class has two different samples among those that a model is to adapt to.
    case uniformSupport(sampleCount: Int, classCount: Int)
    /// A file of results was written by another version of the schema.
    case schemaVersion(found: Int, expected: Int)
    /// Results that are not of the same levels, or not by the same rules, as others.
    case incomparable(name: String, found: String, expected: String)
}

extension EvaluationError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .nonFiniteEmbedding(let row, let column):
            "the embedding in row \(row) has a value that is not finite in column \(column); "
                + "expected finite numbers only"
        case .noQueries(let loneQueryCount):
            "none of the \(loneQueryCount) samples has another sample of its class; "
                + "expected at least one class of two samples"
        case .tooFewDirections(let found, let expected):
            "the embeddings vary along \(found) directions only; expected \(expected) or more, as many as principal "
                + "components are wanted"
        case .uniformSupport(let sampleCount, let classCount):
            "none of the \(classCount) classes of the \(sampleCount) support samples has two that differ; "
                + "expected at least one, since an adaptation learns how samples of a class vary"
        case .schemaVersion(let found, let expected):
            "the results have schema version \(found); expected \(expected)"
        case .incomparable(let name, let found, let expected):
            "\(name) cannot be compared: found \(found); expected \(expected)"
        }
    }
}
