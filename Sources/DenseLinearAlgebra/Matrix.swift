/// A dense matrix of `rowCount × columnCount` values in row-major order: element (i, j) is `elements[i * columnCount + j]`.
///
/// Embeddings are `Matrix<Float>` of n × d, one row per sample; statistics are `Matrix<Double>`. Either count may be
/// zero.
///
/// The values are an array, or lie elsewhere and are read there, as those of a file that is mapped.
public struct Matrix<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int
    /// The values, unless they lie elsewhere.
    @usableFromInline var own: [Scalar]
    /// Where else they lie.
    @usableFromInline var kept: KeptValues<Scalar>?

    /// Makes a matrix of `rowCount × columnCount` from values in row-major order.
    ///
    /// - Precondition: `elements.count == rowCount * columnCount`.
    public init(rowCount: Int, columnCount: Int, elements: [Scalar]) {
        precondition(
            elements.count == rowCount * columnCount,
            "a \(rowCount) × \(columnCount) matrix needs \(rowCount * columnCount) values, not \(elements.count)")
        self.rowCount = rowCount
        self.columnCount = columnCount
        own = elements
    }

    /// Makes a matrix of values that lie elsewhere.
    ///
    /// - Parameter keeper: keeps them there, unchanged, for as long as it lives.
    /// - Precondition: `values.count == rowCount * columnCount`.
    package init(
        rowCount: Int, columnCount: Int, valuesIn values: UnsafeBufferPointer<Scalar>,
        keptBy keeper: any Sendable & AnyObject
    ) {
        precondition(
            values.count == rowCount * columnCount, "\(values.count) values of a \(rowCount) × \(columnCount) matrix")
        self.rowCount = rowCount
        self.columnCount = columnCount
        own = []
        kept = KeptValues(values, keptBy: keeper)
    }

    /// Makes a matrix of `rowCount × columnCount` in which every element is `value`.
    public init(rowCount: Int, columnCount: Int, repeating value: Scalar = 0) {
        self.init(
            rowCount: rowCount, columnCount: columnCount,
            elements: Array(repeating: value, count: rowCount * columnCount))
    }

    /// Makes a matrix from its rows, all of the same length; no rows make a 0 × 0 matrix.
    public init(rows: [[Scalar]]) {
        let columnCount = rows.first?.count ?? 0
        for (i, row) in rows.enumerated() {
            precondition(row.count == columnCount, "row \(i) has \(row.count) values, the first one \(columnCount)")
        }
        self.init(rowCount: rows.count, columnCount: columnCount, elements: rows.flatMap { $0 })
    }

    /// All values, row after row, as an array; a copy if they lie elsewhere.
    public internal(set) var elements: [Scalar] {
        @inlinable get {
            guard let kept else { return own }
            return Array(kept.values)
        }
        _modify {
            makeOwn()
            yield &own
        }
    }

    /// Copies values that lie elsewhere.
    @usableFromInline mutating func makeOwn() {
        guard let kept else { return }
        own = Array(kept.values)
        self.kept = nil
    }

    /// Passes all values, row after row, where they are.
    @inlinable
    public func withElements<Result, Failure>(
        _ body: (UnsafeBufferPointer<Scalar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let kept else { return try own.withUnsafeBufferPointer(body) }
        defer { withExtendedLifetime(kept) {} }
        return try body(kept.values)
    }

    /// The element in row `i` and column `j`.
    @inlinable
    public subscript(i: Int, j: Int) -> Scalar {
        get {
            precondition(j >= 0 && j < columnCount, "column \(j) of \(columnCount)")
            guard let kept else { return own[i * columnCount + j] }
            precondition(i >= 0 && i < rowCount, "row \(i) of \(rowCount)")
            return kept.values[i * columnCount + j]
        }
        set {
            precondition(j >= 0 && j < columnCount, "column \(j) of \(columnCount)")
            if kept != nil { makeOwn() }
            own[i * columnCount + j] = newValue
        }
    }

    /// The `columnCount` values of row `i`.
    @inlinable
    public func row(_ i: Int) -> ArraySlice<Scalar> {
        precondition(i >= 0 && i < rowCount, "row \(i) of \(rowCount)")
        let range = i * columnCount..<(i + 1) * columnCount
        guard let kept else { return own[range] }
        return ArraySlice(kept.values[range])
    }

    /// The matrix of the given rows, in the given order; an index may occur more than once.
    ///
    /// - Complexity: O(`indices.count` × `columnCount`).
    public func selectingRows(_ indices: some Collection<Int>) -> Matrix {
        var selected: [Scalar] = []
        selected.reserveCapacity(indices.count * columnCount)
        withElements { values in
            for i in indices {
                precondition(i >= 0 && i < rowCount, "row \(i) of \(rowCount)")
                selected.append(
                    contentsOf: UnsafeBufferPointer(rebasing: values[i * columnCount..<(i + 1) * columnCount]))
            }
        }
        return Matrix(rowCount: indices.count, columnCount: columnCount, elements: selected)
    }

    /// The `columnCount × rowCount` matrix whose element (j, i) is this one's (i, j).
    public func transposed() -> Matrix {
        var result = Matrix(rowCount: columnCount, columnCount: rowCount)
        let (n, d, tile) = (rowCount, columnCount, 32)
        result.elements.withUnsafeMutableBufferPointer { target in
            withElements { source in
                for rows in stride(from: 0, to: n, by: tile) {
                    for columns in stride(from: 0, to: d, by: tile) {
                        for i in rows..<min(rows + tile, n) {
                            for j in columns..<min(columns + tile, d) { target[j * n + i] = source[i * d + j] }
                        }
                    }
                }
            }
        }
        return result
    }

    /// The first element, in row-major order, that is NaN or infinite, or nil if all are finite.
    @inlinable public var firstNonFinite: (row: Int, column: Int)? {
        let index = withElements { buffer -> Int? in
            for i in buffer.indices where !buffer[i].isFinite { return i }
            return nil
        }
        return index.map { ($0 / columnCount, $0 % columnCount) }
    }
}

extension Matrix: Equatable {
    /// Whether two matrices have the same shape and values, wherever these lie.
    public static func == (a: Matrix, b: Matrix) -> Bool {
        guard a.rowCount == b.rowCount, a.columnCount == b.columnCount else { return false }
        return a.withElements { a in b.withElements { b in a.elementsEqual(b) } }
    }
}

extension Matrix where Scalar == Double {
    /// The same values in double precision.
    public init(_ other: Matrix<Float>) {
        let elements = [Double](unsafeUninitializedCapacity: other.rowCount * other.columnCount) { target, count in
            other.withElements { source in
                for i in source.indices { target.initializeElement(at: i, to: Double(source[i])) }
                count = source.count
            }
        }
        self.init(rowCount: other.rowCount, columnCount: other.columnCount, elements: elements)
    }

    /// The `n × n` identity.
    public static func identity(_ n: Int) -> Matrix {
        var result = Matrix(rowCount: n, columnCount: n)
        for i in 0..<n { result[i, i] = 1 }
        return result
    }
}

extension Matrix where Scalar == Double {
    /// Subtracts another matrix of the same shape.
    public mutating func subtract(_ other: Matrix) {
        precondition(
            rowCount == other.rowCount && columnCount == other.columnCount,
            "a \(other.rowCount) × \(other.columnCount) matrix from a \(rowCount) × \(columnCount) one")
        elements.withUnsafeMutableBufferPointer { target in
            other.withElements { source in
                for i in target.indices { target[i] -= source[i] }
            }
        }
    }

    /// Turns the upper triangle of `A` into that of `scale · (A − weight · v·vᵀ)`.
    public mutating func scaleUpperTriangle(
        by scale: Double, afterSubtractingOuterProductOf v: [Double], times weight: Double
    ) {
        precondition(rowCount == columnCount && v.count == rowCount, "\(v.count) values for \(rowCount) rows")
        let d = rowCount
        elements.withUnsafeMutableBufferPointer { values in
            v.withUnsafeBufferPointer { v in
                for i in 0..<d {
                    let factor = weight * v[i]
                    for j in i..<d { values[i * d + j] = (values[i * d + j] - factor * v[j]) * scale }
                }
            }
        }
    }

    /// Multiplies element (i, j) of the upper triangle by `rowScales[i] · columnScales[j]`.
    public mutating func scaleUpperTriangle(rowsBy rowScales: [Double], columnsBy columnScales: [Double]) {
        precondition(
            rowCount == columnCount && rowScales.count == rowCount && columnScales.count == rowCount,
            "\(rowScales.count) and \(columnScales.count) scales for \(rowCount) rows")
        let d = rowCount
        elements.withUnsafeMutableBufferPointer { values in
            rowScales.withUnsafeBufferPointer { rowScales in
                columnScales.withUnsafeBufferPointer { columnScales in
                    for i in 0..<d {
                        let scale = rowScales[i]
                        for j in i..<d { values[i * d + j] *= scale * columnScales[j] }
                    }
                }
            }
        }
    }

    /// Multiplies element (i, j) by `scales[j]`.
    public mutating func scaleColumns(by scales: [Double]) {
        precondition(scales.count == columnCount, "\(scales.count) scales for \(columnCount) columns")
        let (n, d) = (rowCount, columnCount)
        elements.withUnsafeMutableBufferPointer { values in
            scales.withUnsafeBufferPointer { scales in
                for i in 0..<n {
                    for j in 0..<d { values[i * d + j] *= scales[j] }
                }
            }
        }
    }

    /// The Frobenius norm of a symmetric matrix whose upper triangle is given.
    public var symmetricFrobeniusNorm: Double {
        precondition(rowCount == columnCount, "a \(rowCount) × \(columnCount) matrix is not symmetric")
        let d = rowCount
        return elements.withUnsafeBufferPointer { values in
            var (above, diagonal) = (0.0, 0.0)
            for i in 0..<d {
                diagonal += values[i * d + i] * values[i * d + i]
                for j in i + 1..<max(d, i + 1) { above += values[i * d + j] * values[i * d + j] }
            }
            return (diagonal + 2 * above).squareRoot()
        }
    }

    /// The square root of the sum of the squares of all elements.
    public var frobeniusNorm: Double {
        elements.withUnsafeBufferPointer { values in
            var sum = 0.0
            for value in values { sum += value * value }
            return sum.squareRoot()
        }
    }
}
