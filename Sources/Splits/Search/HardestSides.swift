internal import Datasets
internal import DenseLinearAlgebra

/// The hardest sides of the search, unless much of their distance is bias: then the sides whose means are farthest apart.
///
/// The distance between few samples is too large by an amount that grows with the dimension and with 1/n₁ + 1/n₂, and the
/// search goes for it: for sides of few samples, and for units that spread by chance. Where that amount is more than an
/// eighth of the distance found, spreads cannot be trusted, and means decide.
///
/// - Complexity: that of the search, and O(C·d) for each of some dozen steps for C units, or O(C²·d) for up to 512.
func hardestSides(
    of vectors: UnitVectors, by search: ExtremeSearch, from start: ClassPartition, seed: UInt64,
    report: @Sendable (_ done: Int, _ total: Int) -> Void
) throws -> ClassPartition {
    let plain = try search.extreme(.harder, from: start, seed: seed, report: report)
    guard case .embeddings = vectors.storage else { return plain }
    let distance = try search.roughDistance(of: plain).squared
    return try search.moments.samplingBias(of: plain) > distance / 8
        ? sidesByMeans(of: vectors, from: start, rules: search.rules) : plain
}

/// The sides whose means are farthest apart for their sizes, each unit weighted by the square root of its number of
/// vectors: a compromise between units that count alike and units that are known well.
func sidesByMeans(
    of vectors: UnitVectors, from start: ClassPartition, rules: ExchangeRules? = nil
) -> ClassPartition {
    var sums = vectors.means
    var weights: [Double] = []
    for unit in 0..<vectors.unitCount {
        let weight = Double(vectors.rows[unit].count).squareRoot()
        weights.append(weight)
        for j in 0..<vectors.dimension { sums[unit, j] *= weight }
    }
    return MeansSearch(DealtTable.Half(sums: sums, counts: weights), start: start, rules: rules).hardest
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
        let variances = try symmetricEigenvalues(within).map { max($0, 0) }
        var sum = 0.0
        for (i, a) in variances.enumerated() where a > 0 {
            sum += a
            for (j, b) in variances.enumerated() where b > 0 { sum += (i == j ? 1 : 0.5) * a * b / (a + b) }
        }
        let sizes = Side.allCases.map { side($0, of: partition).count }
        return sum * sizes.reduce(0) { $0 + 1 / max($1, 1) }
    }
}
