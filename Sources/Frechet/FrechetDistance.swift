public import DenseLinearAlgebra
package import Ranks

/// The squared Fréchet distance between two Gaussians, and the two parts that add up to it.
public struct FrechetDistance: Sendable, Equatable {
    /// ‖μ₁ − μ₂‖²: how far apart the means are.
    public let meanPart: Double
    /// Tr Σ₁ + Tr Σ₂ − 2 Tr (Σ₁Σ₂)^½: how differently the sets spread.
    public let covariancePart: Double

    /// The squared distance, the "FID" that the field reports.
    public var squared: Double { meanPart + covariancePart }
}

/// The Fréchet distance between the Gaussians fitted to two sets of embeddings, which is their 2-Wasserstein distance
/// (Dowson and Landau, 1982; as "FID", Heusel et al., NeurIPS 2017).
///
/// With Σᵢ = FᵢᵀFᵢ the trace of (Σ₁Σ₂)^½ is the sum of the singular values of F₁F₂ᵀ, for any factors Fᵢ. So there is no
/// matrix square root, no ridge on the diagonals and no imaginary part to drop, whatever the ranks. The result is
/// symmetric, never negative, and 0 for identical sets.
///
/// For samples, the expected value is too large by a term that grows with d/n: compare only distances between sets of
/// equal sizes, and mistrust n ≤ d.
///
/// - Complexity: O(r³) for factors of r ≤ min(n, d) rows, and O(r²·d) for their product; about 5/2·d³ operations if
///   both covariances are non-singular.
/// - Throws: ``FrechetError/dimensionsDiffer(_:_:)``; `LinearAlgebraError` if the singular values do not converge.
public func frechetDistance(_ first: GaussianStatistics, _ second: GaussianStatistics) throws -> FrechetDistance {
    guard first.dimension == second.dimension else {
        throw FrechetError.dimensionsDiffer(first.dimension, second.dimension)
    }
    let meanPart = squaredDifference(
        of: (first.mean, first.meanRemainder), and: (second.mean, second.meanRemainder))
    guard first.covarianceFactor != second.covarianceFactor else {
        return FrechetDistance(meanPart: meanPart, covariancePart: 0)
    }
    // In a fixed order of the arguments, so that exchanging them changes no bit.
    let (a, b) = precedes(first, second) ? (first, second) : (second, first)
    let variance = a.totalVariance + b.totalVariance
    let traceOfRoot = try traceOfRootOfProduct(a, b, meanPart: meanPart)
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
    let sums = try [first, second].map { try MomentSums(of: $0) }
    if let a = sums[0], let b = sums[1], let distance = try frechetDistance(a, b) { return distance }
    return try frechetDistance(
        GaussianStatistics(first, summed: sums[0]), GaussianStatistics(second, summed: sums[1]))
}

/// The Fréchet distance between the Gaussians fitted to two summed sets of rows, or nil if the sums are not accurate
/// enough or save no work; the Gaussians must then be fitted first.
///
/// The sums give covariances but no factors, and only one factor is needed here. They are not enough for sets with no
/// more rows than dimensions, nearly dependent columns, or distances that are small relative to the variances.
///
/// - Complexity: about 8/3·d³ operations.
/// - Throws: `LinearAlgebraError` if the eigenvalues do not converge.
/// - Precondition: both are of the same dimension.
public func frechetDistance(_ first: MomentSums, _ second: MomentSums) throws -> FrechetDistance? {
    precondition(first.dimension == second.dimension, "\(first.dimension) and \(second.dimension) dimensions")
    let d = first.dimension
    guard d >= smallestDimensionForEigenvalues, min(first.count, second.count) > d else { return nil }
    let (a, b) = precedes(first, second) ? (first, second) : (second, first)
    let (covariance, other) = (a.covariance, b.covariance)
    guard let factor = try GaussianStatistics.regularFactor(of: covariance) else { return nil }
    let meanPart = squaredDifference(of: (a.mean, a.meanRemainder), and: (b.mean, b.meanRemainder))
    let variance = covariance.trace + other.trace
    let trace = try traceOfRoot(of: (covariance, factor), and: other, total: meanPart + variance)
    guard let trace, variance - 2 * trace >= 1e-5 * variance else { return nil }
    return FrechetDistance(meanPart: meanPart, covariancePart: variance - 2 * trace)
}

/// ‖a − b‖² for two vectors with their rounding errors added back.
private func squaredDifference(
    of a: (vector: [Double], remainder: [Double]), and b: (vector: [Double], remainder: [Double])
) -> Double {
    a.vector.indices.reduce(0) { sum, j in
        let difference = (a.vector[j] - b.vector[j]) + (a.remainder[j] - b.remainder[j])
        return sum + difference * difference
    }
}

/// Tr Σ₁ + Tr Σ₂ − 2 Tr (Σ₁Σ₂)^½ where that sum cancels: the minimum of ‖F₁ − WF₂‖² over all orthogonal W.
///
/// The minimum is at W = UVᵀ, from the singular vectors of F₁F₂ᵀ = USVᵀ (the Procrustes problem). This takes the
/// difference before squaring, so a distance of 1e-12 of the variance still has half of its digits.
private func smallCovariancePart(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> Double {
    // Appending rows of zeros to a factor leaves its covariance unchanged.
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

/// In fewer dimensions singular values cost next to nothing.
private let smallestDimensionForEigenvalues = 256

/// Tr (Σ₁Σ₂)^½, the sum of the singular values of F₁F₂ᵀ, to within 1e-8 of the distance.
private func traceOfRootOfProduct(
    _ a: GaussianStatistics, _ b: GaussianStatistics, meanPart: Double
) throws -> Double {
    if a.dimension >= smallestDimensionForEigenvalues, let first = a.regularCovariance,
        let second = b.regularCovariance
    {
        let total = meanPart + a.totalVariance + b.totalVariance
        if let trace = try traceOfRoot(of: (first, a.covarianceFactor), and: second, total: total) { return trace }
    }
    let overlap = product(a.covarianceFactor, b.covarianceFactor, transposingRight: true)
    return try singularValues(overlap).reduce(0, +)
}

/// Tr (Σ₁Σ₂)^½ as the sum of the roots of the eigenvalues of F₁Σ₂F₁ᵀ, which cost a fraction of the work of singular
/// values; nil if that is too inexact, since squaring halves the digits of small ones.
///
/// The error of an eigenvalue λ is about ±ε·‖Σ₁‖·‖Σ₂‖, and that of √λ is this divided by √λ. The error of the trace is
/// estimated as the root of the sum of their squares. (In tests with well to badly conditioned covariances the error
/// never exceeds a tenth of the accepted one; compared with singular values it was at least 27 times smaller than the
/// estimate.)
///
/// - Parameter total: the distance plus twice the trace; the trace is accepted if it leaves at most 1e-8 of the
///   distance uncertain.
private func traceOfRoot(
    of first: (covariance: Matrix<Double>, factor: Matrix<Double>), and second: Matrix<Double>, total: Double
) throws -> Double? {
    let uncertainty = 0x1p-52 * first.covariance.symmetricFrobeniusNorm * second.symmetricFrobeniusNorm
    var (trace, squares) = (0.0, 0.0)
    for value in try symmetricEigenvalues(conjugate(second, byUpperTriangular: first.factor)) {
        trace += max(value, 0).squareRoot()
        squares += value > uncertainty ? uncertainty * uncertainty / value : uncertainty
    }
    return 2 * squares.squareRoot() <= 1e-8 * (total - 2 * trace) ? trace : nil
}

private func precedes(_ first: GaussianStatistics, _ second: GaussianStatistics) -> Bool {
    if first.count != second.count { return first.count < second.count }
    if first.totalVariance != second.totalVariance { return first.totalVariance < second.totalVariance }
    return first.mean.lexicographicallyPrecedes(second.mean)
}

private func precedes(_ first: MomentSums, _ second: MomentSums) -> Bool {
    first.count != second.count
        ? first.count < second.count : first.mean.lexicographicallyPrecedes(second.mean)
}

/// Whether so few vectors cannot have a covariance of full rank: n ≤ d.
///
/// Most of the distance between such sets is due to their sizes, and only distances between sets of equal sizes compare.
public func hasSingularCovariance(rowCount n: Int, columnCount d: Int) -> Bool { n <= d }

extension FrechetDistance: Portable {
    package func put(into bytes: inout PortableBytes) { bytes.put(meanPart, covariancePart) }

    package init(from bytes: inout PortableBytes) throws {
        self.init(meanPart: try bytes.get(), covariancePart: try bytes.get())
    }
}
