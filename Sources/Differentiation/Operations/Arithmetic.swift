extension Variable {
    /// The sum, element by element.
    public static func + (a: Variable, b: Variable) -> Variable { a.combined(.add, with: b) }
    /// The difference, element by element.
    public static func - (a: Variable, b: Variable) -> Variable { a.combined(.subtract, with: b) }
    /// The product, element by element.
    public static func * (a: Variable, b: Variable) -> Variable { a.combined(.multiply, with: b) }
    /// The quotient, element by element; as IEEE 754 has it where the divisor is zero.
    public static func / (a: Variable, b: Variable) -> Variable { a.combined(.divide, with: b) }

    /// Adds a number to each element.
    public static func + (a: Variable, b: Double) -> Variable { a.affine(1, b) }
    /// Adds a number to each element.
    public static func + (a: Double, b: Variable) -> Variable { b.affine(1, a) }
    /// Subtracts a number from each element.
    public static func - (a: Variable, b: Double) -> Variable { a.affine(1, -b) }
    /// Subtracts each element from a number.
    public static func - (a: Double, b: Variable) -> Variable { b.affine(-1, a) }
    /// Multiplies each element by a number.
    public static func * (a: Variable, b: Double) -> Variable { a.affine(b, 0) }
    /// Multiplies each element by a number.
    public static func * (a: Double, b: Variable) -> Variable { b.affine(a, 0) }
    /// Divides each element by a number.
    public static func / (a: Variable, b: Double) -> Variable { a.affine(1 / b, 0) }
    /// The negative of each element.
    public static prefix func - (a: Variable) -> Variable { a.affine(-1, 0) }

    /// Where an element is smaller than another.
    public static func .< (a: Variable, b: Variable) -> Mask { b.isGreater(than: a) }
    /// Where an element is larger than another.
    public static func .> (a: Variable, b: Variable) -> Mask { a.isGreater(than: b) }
    /// Where an element is smaller than a number.
    public static func .< (a: Variable, b: Double) -> Mask { a .< a.tape.constant(b) }
    /// Where an element is larger than a number.
    public static func .> (a: Variable, b: Double) -> Mask { a .> a.tape.constant(b) }

    private func affine(_ scale: Double, _ shift: Double) -> Variable {
        recording(.affine(scale: scale, shift: shift))
    }

    fileprivate func combined(_ operation: BinaryOperation, with other: Variable) -> Variable {
        let shape = broadcastShape((rowCount, columnCount), (other.rowCount, other.columnCount))
        return recording(.binary(operation), rowCount: shape.rows, columnCount: shape.columns, other)
    }

    private func isGreater(than other: Variable) -> Mask {
        tape.require(self)
        tape.require(other)
        let shape = broadcastShape((rowCount, columnCount), (other.rowCount, other.columnCount))
        let mask = tape.makeMask(rowCount: shape.rows, columnCount: shape.columns)
        Scalar.perform(TapeWork(kind: .compare(number, other.number, to: mask.number)), on: tape)
        return mask
    }
}

/// The larger of two elements each; where they are equal, the derivative is the first one's.
public func maximum<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    a.combined(.maximum, with: b)
}

/// The smaller of two elements each; where they are equal, the derivative is the first one's.
public func minimum<Scalar>(_ a: Variable<Scalar>, _ b: Variable<Scalar>) -> Variable<Scalar> {
    a.combined(.minimum, with: b)
}
