public import DenseLinearAlgebra

/// The squared Fréchet distance of two Gaussians and the two parts that it is the sum of.
public struct FrechetDistance: Sendable, Equatable {
    /// ‖μ₁ − μ₂‖²: how far apart the means are.
    public let meanPart: Double
    /// Tr Σ₁ + Tr Σ₂ − 2 Tr (Σ₁Σ₂)^½: how differently the sets spread.
    public let covariancePart: Double

    /// The squared distance, the "FID" that the field reports.
    public var squared: Double { meanPart + covariancePart }
}

/// The Fréchet distance between the Gaussians fitted to two sets of embeddings, which is the 2-Wasserstein distance of the
/// two Gaussians (Dowson and Landau, 1982; as "FID", Heusel et al., NeurIPS 2017).
///
/// With Σᵢ = FᵢᵀFᵢ the trace of (Σ₁Σ₂)^½ is the sum of the singular values of F₁F₂ᵀ, for any factors Fᵢ. Hence no matrix
/// square root, no ridge on the diagonals and no imaginary part to drop, whatever the ranks. The result is symmetric,
/// never negative, and 0 for identical sets.
///
/// The expectation over samples is too large by a term that grows with d/n: compare distances of equal sizes only, and
/// mistrust n ≤ d.
///
/// - Complexity: O(r³) for factors of r ≤ min(n, d) rows, and O(r²·d) for their product; about 5/2·d³ operations where
///   both covariances are regular.
/// - Throws: ``FrechetError/dimensionsDiffer(_:_:)``; `LinearAlgebraError` if the singular values do not converge.
public func frechetDistance(_ first: GaussianStatistics, _ second: GaussianStatistics) throws -> FrechetDistance {
    guard first.dimension == second.dimension else {
        throw FrechetError.dimensionsDiffer(first.dimension, second.dimension)
    }
    let meanPart = first.mean.indices.reduce(0) { sum, j in
        let difference =
            (first.mean[j] - second.mean[j]) + (first.meanRemainder[j] - second.meanRemainder[j])
        return sum + difference * difference
    }
    guard first.covarianceFactor != second.covarianceFactor else {
        return FrechetDistance(meanPart: meanPart, covariancePart: 0)
    }
    // In a fixed order of the arguments, so that exchanging them changes no bit.
    let (a, b) = precedes(first, second) ? (first, second) : (second, first)
    let variance = a.totalVariance + b.totalVariance
    let traceOfRoot = try traceOfRootOfProduct(a, b) { norm, error in
        2 * error <= 1e-8 * (meanPart + variance - 2 * norm)
    }
    let covariancePart = variance - 2 * traceOfRoot
    if covariancePart < 1e-5 * variance {
        let refined = try smallCovariancePart(a.covarianceFactor, b.covarianceFactor)
        return FrechetDistance(meanPart: meanPart, covariancePart: refined)
    }
    return FrechetDistance(meanPart: meanPart, covariancePart: covariancePart)
}

/// The Fréchet distance between the Gaussians fitted to the rows of two matrices (n₁ × d and n₂ × d).
///
/// - Throws: ``FrechetError`` for fewer than 2 rows, values that are not finite, or different widths.
public func frechetDistance(_ first: Matrix<Float>, _ second: Matrix<Float>) throws -> FrechetDistance {
    guard first.columnCount == second.columnCount else {
        throw FrechetError.dimensionsDiffer(first.columnCount, second.columnCount)
    }
    return try frechetDistance(GaussianStatistics(first), GaussianStatistics(second))
}

/// Tr Σ₁ + Tr Σ₂ − 2 Tr (Σ₁Σ₂)^½ where that cancels: the least ‖F₁ − WF₂‖² over all orthogonal W.
///
/// The least is attained at W = UVᵀ, of the singular vectors of F₁F₂ᵀ = USVᵀ (the Procrustes problem). So the difference
/// is taken before squaring, and a distance of 1e-12 of the variance still has half of its digits.
private func smallCovariancePart(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> Double {
    // A factor of fewer rows stands for the same covariance with rows of zeros below it.
    let r = max(a.rowCount, b.rowCount)
    func padded(_ factor: Matrix<Double>) -> Matrix<Double> {
        let missing = Array(repeating: 0.0, count: (r - factor.rowCount) * factor.columnCount)
        return Matrix(rowCount: r, columnCount: factor.columnCount, elements: factor.elements + missing)
    }
    let (first, second) = (padded(a), padded(b))
    let (u, v) = try singularVectors(product(first, second, transposingRight: true))
    var difference = first
    difference.subtract(product(u, product(v, second)))
    let norm = difference.frobeniusNorm
    return norm * norm
}

/// Tr (Σ₁Σ₂)^½, which is the sum of the singular values of F₁F₂ᵀ.
///
/// Their squares are the eigenvalues of F₁Σ₂F₁ᵀ, which are had at a fraction of the work for large and regular
/// covariances; but squaring halves the digits of the small ones. An eigenvalue λ is off by a few ε·‖Σ₁‖·‖Σ₂‖, so √λ by a
/// few ε·‖Σ₁‖·‖Σ₂‖ / √λ; if the sum of these is not accepted, the singular values are computed themselves. The sum is a
/// bound and far from the error itself, where signs cancel: for 2,048 rectified random features it was 1e-9 of the
/// distance, and the error 3e-14.
///
/// - Parameter accept: whether a trace will do that is off by at most the error given.
private func traceOfRootOfProduct(
    _ a: GaussianStatistics, _ b: GaussianStatistics, accept: (_ trace: Double, _ error: Double) -> Bool
) throws -> Double {
    if a.dimension >= 256, let first = a.regularCovariance, let second = b.regularCovariance {
        let eigenvalues = try symmetricEigenvalues(conjugate(second, byUpperTriangular: a.covarianceFactor))
        let uncertainty = 8 * 0x1p-52 * first.symmetricFrobeniusNorm * second.symmetricFrobeniusNorm
        let trace = eigenvalues.reduce(0) { $0 + max($1, 0).squareRoot() }
        let error = eigenvalues.reduce(0) { sum, value in
            sum + (value > uncertainty ? uncertainty / value.squareRoot() : uncertainty.squareRoot())
        }
        if accept(trace, error) { return trace }
    }
    let overlap = product(a.covarianceFactor, b.covarianceFactor, transposingRight: true)
    return try singularValues(overlap).reduce(0, +)
}

private func precedes(_ first: GaussianStatistics, _ second: GaussianStatistics) -> Bool {
    if first.count != second.count { return first.count < second.count }
    if first.totalVariance != second.totalVariance { return first.totalVariance < second.totalVariance }
    return first.mean.lexicographicallyPrecedes(second.mean)
}
