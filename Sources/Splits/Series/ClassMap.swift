internal import Datasets
internal import DenseLinearAlgebra
public import Files
public import Foundation

/// The mean embedding of every class, seen along the two directions in which the means vary most: a picture of the dataset.
///
/// The directions are the first two principal components of the unweighted class means (by LAPACK's `dsyevd`); the
/// class that is farthest along each is on its positive side. Distances on the map are at most those between the means;
/// ``Point/offPlane`` is how far a class is from the plane of the map.
public struct ClassMap: Sendable, Equatable {
    /// A class on the map.
    public struct Point: Sendable, Equatable {
        /// The class's label.
        public let classLabel: String
        /// The number of its samples.
        public let sampleCount: Int
        /// The coordinate along the first direction.
        public let x: Double
        /// The coordinate along the second.
        public let y: Double
        /// How far the class's mean is from the plane of the map.
        public let offPlane: Double

        /// Places a class.
        public init(classLabel: String, sampleCount: Int, x: Double, y: Double, offPlane: Double) {
            self.classLabel = classLabel
            self.sampleCount = sampleCount
            self.x = x
            self.y = y
            self.offPlane = offPlane
        }
    }

    /// The classes, in the order of the dataset's.
    public let points: [Point]

    /// Makes a map of classes that are already placed.
    public init(points: [Point]) {
        self.points = points
    }

    /// The fraction of the variance of the class means along each direction; 0 if they do not vary.
    public var shares: (x: Double, y: Double) {
        let (x, y) = (squares(of: \.x), squares(of: \.y))
        let all = x + y + squares(of: \.offPlane)
        return all > 0 ? (x / all, y / all) : (0, 0)
    }

    private func squares(of value: (Point) -> Double) -> Double {
        points.reduce(0) { $0 + value($1) * value($1) }
    }
}

extension ClassMap {
    /// Places the classes of a dataset.
    ///
    /// If the means vary in fewer than two directions, the coordinates along the others are 0.
    ///
    /// - Complexity: O(n·d + C·d·min(C, d) + min(C, d)³) operations for n samples of C classes.
    /// - Throws: `LinearAlgebraError`.
    public init(of embedded: EmbeddedDataset) throws {
        let dataset = embedded.dataset
        let means = embedded.embeddings.means(ofRowGroups: dataset.samplesOfClass).centred
        // The smaller of the two Gram matrices: the leading eigenvectors of either give the same coordinates.
        let (n, d) = (means.rowCount, means.columnCount)
        let vectors = try symmetricEigendecomposition(
            n <= d ? product(means, means, transposingRight: true) : gramMatrix(means))
        let coordinates = (0..<min(2, vectors.values.count)).map { k in
            let place = vectors.values.count - 1 - k
            let vector = Matrix(
                rowCount: 1, columnCount: vectors.values.count, elements: Array(vectors.vectors.row(place)))
            let length = max(vectors.values[place], 0).squareRoot()
            let values =
                n <= d
                ? vector.elements.map { $0 * length } : product(means, vector, transposingRight: true).elements
            let largest = values.max { abs($0) < abs($1) } ?? 0
            return largest < 0 ? values.map(-) : values
        }
        points = dataset.classLabels.enumerated().map { number, label in
            let (x, y) = (coordinates.first?[number] ?? 0, coordinates.count > 1 ? coordinates[1][number] : 0)
            let rest = means.row(number).reduce(0) { $0 + $1 * $1 } - x * x - y * y
            return Point(
                classLabel: label, sampleCount: dataset.samplesOfClass[number].count, x: x, y: y,
                offPlane: max(rest, 0).squareRoot())
        }
    }

    /// The map as a table with one row per class: `class-map.csv`.
    ///
    /// Coordinates have enough decimals to resolve a hundred-thousandth of the widest extent. Processors round
    /// differently, which can change the last decimal, and can rotate the directions if the means vary equally along
    /// both.
    public var table: CSVTable {
        let extent = points.reduce(0) { max($0, abs($1.x), abs($1.y), $1.offPlane) }
        let decimals = extent > 0 ? max(0, 5 - Int(log10(extent).rounded(.down))) : 0
        func text(_ value: Double) -> String {
            let rounded = String(format: "%.\(decimals)f", value)
            return Double(rounded) == 0 ? "0" : rounded
        }
        return CSVTable(
            columns: Self.columns,
            rows: points.map { [$0.classLabel, "\($0.sampleCount)", text($0.x), text($0.y), text($0.offPlane)] })
    }

    private static let columns = ["class", "samples", "pc1", "pc2", "off_plane"]

    /// Reads the `class-map.csv` of a split folder.
    ///
    /// - Throws: ``/Files/FileError`` if the file cannot be read, lacks a column, or has a field that is not a number.
    public init(readingFrom url: URL) throws {
        let table = try CSVTable(contentsOf: url)
        let places = try table.positions(ofColumns: Self.columns, path: url.path)
        points = try zip(table.rows, table.lines).map { fields, line in
            let numbers = try places.dropFirst().map { place in
                guard let number = Double(fields[place]), abs(number) < 1e100 else {
                    throw FileError.malformed(
                        path: url.path, line: line, found: "\"\(excerpt(fields[place]))\" as \(table.columns[place])",
                        expected: "a number")
                }
                return number
            }
            return Point(
                classLabel: fields[places[0]], sampleCount: Int(min(max(numbers[0], 0), 1e15)), x: numbers[1],
                y: numbers[2],
                offPlane: numbers[3])
        }
    }
}

extension Matrix where Scalar == Double {
    /// The rows minus their mean.
    fileprivate var centred: Matrix {
        var mean = [Double](repeating: 0, count: columnCount)
        for i in 0..<rowCount { for (j, value) in row(i).enumerated() { mean[j] += value / Double(rowCount) } }
        return centred(rows: 0..<rowCount, about: mean)
    }
}
