public import DenseLinearAlgebra

/// A record of a computation with matrices, from which the derivative of its result follows: reverse mode.
///
/// Every operation on a ``Variable`` is computed at once and noted here. ``differentiate(_:)`` then goes through the notes
/// backwards and adds up, by the chain rule, the derivative of one number by every variable (Griewank and Walther,
/// "Evaluating Derivatives", 2nd edition, 2008, chapter 3).
///
/// A tape keeps its memory. After ``reset()`` the next computation is written over the last one; where it makes the
/// same operations with the same shapes, as one step of training after another does, nothing is allocated.
///
/// A tape belongs to one thread. Independent computations have a tape each.
public final class Tape<Scalar: TapeScalar> {
    var nodes: [Node] = []
    var masks: [MaskNode] = []
    var maskCount = 0
    /// What leaves refer to, in the order of their nodes; kept until the tape is reset.
    var owners: [Parameter<Scalar>] = []
    /// Memory for the time of one operation.
    var scratch = Buffer()
    /// Counts resets, so that a variable of an earlier computation is recognised.
    private(set) var generation = 0
    /// How many operations and leaves are noted since the last reset.
    public private(set) var count = 0
    /// How often memory was taken; it stays the same from step to step.
    package internal(set) var allocationCount = 0

    /// Makes an empty tape.
    public init() {}

    deinit {
        for node in nodes {
            node.ownValues.free()
            node.ownGradient.free()
        }
        for mask in masks { mask.buffer.free() }
        scratch.free()
    }

    /// Forgets the computation and keeps the memory; the variables and masks made so far must not be used any more.
    public func reset() {
        count = 0
        maskCount = 0
        generation += 1
        owners.removeAll(keepingCapacity: true)
    }

    /// The derivative of a number by everything that it was computed from; read it with ``gradient(of:)``, or from a
    /// ``Parameter``.
    ///
    /// Each call starts anew; nothing is added to earlier derivatives.
    ///
    /// - Parameter result: a 1 × 1 variable of this tape.
    /// - Complexity: two to three times the work of the computation.
    public func differentiate(_ result: Variable<Scalar>) {
        precondition(
            result.rowCount == 1 && result.columnCount == 1,
            "only a number has a gradient, not a \(result.rowCount) × \(result.columnCount) matrix")
        require(result)
        for number in 0..<count { nodes[number].hasGradient = false }
        guard nodes[result.number].needsGradient else { return }
        Scalar.perform(TapeWork(kind: .seed(result.number)), on: self)
        for number in stride(from: result.number, through: 0, by: -1)
        where nodes[number].hasGradient && nodes[number].first >= 0 {
            Scalar.perform(TapeWork(kind: .differentiate(number)), on: self)
        }
    }

    /// Whether the last differentiated number depends on a parameter; if not, its gradient is an older one.
    public func hasGradient(_ parameter: Parameter<Scalar>) -> Bool {
        let memory = UnsafeMutableRawPointer(parameter.gradient.baseAddress)
        return nodes[..<count].contains { $0.hasGradient && $0.gradientMemory == memory }
    }

    /// The derivative of the last differentiated number by each element of a variable; zeros where it does not depend
    /// on it.
    public func gradient(of variable: Variable<Scalar>) -> Matrix<Scalar> {
        require(variable)
        let node = nodes[variable.number]
        guard node.hasGradient else {
            return Matrix(rowCount: variable.rowCount, columnCount: variable.columnCount)
        }
        let values = UnsafeBufferPointer(start: node.gradient(Scalar.self), count: node.elementCount)
        return Matrix(rowCount: variable.rowCount, columnCount: variable.columnCount, elements: Array(values))
    }
}

// MARK: - Leaves

extension Tape {
    /// A matrix that the result depends on and that has a gradient.
    public func variable(_ matrix: Matrix<Scalar>) -> Variable<Scalar> {
        leaf(matrix, needsGradient: true)
    }

    /// A matrix that has no gradient.
    public func constant(_ matrix: Matrix<Scalar>) -> Variable<Scalar> {
        leaf(matrix, needsGradient: false)
    }

    /// A number, as a 1 × 1 matrix without a gradient.
    public func constant(_ value: Double) -> Variable<Scalar> {
        constant(rowCount: 1, columnCount: 1) { _, _ in value }
    }

    /// A matrix without a gradient, from a function of the row and the column.
    public func constant(rowCount: Int, columnCount: Int, _ element: (Int, Int) -> Double) -> Variable<Scalar> {
        let result = append(.leaf, rowCount: rowCount, columnCount: columnCount)
        withoutActuallyEscaping(element) { element in
            Scalar.perform(TapeWork(kind: .fill(result.number, element)), on: self)
        }
        return result
    }

    /// A matrix without a gradient, whose memory `fill` writes in row-major order: all of it, since it holds an earlier
    /// computation.
    public func constant(
        rowCount: Int, columnCount: Int, filledBy fill: (UnsafeMutableBufferPointer<Scalar>) -> Void
    ) -> Variable<Scalar> {
        let result = append(.leaf, rowCount: rowCount, columnCount: columnCount)
        fill(
            UnsafeMutableBufferPointer(
                start: nodes[result.number].values(Scalar.self), count: rowCount * columnCount))
        return result
    }

    /// A mask as a matrix of ones and zeros without a gradient.
    public func constant(_ mask: Mask) -> Variable<Scalar> {
        require(mask)
        let result = append(.leaf, rowCount: mask.rowCount, columnCount: mask.columnCount)
        Scalar.perform(TapeWork(kind: .copyMask(mask.number, to: result.number)), on: self)
        return result
    }

    /// The values of a parameter, which are not copied, and whose gradient ``differentiate(_:)`` writes.
    ///
    /// - Precondition: the parameter is no leaf of this computation yet; use its variable again instead.
    public func leaf(_ parameter: Parameter<Scalar>) -> Variable<Scalar> {
        precondition(!owners.contains { $0 === parameter }, "the parameter is a leaf of this computation already")
        let result = append(
            .leaf, rowCount: parameter.rowCount, columnCount: parameter.columnCount, ownsValues: false)
        nodes[result.number].valueMemory = UnsafeMutableRawPointer(parameter.values.baseAddress)
        nodes[result.number].gradientMemory = UnsafeMutableRawPointer(parameter.gradient.baseAddress)
        nodes[result.number].needsGradient = true
        owners.append(parameter)
        return result
    }

    private func leaf(_ matrix: Matrix<Scalar>, needsGradient: Bool) -> Variable<Scalar> {
        let result = append(
            .leaf, rowCount: matrix.rowCount, columnCount: matrix.columnCount, needsGradient: needsGradient)
        let values = nodes[result.number].values(Scalar.self)
        matrix.withElements { source in
            guard let base = source.baseAddress else { return }
            values.update(from: base, count: source.count)
        }
        return result
    }
}

// MARK: - Notes

extension Tape {
    /// Notes an operation and computes it.
    func record(
        _ operation: Operation, rowCount: Int, columnCount: Int, _ first: Variable<Scalar>,
        _ second: Variable<Scalar>? = nil, mask: Mask? = nil
    ) -> Variable<Scalar> {
        require(first)
        if let second { require(second) }
        if let mask { require(mask) }
        let needsGradient =
            operation.hasDerivative
            && (nodes[first.number].needsGradient || second.map { nodes[$0.number].needsGradient } ?? false)
        let result = append(
            operation, rowCount: rowCount, columnCount: columnCount, needsGradient: needsGradient,
            first: first.number, second: second?.number ?? -1, mask: mask?.number ?? -1)
        Scalar.perform(TapeWork(kind: .evaluate(result.number)), on: self)
        return result
    }

    private func append(
        _ operation: Operation, rowCount: Int, columnCount: Int, needsGradient: Bool = false, first: Int = -1,
        second: Int = -1, mask: Int = -1, ownsValues: Bool = true
    ) -> Variable<Scalar> {
        precondition(rowCount >= 0 && columnCount >= 0, "a \(rowCount) × \(columnCount) matrix")
        if count == nodes.count {
            nodes.append(Node())
            allocationCount += 1
        }
        let bytes = rowCount * columnCount * MemoryLayout<Scalar>.stride
        nodes[count].note(
            operation, rowCount: rowCount, columnCount: columnCount, first: first, second: second, mask: mask)
        nodes[count].needsGradient = needsGradient
        if ownsValues {
            if nodes[count].ownValues.reserve(bytes) { allocationCount += 1 }
            nodes[count].valueMemory = nodes[count].ownValues.memory
            if needsGradient {
                if nodes[count].ownGradient.reserve(bytes) { allocationCount += 1 }
                nodes[count].gradientMemory = nodes[count].ownGradient.memory
            }
        }
        defer { count += 1 }
        return Variable(
            tape: self, number: count, generation: generation, rowCount: rowCount, columnCount: columnCount)
    }

    /// Makes sure that a variable is of this tape and of this computation.
    func require(_ variable: Variable<Scalar>) {
        precondition(variable.tape === self, "a variable of another tape")
        precondition(
            variable.generation == generation,
            "a variable of computation \(variable.generation) in computation \(generation)")
    }

    /// Makes sure that a mask is of this computation.
    func require(_ mask: Mask) {
        precondition(
            mask.number < maskCount && mask.generation == generation,
            "a mask of computation \(mask.generation) in computation \(generation)")
    }
}
