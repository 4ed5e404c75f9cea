import DenseLinearAlgebra
import Foundation
import Frechet
import Parallel
import TestSupport
import Testing

@Suite struct FrechetDistanceTests {
    private func sample(_ n: Int, _ d: Int, seed: UInt64) -> Matrix<Double> {
        var generator = SplitMix64(seed: seed)
        return Matrix(rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in generator.bell() })
    }

    @Test(arguments: [(2, 5), (5, 5), (40, 5), (300, 16), (3, 40)])
    func identicalSetsAreAtZero(n: Int, d: Int) throws {
        let x = sample(n, d, seed: UInt64(n))
        let same = try withSerialBLAS { try frechetDistance(GaussianStatistics(x), GaussianStatistics(x)) }
        #expect(same.squared == 0)
        let reversed = x.selectingRows(Array((0..<n).reversed()))
        let distance = try frechetDistance(GaussianStatistics(x), GaussianStatistics(reversed)).squared
        #expect(distance >= 0 && distance < 1e-13)
    }

    /// Diagonal covariances commute, so the distance is Σ (√aⱼ − √bⱼ)².
    @Test func diagonalCovariances() throws {
        let a = [4.0, 9, 0, 1e-8]
        let b = [1.0, 16, 25, 4e-8]
        let diagonal = { (values: [Double]) in
            var matrix = Matrix<Double>(rowCount: 4, columnCount: 4)
            for (i, value) in values.enumerated() { matrix[i, i] = value }
            return try GaussianStatistics(count: 10, mean: [0, 0, 0, 0], covariance: matrix)
        }
        let expected = 1.0 + 1 + 25 + 1e-8
        #expect(abs(try frechetDistance(diagonal(a), diagonal(b)).squared - expected) < 1e-13)
    }

    /// A shifted copy differs by the squared shift alone, also in units far from 1 and with few rows.
    @Test(arguments: [(50, 8, 1.0), (6, 8, 1.0), (50, 8, 1e-4), (50, 8, 1e5)])
    func shiftedCopies(n: Int, d: Int, scale: Double) throws {
        let x = sample(n, d, seed: 7)
        let scaled = Matrix(rowCount: n, columnCount: d, elements: x.elements.map { $0 * scale })
        let shifted = Matrix(rowCount: n, columnCount: d, elements: scaled.elements.map { $0 + 3 * scale })
        let distance = try frechetDistance(GaussianStatistics(scaled), GaussianStatistics(shifted)).squared
        let expected = 9 * Double(d) * scale * scale
        #expect(abs(distance - expected) <= 1e-12 * expected)
    }

    /// A copy scaled by s has (s − 1)²·Tr Σ in its covariance part, and moves the mean by (s − 1)·μ.
    @Test(arguments: [(50, 8), (6, 8), (400, 30)])
    func scaledCopies(n: Int, d: Int) throws {
        let x = sample(n, d, seed: 8)
        let scaled = Matrix(rowCount: n, columnCount: d, elements: x.elements.map { $0 * 2.5 })
        let a = try GaussianStatistics(x)
        let distance = try frechetDistance(a, GaussianStatistics(scaled))
        #expect(abs(distance.covariancePart - 2.25 * a.totalVariance) <= 1e-12 * a.totalVariance)
        #expect(abs(distance.meanPart - 2.25 * a.mean.reduce(0) { $0 + $1 * $1 }) < 1e-12)
    }

    /// Rotating both sets alike, or permuting their columns, changes nothing.
    @Test func columnOrderDoesNotMatter() throws {
        let (x, y) = (sample(40, 6, seed: 1), sample(50, 6, seed: 2))
        let reversed = { (m: Matrix<Double>) in
            Matrix(rows: (0..<m.rowCount).map { m.row($0).reversed() })
        }
        let distance = try frechetDistance(GaussianStatistics(x), GaussianStatistics(y)).squared
        let permuted = try frechetDistance(GaussianStatistics(reversed(x)), GaussianStatistics(reversed(y))).squared
        #expect(abs(distance - permuted) <= 1e-12 * distance)
    }

    /// The three ways to a factor (rows, Cholesky, QR) meet: a nearly dependent column sends the fit to QR.
    @Test func nearlyDependentColumns() throws {
        var x = sample(60, 6, seed: 3)
        for i in 0..<60 { x[i, 5] = x[i, 0] + 1e-7 * x[i, 5] }
        let statistics = try GaussianStatistics(x)
        let covariance = product(
            statistics.covarianceFactor, statistics.covarianceFactor, transposingLeft: true)
        #expect(abs(covariance[0, 5] - covariance[0, 0]) < 1e-6 * covariance[0, 0])
        // Its distance to a copy scaled by 2 is Tr Σ, whatever the condition.
        let doubled = Matrix(rowCount: 60, columnCount: 6, elements: x.elements.map { $0 * 2 })
        let distance = try frechetDistance(statistics, GaussianStatistics(doubled))
        #expect(abs(distance.covariancePart - statistics.totalVariance) <= 1e-12 * statistics.totalVariance)
    }

    /// Large factors take the way over eigenvalues where it is exact enough, and must end where singular values do.
    @Test(arguments: [0.0, 1, 3])
    func largeFactors(decay: Double) throws {
        let (n, d) = (400, 300)
        func side(seed: UInt64) -> Matrix<Double> {
            var x = sample(n, d, seed: seed)
            for i in 0..<n { for j in 0..<d { x[i, j] *= pow(Double(1 + j), -decay) } }
            return x
        }
        let (x, y) = (side(seed: 21), side(seed: 22))
        let (a, b) = (try GaussianStatistics(x), try GaussianStatistics(y))
        let overlap = product(a.covarianceFactor, b.covarianceFactor, transposingRight: true)
        let expected =
            a.totalVariance + b.totalVariance - 2 * (try singularValues(overlap).reduce(0, +))
        let distance = try frechetDistance(a, b).covariancePart
        #expect(abs(distance - expected) <= 1e-9 * expected)
    }

    /// Taking the offset away again is exact, so the distance must not notice it.
    @Test func floatInputWithALargeOffset() throws {
        let offset = [1, 2].map { seed in
            let x = sample(50, 12, seed: UInt64(seed))
            return Matrix(rowCount: 50, columnCount: 12, elements: x.elements.map { Float($0 + 10_000) })
        }
        let centred = offset.map {
            Matrix(rowCount: 50, columnCount: 12, elements: $0.elements.map { $0 - 10_000 })
        }
        let distance = try frechetDistance(offset[0], offset[1]).squared
        let expected = try frechetDistance(centred[0], centred[1]).squared
        #expect(abs(distance - expected) <= 1e-10 * expected)
    }

    @Test func refusals() throws {
        #expect(throws: FrechetError.tooFewRows(1)) { try GaussianStatistics(sample(1, 3, seed: 1)) }
        #expect(throws: FrechetError.tooFewRows(0)) {
            try GaussianStatistics(Matrix<Float>(rowCount: 0, columnCount: 3))
        }
        var x = sample(5, 3, seed: 1)
        x[3, 1] = .nan
        #expect(throws: FrechetError.nonFinite(row: 3, column: 1)) { try GaussianStatistics(x) }
        x[3, 1] = .infinity
        #expect(throws: FrechetError.nonFinite(row: 3, column: 1)) { try GaussianStatistics(x) }
        #expect(throws: FrechetError.dimensionsDiffer(3, 4)) {
            try frechetDistance(
                Matrix<Float>(rowCount: 5, columnCount: 3), Matrix<Float>(rowCount: 5, columnCount: 4))
        }
        #expect(throws: FrechetError.negativeVariance(column: 1)) {
            try GaussianStatistics(count: 3, mean: [0, 0], covariance: Matrix(rows: [[1, 0], [0, -1]]))
        }
    }
}
