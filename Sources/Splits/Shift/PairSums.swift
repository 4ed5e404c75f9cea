internal import Datasets
internal import DenseLinearAlgebra

/// A function of two vectors whose sums over pairs of classes say how far apart any two groups of classes are.
enum PairFunction: Sendable, Hashable {
    /// The kernel of ``KernelDiscrepancy``, (x·y / d + 1)³, less terms that depend on only one vector.
    case cubic
    /// exp(−‖x − y‖² / 2σ²).
    case gaussian(bandwidth: Double)
    /// ‖x − y‖.
    case distance
}

/// Sums of functions of two vectors over the pairs of classes, from one pass over all pairs of vectors.
///
/// The sum over any two groups of classes is one of such sums. So one pass, in O(n²·d), serves every partition of the
/// classes: all levels, and random sides beside each.
///
/// The vectors are visited in tiles of a fixed size, whose sums are added in a fixed order; so the result depends neither on the
/// number of threads nor on the order of rows, except for what BLAS makes of the inner products in the tiles.
struct PairSums: Sendable {
    private let storage: UnitVectors.Storage
    /// The row of each vector, class by class.
    let order: [Int]
    /// The place of each vector's class in ``classes``.
    let placeOfVector: [Int]
    /// The numbers of the classes that have vectors, ascending.
    let classes: [Int]
    /// How many vectors each of ``classes`` has.
    let counts: [Int]
    /// The mean of all vectors.
    let origin: [Double]
    /// α of each vector, c·u / d for the vector u about the mean c.
    let alpha: [Double]
    /// ‖u‖² of each vector.
    let squares: [Double]
    /// c·c / d + 1.
    let constant: Double

    /// - Parameter rows: the rows of each class, by its number.
    init(_ storage: UnitVectors.Storage, rowsOfClass rows: [[Int]]) {
        self.storage = storage
        let classes = rows.indices.filter { !rows[$0].isEmpty }
        self.classes = classes
        counts = classes.map { rows[$0].count }
        order = rows.flatMap { $0 }
        placeOfVector = classes.indices.flatMap { [Int](repeating: $0, count: rows[classes[$0]].count) }
        let d = storage.dimension
        precondition(d > 0, "the vectors have no column")

        // About the first vector, so that a large common offset costs no digits of the mean.
        var (first, row) = ([Double](repeating: 0, count: d), [Double](repeating: 0, count: d))
        var mean = first
        if let start = order.first { storage.copyRow(start, into: &first) }
        for i in order {
            storage.copyRow(i, into: &row)
            for j in 0..<d { mean[j] += row[j] - first[j] }
        }
        let m = Double(max(order.count, 1))
        for j in 0..<d { mean[j] = first[j] + mean[j] / m }
        var (alpha, squares) = ([Double](), [Double]())
        alpha.reserveCapacity(order.count)
        squares.reserveCapacity(order.count)
        for i in order {
            storage.copyRow(i, into: &row)
            var (a, square) = (0.0, 0.0)
            for j in 0..<d {
                let u = row[j] - mean[j]
                a += mean[j] * u / Double(d)
                square += u * u
            }
            alpha.append(a)
            squares.append(square)
        }
        (self.alpha, self.squares) = (alpha, squares)
        constant = mean.reduce(0) { $0 + $1 * $1 } / Double(d) + 1
        origin = mean
    }

    /// The median distance of two vectors, among those of at most a thousand, evenly chosen in the order of the classes.
    ///
    /// It is the root of the mean square where the median is 0.
    ///
    /// - Precondition: there are two vectors.
    var medianDistance: Double {
        let count = min(order.count, 1000)
        precondition(count >= 2, "\(order.count) vectors have no distance")
        let chosen = (0..<count).map { $0 * order.count / count }
        let vectors = Matrix(
            rowCount: count, columnCount: origin.count, elements: centred(chosen.map { order[$0] }))
        let products = product(vectors, vectors, transposingRight: true)
        var found: [Double] = []
        found.reserveCapacity(count * (count - 1) / 2)
        for i in 0..<count {
            for j in i + 1..<count {
                found.append(max(squares[chosen[i]] + squares[chosen[j]] - 2 * products[i, j], 0))
            }
        }
        let mean = found.reduce(0, +) / Double(found.count)
        found.sort()
        let middle = (found[(found.count - 1) / 2].squareRoot() + found[found.count / 2].squareRoot()) / 2
        return middle * middle > 1e-12 * mean ? middle : mean.squareRoot()
    }

    /// Vectors about the mean of all, one after the other.
    func centred(_ rows: [Int]) -> [Double] {
        var result = [Double](repeating: 0, count: rows.count * origin.count)
        result.withUnsafeMutableBufferPointer { copy(rows, to: $0) }
        return result
    }

    /// Copies vectors about the mean of all.
    func copy(_ rows: some Sequence<Int>, to target: UnsafeMutableBufferPointer<Double>) {
        let d = origin.count
        for (place, row) in rows.enumerated() {
            copy(row, to: UnsafeMutableBufferPointer(rebasing: target[place * d..<(place + 1) * d]))
        }
    }

    private func copy(_ row: Int, to target: UnsafeMutableBufferPointer<Double>) {
        let d = origin.count
        origin.withUnsafeBufferPointer { origin in
            switch storage {
            case .embeddings(let matrix):
                matrix.withElements { values in
                    for j in 0..<d { target[j] = Double(values[row * d + j]) - origin[j] }
                }
            case .means(let matrix):
                matrix.withElements { values in
                    for j in 0..<d { target[j] = values[row * d + j] - origin[j] }
                }
            }
        }
    }
}

extension UnitVectors.Storage {
    /// The number of columns.
    var dimension: Int {
        switch self {
        case .embeddings(let matrix): matrix.columnCount
        case .means(let matrix): matrix.columnCount
        }
    }

    /// Copies a row into a buffer of as many values.
    func copyRow(_ row: Int, into target: inout [Double]) {
        let d = dimension
        target.withUnsafeMutableBufferPointer { target in
            switch self {
            case .embeddings(let matrix):
                matrix.withElements { values in
                    for j in 0..<d { target[j] = Double(values[row * d + j]) }
                }
            case .means(let matrix):
                matrix.withElements { values in
                    for j in 0..<d { target[j] = values[row * d + j] }
                }
            }
        }
    }
}
