public import DenseLinearAlgebra

/// The Gaussian fitted to n embeddings of d dimensions: their mean, and a factor of their covariance.
///
/// The covariance Σ (divisor n − 1) is kept as a factor F (r × d, r ≤ min(n, d)) with Σ = FᵀF, because the Fréchet
/// distance needs only factors, and because a factor stays exact where Σ itself is singular.
public struct GaussianStatistics: Sendable, Equatable {
    /// The number n of embeddings; at least 2.
    public let count: Int
    /// The mean of each of the d columns.
    public let mean: [Double]
    /// The factor F (r × d) of the covariance, Σ = FᵀF.
    public let covarianceFactor: Matrix<Double>
    /// Tr Σ, the total variance.
    public let totalVariance: Double

    /// The number d of dimensions.
    public var dimension: Int { mean.count }

    /// Fits a Gaussian to the rows of `embeddings` (n × d).
    ///
    /// Everything is summed in double precision about the first row, so a large common offset costs no digits.
    ///
    /// - Complexity: O(n·d·min(n, d)).
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(_ embeddings: Matrix<Float>) throws {
        try self.init(Matrix<Double>(embeddings))
    }

    /// Fits a Gaussian to the rows of `embeddings` (n × d).
    ///
    /// - Complexity: O(n·d·min(n, d)).
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(_ embeddings: Matrix<Double>) throws {
        let (n, d) = (embeddings.rowCount, embeddings.columnCount)
        guard n >= 2 else { throw FrechetError.tooFewRows(n) }
        if let (row, column) = embeddings.firstNonFinite { throw FrechetError.nonFinite(row: row, column: column) }
        let (mean, centred) = Self.centring(embeddings)
        let scale = 1 / Double(n - 1).squareRoot()
        let rows = Matrix(rowCount: n, columnCount: d, elements: centred.map { $0 * scale })
        count = n
        self.mean = mean
        // With no more rows than columns the centred rows are themselves the smallest factor.
        covarianceFactor = n <= d ? rows : try Self.factor(ofCovarianceOf: rows)
        totalVariance = rows.elements.reduce(0) { $0 + $1 * $1 }
    }

    /// Takes a mean (d) and a covariance (d × d, of any rank) that were computed elsewhere from `count` embeddings.
    ///
    /// - Complexity: O(d³).
    /// - Throws: ``FrechetError/tooFewRows(_:)``, ``FrechetError/nonFinite(row:column:)``,
    ///   ``FrechetError/negativeVariance(column:)``.
    /// - Precondition: the covariance is as wide and as high as the mean is long.
    public init(count: Int, mean: [Double], covariance: Matrix<Double>) throws {
        precondition(
            covariance.rowCount == mean.count && covariance.columnCount == mean.count,
            "a mean of \(mean.count) with a covariance of \(covariance.rowCount) × \(covariance.columnCount)")
        guard count >= 2 else { throw FrechetError.tooFewRows(count) }
        if let column = mean.firstIndex(where: { !$0.isFinite }) {
            throw FrechetError.nonFinite(row: 0, column: column)
        }
        if let (row, column) = covariance.firstNonFinite { throw FrechetError.nonFinite(row: row, column: column) }
        let variances = mean.indices.map { covariance[$0, $0] }
        if let column = variances.firstIndex(where: { $0 < 0 }) { throw FrechetError.negativeVariance(column: column) }
        self.count = count
        self.mean = mean
        covarianceFactor = try Self.equilibrated(covariance) { try pivotedCholeskyFactor($0) }
        totalVariance = variances.reduce(0, +)
    }

    /// The column means, and the values minus these in row-major order.
    private static func centring(_ embeddings: Matrix<Double>) -> (mean: [Double], centred: [Double]) {
        let (n, d) = (embeddings.rowCount, embeddings.columnCount)
        let origin = Array(embeddings.row(0))
        var shifted = embeddings.elements
        var shift = [Double](repeating: 0, count: d)
        // Over buffers: checking every index would double the time of these passes.
        shifted.withUnsafeMutableBufferPointer { values in
            shift.withUnsafeMutableBufferPointer { shift in
                origin.withUnsafeBufferPointer { origin in
                    for i in 0..<n {
                        for j in 0..<d {
                            values[i * d + j] -= origin[j]
                            shift[j] += values[i * d + j]
                        }
                    }
                    for j in 0..<d { shift[j] /= Double(n) }
                    for i in 0..<n {
                        for j in 0..<d { values[i * d + j] -= shift[j] }
                    }
                }
            }
        }
        return (zip(origin, shift).map { $0 + $1 }, shifted)
    }

    /// A square factor of `rowsᵀ·rows`, for more rows than columns.
    ///
    /// A Cholesky factor of the correlation matrix is as exact as the QR factor of the rows, and half the work, unless
    /// some column nearly follows from the others. Squaring has then lost it, and the rows are factored themselves.
    private static func factor(ofCovarianceOf rows: Matrix<Double>) throws -> Matrix<Double> {
        do {
            return try equilibrated(gramMatrix(rows)) { correlation in
                let factor = try choleskyFactor(correlation)
                let smallest = (0..<factor.columnCount).map { factor[$0, $0] }.min() ?? 1
                guard smallest * smallest >= 1e-6 else { throw LinearAlgebraError.notPositiveDefinite(order: 0) }
                return factor
            }
        } catch LinearAlgebraError.notPositiveDefinite {
            return try triangularFactor(rows)
        }
    }

    /// Factors a symmetric matrix after scaling its diagonal to ones, so that columns of different units are told apart
    /// from rounding by the same measure.
    private static func equilibrated(
        _ matrix: Matrix<Double>, factor: (Matrix<Double>) throws -> Matrix<Double>
    ) throws -> Matrix<Double> {
        let d = matrix.columnCount
        let scales = (0..<d).map { matrix[$0, $0].squareRoot() }
        var scaled = matrix.elements
        for i in 0..<d {
            for j in 0..<d {
                let scale = scales[i] * scales[j]
                scaled[i * d + j] = scale > 0 ? scaled[i * d + j] / scale : 0
            }
        }
        let factored = try factor(Matrix(rowCount: d, columnCount: d, elements: scaled))
        var elements = factored.elements
        for i in 0..<factored.rowCount {
            for j in 0..<d { elements[i * d + j] *= scales[j] }
        }
        return Matrix(rowCount: factored.rowCount, columnCount: d, elements: elements)
    }
}
