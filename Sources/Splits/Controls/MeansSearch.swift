internal import Datasets
internal import DenseLinearAlgebra

/// A quick search for sides whose means are far apart, which ``SideDifferenceTest`` can afford some thousand times.
///
/// It maximises a ``MeansObjective``. From each of some seeded starts, the units with the largest inner products with what the
/// others make of Δ take the train side, until nothing changes.
struct MeansSearch {
    private let half: DealtTable.Half
    private let start: ClassPartition
    /// The units that have samples in this half.
    private let active: [Int]
    /// The hardest sides found: of each active unit, whether it is on the train side.
    private let isTrain: [Bool]
    /// How much each active unit favours the train side.
    private let scores: [Double]

    /// - Parameter rules: what must hold when units change sides; nil if any may be exchanged.
    init(_ half: DealtTable.Half, start: ClassPartition, rules: ExchangeRules? = nil) {
        self.half = half
        self.start = start
        let objective = MeansObjective(sums: half.sums, counts: half.counts, start: start, rules: rules)
        // With thousands of units one start is much like another.
        let isLarge = objective.active.count > ExtremeSearch.largeCount
        let limit = isLarge ? 12 : 40
        var best = objective.climbed(from: objective.atStart, limit: limit)
        func consider(_ found: MeansObjective.Sides) {
            if found.value > best.value + Tie.tolerance * abs(best.value) { best = found }
        }
        for number in 0..<(isLarge ? 1 : 10) {
            let vector = objective.leaning(number, steps: isLarge ? 4 : 1 + number % 5)
            let found = objective.climbed(from: objective.largest(vector), limit: limit)
            // Sides of unequal sizes are not each other's mirror images.
            if rules != nil {
                consider(objective.climbed(from: objective.largest(vector.map { -$0 }), limit: limit))
            }
            consider(found)
        }
        let oriented = objective.oriented(best)
        active = objective.active
        isTrain = oriented.isTrain
        scores = oriented.scores
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
            let mean = half.sums.combination(weights).map { $0 / count }
            result =
                result.map { first in
                    (zip(first.vector, mean).map { $0 - $1 }, first.biasScale + 1 / count)
                } ?? (mean, 1 / count)
        }
        return result
    }
}
