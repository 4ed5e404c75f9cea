func evaluateRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ numbers: [Int]) {
    let (a, result) = (at.first, at.result)
    for (place, number) in numbers.enumerated() {
        (result.base + place * a.columns).update(from: a.base + number * a.columns, count: a.columns)
    }
}

func differentiateRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ numbers: [Int]) {
    guard let sum = at.sum(at.node.first) else { return }
    let g = at.derivative
    for (place, number) in numbers.enumerated() {
        let (from, to) = (g.base + place * g.columns, sum.base + number * g.columns)
        for j in 0..<g.columns { to[j] += from[j] }
    }
}

func evaluateChosen<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ rows: [Int]?, _ columns: [Int]) {
    let (a, result) = (at.first, at.result)
    for (place, column) in columns.enumerated() {
        result.base[place] = a.base[(rows?[place] ?? place) * a.columns + column]
    }
}

func differentiateChosen<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ rows: [Int]?, _ columns: [Int]) {
    guard let sum = at.sum(at.node.first) else { return }
    let g = at.derivative.base
    for (place, column) in columns.enumerated() {
        sum.base[(rows?[place] ?? place) * sum.columns + column] += g[place]
    }
}

func evaluateReplacement<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ value: Scalar) {
    guard let mask = at.mask else { return }
    let (from, to) = (at.first.base, at.result.base)
    for index in 0..<at.result.count { to[index] = mask[index] ? value : from[index] }
}

func differentiateReplacement<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let mask = at.mask, let sum = at.sum(at.node.first) else { return }
    let g = at.derivative.base
    for index in 0..<sum.count { sum.base[index] += mask[index] ? 0 : g[index] }
}

func evaluateSelection<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let mask = at.mask else { return }
    let (a, b, to) = (at.first.base, at.second.base, at.result.base)
    for index in 0..<at.result.count { to[index] = mask[index] ? a[index] : b[index] }
}

func differentiateSelection<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let mask = at.mask else { return }
    let g = at.derivative.base
    if let sum = at.sum(at.node.first) {
        for index in 0..<sum.count { sum.base[index] += mask[index] ? g[index] : 0 }
    }
    if let sum = at.sum(at.node.second) {
        for index in 0..<sum.count { sum.base[index] += mask[index] ? 0 : g[index] }
    }
}

func evaluateTranspose<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, to) = (at.first, at.result.base)
    for i in 0..<a.rows {
        for j in 0..<a.columns { to[j * a.rows + i] = a.base[i * a.columns + j] }
    }
}

func differentiateTranspose<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    guard let sum = at.sum(at.node.first) else { return }
    let g = at.derivative.base
    for i in 0..<sum.rows {
        for j in 0..<sum.columns { sum.base[i * sum.columns + j] += g[j * sum.rows + i] }
    }
}

// MARK: - Parts

/// Adds or copies a part of one matrix to a part of another.
@inline(__always)
private func move<Scalar: KernelScalar>(
    _ source: Block<Scalar>, from: (row: Int, column: Int), to target: Block<Scalar>, at place: (row: Int, column: Int),
    rows: Int, columns: Int, adding: Bool
) {
    for i in 0..<rows {
        let x = source.base + (from.row + i) * source.columns + from.column
        let y = target.base + (place.row + i) * target.columns + place.column
        if adding {
            for j in 0..<columns { y[j] += x[j] }
        } else {
            for j in 0..<columns { y[j] = x[j] }
        }
    }
}

func copyRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b) = (at.first, at.second)
    move(a, from: (0, 0), to: at.result, at: (0, 0), rows: a.rows, columns: a.columns, adding: false)
    move(b, from: (0, 0), to: at.result, at: (a.rows, 0), rows: b.rows, columns: b.columns, adding: false)
}

func differentiateAppendedRows<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, g) = (at.first, at.derivative)
    if let sum = at.sum(at.node.first) {
        move(g, from: (0, 0), to: sum, at: (0, 0), rows: sum.rows, columns: sum.columns, adding: true)
    }
    if let sum = at.sum(at.node.second) {
        move(g, from: (a.rows, 0), to: sum, at: (0, 0), rows: sum.rows, columns: sum.columns, adding: true)
    }
}

func copyColumns<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, b) = (at.first, at.second)
    move(a, from: (0, 0), to: at.result, at: (0, 0), rows: a.rows, columns: a.columns, adding: false)
    move(b, from: (0, 0), to: at.result, at: (0, a.columns), rows: b.rows, columns: b.columns, adding: false)
}

func differentiateAppendedColumns<Scalar: KernelScalar>(_ at: Surroundings<Scalar>) {
    let (a, g) = (at.first, at.derivative)
    if let sum = at.sum(at.node.first) {
        move(g, from: (0, 0), to: sum, at: (0, 0), rows: sum.rows, columns: sum.columns, adding: true)
    }
    if let sum = at.sum(at.node.second) {
        move(g, from: (0, a.columns), to: sum, at: (0, 0), rows: sum.rows, columns: sum.columns, adding: true)
    }
}

func copySlice<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ row: Int, _ column: Int) {
    let result = at.result
    move(
        at.first, from: (row, column), to: result, at: (0, 0), rows: result.rows, columns: result.columns,
        adding: false)
}

func differentiateSlice<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ row: Int, _ column: Int) {
    guard let sum = at.sum(at.node.first) else { return }
    let g = at.derivative
    move(g, from: (0, 0), to: sum, at: (row, column), rows: g.rows, columns: g.columns, adding: true)
}
