import DenseLinearAlgebra
import Frechet
import Parallel
import Testing
import TestSupport

/// The distance from sums by eigenvalues, against the singular values of factors of the rows themselves.
@Suite struct SummedDistanceTests {
    private static let d = 260

    /// Rows whose standard deviations fall by a factor over the columns, mixed by a few reflections.
    private func rows(_ n: Int, decay: Double, scale: Double, seed: UInt64) -> Matrix<Double> {
        let d = Self.d
        var generator = SplitMix64(seed: seed)
        var mixing = SplitMix64(seed: 99)
        let mirrors = (0..<3).map { _ in (0..<d).map { _ in mixing.bell() } }
        var elements: [Double] = []
        for _ in 0..<n {
            var row = (0..<d).map { j in
                (0..<j).reduce(scale) { value, _ in value * decay } * generator.bell()
            }
            for mirror in mirrors {
                let overlap = zip(row, mirror).reduce(0) { $0 + $1.0 * $1.1 }
                let factor = 2 * overlap / mirror.reduce(0) { $0 + $1 * $1 }
                for j in 0..<d { row[j] -= factor * mirror[j] }
            }
            elements += row
        }
        return Matrix(rowCount: n, columnCount: d, elements: elements)
    }

    private func sums(of rows: Matrix<Double>) -> MomentSums {
        var sums = MomentSums(origin: Array(repeating: 0, count: rows.columnCount))
        sums.add(Array(0..<rows.rowCount), of: rows)
        return sums
    }

    /// The distance by the QR factors of the centred rows, which nothing squares.
    private func reference(_ a: Matrix<Double>, _ b: Matrix<Double>) throws -> Double {
        func parts(_ rows: Matrix<Double>) throws -> (mean: [Double], factor: Matrix<Double>) {
            let (n, d) = (rows.rowCount, rows.columnCount)
            let mean = (0..<d).map { j in (0..<n).reduce(0) { $0 + rows[$1, j] } / Double(n) }
            var centred = rows
            for i in 0..<n {
                for j in 0..<d { centred[i, j] = (rows[i, j] - mean[j]) / Double(n - 1).squareRoot() }
            }
            return (mean, try triangularFactor(centred))
        }
        let (first, second) = (try parts(a), try parts(b))
        let trace = try singularValues(product(first.factor, second.factor, transposingRight: true)).reduce(0, +)
        let squares = [first.factor, second.factor].reduce(0) { $0 + $1.frobeniusNorm * $1.frobeniusNorm }
        return zip(first.mean, second.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } + squares - 2 * trace
    }

    /// A tenth of the error that is allowed for, from well to badly conditioned covariances.
    @Test(arguments: [1.0, 0.995, 0.99, 0.985], [270, 330, 900])
    func agreesWithSingularValues(decay: Double, n: Int) throws {
        let a = rows(n, decay: decay, scale: 1, seed: UInt64(n))
        let b = rows(n + 40, decay: decay, scale: 1.2, seed: 7)
        let expected = try reference(a, b)
        // On one thread, for other tests change the number of BLAS's threads meanwhile, and that turns the last bits.
        let (there, back) = try withSerialBLAS {
            (try frechetDistance(sums(of: a), sums(of: b)), try frechetDistance(sums(of: b), sums(of: a)))
        }
        let distance = try #require(there)
        #expect(abs(distance.squared - expected) <= 1e-9 * expected)
        #expect(back == distance)
    }

    /// Where eigenvalues would not do, the sums say so, and the distance of the rows is right all the same.
    @Test func saysWhenSumsAreNotEnough() throws {
        let wide = rows(400, decay: 0.9, scale: 1, seed: 1)
        let other = rows(450, decay: 0.9, scale: 1.2, seed: 2)
        #expect(try frechetDistance(sums(of: wide), sums(of: other)) == nil)
        let expected = try reference(wide, other)
        let distance = try frechetDistance(GaussianStatistics(wide), GaussianStatistics(other)).squared
        #expect(abs(distance - expected) <= 1e-9 * expected)

        let (few, many) = (rows(Self.d, decay: 1, scale: 1, seed: 3), rows(400, decay: 1, scale: 1, seed: 4))
        #expect(try frechetDistance(sums(of: few), sums(of: many)) == nil)
        #expect(try frechetDistance(sums(of: many), sums(of: many)) == nil)
    }
}
