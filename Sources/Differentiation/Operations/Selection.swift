extension Variable {
    /// The given rows, in the given order; one may occur more than once.
    public func rows(at numbers: [Int]) -> Variable {
        precondition(numbers.allSatisfy { $0 >= 0 && $0 < rowCount }, "rows outside of \(rowCount)")
        return recording(.rows(numbers), rowCount: numbers.count)
    }

    /// The element of row i in column `columns[i]`, for each row (n × 1).
    public func elements(atColumns columns: [Int]) -> Variable {
        precondition(columns.count == rowCount, "\(columns.count) columns for \(rowCount) rows")
        precondition(columns.allSatisfy { $0 >= 0 && $0 < columnCount }, "columns outside of \(columnCount)")
        return recording(.elements(rows: nil, columns: columns), columnCount: 1)
    }

    /// The elements at some positions, one below the other (m × 1); a position may occur more than once.
    public func elements(atRows rows: [Int], columns: [Int]) -> Variable {
        precondition(rows.count == columns.count, "\(rows.count) rows and \(columns.count) columns")
        precondition(rows.allSatisfy { $0 >= 0 && $0 < rowCount }, "rows outside of \(rowCount)")
        precondition(columns.allSatisfy { $0 >= 0 && $0 < columnCount }, "columns outside of \(columnCount)")
        return recording(.elements(rows: rows, columns: columns), rowCount: rows.count, columnCount: 1)
    }

    /// The same elements, but a number in place of those in a mask.
    public func filled(where mask: Mask, with value: Double) -> Variable {
        requireShape(of: mask)
        return recording(.replace(with: value), mask: mask)
    }

    /// The transposed matrix.
    public func transposed() -> Variable {
        recording(.transpose, rowCount: columnCount, columnCount: rowCount)
    }

    /// The same elements in row-major order, in rows of another length.
    public func reshaped(rowCount: Int, columnCount: Int) -> Variable {
        precondition(
            rowCount * columnCount == self.rowCount * self.columnCount,
            "\(self.rowCount) × \(self.columnCount) elements as \(rowCount) × \(columnCount)")
        return recording(.reshape, rowCount: rowCount, columnCount: columnCount)
    }

    /// The rows of this matrix, and below them those of another.
    public func appendingRows(_ other: Variable) -> Variable {
        precondition(
            columnCount == other.columnCount, "rows of \(other.columnCount) values below rows of \(columnCount)")
        return recording(.appendRows, rowCount: rowCount + other.rowCount, other)
    }

    /// The columns of this matrix, and to their right those of another.
    public func appendingColumns(_ other: Variable) -> Variable {
        precondition(rowCount == other.rowCount, "columns of \(other.rowCount) values beside columns of \(rowCount)")
        return recording(.appendColumns, columnCount: columnCount + other.columnCount, other)
    }

    /// Some neighbouring columns.
    public func columns(_ range: Range<Int>) -> Variable {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= columnCount, "columns \(range) of \(columnCount)")
        return recording(.slice(firstRow: 0, firstColumn: range.lowerBound), columnCount: range.count)
    }

    /// Some neighbouring rows.
    public func rows(_ range: Range<Int>) -> Variable {
        precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows \(range) of \(rowCount)")
        return recording(.slice(firstRow: range.lowerBound, firstColumn: 0), rowCount: range.count)
    }
}

/// The elements of `a` where a mask is true, and those of `b` elsewhere; all three have one shape.
public func select<Scalar>(_ mask: Mask, _ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    a.requireShape(of: mask)
    b.requireShape(of: mask)
    return a.recording(.select, b, mask: mask)
}

extension Variable {
    /// Where the `count` largest elements of each row are, or all of them if there are fewer; of equal ones, the first.
    ///
    /// - Complexity: O(rows × columns × log `count`) at worst.
    public func largest(_ count: Int) -> Mask {
        precondition(count >= 0, "the \(count) largest elements")
        tape.require(self)
        let mask = tape.makeMask(rowCount: rowCount, columnCount: columnCount)
        Scalar.perform(
            TapeWork(kind: .markLargest(number, count: min(count, columnCount), to: mask.number)), on: tape)
        return mask
    }

    /// Copies the values into an array, which grows if it is too short, in double precision: for choices that are made
    /// of them outside of the tape.
    public func copyValues(into values: inout [Double]) {
        tape.require(self)
        let count = rowCount * columnCount
        if values.count < count { values = [Double](repeating: 0, count: count) }
        values.withUnsafeMutableBufferPointer { values in
            Scalar.perform(TapeWork(kind: .export(number, values)), on: tape)
        }
    }
}
