public import DenseLinearAlgebra

/// A matrix of a computation on a ``Tape``: a light handle, valid until the tape is reset.
///
/// Operators work element by element. Where one operand has a single row, a single column or both, it is repeated to
/// the other's shape; products of matrices are ``product(_:_:transposingLeft:transposingRight:)``.
public struct Variable<Scalar: TapeScalar> {
    /// The tape that it is noted on.
    public let tape: Tape<Scalar>
    let number: Int
    let generation: Int
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int

    /// A copy of the values.
    public var matrix: Matrix<Scalar> {
        Matrix(rowCount: rowCount, columnCount: columnCount, elements: Array(elements))
    }

    /// The only value of a 1 × 1 matrix.
    public var value: Scalar {
        precondition(rowCount == 1 && columnCount == 1, "the value of a \(rowCount) × \(columnCount) matrix")
        return elements[0]
    }

    /// The values in row-major order, without a copy; valid until the tape is reset.
    public var elements: UnsafeBufferPointer<Scalar> {
        tape.require(self)
        return UnsafeBufferPointer(
            start: tape.nodes[number].values(Scalar.self), count: rowCount * columnCount)
    }

    func recording(
        _ operation: Operation, rowCount: Int? = nil, columnCount: Int? = nil, _ second: Variable? = nil,
        mask: Mask? = nil
    ) -> Variable {
        tape.record(
            operation, rowCount: rowCount ?? self.rowCount, columnCount: columnCount ?? self.columnCount, self, second,
            mask: mask)
    }

    /// Makes sure that a mask has this shape.
    func requireShape(of mask: Mask?) {
        guard let mask else { return }
        precondition(
            mask.rowCount == rowCount && mask.columnCount == columnCount,
            "a \(mask.rowCount) × \(mask.columnCount) mask of a \(rowCount) × \(columnCount) matrix")
    }
}
