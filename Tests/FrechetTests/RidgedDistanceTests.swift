import DenseLinearAlgebra
import Frechet
import TestSupport
import Testing

@Suite struct RidgedDistanceTests {
    private func sample(_ n: Int, _ d: Int, seed: UInt64) -> Matrix<Double> {
        var generator = SplitMix64(seed: seed)
        return Matrix(rowCount: n, columnCount: d, elements: (0..<n * d).map { _ in generator.bell() })
    }

    /// Two points on one axis against two on another: Σ₁ = diag(2, 0, 0…), Σ₂ = diag(0, 18, 0…), means (3, 0…) apart.
    ///
    /// The product under the root has the diagonal (2 + ε)ε, (18 + ε)ε, ε², …
    @Test(arguments: [(2, 1e-8), (2, 0.5), (4, 0.5), (5, 1e-8), (5, 0.5), (300, 1e-3)])
    func perpendicularPairs(d: Int, ridge: Double) throws {
        func rows(_ a: [Double], _ b: [Double]) -> Matrix<Double> {
            let padding = [Double](repeating: 0, count: d - 2)
            return Matrix(rows: [a + padding, b + padding])
        }
        let first = rows([1, 0], [-1, 0])
        let second = rows([3, 3], [3, -3])
        let root = ((2 + ridge) * ridge).squareRoot() + ((18 + ridge) * ridge).squareRoot() + Double(d - 2) * ridge
        let expected = 9 + 2 + 18 - 2 * root
        #expect(abs(try ridgedFrechetDistance(first, second, ridge: ridge) - expected) < 1e-13 * 29)
        #expect(abs(try ridgedFrechetDistance(second, first, ridge: ridge) - expected) < 1e-13 * 29)
    }

    @Test(arguments: [(2, 5), (5, 5), (40, 5), (9, 300), (400, 300)])
    func identicalSetsAreBelowZero(n: Int, d: Int) throws {
        let x = sample(n, d, seed: UInt64(n))
        let distance = try ridgedFrechetDistance(x, x, ridge: 1e-8)
        #expect(abs(distance + 2e-8 * Double(d)) < 1e-20 * Double(d))
    }

    /// Further dimensions in which nothing varies lower the distance by 2ε each, whichever way it is computed.
    @Test(arguments: [(12, 9), (30, 20)])
    func constantDimensions(n1: Int, n2: Int) throws {
        let (x, y) = (sample(n1, 8, seed: 1), sample(n2, 8, seed: 2))
        func padded(_ m: Matrix<Double>, to d: Int) -> Matrix<Double> {
            Matrix(rows: (0..<m.rowCount).map { m.row($0) + [Double](repeating: 7, count: d - 8) })
        }
        let plain = try ridgedFrechetDistance(x, y, ridge: 1e-3)
        for d in [9, 16, 60, 200] {
            let distance = try ridgedFrechetDistance(padded(x, to: d), padded(y, to: d), ridge: 1e-3)
            #expect(abs(distance - (plain - 2e-3 * Double(d - 8))) < 1e-12)
        }
    }

    /// With regular covariances a small ridge makes a small difference, and not none.
    @Test func approachesTheExactDistance() throws {
        let (x, y) = (sample(60, 6, seed: 3), sample(50, 6, seed: 4))
        let exact = try frechetDistance(GaussianStatistics(x), GaussianStatistics(y)).squared
        let ridged = try ridgedFrechetDistance(x, y, ridge: 1e-8)
        #expect(ridged < exact && exact - ridged < 1e-6)
    }

    /// A large common offset costs no digits.
    @Test func commonOffset() throws {
        let (x, y) = (sample(20, 30, seed: 5), sample(9, 30, seed: 6))
        func moved(_ m: Matrix<Double>) -> Matrix<Double> {
            Matrix(rowCount: m.rowCount, columnCount: m.columnCount, elements: m.elements.map { $0 + 0x1p13 })
        }
        let (a, b) = (moved(x), moved(y))
        func back(_ m: Matrix<Double>) -> Matrix<Double> {
            Matrix(rowCount: m.rowCount, columnCount: m.columnCount, elements: m.elements.map { $0 - 0x1p13 })
        }
        let distance = try ridgedFrechetDistance(a, b, ridge: 1e-8)
        let expected = try ridgedFrechetDistance(back(a), back(b), ridge: 1e-8)
        #expect(abs(distance - expected) <= 1e-12 * expected)
    }

    @Test func refusals() {
        let x = sample(5, 3, seed: 1)
        #expect(throws: FrechetError.dimensionsDiffer(3, 4)) {
            try ridgedFrechetDistance(x, sample(5, 4, seed: 1), ridge: 1e-8)
        }
        #expect(throws: FrechetError.tooFewRows(1)) {
            try ridgedFrechetDistance(sample(1, 3, seed: 1), x, ridge: 1e-8)
        }
        var broken = x
        broken[2, 1] = .infinity
        #expect(throws: FrechetError.nonFinite(row: 2, column: 1)) { try ridgedFrechetDistance(x, broken, ridge: 1e-8) }
    }
}
