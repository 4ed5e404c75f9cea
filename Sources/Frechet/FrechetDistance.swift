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
/// never negative, and 0 for identical sets. Below about 1e-14 of the total variance it cannot be told from rounding,
/// and is 0.
///
/// The expectation over samples is too large by a term that grows with d/n: compare distances of equal sizes only, and
/// mistrust n ≤ d.
///
/// - Complexity: O(r³) for factors of r ≤ min(n, d) rows, and O(r²·d) for their product.
/// - Throws: ``FrechetError/dimensionsDiffer(_:_:)``; `LinearAlgebraError` if the singular values do not converge.
public func frechetDistance(_ first: GaussianStatistics, _ second: GaussianStatistics) throws -> FrechetDistance {
    guard first.dimension == second.dimension else {
        throw FrechetError.dimensionsDiffer(first.dimension, second.dimension)
    }
    let meanPart = zip(first.mean, second.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    guard first.covarianceFactor != second.covarianceFactor else {
        return FrechetDistance(meanPart: meanPart, covariancePart: 0)
    }
    // In a fixed order of the arguments, so that exchanging them changes no bit.
    let (a, b) = precedes(first, second) ? (first, second) : (second, first)
    let overlap = product(a.covarianceFactor, b.covarianceFactor, transposingRight: true)
    let traceOfRoot = try singularValues(overlap).reduce(0, +)
    let variance = a.totalVariance + b.totalVariance
    let covariancePart = variance - 2 * traceOfRoot
    let rounding = variance * 0x1p-52 * Double(max(32, a.covarianceFactor.rowCount))
    return FrechetDistance(meanPart: meanPart, covariancePart: covariancePart > rounding ? covariancePart : 0)
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

private func precedes(_ first: GaussianStatistics, _ second: GaussianStatistics) -> Bool {
    if first.count != second.count { return first.count < second.count }
    if first.totalVariance != second.totalVariance { return first.totalVariance < second.totalVariance }
    return first.mean.lexicographicallyPrecedes(second.mean)
}
