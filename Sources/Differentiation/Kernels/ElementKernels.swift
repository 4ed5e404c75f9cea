// MARK: - One operand

@inline(__always)
func evaluateElements<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ function: (Scalar) -> Scalar) {
    let (from, to, count) = (at.first.base, at.result.base, at.result.count)
    for index in 0..<count { to[index] = function(from[index]) }
}

/// - Parameter slope: the derivative, from the operand and the result.
@inline(__always)
func differentiateElements<Scalar: KernelScalar>(
    _ at: Surroundings<Scalar>, _ slope: (_ x: Scalar, _ y: Scalar) -> Scalar
) {
    guard let (sum, isEmpty) = at.unsetSum(at.node.first) else { return }
    let (x, y, g, to) = (at.first.base, at.result.base, at.derivative.base, sum.base)
    if isEmpty {
        for index in 0..<sum.count { to[index] = g[index] * slope(x[index], y[index]) }
    } else {
        for index in 0..<sum.count { to[index] += g[index] * slope(x[index], y[index]) }
    }
}

func evaluateFunction<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ function: ElementFunction) {
    switch function {
    case .exp: evaluateElements(at) { .exp($0) }
    case .log: evaluateElements(at) { .log($0) }
    case .log1p: evaluateElements(at) { .log1p($0) }
    case .squareRoot: evaluateElements(at) { $0.squareRoot() }
    case .square: evaluateElements(at) { $0 * $0 }
    case .reciprocal: evaluateElements(at) { 1 / $0 }
    case .rectify: evaluateElements(at) { $0 > 0 ? $0 : 0 }
    case .softplus: evaluateElements(at) { ($0 > 0 ? $0 : 0) + .log1p(.exp(-$0.magnitude)) }
    case .absolute: evaluateElements(at) { $0.magnitude }
    case .cosine: evaluateElements(at) { .cos($0) }
    case .arccosine: evaluateElements(at) { .acos($0) }
    }
}

func differentiateFunction<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ function: ElementFunction) {
    switch function {
    case .exp: differentiateElements(at) { _, y in y }
    case .log: differentiateElements(at) { x, _ in 1 / x }
    case .log1p: differentiateElements(at) { x, _ in 1 / (1 + x) }
    case .squareRoot: differentiateElements(at) { _, y in y > 0 ? 1 / (2 * y) : 0 }
    case .square: differentiateElements(at) { x, _ in 2 * x }
    case .reciprocal: differentiateElements(at) { _, y in -y * y }
    case .rectify: differentiateElements(at) { x, _ in x > 0 ? 1 : 0 }
    // The logistic function; the form for each sign does not overflow.
    case .softplus:
        differentiateElements(at) { x, _ in
            let small = Scalar.exp(-x.magnitude)
            return (x > 0 ? 1 : small) / (1 + small)
        }
    case .absolute: differentiateElements(at) { x, _ in x > 0 ? 1 : x < 0 ? -1 : 0 }
    case .cosine: differentiateElements(at) { x, _ in -.sin(x) }
    case .arccosine: differentiateElements(at) { x, _ in -1 / ((1 - x) * (1 + x)).squareRoot() }
    }
}

// MARK: - Two operands, of which single rows and columns are repeated

@inline(__always)
private func evaluatePairs<Scalar: KernelScalar>(
    _ at: Surroundings<Scalar>, _ function: (Scalar, Scalar) -> Scalar
) {
    let (a, b, result) = (at.first, at.second, at.result)
    for i in 0..<result.rows {
        let (x, y, to) = (a.row(i), b.row(i), result.base + i * result.columns)
        // Four loops, so that each is one that the compiler turns into vector instructions.
        switch (a.columns == result.columns, b.columns == result.columns) {
        case (true, true): for j in 0..<result.columns { to[j] = function(x[j], y[j]) }
        case (true, false): for j in 0..<result.columns { to[j] = function(x[j], y[0]) }
        case (false, true): for j in 0..<result.columns { to[j] = function(x[0], y[j]) }
        case (false, false): for j in 0..<result.columns { to[j] = function(x[0], y[0]) }
        }
    }
}

func evaluateBinary<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ operation: BinaryOperation) {
    switch operation {
    case .add: evaluatePairs(at) { $0 + $1 }
    case .subtract: evaluatePairs(at) { $0 - $1 }
    case .multiply: evaluatePairs(at) { $0 * $1 }
    case .divide: evaluatePairs(at) { $0 / $1 }
    case .maximum: evaluatePairs(at) { $0 >= $1 ? $0 : $1 }
    case .minimum: evaluatePairs(at) { $0 <= $1 ? $0 : $1 }
    }
}

/// Adds up the derivative by one operand; where it was repeated, over all its places.
///
/// - Parameter slope: the derivative of the result by this operand, from both.
@inline(__always)
private func differentiatePairs<Scalar: KernelScalar>(
    _ at: Surroundings<Scalar>, by operand: Int, _ slope: (Scalar, Scalar) -> Scalar
) {
    guard let sum = at.sum(operand) else { return }
    let (a, b, g) = (at.first, at.second, at.derivative)
    let (s, t) = (a.columns == g.columns ? 1 : 0, b.columns == g.columns ? 1 : 0)
    for i in 0..<g.rows {
        let (x, y, from, to) = (a.row(i), b.row(i), g.base + i * g.columns, sum.row(i))
        if sum.columns == g.columns {
            switch (s, t) {
            case (1, 1): for j in 0..<g.columns { to[j] += from[j] * slope(x[j], y[j]) }
            case (1, 0): for j in 0..<g.columns { to[j] += from[j] * slope(x[j], y[0]) }
            case (0, 1): for j in 0..<g.columns { to[j] += from[j] * slope(x[0], y[j]) }
            default: for j in 0..<g.columns { to[j] += from[j] * slope(x[0], y[0]) }
            }
        } else {
            var total: Scalar = 0
            for j in 0..<g.columns { total += from[j] * slope(x[j * s], y[j * t]) }
            to[0] += total
        }
    }
}

func differentiateBinary<Scalar: KernelScalar>(_ at: Surroundings<Scalar>, _ operation: BinaryOperation) {
    let (first, second) = (at.node.first, at.node.second)
    switch operation {
    case .add:
        differentiatePairs(at, by: first) { _, _ in 1 }
        differentiatePairs(at, by: second) { _, _ in 1 }
    case .subtract:
        differentiatePairs(at, by: first) { _, _ in 1 }
        differentiatePairs(at, by: second) { _, _ in -1 }
    case .multiply:
        differentiatePairs(at, by: first) { $1 }
        differentiatePairs(at, by: second) { x, _ in x }
    case .divide:
        differentiatePairs(at, by: first) { 1 / $1 }
        differentiatePairs(at, by: second) { -$0 / ($1 * $1) }
    case .maximum:
        differentiatePairs(at, by: first) { $0 >= $1 ? 1 : 0 }
        differentiatePairs(at, by: second) { $0 >= $1 ? 0 : 1 }
    case .minimum:
        differentiatePairs(at, by: first) { $0 <= $1 ? 1 : 0 }
        differentiatePairs(at, by: second) { $0 <= $1 ? 0 : 1 }
    }
}
