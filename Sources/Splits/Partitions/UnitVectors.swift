internal import Datasets
internal import DenseLinearAlgebra

/// The vectors that the two Gaussians are fitted to, grouped by unit: a unit, usually one class, changes sides as a
/// whole.
///
/// Under ``ShiftStatistic/samples`` the vectors are the embeddings, under ``ShiftStatistic/classMeans`` the class
/// means. A unit may have no vectors: a class of one sample has none in either half of the held-out repetition. Such a
/// unit never moves.
struct UnitVectors: Sendable {
    /// The matrix whose rows are the vectors.
    enum Storage: Sendable {
        case embeddings(Matrix<Float>)
        case means(Matrix<Double>)
    }

    /// The matrix whose rows are the vectors, n × d.
    let storage: Storage
    /// The rows of each unit.
    let rows: [[Int]]
    /// The mean of each unit's vectors, one row per unit; zeros if a unit has none.
    let means: Matrix<Double>
    /// The mean of all vectors.
    let origin: [Double]

    /// The number d of dimensions.
    var dimension: Int { means.columnCount }
    /// The number of units.
    var unitCount: Int { rows.count }

    init(_ storage: Storage, rows: [[Int]]) {
        self.storage = storage
        self.rows = rows
        switch storage {
        case .embeddings(let matrix): means = matrix.means(ofRowGroups: rows)
        case .means(let matrix): means = matrix.means(ofRowGroups: rows)
        }
        let groups = [Array(rows.indices)]
        origin = Array(means.means(ofRowGroups: groups, weights: rows.map { Double($0.count) }).row(0))
    }

    /// The weighted sum of the vectors of some units, from which their mean is computed.
    func sum(ofUnits units: some Sequence<Int>) -> WeightedSum {
        var sum = WeightedSum(dimension: dimension)
        for unit in units where !rows[unit].isEmpty { sum.add(means.row(unit), weight: Double(rows[unit].count)) }
        return sum
    }

    /// Whether each side of a partition has the two vectors that a covariance needs.
    func canBeMeasured(_ partition: ClassPartition) -> Bool {
        Side.allCases.allSatisfy { count(ofUnits: partition.classes(on: $0)) >= 2 }
    }

    /// The number of vectors of some units.
    func count(ofUnits units: some Sequence<Int>) -> Int {
        units.reduce(0) { $0 + rows[$1].count }
    }
}

/// A sum of weighted vectors, and the sum of the weights.
struct WeightedSum {
    private(set) var vector: [Double]
    private(set) var weight = 0.0

    init(dimension: Int) {
        vector = Array(repeating: 0, count: dimension)
    }

    mutating func add(_ other: ArraySlice<Double>, weight otherWeight: Double) {
        vector.withUnsafeMutableBufferPointer { vector in
            other.withUnsafeBufferPointer { other in
                for j in vector.indices { vector[j] += other[j] * otherWeight }
            }
        }
        weight += otherWeight
    }

    var mean: [Double] { vector.map { $0 / weight } }
}

extension Matrix {
    /// The mean of each group of rows, one row per group, by plain sums in the given order, so that the bits are the
    /// same everywhere.
    ///
    /// An empty group has mean zero.
    func means(ofRowGroups groups: [[Int]], weights: [Double]? = nil) -> Matrix<Double> {
        let d = columnCount
        var sums = [Double](repeating: 0, count: groups.count * d)
        sums.withUnsafeMutableBufferPointer { sums in
            withElements { values in
                for (group, members) in groups.enumerated() {
                    var total = 0.0
                    for row in members {
                        let weight = weights?[row] ?? 1
                        guard weight > 0 else { continue }
                        total += weight
                        for j in 0..<d { sums[group * d + j] += Double(values[row * d + j]) * weight }
                    }
                    guard total > 0 else { continue }
                    for j in 0..<d { sums[group * d + j] /= total }
                }
            }
        }
        return Matrix<Double>(rowCount: groups.count, columnCount: d, elements: Array(sums))
    }

    /// The columns whose values are not the same in every row.
    var varyingColumns: [Int] {
        let (n, d) = (rowCount, columnCount)
        guard n > 0 else { return Array(0..<d) }
        var varies = [Bool](repeating: false, count: d)
        var open = d
        withElements { values in
            for i in 1..<max(n, 1) where open > 0 {
                for j in 0..<d where !varies[j] && values[i * d + j] != values[j] {
                    varies[j] = true
                    open -= 1
                }
            }
        }
        return (0..<d).filter { varies[$0] }
    }

    /// The matrix of the given columns.
    func selectingColumns(_ columns: [Int]) -> Matrix {
        let (n, d) = (rowCount, columnCount)
        let selected = [Scalar](unsafeUninitializedCapacity: n * columns.count) { target, count in
            withElements { values in
                for i in 0..<n {
                    for (place, j) in columns.enumerated() {
                        target.initializeElement(at: i * columns.count + place, to: values[i * d + j])
                    }
                }
            }
            count = n * columns.count
        }
        return Matrix(rowCount: n, columnCount: columns.count, elements: selected)
    }
}
