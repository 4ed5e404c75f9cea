internal import DenseLinearAlgebra

/// The inner products of units' vectors, as they are needed: of two units, and of each with a weighted sum of all.
///
/// All are plain sums in a fixed order.
enum UnitProducts: Sendable {
    case gram(Matrix<Double>)
    case vectors(Matrix<Double>)

    /// Up to this many units, their inner products are computed once.
    static let gramLimit = 512

    init(of rows: Matrix<Double>) {
        self = rows.rowCount <= Self.gramLimit ? .gram(Self.gram(rows)) : .vectors(rows)
    }

    /// ‖yᵤ‖² of each unit.
    var diagonal: [Double] {
        switch self {
        case .gram(let matrix): (0..<matrix.rowCount).map { matrix[$0, $0] }
        case .vectors(let matrix): (0..<matrix.rowCount).map { matrix.row($0).reduce(0) { $0 + $1 * $1 } }
        }
    }

    /// ⟨yᵤ, yᵥ⟩.
    func product(_ u: Int, _ v: Int) -> Double {
        switch self {
        case .gram(let matrix): matrix[u, v]
        case .vectors(let matrix):
            matrix.withElements { values in
                let d = matrix.columnCount
                return dot(
                    UnsafeBufferPointer(rebasing: values[u * d..<(u + 1) * d]),
                    UnsafeBufferPointer(rebasing: values[v * d..<(v + 1) * d]))
            }
        }
    }

    /// Σ wᵤ⟨yᵤ, yᵥ⟩ for each unit v.
    func applied(to weights: [Double]) -> [Double] {
        switch self {
        case .gram(let matrix): Self.products(of: matrix, with: weights)
        case .vectors(let matrix): Self.products(of: matrix, with: matrix.combination(weights))
        }
    }

    /// The same for weights 1 and −1, and the weighted sum Σ wᵤyᵤ where it had to be known.
    ///
    /// - Parameter changed: that sum for other weights, and where these are different; it is taken if they are few.
    func applied(
        to signs: [Double], changed: (sum: [Double], places: [Int])?
    ) -> (products: [Double], sum: [Double]?) {
        guard case .vectors(let matrix) = self else { return (applied(to: signs), nil) }
        var sum: [Double]
        if let changed, 2 * changed.places.count < signs.count {
            sum = changed.sum
            matrix.add(changed.places.lazy.map { ($0, 2 * signs[$0]) }, to: &sum)
        } else {
            sum = matrix.combination(signs)
        }
        return (Self.products(of: matrix, with: sum), sum)
    }

    private static func products(of matrix: Matrix<Double>, with vector: [Double]) -> [Double] {
        let d = matrix.columnCount
        return matrix.withElements { values in
            vector.withUnsafeBufferPointer { vector in
                (0..<matrix.rowCount).map {
                    dot(UnsafeBufferPointer(rebasing: values[$0 * d..<($0 + 1) * d]), vector)
                }
            }
        }
    }

    private static func gram(_ rows: Matrix<Double>) -> Matrix<Double> {
        let (n, d) = (rows.rowCount, rows.columnCount)
        var result = Matrix<Double>(rowCount: n, columnCount: n)
        rows.withElements { values in
            for i in 0..<n {
                let row = UnsafeBufferPointer(rebasing: values[i * d..<(i + 1) * d])
                for j in i..<n {
                    let value = dot(row, UnsafeBufferPointer(rebasing: values[j * d..<(j + 1) * d]))
                    result[i, j] = value
                    result[j, i] = value
                }
            }
        }
        return result
    }
}

extension Matrix where Scalar == Double {
    /// Σ wᵢyᵢ over the rows y.
    func combination(_ weights: [Double]) -> [Double] {
        var sum = [Double](repeating: 0, count: columnCount)
        add(weights.enumerated().lazy.filter { $1 != 0 }.map { ($0, $1) }, to: &sum)
        return sum
    }

    /// Adds some rows, times their weights.
    fileprivate func add(_ rows: some Sequence<(row: Int, weight: Double)>, to sum: inout [Double]) {
        let d = columnCount
        sum.withUnsafeMutableBufferPointer { sum in
            withElements { values in
                guard let source = values.baseAddress, let target = sum.baseAddress else { return }
                for (row, weight) in rows {
                    let row = source + row * d
                    for j in 0..<d { target[j] += weight * row[j] }
                }
            }
        }
    }
}
