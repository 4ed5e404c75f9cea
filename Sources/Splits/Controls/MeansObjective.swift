internal import Datasets
internal import DenseLinearAlgebra
internal import Statistics

/// How far apart the means of two sides are for their sizes: ‖Δ‖² / (1/n₁ + 1/n₂), without what units add to it by their own
/// lengths.
///
/// These are mostly noise where a unit has few samples, and with them units of large noise would draw Δ to themselves; the
/// inner products of different units are right on average.
struct MeansObjective: Sendable {
    /// Sides of the active units, and how far apart they are.
    struct Sides: Sendable {
        /// Whether each active unit is on the train side.
        let isTrain: [Bool]
        /// How much each favours the train side: Σ tᵥ⟨yᵤ, yᵥ⟩ over all other units v, with t = ±1 for the sides.
        let scores: [Double]
        let value: Double
        /// Σ tᵤyᵤ, where it is at hand.
        fileprivate let sum: [Double]?
    }

    /// The units that have samples.
    let active: [Int]
    /// The number of samples of each, or another weight.
    let counts: [Double]
    /// The vectors of the active units about the mean of all, times their weights, one row each.
    let centred: Matrix<Double>
    let products: UnitProducts
    let rules: ExchangeRules?
    /// Whether each is on the train side at the start.
    let atStart: [Bool]
    private let start: ClassPartition
    private let total: Double
    private let own: [Double]
    /// Places of the active units that may change sides, by stratum, and how many of them the train side takes; nil where units
    /// of a stratum weigh differently.
    private let strata: [(places: [Int], trainCount: Int)]?

    /// - Parameters:
    ///   - sums: the sum over each unit's samples, one row each.
    ///   - counts: how many samples these are.
    ///   - rules: what must hold when units change sides; nil if any may be exchanged.
    init(sums: Matrix<Double>, counts: [Double], start: ClassPartition, rules: ExchangeRules?) {
        let active = counts.indices.filter { counts[$0] > 0 && start.sides[$0] != nil }
        let d = sums.columnCount
        let total = active.reduce(0) { $0 + counts[$1] }
        var mean = sums.combination(counts.indices.map { counts[$0] > 0 && start.sides[$0] != nil ? 1 : 0 })
        for j in 0..<d { mean[j] /= max(total, 1) }
        let elements = [Double](unsafeUninitializedCapacity: active.count * d) { target, filled in
            sums.withElements { values in
                mean.withUnsafeBufferPointer { mean in
                    guard let source = values.baseAddress, let target = target.baseAddress,
                        let mean = mean.baseAddress
                    else { return }
                    for (place, unit) in active.enumerated() {
                        let (count, from, to) = (counts[unit], source + unit * d, target + place * d)
                        for j in 0..<d { to[j] = from[j] - count * mean[j] }
                    }
                }
            }
            filled = active.count * d
        }
        centred = Matrix(rowCount: active.count, columnCount: d, elements: elements)
        products = UnitProducts(of: centred)
        own = products.diagonal
        self.active = active
        self.counts = active.map { counts[$0] }
        self.total = total
        self.start = start
        self.rules = rules
        atStart = active.map { start.sides[$0] == .train }
        if let rules {
            let free = active.indices.filter { rules.strata[active[$0]] != nil }
            strata = rules.trainCounts(of: free.map { active[$0] }, from: start.sides).map { trainCounts in
                trainCounts.enumerated().map { stratum, count in
                    (free.filter { rules.strata[active[$0]] == stratum }, count)
                }
            }
        } else {
            strata = [(Array(active.indices), atStart.count { $0 })]
        }
    }

    /// Sides with their scores and value.
    ///
    /// - Parameter last: other sides, from which these may differ in few units.
    func sides(_ isTrain: [Bool], near last: Sides? = nil) -> Sides {
        let signs = isTrain.map { $0 ? 1.0 : -1 }
        var changed: (sum: [Double], places: [Int])?
        if let last, let sum = last.sum {
            changed = (sum, isTrain.indices.filter { isTrain[$0] != last.isTrain[$0] })
        }
        var (scores, sum) = products.applied(to: signs, changed: changed)
        for place in scores.indices { scores[place] -= own[place] * signs[place] }
        return Sides(isTrain: isTrain, scores: scores, value: value(isTrain, scores), sum: sum)
    }

    private func value(_ isTrain: [Bool], _ scores: [Double]) -> Double {
        var (squared, n1) = (0.0, 0.0)
        for place in isTrain.indices {
            squared += isTrain[place] ? scores[place] : -scores[place]
            if isTrain[place] { n1 += counts[place] }
        }
        return value(squared: squared, trainCount: n1)
    }

    private func value(squared: Double, trainCount n1: Double) -> Double {
        guard n1 > 0, n1 < total else { return -.greatestFiniteMagnitude }
        return squared * total / (n1 * (total - n1))
    }

    /// The value after two units have changed places.
    func value(of sides: Sides, exchanging train: Int, _ test: Int, squared: Double, trainCount: Double) -> Double {
        value(
            squared: squared
                + 4 * (sides.scores[test] - sides.scores[train] - 2 * products.product(train, test)),
            trainCount: trainCount - counts[train] + counts[test])
    }

    /// What ``value(of:exchanging:_:squared:trainCount:)`` needs to know of sides.
    func sums(of sides: Sides) -> (squared: Double, trainCount: Double) {
        sides.isTrain.indices.reduce(into: (0, 0)) { sum, place in
            sum.0 += sides.isTrain[place] ? sides.scores[place] : -sides.scores[place]
            if sides.isTrain[place] { sum.1 += counts[place] }
        }
    }

    /// The sides whose train side has the units of largest scores, as many as it must have.
    func largest(_ scores: [Double]) -> [Bool] {
        var result = atStart
        if let strata {
            for (places, trainCount) in strata {
                for place in places { result[place] = false }
                for place in placesOfLargest(trainCount, of: scores, among: places) { result[place] = true }
            }
            return result
        }
        guard let rules else { return result }
        let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        let sides = rules.filled(order.map { active[$0] }.filter { rules.strata[$0] != nil }, from: start.sides)
        return active.map { sides[$0] == .train }
    }

    /// Gives the train side the units with the largest inner products with what the others make of Δ, as long as that helps.
    func climbed(from isTrain: [Bool], limit: Int) -> Sides {
        var best = sides(isTrain)
        for _ in 0..<limit {
            let next = largest(best.scores)
            guard next != best.isTrain else { break }
            let reached = sides(next, near: best)
            guard reached.value > best.value + Tie.tolerance * abs(best.value) else { break }
            best = reached
        }
        return best
    }

    /// A seeded vector that leans more and more towards the leading directions.
    func leaning(_ number: Int, steps: Int) -> [Double] {
        var generator = SeededGenerator(seed: 0, stream: "means/\(number)")
        var vector = active.map { _ in Double(generator.next() >> 11) * 0x1p-52 - 1 }
        for _ in 0..<steps {
            vector = products.applied(to: vector)
            let scale = vector.reduce(0) { max($0, abs($1)) }
            if scale > 0 { for place in vector.indices { vector[place] /= scale } }
        }
        return vector
    }

    /// The same two sides, named so that fewer units have to move: if the sides have equal numbers of units, either may be the
    /// train side.
    func oriented(_ sides: Sides) -> Sides {
        let differing = zip(sides.isTrain, atStart).count { $0 != $1 }
        guard rules == nil, 2 * atStart.count(where: { $0 }) == active.count, 2 * differing > active.count else {
            return sides
        }
        return Sides(
            isTrain: sides.isTrain.map { !$0 }, scores: sides.scores.map { -$0 }, value: sides.value,
            sum: sides.sum.map { $0.map { -$0 } })
    }

    /// Units without samples stay where they were.
    func partition(_ isTrain: [Bool]) -> ClassPartition {
        var sides = start.sides
        for (place, unit) in active.enumerated() { sides[unit] = isTrain[place] ? .train : .test }
        return ClassPartition(sides: sides)
    }
}

/// The places of the largest values among some, ascending; of equal values those at smaller places.
///
/// - Parameter places: ascending.
/// - Complexity: O(n) for n places.
func placesOfLargest(_ count: Int, of values: [Double], among places: [Int]) -> [Int] {
    guard count < places.count else { return places }
    guard count > 0 else { return [] }
    let threshold = largest(count, of: places.map { values[$0] })
    var open = count - places.count { values[$0] > threshold }
    return places.filter { place in
        guard values[place] == threshold else { return values[place] > threshold }
        open -= 1
        return open >= 0
    }
}

/// The value that is the largest but `count - 1`.
private func largest(_ count: Int, of values: [Double]) -> Double {
    var values = values
    return values.withUnsafeMutableBufferPointer { values in
        var (low, high) = (0, values.count - 1)
        while low < high {
            let (a, b, c) = (values[low], values[(low + high) / 2], values[high])
            let pivot = max(min(a, b), min(max(a, b), c))
            var (i, j) = (low, high)
            while i <= j {
                while values[i] > pivot { i += 1 }
                while values[j] < pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            // Everything up to j is at least the pivot, everything from i on at most.
            if count - 1 <= j { high = j } else if count - 1 >= i { low = i } else { break }
        }
        return values[count - 1]
    }
}
