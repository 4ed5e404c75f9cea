extension KernelScalar {
    /// Does a piece of work; specialised for each scalar, since their own methods call it.
    @inline(__always)
    static func perform(_ work: TapeWork.Kind, on tape: Tape<Self>) {
        switch work {
        case .evaluate(let number): evaluate(Surroundings(number, on: tape))
        case .differentiate(let number): differentiate(Surroundings(number, on: tape))
        case .fill(let number, let element):
            let block = Surroundings(number, on: tape).result
            for i in 0..<block.rows {
                for j in 0..<block.columns { block.base[i * block.columns + j] = Self(element(i, j)) }
            }
        case .copyMask(let mask, let number):
            let block = Surroundings(number, on: tape).result
            guard let elements = tape.masks[mask].buffer.memory?.assumingMemoryBound(to: Bool.self) else { return }
            for index in 0..<block.count { block.base[index] = elements[index] ? 1 : 0 }
        case .compare(let first, let second, let mask):
            let (a, b) = (Surroundings(first, on: tape).result, Surroundings(second, on: tape).result)
            guard let elements = tape.masks[mask].buffer.memory?.assumingMemoryBound(to: Bool.self) else { return }
            let shape = broadcastShape((a.rows, a.columns), (b.rows, b.columns))
            let (s, t) = (a.columns == 1 ? 0 : 1, b.columns == 1 ? 0 : 1)
            for i in 0..<shape.rows {
                let (x, y, to) = (a.row(i), b.row(i), elements + i * shape.columns)
                for j in 0..<shape.columns { to[j] = x[j * s] > y[j * t] }
            }
        case .seed(let number): Surroundings(number, on: tape).sum(number)?.fill(1)
        case .markLargest(let number, let count, let mask):
            let block = Surroundings(number, on: tape).result
            guard let elements = tape.masks[mask].buffer.memory?.assumingMemoryBound(to: Bool.self) else { return }
            markLargest(block, count, elements, tape.scratchValues(count))
        case .export(let number, let values):
            let block = Surroundings(number, on: tape).result
            for index in 0..<block.count { values[index] = Double(block.base[index]) }
        }
    }
}

private func evaluate<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    switch at.node.operation {
    case .leaf: break
    case .product(let first, let second): evaluateProduct(at, first, second)
    case .binary(let operation): evaluateBinary(at, operation)
    case .affine(let scale, let shift):
        let (scale, shift) = (Scalar(scale), Scalar(shift))
        evaluateElements(at) { scale * $0 + shift }
    case .function(let function): evaluateFunction(at, function)
    case .clamp(let bounds):
        let (low, high) = (Scalar(bounds.lowerBound), Scalar(bounds.upperBound))
        evaluateElements(at) { $0 < low ? low : $0 > high ? high : $0 }
    case .detach, .reshape: evaluateElements(at) { $0 }
    case .sum(let axis): evaluateSum(at, axis)
    case .normalizedRows: evaluateNormalizedRows(at)
    case .logSumExp(let addingOne): evaluateLogSumExp(at, addingOne: addingOne)
    case .softmax: evaluateSoftmax(at)
    case .extremum(let isMaximum, let otherwise): evaluateExtremum(at, isMaximum, Scalar(otherwise))
    case .squaredDistances: evaluateSquaredDistances(at)
    case .groupedInnerProducts(let count): evaluateGroupedInnerProducts(at, count)
    case .logSumExpOfInnerProducts: evaluateLogSumExpOfInnerProducts(at)
    case .rows(let numbers): evaluateRows(at, numbers)
    case .elements(let rows, let columns): evaluateChosen(at, rows, columns)
    case .replace(let value): evaluateReplacement(at, Scalar(value))
    case .select: evaluateSelection(at)
    case .transpose: evaluateTranspose(at)
    case .appendRows: copyRows(at)
    case .appendColumns: copyColumns(at)
    case .slice(let row, let column): copySlice(at, row, column)
    }
}

/// Adds the derivative by the result to those by the operands, as the chain rule has it.
private func differentiate<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    switch at.node.operation {
    case .leaf, .detach: break
    case .product(let first, let second): differentiateProduct(at, first, second)
    case .binary(let operation): differentiateBinary(at, operation)
    case .affine(let scale, _):
        let scale = Scalar(scale)
        differentiateElements(at) { _, _ in scale }
    case .function(let function): differentiateFunction(at, function)
    case .clamp(let bounds):
        let (low, high) = (Scalar(bounds.lowerBound), Scalar(bounds.upperBound))
        differentiateElements(at) { x, _ in x < low || x > high ? 0 : 1 }
    case .sum(let axis): differentiateSum(at, axis)
    case .normalizedRows: differentiateNormalizedRows(at)
    case .logSumExp: differentiateLogSumExp(at)
    case .softmax: differentiateSoftmax(at)
    case .extremum(let isMaximum, _): differentiateExtremum(at, isMaximum)
    case .squaredDistances: differentiateSquaredDistances(at)
    case .groupedInnerProducts(let count): differentiateGroupedInnerProducts(at, count)
    case .logSumExpOfInnerProducts: differentiateLogSumExpOfInnerProducts(at)
    case .rows(let numbers): differentiateRows(at, numbers)
    case .elements(let rows, let columns): differentiateChosen(at, rows, columns)
    case .replace: differentiateReplacement(at)
    case .reshape: differentiateElements(at) { _, _ in 1 }
    case .select: differentiateSelection(at)
    case .transpose: differentiateTranspose(at)
    case .appendRows: differentiateAppendedRows(at)
    case .appendColumns: differentiateAppendedColumns(at)
    case .slice(let row, let column): differentiateSlice(at, row, column)
    }
}

/// Marks the largest elements of each row; of equal ones, the first.
///
/// - Parameter heap: room for `count` values, of which none is smaller than the first, and none than half its place.
private func markLargest<Scalar: KernelScalar>(
    _ block: Block<Scalar>, _ count: Int, _ marks: UnsafeMutablePointer<Bool>, _ heap: UnsafeMutablePointer<Scalar>
) {
    /// Moves a value down to its place.
    func sink(_ value: Scalar, from start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < value else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = value
    }
    for i in 0..<block.rows {
        let (from, to) = (block.base + i * block.columns, marks + i * block.columns)
        guard count > 0 else {
            for j in 0..<block.columns { to[j] = false }
            continue
        }
        for j in 0..<count { heap[j] = from[j] }
        for place in (0..<count / 2).reversed() { sink(heap[place], from: place) }
        for j in count..<max(block.columns, count) where from[j] > heap[0] { sink(from[j], from: 0) }
        // All that are larger than the smallest of them, and as many equal to it as there is room for.
        let last = heap[0]
        var equal = 0
        for place in 0..<count where heap[place] == last { equal += 1 }
        for j in 0..<block.columns {
            to[j] = from[j] > last || (from[j] == last && equal > 0)
            if from[j] == last { equal -= 1 }
        }
    }
}
