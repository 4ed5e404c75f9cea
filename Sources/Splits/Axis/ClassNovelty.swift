internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

/// How far a class of one side is from the classes of the other.
public struct ClassNovelty: Sendable, Equatable {
    /// The class's number.
    public let classNumber: Int
    /// The number of the class of the other side whose mean is nearest.
    public let nearest: Int
    /// The Euclidean distance between the two means.
    public let distance: Double
}

/// How far samples are from the mean of their class.
public struct ClassSpread: Sendable, Equatable {
    /// The root of the mean square of the distances of all samples from the means of their classes (divisor n − c for n samples
    /// of c classes); nil if no class has two different samples.
    public let typical: Double?
    /// The same of each class; nil for a class of one sample.
    public let ofClass: [Double?]

    init(of embedded: EmbeddedDataset, means: Matrix<Double>) {
        let x = embedded.embeddings
        let sums = embedded.orderedSamples.enumerated().map { number, samples in
            let mean = means.row(number)
            return samples.reduce(0.0) { sum, sample in
                zip(x.row(sample), mean).reduce(sum) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            }
        }
        let degrees = embedded.orderedSamples.map { Double($0.count - 1) }
        let (sum, count) = (sums.reduce(0, +), degrees.reduce(0, +))
        typical = count > 0 && sum > 0 ? (sum / count).squareRoot() : nil
        ofClass = zip(sums, degrees).map { $1 > 0 ? ($0 / $1).squareRoot() : nil }
    }
}

/// The means of classes, between which the nearest are found.
struct ClassMeans: Sendable {
    private let means: Matrix<Double>
    private let centred: Matrix<Double>
    private let squares: [Double]

    init(_ means: Matrix<Double>) {
        let (c, d) = (means.rowCount, means.columnCount)
        let origin = Array(means.means(ofRowGroups: [Array(0..<c)]).row(0))
        var elements = means.elements
        elements.withUnsafeMutableBufferPointer { values in
            for i in 0..<c { for j in 0..<d { values[i * d + j] -= origin[j] } }
        }
        self.means = means
        centred = Matrix(rowCount: c, columnCount: d, elements: elements)
        squares = (0..<c).map { i in (0..<d).reduce(0) { $0 + elements[i * d + $1] * elements[i * d + $1] } }
    }

    /// For each partition, the nearest class of the other side for each class that is on a side; of equally near ones the
    /// first.
    ///
    /// - Complexity: O(c²·(d + p)) for c classes and p partitions.
    func nearest(in partitions: [ClassPartition]) throws -> [[ClassNovelty]] {
        let c = means.rowCount
        let sides = partitions.map { partition in Side.allCases.map(partition.classes(on:)) }
        let height = 64
        let blocks = try concurrentMap(count: (c + height - 1) / height) { number throws(WorkStop.Requested) in
            try WorkStop.check()
            let rows = number * height..<min((number + 1) * height, c)
            let distances = squaredDistances(ofClasses: rows)
            return partitions.indices.map { p in
                rows.compactMap { row -> ClassNovelty? in
                    guard let side = partitions[p].sides[row] else { return nil }
                    let others = sides[p][side == .train ? 1 : 0]
                    return nearest(to: row, among: others, distances: distances[row - rows.lowerBound])
                }
            }
        }
        return partitions.indices.map { p in blocks.flatMap { $0[p] } }
    }

    private func nearest(to row: Int, among others: [Int], distances: [Double]) -> ClassNovelty? {
        guard let least = others.lazy.map({ distances[$0] }).min(),
            let first = others.first(where: { distances[$0] <= least + Tie.tolerance * least })
        else { return nil }
        return ClassNovelty(classNumber: row, nearest: first, distance: distances[first].squareRoot())
    }

    private func squaredDistances(ofClasses rows: Range<Int>) -> [[Double]] {
        let products = product(centred.selectingRows(rows), centred, transposingRight: true)
        let d = means.columnCount
        return rows.map { i in
            (0..<means.rowCount).map { j in
                let sum = squares[i] + squares[j]
                let square = sum - 2 * products[i - rows.lowerBound, j]
                guard square < 1e-4 * sum else { return square }
                // Of near means, the difference of large numbers says nothing.
                return (0..<d).reduce(0) { $0 + (means[i, $1] - means[j, $1]) * (means[i, $1] - means[j, $1]) }
            }
        }
    }
}

/// A quantile of some values, interpolated between the two next to it.
///
/// - Precondition: there are values, and `part` is from 0 to 1.
func quantile(_ part: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    let place = part * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
}
