internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// Measures partitions of units of one vector each, from the vectors' inner products alone (their Gram matrix).
///
/// The distance needs the singular values of `F₁F₂ᵀ`, whose elements are inner products of centred vectors. Once all
/// inner products are computed, measuring a partition into 100 and 100 units takes half a millisecond, whatever the
/// dimension.
struct GramDistance: Sendable {
    /// The inner products of the units' vectors about the mean of all.
    private let products: Matrix<Double>

    /// - Precondition: no unit has more than one vector.
    /// - Complexity: O(C²·d) for C units.
    init(_ vectors: UnitVectors) {
        precondition(vectors.rows.allSatisfy { $0.count <= 1 }, "a unit has several vectors")
        let (count, d) = (vectors.unitCount, vectors.dimension)
        let centred = vectors.means.centred(rows: 0..<count, about: vectors.origin).elements
        let rows = concurrentMap(count: count) { i in
            centred.withUnsafeBufferPointer { values in
                (0..<count).map { j in
                    dot(
                        UnsafeBufferPointer(rebasing: values[i * d..<(i + 1) * d]),
                        UnsafeBufferPointer(rebasing: values[j * d..<(j + 1) * d]))
                }
            }
        }
        products = Matrix(rowCount: count, columnCount: count, elements: rows.flatMap { $0 })
    }

    /// The squared Fréchet distance between two sets of at least two units each.
    ///
    /// - Complexity: O(n³) for n units on a side.
    func squared(_ train: [Int], _ test: [Int]) throws -> Double {
        let (n1, n2) = (Double(train.count), Double(test.count))
        var overlap = Matrix<Double>(rowCount: train.count, columnCount: test.count)
        var rowMeans = [Double](repeating: 0, count: train.count)
        var columnMeans = [Double](repeating: 0, count: test.count)
        for (i, a) in train.enumerated() {
            for (j, b) in test.enumerated() {
                let value = products[a, b]
                overlap[i, j] = value
                rowMeans[i] += value / n2
                columnMeans[j] += value / n1
            }
        }
        let mean = rowMeans.reduce(0, +) / n1
        let scale = 1 / ((n1 - 1) * (n2 - 1)).squareRoot()
        for i in train.indices {
            for j in test.indices { overlap[i, j] = (overlap[i, j] - rowMeans[i] - columnMeans[j] + mean) * scale }
        }
        let (first, second) = (spread(of: train), spread(of: test))
        let traceOfRoot = try singularValues(overlap).reduce(0, +)
        let variance = first.variance + second.variance
        let distance =
            max(first.squaredMean - 2 * mean + second.squaredMean, 0) + max(variance - 2 * traceOfRoot, 0)
        // Anything no larger than rounding must not look like a difference between two partitions.
        return distance > 1e-12 * variance ? distance : 0
    }

    /// ‖μ‖² and the total variance of a set.
    private func spread(of units: [Int]) -> (squaredMean: Double, variance: Double) {
        let n = Double(units.count)
        var (diagonal, all) = (0.0, 0.0)
        for a in units {
            diagonal += products[a, a]
            for b in units { all += products[a, b] }
        }
        return (all / (n * n), (diagonal - all / n) / (n - 1))
    }
}
