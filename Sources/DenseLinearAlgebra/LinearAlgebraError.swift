/// What LAPACK can report about the data it was given.
public enum LinearAlgebraError: Error, Equatable {
    /// The leading minor of this order is not positive, so there is no Cholesky factor.
    case notPositiveDefinite(order: Int)
    /// An iteration for eigenvalues or singular values left this many values undetermined.
    case noConvergence(routine: String, undetermined: Int)
    /// The input holds NaN or an infinity.
    case nonFinite(row: Int, column: Int)
}

extension LinearAlgebraError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .notPositiveDefinite(let order):
            "the matrix is not positive definite: its leading minor of order \(order) is not positive"
        case .noConvergence(let routine, let undetermined):
            "\(routine) did not converge: \(undetermined) values stayed undetermined"
        case .nonFinite(let row, let column):
            "the value in row \(row), column \(column) is not finite"
        }
    }
}

/// Turns LAPACK's `info` into an error: a positive value is the data's fault and goes to `error`; a negative one is our
/// bug.
func check(info: Int32, of routine: String, orThrow error: (Int) -> LinearAlgebraError) throws {
    precondition(info >= 0, "\(routine): argument \(-info) is invalid")
    guard info == 0 else { throw error(Int(info)) }
}

extension Matrix {
    /// LAPACK may loop or crash on NaN, so every factorisation checks first.
    func requireFinite() throws {
        if let (row, column) = firstNonFinite { throw LinearAlgebraError.nonFinite(row: row, column: column) }
    }

    func requireSquare(_ operation: String) {
        precondition(rowCount == columnCount, "\(operation) needs a square matrix, not \(rowCount) × \(columnCount)")
    }
}
