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
    for i in 0..<a.rows {
        let from = a.base + i * a.columns
        let mask = mask.map { $0 + i * a.columns }
        var (largest, hasAny) = (addingOne ? 0 : -Scalar.infinity, addingOne)
        for j in 0..<a.columns where mask?[j] ?? true {
            hasAny = true
            // NaN is larger than nothing, but the sum below keeps it.
            if from[j] > largest { largest = from[j] }
        }
        guard hasAny else {
            result.base[i] = 0
            continue
        }
        guard largest.isFinite else {
            result.base[i] = largest
            continue
        }
        var total: Scalar = addingOne ? .exp(-largest) : 0
        for j in 0..<a.columns where mask?[j] ?? true { total += .exp(from[j] - largest) }
        result.base[i] = largest + .log(total)
    }
}

/// ∂xⱼ = ∂y · exp (xⱼ − y).
func differentiateLogSumExp<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let sum = at.sum(at.node.first) else { return }
    let (a, y, g, mask) = (at.first, at.result.base, at.derivative.base, at.mask)
    for i in 0..<a.rows where g[i] != 0 {
        for index in i * a.columns..<(i + 1) * a.columns where mask?[index] ?? true {
            sum.base[index] += g[i] * .exp(a.base[index] - y[i])
        }
    }
}

func evaluateSoftmax<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, result, mask) = (at.first, at.result, at.mask)
    for i in 0..<a.rows {
        let range = i * a.columns..<(i + 1) * a.columns
        var largest = -Scalar.infinity
        for index in range where mask?[index] ?? true {
            if a.base[index] > largest { largest = a.base[index] }
        }
        var total: Scalar = 0
        for index in range {
            let value: Scalar = mask?[index] ?? true ? .exp(a.base[index] - largest) : 0
            result.base[index] = value
            total += value
        }
        guard total != 0 else { continue }
        let scale = 1 / total
        for index in range { result.base[index] *= scale }
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
