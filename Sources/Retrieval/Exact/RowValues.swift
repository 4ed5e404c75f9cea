package import DenseLinearAlgebra

/// Embeddings as they were read, in either precision: what ranks are exact for.
package enum RowValues: Sendable {
    case single(Matrix<Float>)
    case double(Matrix<Double>)

    package var rowCount: Int {
        switch self {
        case .single(let rows): rows.rowCount
        case .double(let rows): rows.rowCount
        }
    }

    package var columnCount: Int {
        switch self {
        case .single(let rows): rows.columnCount
        case .double(let rows): rows.columnCount
        }
    }

    /// These rows and then others, in double precision if either are.
    ///
    /// - Precondition: both have the same number of columns.
    package func appending(_ others: RowValues) -> RowValues {
        precondition(others.columnCount == columnCount, "\(others.columnCount) columns beside \(columnCount)")
        func doubles(_ rows: RowValues) -> [Double] {
            switch rows {
            case .single(let rows): rows.elements.map { Double($0) }
            case .double(let rows): rows.elements
            }
        }
        let count = rowCount + others.rowCount
        if case .single(let a) = self, case .single(let b) = others {
            return .single(Matrix(rowCount: count, columnCount: columnCount, elements: a.elements + b.elements))
        }
        return .double(
            Matrix(rowCount: count, columnCount: columnCount, elements: doubles(self) + doubles(others)))
    }

    /// Some of the rows, in the order of their numbers; a copy unless these are all.
    package func selecting(_ numbers: [Int]) -> RowValues {
        guard !numbers.elementsEqual(0..<rowCount) else { return self }
        return switch self {
        case .single(let rows): .single(rows.selectingRows(numbers))
        case .double(let rows): .double(rows.selectingRows(numbers))
        }
    }

    /// The values, rounded where they are in double precision.
    var rounded: Matrix<Float> {
        switch self {
        case .single(let rows): rows
        case .double(let rows):
            Matrix(rowCount: rows.rowCount, columnCount: rows.columnCount, elements: rows.elements.map { Float($0) })
        }
    }

    /// The first value, in row-major order, that is NaN or infinite, or nil if all are finite.
    var firstNonFinite: (row: Int, column: Int)? {
        switch self {
        case .single(let rows): rows.firstNonFinite
        case .double(let rows): rows.firstNonFinite
        }
    }

    /// The values of a row; every Float is a Double.
    func row(_ row: Int) -> [Double] {
        switch self {
        case .single(let rows): rows.row(row).map { Double($0) }
        case .double(let rows): Array(rows.row(row))
        }
    }
}

/// Rejects NaN and infinities.
///
/// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``; rows are numbered continuously through all sets.
func requireFinite(_ sets: [RowValues]) throws {
    var rowsBefore = 0
    for set in sets {
        if let (row, column) = set.firstNonFinite {
            throw RetrievalError.nonFiniteEmbedding(row: rowsBefore + row, column: column)
        }
        rowsBefore += set.rowCount
    }
}
