/// What can be wrong with embeddings; each description is one sentence.
public enum RetrievalError: Error, Equatable {
    /// A row of the embeddings holds NaN or an infinity.
    case nonFiniteEmbedding(row: Int, column: Int)
    /// No query has a relevant item, so there is no mean over queries.
    case noQueries(loneQueryCount: Int)
    /// Fewer directions have any variance than principal components were requested.
    case tooFewDirections(found: Int, expected: Int)
    /// There are no pairs of one class, or none of two classes, to verify.
    case noPairs(genuineCount: Int, impostorCount: Int)
}

extension RetrievalError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .nonFiniteEmbedding(let row, let column):
            "the embedding in row \(row) has a value that is not finite in column \(column); "
                + "expected finite numbers only"
        case .noQueries(let loneQueryCount):
            "none of the \(loneQueryCount) queries has another sample of its class to find; "
                + "expected at least one class of two samples, and of two cameras where there are cameras"
        case .tooFewDirections(let found, let expected):
            "the embeddings vary along \(found) directions only; expected \(expected) or more, as many as principal "
                + "components are wanted"
        case .noPairs(let genuineCount, let impostorCount):
            "there are \(genuineCount) genuine pairs, of one class, and \(impostorCount) impostor pairs, of two; "
                + "expected some of each"
        }
    }
}
