internal import Datasets
internal import DenseLinearAlgebra

/// The summed moments of one side of a partition, laid out like a row of ``UnitMoments/items``.
struct SideMoments: Sendable {
    private(set) var sum: [Double]
    let rank: Int

    init(sum: [Double], rank: Int) {
        self.sum = sum
        self.rank = rank
    }

    /// Adds a unit's moments, or subtracts them (`times` −1).
    mutating func add(_ item: ArraySlice<Double>, times sign: Double) {
        sum.withUnsafeMutableBufferPointer { sum in
            item.withUnsafeBufferPointer { item in
                for j in sum.indices { sum[j] += sign * item[j] }
            }
        }
    }

    var count: Double { sum[0] }
    var mean: [Double] { (0..<rank).map { sum[1 + $0] / max(count, 1) } }

    /// The covariance (divisor n − 1), with something added to its diagonal.
    func covariance(plus ridge: Double) -> Matrix<Double> {
        let mean = mean
        let (n, divisor) = (count, max(count - 1, 1))
        var result = Matrix<Double>(rowCount: rank, columnCount: rank)
        var place = 1 + rank
        for j in 0..<rank {
            for k in j..<rank {
                let value = (sum[place] - n * mean[j] * mean[k]) / divisor + (j == k ? ridge : 0)
                result[j, k] = value
                result[k, j] = value
                place += 1
            }
        }
        return result
    }

    /// The trace of the covariance.
    var variance: Double {
        let covariance = covariance(plus: 0)
        return (0..<rank).reduce(0) { $0 + covariance[$1, $1] }
    }
}

/// The squared Fréchet distance between two sides from their moments, and how each unit's side affects it.
///
/// A ridge on both covariances keeps everything regular; it nearly cancels in the distance, and what remains of it only
/// steers the search: no distance that is reported is computed here.
struct MomentDistance {
    let squared: Double
    private let train: (moments: SideMoments, covariance: Matrix<Double>)
    private let test: (moments: SideMoments, covariance: Matrix<Double>)
    private let factor: Matrix<Double>
    private let ridge: Double

    init(train: SideMoments, test: SideMoments, ridge: Double) throws {
        let (first, second) = (train.covariance(plus: ridge), test.covariance(plus: ridge))
        factor = try choleskyFactor(first)
        let eigenvalues = try symmetricEigenvalues(conjugate(second, byUpperTriangular: factor))
        let traceOfRoot = eigenvalues.reduce(0) { $0 + max($1, 0).squareRoot() }
        let traces = (0..<train.rank).reduce(0) { $0 + first[$1, $1] + second[$1, $1] }
        let meanPart = zip(train.mean, test.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let covariancePart = max(traces - 2 * traceOfRoot, 0)
        // Anything no larger than rounding must not look like a difference between two partitions.
        let distance = meanPart + covariancePart
        squared = distance > 1e-12 * traces ? distance : 0
        self.train = (train, first)
        self.test = (test, second)
        self.ridge = ridge
    }

    /// Weights w for moments a, such that the distance rises by about Σ wᵢaᵢ when vectors with moments a move from the
    /// test side to the train side.
    ///
    /// The distance is the maximum of ∫φ dP₁ + ∫ψ dP₂ over pairs of potentials (Kantorovich duality), so its derivative
    /// along a change of P₁ is the integral of the optimal φ. Between Gaussians that is the quadratic
    ///
    ///     φ(x) = (x − μ₁)ᵀ(I − T)(x − μ₁) + 2(μ₁ − μ₂)ᵀ(x − μ₁) + const,
    ///
    /// where T = Σ₁^-½ (Σ₁^½ Σ₂ Σ₁^½)^½ Σ₁^-½ is the linear part of the optimal map; ψ is the same with the sides
    /// exchanged, and with the inverse of T.
    ///
    /// - Complexity: O(r³).
    func gradient() throws -> [Double] {
        let (toTrain, toTest) = try potentials()
        let (n1, n2) = (train.moments.count, test.moments.count)
        return zip(toTrain, toTest).map { $0 / n1 - $1 / n2 }
    }

    /// How much the distance rises to first order when vectors with some moments leave a side: the side then has the
    /// mean potential of those that stay.
    ///
    /// - Parameters:
    ///   - items: the moments, one row per unit.
    ///   - units: the units in question, all on `side`.
    /// - Complexity: O(r³), and O(r²) per unit.
    func gains(ofRemoving units: [Int], from side: Side, items: Matrix<Double>) throws -> [Double] {
        let (toTrain, toTest) = try potentials()
        let (weights, moments) = side == .train ? (toTrain, train.moments) : (toTest, test.moments)
        func potential(_ sums: some Sequence<Double>) -> Double { zip(weights, sums).reduce(0) { $0 + $1.0 * $1.1 } }
        let mean = potential(moments.sum) / moments.count
        return units.map { unit in
            let row = items.row(unit)
            let count = row[row.startIndex]
            return count / max(moments.count - count, 1) * (mean - potential(row) / max(count, 1))
        }
    }

    /// The weights of both sides' potentials.
    private func potentials() throws -> (train: [Double], test: [Double]) {
        // With Σ₁ = UᵀU and UΣ₂Uᵀ = VᵀΛV: T = BᵀB with B = Λ^¼VU⁻ᵀ, and T⁻¹ = CᵀC with C = Λ^-¼VU.
        let (values, vectors) = try symmetricEigendecomposition(conjugate(test.covariance, byUpperTriangular: factor))
        let floor = ridge * ridge * 1e-3
        func scaled(by power: (Double) -> Double) -> Matrix<Double> {
            var result = vectors
            for (k, value) in values.enumerated() {
                let scale = power(max(value, floor).squareRoot().squareRoot())
                for j in 0..<vectors.columnCount { result[k, j] *= scale }
            }
            return result
        }
        let map = gramMatrix(solve(scaled { $0 }, byTransposeOfUpperTriangular: factor))
        let inverse = gramMatrix(product(scaled { 1 / $0 }, factor))
        let toTrain = potential(of: train, against: test.moments.mean, map: map)
        let toTest = potential(of: test, against: train.moments.mean, map: inverse)
        return (toTrain, toTest)
    }

    /// The weights of one side's potential for the moments `[n, Σx, Σxxᵀ]`.
    private func potential(
        of side: (moments: SideMoments, covariance: Matrix<Double>), against other: [Double], map: Matrix<Double>
    ) -> [Double] {
        let r = side.moments.rank
        let mean = side.moments.mean
        func bend(_ j: Int, _ k: Int) -> Double { (j == k ? 1 : 0) - map[j, k] }
        let shift = zip(mean, other).map { 2 * ($0 - $1) }
        var weights = [Double](repeating: 0, count: 1 + r + r * (r + 1) / 2)
        var place = 1 + r
        for j in 0..<r {
            var bent = 0.0
            for k in 0..<r {
                bent += bend(j, k) * mean[k]
                weights[0] -= side.covariance[j, k] * bend(j, k)
                guard k >= j else { continue }
                weights[place] = (j == k ? 1 : 2) * bend(j, k)
                place += 1
            }
            weights[0] += bent * mean[j] - shift[j] * mean[j]
            weights[1 + j] = shift[j] - 2 * bent
        }
        return weights
    }
}
