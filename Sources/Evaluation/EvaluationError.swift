/// What can be wrong with the data that an evaluation is given; each description is one sentence.
public enum EvaluationError: Error, Equatable {
    /// A row of the embeddings holds NaN or an infinity.
    case nonFiniteEmbedding(row: Int, column: Int)
    /// Not one query has a relevant item, so no mean over queries exists.
    case noQueries(loneQueryCount: Int)
    /// A file of results was written by another version of the schema.
    case schemaVersion(found: Int, expected: Int)
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
        case .schemaVersion(let found, let expected):
            "the results have schema version \(found); expected \(expected)"
        }
    }
}
