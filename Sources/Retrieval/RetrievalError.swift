/// What can be wrong with the embeddings that are ranked; each description is one sentence.
public enum RetrievalError: Error, Equatable {
    /// A row of the embeddings holds NaN or an infinity.
    case nonFiniteEmbedding(row: Int, column: Int)
    /// Not one query has a relevant item, so no mean over queries exists.
    case noQueries(loneQueryCount: Int)
    /// Fewer directions carry any variance than principal components are wanted.
    case tooFewDirections(found: Int, expected: Int)
}

extension RetrievalError: CustomStringConvertible {
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
        }
    }
}
