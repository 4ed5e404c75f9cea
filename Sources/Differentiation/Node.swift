/// Memory that grows and never shrinks.
struct Buffer {
    private(set) var memory: UnsafeMutableRawPointer?
    private var capacity = 0

    /// Makes room; what was there is lost where it grows.
    ///
    /// - Returns: whether memory was taken.
    mutating func reserve(_ byteCount: Int) -> Bool {
        // Even an empty matrix has an address.
        let wanted = max(byteCount, 64)
        guard wanted > capacity else { return false }
        memory?.deallocate()
        memory = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 64)
        capacity = wanted
        return true
    }

    func free() { memory?.deallocate() }
}

/// A note on a tape: an operation, what it was applied to, its result and, later, the derivative by its result.
struct Node {
    private(set) var operation = Operation.leaf
    private(set) var rowCount = 0
    private(set) var columnCount = 0
    /// The numbers of its operands; negative if there is none.
    private(set) var first = -1
    private(set) var second = -1
    private(set) var mask = -1
    /// Whether the derivative by it is wanted, since a variable is behind it.
    var needsGradient = false
    /// Whether the derivative by it has been begun; if not, its memory holds anything.
    var hasGradient = false
    var valueMemory: UnsafeMutableRawPointer?
    var gradientMemory: UnsafeMutableRawPointer?
    var ownValues = Buffer()
    var ownGradient = Buffer()

    var elementCount: Int { rowCount * columnCount }

    mutating func note(
        _ operation: Operation, rowCount: Int, columnCount: Int, first: Int, second: Int, mask: Int
    ) {
        self.operation = operation
        (self.rowCount, self.columnCount) = (rowCount, columnCount)
        (self.first, self.second, self.mask) = (first, second, mask)
        hasGradient = false
    }

    func values<Scalar>(_: Scalar.Type) -> UnsafeMutablePointer<Scalar> { typed(valueMemory) }

    func gradient<Scalar>(_: Scalar.Type) -> UnsafeMutablePointer<Scalar> { typed(gradientMemory) }

    private func typed<Scalar>(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<Scalar> {
        guard let memory else { preconditionFailure("a note of \(rowCount) × \(columnCount) values without memory") }
        return memory.assumingMemoryBound(to: Scalar.self)
    }
}

/// What a note on a tape computes.
enum Operation {
    /// An input.
    case leaf
    case product(transposingFirst: Bool, transposingSecond: Bool)
    case binary(BinaryOperation)
    /// scale · x + shift
    case affine(scale: Double, shift: Double)
    case function(ElementFunction)
    case clamp(ClosedRange<Double>)
    case sum(SumAxis)
    case normalizedRows
    case logSumExp(addingOne: Bool)
    case softmax
    case extremum(isMaximum: Bool, otherwise: Double)
    case squaredDistances
    case groupedInnerProducts(Int)
    case logSumExpOfInnerProducts
    case rows([Int])
    case elements(rows: [Int]?, columns: [Int])
    case replace(with: Double)
    case select
    case transpose
    case reshape
    case appendRows
    case appendColumns
    case slice(firstRow: Int, firstColumn: Int)
    case detach

    var hasDerivative: Bool {
        if case .detach = self { return false }
        return true
    }
}

enum BinaryOperation { case add, subtract, multiply, divide, maximum, minimum }

enum ElementFunction {
    case exp, log, log1p, squareRoot, square, reciprocal, rectify, softplus, absolute, cosine, arccosine
}

enum SumAxis { case rows, columns, all }
