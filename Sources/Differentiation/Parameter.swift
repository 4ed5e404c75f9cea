public import DenseLinearAlgebra

/// A matrix that training changes, with its gradient.
///
/// It lives outside of tapes. ``Tape/leaf(_:)`` brings it into a computation without copying it, and
/// ``Tape/differentiate(_:)`` writes its gradient.
public final class Parameter<Scalar: TapeScalar> {
    /// The number of rows.
    public let rowCount: Int
    /// The number of columns.
    public let columnCount: Int
    /// The values in row-major order.
    public let values: UnsafeMutableBufferPointer<Scalar>
    /// The derivative by each value, as of the last differentiation.
    public let gradient: UnsafeMutableBufferPointer<Scalar>

    /// Makes a parameter of some values, with a gradient of zeros.
    public init(_ matrix: Matrix<Scalar>) {
        (rowCount, columnCount) = (matrix.rowCount, matrix.columnCount)
        values = .allocate(capacity: max(matrix.elements.count, 1))
        gradient = .allocate(capacity: max(matrix.elements.count, 1))
        values.initialize(repeating: 0)
        gradient.initialize(repeating: 0)
        for (index, value) in matrix.elements.enumerated() { values[index] = value }
    }

    deinit {
        values.deallocate()
        gradient.deallocate()
    }

    /// A copy of the values.
    public var matrix: Matrix<Scalar> {
        Matrix(rowCount: rowCount, columnCount: columnCount, elements: Array(values.prefix(rowCount * columnCount)))
    }

    /// A copy of the gradient.
    public var gradientMatrix: Matrix<Scalar> {
        Matrix(rowCount: rowCount, columnCount: columnCount, elements: Array(gradient.prefix(rowCount * columnCount)))
    }
}
