internal import DenseLinearAlgebra

func evaluateProduct<Scalar: KernelScalar>(
    _ at: Surroundings<Scalar>, _ transposingFirst: Bool, _ transposingSecond: Bool
) {
    let (a, b, result) = (at.first, at.second, at.result)
    Scalar.addProduct(
        a.base, b.base, to: result.base, sizes: (result.rows, result.columns, transposingFirst ? a.rows : a.columns),
        transposingLeft: transposingFirst, transposingRight: transposingSecond, scale: 1, kept: 0)
}

/// With C = A·B: ∂A = ∂C·Bᵀ and ∂B = Aᵀ·∂C; where a factor was given transposed, the derivative by it is transposed too.
func differentiateProduct<Scalar: KernelScalar>(
    _ at: Surroundings<Scalar>, _ transposingFirst: Bool, _ transposingSecond: Bool
) {
    let (a, b, g) = (at.first, at.second, at.derivative)
    if let (sum, isEmpty) = at.unsetSum(at.node.first) {
        let kept: Scalar = isEmpty ? 0 : 1
        if transposingFirst {
            Scalar.addProduct(
                b.base, g.base, to: sum.base, sizes: (sum.rows, sum.columns, g.columns),
                transposingLeft: transposingSecond, transposingRight: true, scale: 1, kept: kept)
        } else {
            Scalar.addProduct(
                g.base, b.base, to: sum.base, sizes: (sum.rows, sum.columns, g.columns), transposingLeft: false,
                transposingRight: !transposingSecond, scale: 1, kept: kept)
        }
    }
    if let (sum, isEmpty) = at.unsetSum(at.node.second) {
        let kept: Scalar = isEmpty ? 0 : 1
        if transposingSecond {
            Scalar.addProduct(
                g.base, a.base, to: sum.base, sizes: (sum.rows, sum.columns, g.rows), transposingLeft: true,
                transposingRight: transposingFirst, scale: 1, kept: kept)
        } else {
            Scalar.addProduct(
                a.base, g.base, to: sum.base, sizes: (sum.rows, sum.columns, g.rows),
                transposingLeft: !transposingFirst, transposingRight: false, scale: 1, kept: kept)
        }
    }
}

func evaluateGroupedInnerProducts<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ count: Int) {
    let (a, result) = (at.first, at.result)
    for start in stride(from: 0, to: a.rows, by: count) {
        let rows = a.base + start * a.columns
        Scalar.addProduct(
            rows, rows, to: result.base + start * count, sizes: (count, count, a.columns), transposingLeft: false,
            transposingRight: true, scale: 1, kept: 0)
    }
}

/// With G = A·Aᵀ of a group: ∂A = (∂G + ∂Gᵀ)·A.
func differentiateGroupedInnerProducts<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ count: Int) {
    guard let (sum, isEmpty) = at.unsetSum(at.node.first) else { return }
    let (a, g) = (at.first, at.derivative)
    for start in stride(from: 0, to: a.rows, by: count) {
        let (rows, slopes) = (a.base + start * a.columns, g.base + start * count)
        for isTransposed in [false, true] {
            Scalar.addProduct(
                slopes, rows, to: sum.base + start * a.columns, sizes: (count, a.columns, count),
                transposingLeft: isTransposed, transposingRight: false, scale: 1, kept: isEmpty && !isTransposed ? 0 : 1
            )
        }
    }
}

/// How many rows of inner products with n rows are in memory at a time.
private func rowsOfBlock(_ n: Int) -> Int { max(64, (1 << 20) / max(n, 1)) }

func evaluateLogSumExpOfInnerProducts<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b, result) = (at.first, at.second, at.result)
    let size = min(rowsOfBlock(b.rows), a.rows)
    let block = at.tape.scratchValues((size + 1) * b.rows)
    let room = block + size * b.rows
    for start in stride(from: 0, to: a.rows, by: max(size, 1)) {
        let count = min(size, a.rows - start)
        Scalar.addProduct(
            a.base + start * a.columns, b.base, to: block, sizes: (count, b.rows, a.columns), transposingLeft: false,
            transposingRight: true, scale: 1, kept: 0)
        for i in 0..<count { result.base[start + i] = logSumExp(block + i * b.rows, b.rows, room: room) }
    }
}

/// With yᵢ = log Σⱼ exp (aᵢ · bⱼ) and w_ij = ∂yᵢ exp (aᵢ · bⱼ − yᵢ): ∂aᵢ = Σⱼ w_ij bⱼ and ∂bⱼ = Σᵢ w_ij aᵢ.
func differentiateLogSumExpOfInnerProducts<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b, y, g) = (at.first, at.second, at.result.base, at.derivative.base)
    let (sumA, sumB) = (at.sum(at.node.first), at.sum(at.node.second))
    let size = min(rowsOfBlock(b.rows), a.rows)
    let block = at.tape.scratchValues(size * b.rows)
    for start in stride(from: 0, to: a.rows, by: max(size, 1)) {
        let count = min(size, a.rows - start)
        let rows = a.base + start * a.columns
        Scalar.addProduct(
            rows, b.base, to: block, sizes: (count, b.rows, a.columns), transposingLeft: false,
            transposingRight: true, scale: 1, kept: 0)
        for i in 0..<count {
            let (row, slope, value) = (block + i * b.rows, g[start + i], y[start + i])
            for j in 0..<b.rows { row[j] = slope == 0 ? 0 : slope * .exp(row[j] - value) }
        }
        if let sumA {
            Scalar.addProduct(
                block, b.base, to: sumA.base + start * a.columns, sizes: (count, a.columns, b.rows),
                transposingLeft: false, transposingRight: false, scale: 1, kept: 1)
        }
        if let sumB {
            Scalar.addProduct(
                block, rows, to: sumB.base, sizes: (b.rows, b.columns, count), transposingLeft: true,
                transposingRight: false, scale: 1, kept: 1)
        }
    }
}

func evaluateSquaredDistances<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b, result) = (at.first, at.second, at.result)
    Scalar.addProduct(
        a.base, b.base, to: result.base, sizes: (a.rows, b.rows, a.columns), transposingLeft: false,
        transposingRight: true, scale: -2, kept: 0)
    let lengths = at.tape.scratchValues(b.rows)
    for j in 0..<b.rows { lengths[j] = squaredLength(b.base + j * b.columns, b.columns) }
    for i in 0..<a.rows {
        let (length, to) = (squaredLength(a.base + i * a.columns, a.columns), result.base + i * result.columns)
        for j in 0..<b.rows {
            let value = length + lengths[j] + to[j]
            // A comparison that keeps NaN.
            to[j] = value < 0 ? 0 : value
        }
    }
}

/// With D_ij = ‖aᵢ − bⱼ‖²: ∂aᵢ = 2 Σⱼ ∂D_ij (aᵢ − bⱼ), and ∂bⱼ = 2 Σᵢ ∂D_ij (bⱼ − aᵢ).
func differentiateSquaredDistances<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b, g) = (at.first, at.second, at.derivative)
    if let (sum, isEmpty) = at.unsetSum(at.node.first) {
        Scalar.addProduct(
            g.base, b.base, to: sum.base, sizes: (a.rows, a.columns, b.rows), transposingLeft: false,
            transposingRight: false, scale: -2, kept: isEmpty ? 0 : 1)
        for i in 0..<a.rows {
            var total: Scalar = 0
            for j in 0..<b.rows { total += g.base[i * g.columns + j] }
            let (from, to) = (a.base + i * a.columns, sum.base + i * a.columns)
            for k in 0..<a.columns { to[k] += 2 * total * from[k] }
        }
    }
    if let (sum, isEmpty) = at.unsetSum(at.node.second) {
        Scalar.addProduct(
            g.base, a.base, to: sum.base, sizes: (b.rows, b.columns, a.rows), transposingLeft: true,
            transposingRight: false, scale: -2, kept: isEmpty ? 0 : 1)
        let totals = at.tape.scratchValues(b.rows)
        for j in 0..<b.rows { totals[j] = 0 }
        for i in 0..<a.rows {
            for j in 0..<b.rows { totals[j] += g.base[i * g.columns + j] }
        }
        for j in 0..<b.rows {
            let (total, from, to) = (2 * totals[j], b.base + j * b.columns, sum.base + j * b.columns)
            for k in 0..<b.columns { to[k] += total * from[k] }
        }
    }
}

/// Several partial sums, in an order that is the same on every processor.
@inline(__always)
func squaredLength<Scalar: KernelScalar>(_ values: UnsafeMutablePointer<Scalar>, _ count: Int) -> Scalar {
    dotProduct(values, values, count)
}

@inline(__always)
func dotProduct<Scalar: KernelScalar>(
    _ a: UnsafeMutablePointer<Scalar>, _ b: UnsafeMutablePointer<Scalar>, _ count: Int
) -> Scalar {
    var (s0, s1, s2, s3): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
    var index = 0
    while index + 4 <= count {
        s0 += a[index] * b[index]
        s1 += a[index + 1] * b[index + 1]
        s2 += a[index + 2] * b[index + 2]
        s3 += a[index + 3] * b[index + 3]
        index += 4
    }
    while index < count {
        s0 += a[index] * b[index]
        index += 1
    }
    return (s0 + s1) + (s2 + s3)
}

extension Tape {
    /// Memory for some values until the next call.
    func scratchValues(_ count: Int) -> UnsafeMutablePointer<Scalar> {
        if scratch.reserve(count * MemoryLayout<Scalar>.stride) { allocationCount += 1 }
        guard let memory = scratch.memory else { preconditionFailure("\(count) values without memory") }
        return memory.assumingMemoryBound(to: Scalar.self)
    }
}
