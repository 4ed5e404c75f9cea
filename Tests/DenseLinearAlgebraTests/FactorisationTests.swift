import DenseLinearAlgebra
import TestSupport
import Testing

@Suite struct FactorisationTests {
    private func sample(_ n: Int, _ d: Int, seed: UInt64 = 5) -> Matrix<Double> {
        var generator = SplitMix64(seed: seed)
        return Matrix(rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in generator.uniform() })
    }

    private func largestDifference(_ a: Matrix<Double>, _ b: Matrix<Double>) -> Double {
        zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
    }

    @Test(arguments: [1, 2, 7, 64])
    func choleskyReproducesTheMatrix(d: Int) throws {
        let a = gramMatrix(sample(d + 10, d))
        let factor = try choleskyFactor(a)
        #expect(largestDifference(product(factor, factor, transposingLeft: true), a) < 1e-12)
        for i in 0..<d { for j in 0..<i { #expect(factor[i, j] == 0) } }
    }

    @Test func choleskyNamesTheMinor() {
        let a = Matrix<Double>(rows: [[1, 2, 0], [2, 1, 0], [0, 0, 1]])
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) { try choleskyFactor(a) }
    }

    @Test(arguments: [(6, 6), (6, 3), (40, 11), (5, 0)])
    func pivotedCholeskyFindsTheRank(d: Int, rank: Int) throws {
        let a = gramMatrix(sample(rank, d))
        let factor = try pivotedCholeskyFactor(a)
        #expect(factor.rowCount == rank)
        #expect(factor.columnCount == d)
        #expect(largestDifference(product(factor, factor, transposingLeft: true), a) < 1e-12)
    }

    @Test(arguments: [(9, 4), (4, 4), (3, 7), (200, 31)])
    func triangularFactorSharesTheGramMatrix(n: Int, d: Int) throws {
        let a = sample(n, d)
        let factor = try triangularFactor(a)
        #expect(factor.rowCount == min(n, d))
        #expect(largestDifference(gramMatrix(factor), gramMatrix(a)) < 1e-12)
        for i in 0..<factor.rowCount { for j in 0..<i { #expect(factor[i, j] == 0) } }
    }

    @Test func eigenvaluesByHand() throws {
        let values = try symmetricEigenvalues(Matrix(rows: [[2, 1], [1, 2]]))
        #expect(abs(values[0] - 1) < 1e-14 && abs(values[1] - 3) < 1e-14)
        #expect(try symmetricEigenvalues(Matrix(rowCount: 0, columnCount: 0)) == [])
    }

    /// The eigenvalues of AᵀA are the squared singular values of A, and both sum to its squared norm.
    @Test(arguments: [(12, 5), (5, 5), (5, 12)])
    func spectraAgree(n: Int, d: Int) throws {
        let a = sample(n, d)
        let singular = try singularValues(a)
        #expect(singular.count == min(n, d))
        #expect(singular == singular.sorted(by: >))
        let eigen = try symmetricEigenvalues(gramMatrix(a)).reversed()
        for (s, e) in zip(singular, eigen) { #expect(abs(s * s - e) < 1e-12) }
        let norm = a.elements.reduce(0) { $0 + $1 * $1 }
        #expect(abs(singular.reduce(0) { $0 + $1 * $1 } - norm) < 1e-12 * norm)
    }

    @Test func nonFiniteInputIsRefused() {
        var a = Matrix<Double>.identity(3)
        a[1, 2] = .nan
        let expected = LinearAlgebraError.nonFinite(row: 1, column: 2)
        #expect(throws: expected) { try choleskyFactor(a) }
        #expect(throws: expected) { try pivotedCholeskyFactor(a) }
        #expect(throws: expected) { try symmetricEigenvalues(a) }
        #expect(throws: expected) { try singularValues(a) }
        #expect(throws: expected) { try triangularFactor(a) }
    }
}
