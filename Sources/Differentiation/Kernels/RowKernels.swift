// MARK: - Sums

func evaluateSum<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ axis: SumAxis) {
    let (a, result, mask) = (at.first, at.result, at.mask)
    result.fill(0)
    for i in 0..<a.rows {
        let from = a.base + i * a.columns
        if axis == .columns {
            if let mask {
                for j in 0..<a.columns { result.base[j] += mask[i * a.columns + j] ? from[j] : 0 }
            } else {
                for j in 0..<a.columns { result.base[j] += from[j] }
            }
        } else {
            var total: Scalar = 0
            if let mask {
                for j in 0..<a.columns { total += mask[i * a.columns + j] ? from[j] : 0 }
            } else {
                for j in 0..<a.columns { total += from[j] }
            }
            result.base[axis == .rows ? i : 0] += total
        }
    }
}

func differentiateSum<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ axis: SumAxis) {
    guard let sum = at.sum(at.node.first) else { return }
    let (g, mask) = (at.derivative.base, at.mask)
    for i in 0..<sum.rows {
        let to = sum.base + i * sum.columns
        let (row, step) = axis == .columns ? (g, 1) : (g + (axis == .rows ? i : 0), 0)
        if let mask {
            for j in 0..<sum.columns { to[j] += mask[i * sum.columns + j] ? row[j * step] : 0 }
        } else {
            for j in 0..<sum.columns { to[j] += row[j * step] }
        }
    }
}

// MARK: - Rows of length 1

func evaluateNormalizedRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, result) = (at.first, at.result)
    for i in 0..<a.rows {
        let (from, to) = (a.base + i * a.columns, result.base + i * a.columns)
        let length = squaredLength(from, a.columns).squareRoot()
        // Written so that NaN stays.
        let scale = length == 0 ? 0 : 1 / length
        for j in 0..<a.columns { to[j] = from[j] * scale }
    }
}

/// With y = x / ‖x‖: ∂x = (∂y − (∂y · y) y) / ‖x‖.
func differentiateNormalizedRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let sum = at.sum(at.node.first) else { return }
    let (a, result, g) = (at.first, at.result, at.derivative)
    for i in 0..<a.rows {
        let start = i * a.columns
        let length = squaredLength(a.base + start, a.columns).squareRoot()
        guard length != 0 else { continue }
        let along = dotProduct(g.base + start, result.base + start, a.columns)
        let scale = 1 / length
        for j in start..<start + a.columns { sum.base[j] += (g.base[j] - along * result.base[j]) * scale }
    }
}

// MARK: - Exponentials

func evaluateLogSumExp<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, addingOne: Bool) {
    let (a, result, mask) = (at.first, at.result, at.mask)
    let room = at.tape.scratchValues(a.columns)
    for i in 0..<a.rows {
        result.base[i] = logSumExp(
            a.base + i * a.columns, a.columns, mask.map { $0 + i * a.columns }, addingOne: addingOne, room: room)
    }
}

/// log Σⱼ exp xⱼ of some values, or of those in a mask; 0 of none.
///
/// - Parameter room: memory for as many values.
@inline(__always)
func logSumExp<Scalar: KernelScalar>(
    _ values: UnsafeMutablePointer<Scalar>, _ count: Int, _ mask: UnsafeMutablePointer<Bool>? = nil,
    addingOne: Bool = false, room: UnsafeMutablePointer<Scalar>
) -> Scalar {
    let found = largest(values, count, mask)
    // Where there is a one to add, its logarithm is one of the exponents.
    let highest = addingOne && !(found > 0) ? 0 : found
    guard highest.isFinite else {
        // −∞ of a row without elements; the sum of a row with NaN is NaN.
        let hasAny = mask.map { mask in (0..<count).contains { mask[$0] } } ?? (count > 0)
        return hasAny ? highest : 0
    }
    fillExponentials(of: values, less: highest, count, mask, into: room)
    return highest + .log(sum(room, count) + (addingOne ? .exp(-highest) : 0))
}

/// exp (xⱼ − shift) of each value, and 0 outside of a mask.
@inline(__always)
private func fillExponentials<Scalar: KernelScalar>(
    of values: UnsafeMutablePointer<Scalar>, less shift: Scalar, _ count: Int, _ mask: UnsafeMutablePointer<Bool>?,
    into target: UnsafeMutablePointer<Scalar>
) {
    if let mask {
        for j in 0..<count { target[j] = mask[j] ? .exp(values[j] - shift) : 0 }
    } else {
        for j in 0..<count { target[j] = .exp(values[j] - shift) }
    }
}

/// Several partial sums, in an order that is the same on every processor.
@inline(__always)
private func sum<Scalar: KernelScalar>(_ values: UnsafeMutablePointer<Scalar>, _ count: Int) -> Scalar {
    var (s0, s1, s2, s3): (Scalar, Scalar, Scalar, Scalar) = (0, 0, 0, 0)
    var index = 0
    while index + 4 <= count {
        s0 += values[index]
        s1 += values[index + 1]
        s2 += values[index + 2]
        s3 += values[index + 3]
        index += 4
    }
    while index < count {
        s0 += values[index]
        index += 1
    }
    return (s0 + s1) + (s2 + s3)
}

/// The largest of some values, or of those in a mask; −∞ of none, and NaN is passed over.
///
/// Four at a time, without branches, so that no element waits for the one before it.
@inline(__always)
private func largest<Scalar: KernelScalar>(
    _ values: UnsafeMutablePointer<Scalar>, _ count: Int, _ mask: UnsafeMutablePointer<Bool>?
) -> Scalar {
    let none = -Scalar.infinity
    var (m0, m1, m2, m3) = (none, none, none, none)
    var index = 0
    if let mask {
        while index + 4 <= count {
            let (a, b) = (mask[index] ? values[index] : none, mask[index + 1] ? values[index + 1] : none)
            let (c, d) = (mask[index + 2] ? values[index + 2] : none, mask[index + 3] ? values[index + 3] : none)
            m0 = a > m0 ? a : m0
            m1 = b > m1 ? b : m1
            m2 = c > m2 ? c : m2
            m3 = d > m3 ? d : m3
            index += 4
        }
        while index < count {
            let a = mask[index] ? values[index] : none
            m0 = a > m0 ? a : m0
            index += 1
        }
    } else {
        while index + 4 <= count {
            m0 = values[index] > m0 ? values[index] : m0
            m1 = values[index + 1] > m1 ? values[index + 1] : m1
            m2 = values[index + 2] > m2 ? values[index + 2] : m2
            m3 = values[index + 3] > m3 ? values[index + 3] : m3
            index += 4
        }
        while index < count {
            m0 = values[index] > m0 ? values[index] : m0
            index += 1
        }
    }
    let (low, high) = (m0 > m1 ? m0 : m1, m2 > m3 ? m2 : m3)
    return low > high ? low : high
}

/// ∂xⱼ = ∂y · exp (xⱼ − y).
func differentiateLogSumExp<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let sum = at.sum(at.node.first) else { return }
    let (a, y, g, mask) = (at.first, at.result.base, at.derivative.base, at.mask)
    for i in 0..<a.rows where g[i] != 0 {
        let (start, slope, value) = (i * a.columns, g[i], y[i])
        let (from, to) = (a.base + start, sum.base + start)
        if let mask {
            for j in 0..<a.columns { to[j] += mask[start + j] ? slope * .exp(from[j] - value) : 0 }
        } else {
            for j in 0..<a.columns { to[j] += slope * .exp(from[j] - value) }
        }
    }
}

func evaluateSoftmax<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, result, mask) = (at.first, at.result, at.mask)
    for i in 0..<a.rows {
        let start = i * a.columns
        let (from, to, mask) = (a.base + start, result.base + start, mask.map { $0 + start })
        fillExponentials(of: from, less: largest(from, a.columns, mask), a.columns, mask, into: to)
        let total = sum(to, a.columns)
        guard total != 0 else { continue }
        let scale = 1 / total
        for j in 0..<a.columns { to[j] *= scale }
    }
}

/// ∂xⱼ = yⱼ (∂yⱼ − Σₖ ∂yₖ yₖ).
func differentiateSoftmax<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let sum = at.sum(at.node.first) else { return }
    let (y, g) = (at.result, at.derivative.base)
    for i in 0..<y.rows {
        let start = i * y.columns
        let along = dotProduct(g + start, y.base + start, y.columns)
        for index in start..<start + y.columns { sum.base[index] += y.base[index] * (g[index] - along) }
    }
}

// MARK: - Extremes

func evaluateExtremum<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ isMaximum: Bool, _ otherwise: Scalar) {
    let (a, result) = (at.first, at.result)
    for i in 0..<a.rows {
        let position = extremum(at, row: i, isMaximum)
        result.base[i] = position < 0 ? otherwise : a.base[i * a.columns + position]
    }
}

func differentiateExtremum<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ isMaximum: Bool) {
    guard let sum = at.sum(at.node.first) else { return }
    let g = at.derivative.base
    for i in 0..<sum.rows {
        let position = extremum(at, row: i, isMaximum)
        if position >= 0 { sum.base[i * sum.columns + position] += g[i] }
    }
}

/// The column of the first largest or smallest element of a row; negative if there is none.
private func extremum<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, row: Int, _ isMaximum: Bool) -> Int {
    let from = at.first.base + row * at.first.columns
    let mask = at.mask.map { $0 + row * at.first.columns }
    var position = -1
    for j in 0..<at.first.columns where mask?[j] ?? true {
        if position < 0 || (isMaximum ? from[j] > from[position] : from[j] < from[position]) { position = j }
    }
    return position
}
