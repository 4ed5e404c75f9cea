internal import Datasets
internal import DenseLinearAlgebra
internal import Statistics

/// A quick search for sides whose means are far apart, which ``SideDifferenceTest`` can afford some thousand times.
///
/// It maximises ‖Δ‖² / (1/n₁ + 1/n₂), without what units add to it by their own lengths. These are mostly noise where a
/// unit has few samples, and with them units of large noise would draw Δ to themselves; the inner products of different
/// units are right on average. From each of some seeded starts, the units with the largest inner products with what the
/// others make of Δ take the train side, until nothing changes.
struct MeansSearch {
    private let half: DealtTable.Half
    private let start: ClassPartition
    /// The units that have samples in this half.
    private let active: [Int]
    /// The vectors of the active units about the mean of all, one row each.
    private let centred: Matrix<Double>
    /// The hardest sides found: of each active unit, whether it is on the train side.
    private let isTrain: [Bool]
    /// How much each active unit favours the train side.
    private let scores: [Double]

    /// - Parameter rules: what must hold when units change sides; nil if any may be exchanged.
    init(_ half: DealtTable.Half, start: ClassPartition, rules: ExchangeRules? = nil) {
        self.half = half
        self.start = start
        let active = half.counts.indices.filter { half.counts[$0] > 0 && start.sides[$0] != nil }
        let d = half.sums.columnCount
        let total = active.reduce(0) { $0 + half.counts[$1] }
        var mean = [Double](repeating: 0, count: d)
        for unit in active { for (j, value) in half.sums.row(unit).enumerated() { mean[j] += value } }
        for j in 0..<d { mean[j] /= max(total, 1) }
        var elements: [Double] = []
        elements.reserveCapacity(active.count * d)
        for unit in active {
            let count = half.counts[unit]
            for (j, value) in half.sums.row(unit).enumerated() { elements.append(value - count * mean[j]) }
        }
        let centred = Matrix(rowCount: active.count, columnCount: d, elements: elements)
        let products: Products =
            active.count <= DealtTable.gramLimit ? .gram(Self.gram(centred)) : .vectors(centred)
        let counts = active.map { half.counts[$0] }
        let atStart = active.map { start.sides[$0] == .train }
        let trainCount = atStart.count { $0 }

        // With thousands of units one start is much like another.
        let isLarge = active.count > ExtremeSearch.largeCount
        let own = products.diagonal
        /// Σ tᵥ⟨yᵤ, yᵥ⟩ over all other units v, with t = ±1 for the sides.
        func scores(_ isTrain: [Bool]) -> [Double] {
            let signs = isTrain.map { $0 ? 1.0 : -1 }
            return zip(products.applied(to: signs), zip(own, signs)).map { $0 - $1.0 * $1.1 }
        }
        func value(_ isTrain: [Bool], _ scores: [Double]) -> Double {
            let squared = zip(isTrain, scores).reduce(0) { $0 + ($1.0 ? $1.1 : -$1.1) }
            let n1 = zip(isTrain, counts).reduce(0) { $0 + ($1.0 ? $1.1 : 0) }
            guard n1 > 0, n1 < total else { return -.greatestFiniteMagnitude }
            return squared * total / (n1 * (total - n1))
        }
        func largest(_ scores: [Double]) -> [Bool] {
            var result = [Bool](repeating: false, count: scores.count)
            let order = scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
            if let rules {
                let free = order.map { active[$0] }.filter { rules.strata[$0] != nil }
                let sides = rules.filled(free, from: start.sides)
                return active.map { sides[$0] == .train }
            }
            for place in order.prefix(trainCount) { result[place] = true }
            return result
        }
        func climbed(from first: [Bool]) -> (isTrain: [Bool], scores: [Double], value: Double) {
            var best = (isTrain: first, scores: scores(first), value: 0.0)
            best.value = value(best.isTrain, best.scores)
            for _ in 0..<(isLarge ? 12 : 40) {
                let next = largest(best.scores)
                guard next != best.isTrain else { break }
                let nextScores = scores(next)
                let reached = value(next, nextScores)
                guard reached > best.value + Tie.tolerance * abs(best.value) else { break }
                best = (next, nextScores, reached)
            }
            return best
        }
        var best = climbed(from: atStart)
        for number in 0..<(isLarge ? 1 : 10) {
            var generator = SeededGenerator(seed: 0, stream: "means/\(number)")
            var vector = active.map { _ in Double(generator.next() >> 11) * 0x1p-52 - 1 }
            // More and more along the leading directions.
            for _ in 0..<(isLarge ? 4 : 1 + number % 5) {
                vector = products.applied(to: vector)
                let scale = vector.reduce(0) { max($0, abs($1)) }
                if scale > 0 { for place in vector.indices { vector[place] /= scale } }
            }
            let found = climbed(from: largest(vector))
            // Sides of unequal sizes are not each other's mirror images.
            if rules != nil {
                let other = climbed(from: largest(vector.map { -$0 }))
                if other.value > best.value + Tie.tolerance * abs(best.value) { best = other }
            }
            if found.value > best.value + Tie.tolerance * abs(best.value) { best = found }
        }
        // If the sides have equal numbers of units, either may be the train side: that for which fewer have to move.
        let differing = zip(best.isTrain, atStart).count { $0 != $1 }
        let isOpposite = rules == nil && 2 * trainCount == active.count && 2 * differing > active.count
        self.active = active
        self.centred = centred
        isTrain = isOpposite ? best.isTrain.map { !$0 } : best.isTrain
        self.scores = isOpposite ? best.scores.map { -$0 } : best.scores
    }

    /// The hardest sides found; units without samples stay where they were.
    var hardest: ClassPartition {
        var sides = start.sides
        for (place, unit) in active.enumerated() { sides[unit] = isTrain[place] ? .train : .test }
        return ClassPartition(sides: sides)
    }

    /// The inner products of units, as they are needed: with a weighted sum of all.
    private enum Products {
        case gram(Matrix<Double>)
        case vectors(Matrix<Double>)

        /// ‖yᵤ‖² of each unit.
        var diagonal: [Double] {
            switch self {
            case .gram(let matrix): (0..<matrix.rowCount).map { matrix[$0, $0] }
            case .vectors(let matrix): (0..<matrix.rowCount).map { matrix.row($0).reduce(0) { $0 + $1 * $1 } }
            }
        }

        /// Σ wᵤ⟨yᵤ, yᵥ⟩ for each unit v.
        func applied(to weights: [Double]) -> [Double] {
            switch self {
            case .gram(let matrix): Self.product(matrix, weights)
            case .vectors(let matrix): Self.product(matrix, MeansSearch.combination(matrix, weights))
            }
        }

        private static func product(_ matrix: Matrix<Double>, _ vector: [Double]) -> [Double] {
            let d = matrix.columnCount
            return matrix.elements.withUnsafeBufferPointer { values in
                vector.withUnsafeBufferPointer { vector in
                    (0..<matrix.rowCount).map {
                        dot(UnsafeBufferPointer(rebasing: values[$0 * d..<($0 + 1) * d]), vector)
                    }
                }
            }
        }
    }

    private static func combination(_ matrix: Matrix<Double>, _ weights: [Double]) -> [Double] {
        let d = matrix.columnCount
        var sum = [Double](repeating: 0, count: d)
        sum.withUnsafeMutableBufferPointer { sum in
            matrix.elements.withUnsafeBufferPointer { values in
                for (row, weight) in weights.enumerated() where weight != 0 {
                    for j in 0..<d { sum[j] += weight * values[row * d + j] }
                }
            }
        }
        return sum
    }

    private static func gram(_ rows: Matrix<Double>) -> Matrix<Double> {
        let (n, d) = (rows.rowCount, rows.columnCount)
        var result = Matrix<Double>(rowCount: n, columnCount: n)
        rows.elements.withUnsafeBufferPointer { values in
            for i in 0..<n {
                let row = UnsafeBufferPointer(rebasing: values[i * d..<(i + 1) * d])
                for j in i..<n {
                    let value = dot(row, UnsafeBufferPointer(rebasing: values[j * d..<(j + 1) * d]))
                    result[i, j] = value
                    result[j, i] = value
                }
            }
        }
        return result
    }

    /// T of ``SideDifferenceTest`` for sides chosen here; 0 if a side has no samples in either half.
    func difference(recurringIn other: DealtTable.Half, between sought: SoughtSides) -> Double {
        let sides = sides(sought)
        let chosen = Self.difference(of: half, between: sides)
        let found = Self.difference(of: other, between: sides)
        guard let chosen, let found else { return 0 }
        let length = zip(chosen.vector, chosen.vector).reduce(0) { $0 + $1.0 * $1.1 }.squareRoot()
        guard length > 0 else { return 0 }
        return zip(chosen.vector, found.vector).reduce(0) { $0 + $1.0 * $1.1 }
            / (length * found.biasScale.squareRoot())
    }

    /// The side of each unit.
    private func sides(_ sought: SoughtSides) -> [Side?] {
        var sides = [Side?](repeating: nil, count: half.counts.count)
        func set(_ isTrain: [Bool]) {
            for (place, unit) in active.enumerated() { sides[unit] = isTrain[place] ? .train : .test }
        }
        /// The active units that satisfy a condition, beginning with those that favour the train side least or most.
        func ranked(favouringTrain: Bool, where condition: (Int) -> Bool) -> [Int] {
            active.indices.filter(condition).sorted {
                let (a, b) = (scores[$0], scores[$1])
                return a != b ? (favouringTrain ? a > b : a < b) : $0 < $1
            }
        }
        switch sought.kind {
        case .fixed(let partition):
            for unit in active { sides[unit] = partition.sides[unit] }
        case .hardest: set(isTrain)
        case .exchanged(let part):
            var exchanged = active.map { start.sides[$0] == .train }
            let atStart = exchanged
            let leaving = ranked(favouringTrain: false) { atStart[$0] && !isTrain[$0] }
            let entering = ranked(favouringTrain: true) { !atStart[$0] && isTrain[$0] }
            let count = Int((part * Double(min(leaving.count, entering.count))).rounded(.up))
            for place in leaving.prefix(count) { exchanged[place] = false }
            for place in entering.prefix(count) { exchanged[place] = true }
            set(exchanged)
        case .removed(let train, let test):
            set(isTrain)
            // Per sample, so that small units do not go first.
            let nearest = active.indices.map { scores[$0] / half.counts[active[$0]] }
            for (side, count) in [(Side.train, train), (.test, test)] {
                let own = active.indices.filter { sides[active[$0]] == side }
                let order = own.sorted {
                    let (a, b) = (nearest[$0], nearest[$1])
                    return a != b ? (side == .train ? a < b : a > b) : $0 < $1
                }
                for place in order.prefix(max(min(count, own.count - 1), 0)) { sides[active[place]] = nil }
            }
        }
        return sides
    }

    /// The difference of the sides' means; nil if a side has no samples.
    private static func difference(
        of half: DealtTable.Half, between sides: [Side?]
    ) -> (vector: [Double], biasScale: Double)? {
        var result: (vector: [Double], biasScale: Double)?
        for side in Side.allCases {
            let weights = sides.map { $0 == side ? 1.0 : 0 }
            let count = zip(weights, half.counts).reduce(0) { $0 + $1.0 * $1.1 }
            guard count > 0 else { return nil }
            let mean = combination(half.sums, weights).map { $0 / count }
            result =
                result.map { first in
                    (zip(first.vector, mean).map { $0 - $1 }, first.biasScale + 1 / count)
                } ?? (mean, 1 / count)
        }
        return result
    }
}
