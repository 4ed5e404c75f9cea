internal import DenseLinearAlgebra

/// Moves rows near the origin and scales them by a power of two to magnitudes of at most 1.
///
/// Neither changes the order of distances. But without centring, a large common offset would cancel all digits of a
/// Float inner product, and without scaling, large values would overflow. The offset of a column is its mean, rounded
/// to a multiple of a power of two no larger than the column's spread, so small integers stay exact, and with them
/// their ties. `Matrix.centred(rows:about:scaledBy:)` has no part in this: its values are not rounded to Float.
struct Centring {
    let offsets: [Double]
    private let scale: Double

    /// - Parameter sets: matrices with the same number of columns, whose rows are all moved by the same offsets.
    init(of sets: [Matrix<Float>]) {
        let d = sets.first?.columnCount ?? 0
        let n = sets.reduce(0) { $0 + $1.rowCount }
        var sums = [Double](repeating: 0, count: d)
        Self.forEachValue(of: sets) { j, value in sums[j] += value }
        let means = sums.map { $0 / Double(max(n, 1)) }
        var spreads = [Double](repeating: 0, count: d)
        Self.forEachValue(of: sets) { j, value in spreads[j] = max(spreads[j], abs(value - means[j])) }
        offsets = zip(means, spreads).map { mean, spread in
            guard spread > 0 else { return mean }
            let quantum = powerOfTwo(notAbove: spread)
            return (mean / quantum).rounded() * quantum
        }
        // A column's rounded offset may be half a rounding step off its mean, hence the bound of twice the spread.
        scale = spreads.max().map { $0 > 0 ? 0.5 / powerOfTwo(notAbove: $0) : 1 } ?? 1
    }

    func applied(to a: Matrix<Float>) -> Matrix<Float> {
        var elements: [Float] = []
        elements.reserveCapacity(a.rowCount * a.columnCount)
        for i in 0..<a.rowCount {
            for (j, value) in a.row(i).enumerated() {
                elements.append(Float((Double(value) - offsets[j]) * scale) + 0)
            }
        }
        return Matrix(rowCount: a.rowCount, columnCount: a.columnCount, elements: elements)
    }

    @inline(__always)
    private static func forEachValue(of sets: [Matrix<Float>], _ body: (_ column: Int, _ value: Double) -> Void) {
        for set in sets {
            for i in 0..<set.rowCount {
                for (j, value) in set.row(i).enumerated() { body(j, Double(value)) }
            }
        }
    }
}

private func powerOfTwo(notAbove value: Double) -> Double {
    Double(sign: .plus, exponent: value.exponent, significand: 1)
}
