/// Why a Fréchet distance cannot be computed; rows and columns count from 0.
public enum FrechetError: Error, Equatable {
    /// A covariance needs at least two embeddings.
    case tooFewRows(Int)
    /// An embedding holds NaN or an infinity.
    case nonFinite(row: Int, column: Int)
    /// A given covariance has a negative variance.
    case negativeVariance(column: Int)
    /// The two sets have embeddings of different dimensions.
    case dimensionsDiffer(Int, Int)
}

extension FrechetError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .tooFewRows(let count):
            "a Fréchet distance needs at least 2 embeddings on each side, and found \(count)"
        case .nonFinite(let row, let column):
            "the embedding in row \(row) is not finite in column \(column); expected numbers without NaN and infinity"
        case .negativeVariance(let column):
            "the covariance has a negative variance in column \(column)"
        case .dimensionsDiffer(let first, let second):
            "the two sets have \(first) and \(second) dimensions; expected the same number"
        }
    }
}
