public import DenseLinearAlgebra
import Parallel

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
    /// The rounding error of `mean`, which matters next to a large common offset.
    let meanRemainder: [Double]
    /// Σ itself if it is clearly non-singular and F is its Cholesky factor.
    let regularCovariance: Matrix<Double>?

    /// The number d of dimensions.
    public var dimension: Int { mean.count }

    /// Fits a Gaussian to the rows of `embeddings` (n × d).
    ///
    /// Everything is summed in double precision relative to the mean, so a large common offset costs no digits.
    ///
    /// - Complexity: O(n·d·min(n, d)).
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(_ embeddings: Matrix<Float>) throws {
        try self.init(embeddings, summed: MomentSums(of: embeddings))
    }

    /// Fits a Gaussian to the rows of `embeddings` (n × d).
    ///
    /// - Complexity: O(n·d·min(n, d)).
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(_ embeddings: Matrix<Double>) throws {
        let rows = Array(0..<embeddings.rowCount)
        try self.init(rows: rows, of: embeddings, summed: MomentSums(rows: rows, of: embeddings))
    }

    /// Fits a Gaussian to some rows of a matrix of d columns; a row may occur more than once.
    ///
    /// - Complexity: O(n·d·min(n, d)) for n rows.
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(rows: [Int], of embeddings: Matrix<Float>) throws {
        try self.init(rows: rows, of: embeddings, summed: MomentSums(rows: rows, of: embeddings))
    }

    /// Fits a Gaussian to some rows of a matrix of d columns; a row may occur more than once.
    ///
    /// - Complexity: O(n·d·min(n, d)) for n rows.
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2, ``FrechetError/nonFinite(row:column:)``.
    public init(rows: [Int], of embeddings: Matrix<Double>) throws {
        try self.init(rows: rows, of: embeddings, summed: MomentSums(rows: rows, of: embeddings))
    }

    /// Fits a Gaussian to the summed rows; nil if the sums are not accurate enough.
    ///
    /// That is so if there are no more rows than dimensions, or if a column nearly depends linearly on the others:
    /// products of rows hold only half the digits of the rows, so the remainder of such a column is lost, and the
    /// Gaussian has to be fitted to the rows themselves.
    ///
    /// - Complexity: O(d³).
    /// - Throws: ``FrechetError/tooFewRows(_:)`` if n < 2.
    public init?(_ sums: MomentSums) throws {
        guard sums.count >= 2 else { throw FrechetError.tooFewRows(sums.count) }
        guard sums.count > sums.dimension else { return nil }
        let covariance = sums.covariance
        guard let factor = try Self.regularFactor(of: covariance) else { return nil }
        self.init(
            count: sums.count, mean: sums.mean, meanRemainder: sums.meanRemainder, covarianceFactor: factor,
            totalVariance: covariance.trace, regularCovariance: covariance)
    }

    /// Takes a mean (d) and a covariance (d × d, of any rank) computed elsewhere from `count` embeddings.
    ///
    /// - Complexity: O(d³).
    /// - Throws: ``FrechetError/tooFewRows(_:)``, ``FrechetError/nonFinite(row:column:)``,
    ///   ``FrechetError/negativeVariance(column:)``.
    /// - Precondition: the covariance is d × d for a mean of d values.
    public init(count: Int, mean: [Double], covariance: Matrix<Double>) throws {
        precondition(
            covariance.rowCount == mean.count && covariance.columnCount == mean.count,
            "a mean of \(mean.count) with a covariance of \(covariance.rowCount) × \(covariance.columnCount)")
        guard count >= 2 else { throw FrechetError.tooFewRows(count) }
        if let column = mean.firstIndex(where: { !$0.isFinite }) {
            throw FrechetError.nonFinite(row: 0, column: column)
        }
        if let (row, column) = covariance.firstNonFinite { throw FrechetError.nonFinite(row: row, column: column) }
        if let column = mean.indices.first(where: { covariance[$0, $0] < 0 }) {
            throw FrechetError.negativeVariance(column: column)
        }
        let regular = try Self.regularFactor(of: covariance)
        self.init(
            count: count, mean: mean, meanRemainder: mean.map { _ in 0 },
            covarianceFactor: try regular ?? Self.equilibrated(covariance) { try pivotedCholeskyFactor($0) },
            totalVariance: covariance.trace, regularCovariance: regular == nil ? nil : covariance)
    }

    private init(
        count: Int, mean: [Double], meanRemainder: [Double], covarianceFactor: Matrix<Double>, totalVariance: Double,
        regularCovariance: Matrix<Double>?
    ) {
        self.count = count
        self.mean = mean
        self.meanRemainder = meanRemainder
        self.covarianceFactor = covarianceFactor
        self.totalVariance = totalVariance
        self.regularCovariance = regularCovariance
    }

    /// Fits a Gaussian to the rows of `embeddings`, with their sums if these are known.
    init(_ embeddings: Matrix<Float>, summed sums: MomentSums?) throws {
        try self.init(rows: Array(0..<embeddings.rowCount), of: embeddings, summed: sums)
    }

    private init<Scalar>(rows numbers: [Int], of embeddings: Matrix<Scalar>, summed sums: MomentSums?) throws {
        guard numbers.count >= 2 else { throw FrechetError.tooFewRows(numbers.count) }
        if let sums, let statistics = try GaussianStatistics(sums) {
            self = statistics
            return
        }
        let (mean, remainder) = try embeddings.mean(ofRows: numbers)
        let centred = embeddings.centred(
            rows: numbers, about: mean, scaledBy: 1 / Double(numbers.count - 1).squareRoot())
        let norm = centred.frobeniusNorm
        self.init(
            count: numbers.count, mean: mean, meanRemainder: remainder,
            // With no more rows than columns, the centred rows themselves are the smallest factor.
            covarianceFactor: numbers.count > embeddings.columnCount ? try triangularFactor(centred) : centred,
            totalVariance: norm * norm, regularCovariance: nil)
    }

    /// The Cholesky factor of a covariance, of which the upper triangle is read, if it is as exact as the QR factor of
    /// the rows, which takes twice the work; else nil.
    ///
    /// It is, unless some column nearly depends linearly on the others: the variance that they leave unexplained is
    /// then lost by squaring. The units of the columns do not affect the factor's accuracy.
    static func regularFactor(of covariance: Matrix<Double>) throws -> Matrix<Double>? {
        do {
            let factor = try choleskyFactor(covariance)
            let isRegular = (0..<factor.columnCount).allSatisfy {
                factor[$0, $0] * factor[$0, $0] >= 1e-6 * covariance[$0, $0]
            }
            return isRegular ? factor : nil
        } catch LinearAlgebraError.notPositiveDefinite {
            return nil
        }
    }

    /// Factors a symmetric matrix, of which the upper triangle is read, after scaling its diagonal to ones, so that one
    /// tolerance separates columns from rounding, whatever their units.
    private static func equilibrated(
        _ matrix: Matrix<Double>, factor: (consuming Matrix<Double>) throws -> Matrix<Double>
    ) throws -> Matrix<Double> {
        let scales = (0..<matrix.columnCount).map { matrix[$0, $0].squareRoot() }
        let inverses = scales.map { $0 > 0 ? 1 / $0 : 0 }
        var scaled = matrix
        scaled.scaleUpperTriangle(rowsBy: inverses, columnsBy: inverses)
        var factored = try factor(consume scaled)
        factored.scaleColumns(by: scales)
        return factored
    }
}

extension Matrix {
    /// The mean of some rows, summed relative to the first of them, and its rounding error.
    ///
    /// - Throws: ``FrechetError/nonFinite(row:column:)`` if a row has a value that is not finite.
    func mean(ofRows rows: [Int]) throws -> (mean: [Double], remainder: [Double]) {
        let d = columnCount
        let origin = row(rows[0]).map(Double.init)
        var sum = [Double](repeating: 0, count: d)
        precondition(rows.allSatisfy { $0 >= 0 && $0 < rowCount }, "rows outside of \(rowCount)")
        // On buffers, because bounds checks would double the time of these passes.
        sum.withUnsafeMutableBufferPointer { sum in
            let sum = DisjointBuffer(sum)
            inParallel(columnCount: d, work: rows.count * d) { columns in
                withElements { values in
                    origin.withUnsafeBufferPointer { origin in
                        for i in rows {
                            for j in columns { sum[j] += Double(values[i * d + j]) - origin[j] }
                        }
                    }
                }
            }
        }
        if !sum.allSatisfy(\.isFinite) {
            for i in rows {
                if let j = row(i).firstIndex(where: { !$0.isFinite }) {
                    throw FrechetError.nonFinite(row: i, column: j - i * d)
                }
            }
        }
        return roundedSums(origin, sum.map { $0 / Double(rows.count) })
    }
}

extension Matrix where Scalar == Double {
    /// The sum of the diagonal.
    var trace: Double {
        (0..<min(rowCount, columnCount)).reduce(0) { $0 + self[$1, $1] }
    }
}
