internal import Datasets
internal import DenseLinearAlgebra
internal import Frechet

/// The hardest sides of the search, unless much of their distance is bias: then those whose means are farthest apart.
struct HardestSides {
    var partition: ClassPartition
    /// What chose them by their means, although other sides may look farther apart; nil if their distance did.
    var means: SidesByMeans?

    /// Searches for the hardest sides.
    ///
    /// The distance between few samples is too large by an amount that grows with the dimension and with 1/n₁ + 1/n₂, and the
    /// search goes for it: for sides of few samples, and for units that spread by chance. Where that amount is more than an
    /// eighth of the distance found, in the coordinates of the search, or more than half of it in all, spreads cannot be trusted,
    /// and means decide (``SidesByMeans``).
    ///
    /// - Parameter leastGrowth: how many times the start's distance that of the sides must be at least, if means decide; sides
    ///   near those found are taken for that, and where there are none, `means` is nil. Any distance serves if this is nil.
    /// - Complexity: that of the search, that of ``SidesByMeans``, and at most some hundred distances.
    init(
        of vectors: UnitVectors, by search: ExtremeSearch, from start: ClassPartition, seed: UInt64,
        leastGrowth: Double? = nil, report: @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws {
        partition = try search.extreme(.harder, from: start, seed: seed, report: report)
        guard case .embeddings = vectors.storage else { return }
        guard try search.isBiased(partition) else { return }
        let means = SidesByMeans(of: vectors, from: start, rules: search.rules)
        partition = means.farthest()
        guard let leastGrowth else {
            self.means = means
            return
        }
        guard vectors.canBeMeasured(start), vectors.canBeMeasured(partition) else { return }
        @Sendable func measured(_ sides: ClassPartition) throws -> Double {
            var meter = ShiftMeter(vectors)
            return try meter.distance(of: sides).squared
        }
        let goal = try leastGrowth * measured(start)
        // Sides of more even sizes than those of the start have less bias, and may never get as far.
        for leastBias in [0, 0.99 * vectors.biasScale(of: start)] {
            let farthest = means.farthest(leastBias: leastBias)
            if let sides = try means.raised(farthest, to: goal, measured: measured) {
                partition = sides
                self.means = means
                return
            }
        }
    }
}

extension ExtremeSearch {
    /// Whether so much of the distance between two sides is bias that their spreads cannot be trusted.
    fileprivate func isBiased(_ partition: ClassPartition) throws -> Bool {
        let distance = try roughDistance(of: partition).squared
        if try moments.samplingBias(of: partition) > distance / 8 { return true }
        // The means vary most along the coordinates of the search, also by chance.
        guard vectors.dimension > moments.rank, vectors.canBeMeasured(partition) else { return false }
        let scatter = WithinScatter(of: vectors)
        let scale = vectors.biasScale(of: partition)
        guard scatter.greatestBias(atScale: scale) > distance / 2 else { return false }
        var meter = ShiftMeter(vectors)
        return try scatter.bias(atScale: scale) > meter.distance(of: partition).squared / 2
    }
}

/// How samples scatter about the means of their units, in all dimensions.
private struct WithinScatter {
    /// Some of the samples minus the means of their units, one row each.
    private let deviations: Matrix<Double>
    /// The total variance.
    private let variance: Double

    /// So many samples tell the spectrum well enough.
    private static let sampleLimit = 4096

    /// - Complexity: O(n·d).
    init(of vectors: UnitVectors) {
        guard case .embeddings(let matrix) = vectors.storage else { preconditionFailure("the vectors are means") }
        let d = vectors.dimension
        let sampleCount = vectors.count(ofUnits: vectors.rows.indices)
        let unitCount = vectors.rows.count { !$0.isEmpty }
        let stride = max(1, sampleCount / Self.sampleLimit)
        var elements: [Double] = []
        var (sum, number) = (0.0, 0)
        for (unit, members) in vectors.rows.enumerated() {
            let mean = Array(vectors.means.row(unit))
            for row in members {
                let deviation = zip(matrix.row(row), mean).map { Double($0) - $1 }
                sum += deviation.reduce(0) { $0 + $1 * $1 }
                if number % stride == 0 { elements += deviation }
                number += 1
            }
        }
        variance = sum / Double(max(sampleCount - unitCount, 1))
        deviations = Matrix(rowCount: elements.count / max(d, 1), columnCount: d, elements: elements)
    }

    /// What the bias is at most, if samples scatter alike in all dimensions.
    func greatestBias(atScale scale: Double) -> Double {
        scale * variance * (1 + Double(deviations.columnCount + 1) / 4)
    }

    /// - Complexity: O(m·d·min(m, d)) for m samples.
    func bias(atScale scale: Double) throws -> Double {
        let isWide = deviations.rowCount <= deviations.columnCount
        let values = try symmetricEigenvalues(
            isWide
                ? product(deviations, deviations, transposingRight: true)
                : gramMatrix(deviations))
        let sum = values.reduce(0) { $0 + max($1, 0) }
        guard sum > 0 else { return 0 }
        return scale * samplingBiasOfDistance(variances: values.map { max($0, 0) / sum * variance })
    }
}

/// Σᵢ λᵢ + ½ Σᵢⱼ (1 + δᵢⱼ) λᵢλⱼ / (λᵢ + λⱼ) for variances λ.
private func samplingBiasOfDistance(variances: [Double]) -> Double {
    var sum = 0.0
    for (i, a) in variances.enumerated() where a > 0 {
        sum += a
        for (j, b) in variances.enumerated() where b > 0 { sum += (i == j ? 1 : 0.5) * a * b / (a + b) }
    }
    return sum
}

extension UnitMoments {
    /// About how much the squared distance between two sides is too large because their samples are finite.
    ///
    /// Near equality the distance is ‖Δμ‖² + ½ Σᵢⱼ ΔΣᵢⱼ² / (λᵢ + λⱼ) (see ``MomentImbalance``). If the samples scatter about
    /// their units' means with variances λᵢ, Δμᵢ has the variance λᵢ(1/n₁ + 1/n₂) and ΔΣᵢⱼ that of
    /// (1 + δᵢⱼ)λᵢλⱼ(1/n₁ + 1/n₂), which adds up to
    ///
    ///     (1/n₁ + 1/n₂) · (Σᵢ λᵢ + ½ Σᵢⱼ (1 + δᵢⱼ) λᵢλⱼ / (λᵢ + λⱼ)).
    ///
    /// 0 if each unit has one sample, of whose scatter nothing is known.
    ///
    /// - Complexity: O(C·r² + r³) for C units.
    func samplingBias(of partition: ClassPartition) throws -> Double {
        var within = Matrix<Double>(rowCount: rank, columnCount: rank)
        var (count, filled) = (0.0, 0.0)
        for unit in 0..<unitCount where items[unit, 0] > 0 {
            let n = items[unit, 0]
            count += n
            filled += 1
            var place = 1 + rank
            for j in 0..<rank {
                for k in j..<rank {
                    within[j, k] += items[unit, place] - items[unit, 1 + j] * items[unit, 1 + k] / n
                    place += 1
                }
            }
        }
        guard count > filled else { return 0 }
        for j in 0..<rank {
            for k in j..<rank {
                within[j, k] /= count - filled
                within[k, j] = within[j, k]
            }
        }
        let sum = samplingBiasOfDistance(variances: try symmetricEigenvalues(within).map { max($0, 0) })
        let sizes = Side.allCases.map { side($0, of: partition).count }
        return sum * sizes.reduce(0) { $0 + 1 / max($1, 1) }
    }
}
