internal import Datasets

/// Which units may change sides, and what must hold when they do.
///
/// Units stay within their stratum's numbers: of every stratum, the train side keeps units of a given weight. Where all
/// units of a stratum weigh the same, exchanges keep that weight to the last unit; elsewhere it may differ by a slack.
struct ExchangeRules: Sendable {
    /// The stratum of each unit; nil for one that stays where it is.
    let strata: [Int?]
    /// The weight of each unit, such as its number of classes or of samples.
    let weights: [Int]
    /// What the units of each stratum on the train side should weigh together.
    let trainTargets: [Double]
    /// By how much they may miss that.
    let slacks: [Double]
    /// Whether all units of each stratum weigh the same, so that only numbers of units matter.
    let isEven: Bool

    /// - Parameter relativeSlack: the slack, as a fraction of the weight of a stratum, where its units weigh differently.
    init(strata: [Int?], weights: [Int], trainTargets: [Double], relativeSlack: Double) {
        precondition(strata.count == weights.count, "\(strata.count) strata of \(weights.count) weights")
        self.strata = strata
        self.weights = weights
        self.trainTargets = trainTargets
        var totals = [Double](repeating: 0, count: trainTargets.count)
        var (lightest, heaviest) = (
            [Int](repeating: .max, count: totals.count), [Int](repeating: 0, count: totals.count)
        )
        for (weight, stratum) in zip(weights, strata) {
            guard let stratum else { continue }
            totals[stratum] += Double(weight)
            lightest[stratum] = min(lightest[stratum], weight)
            heaviest[stratum] = max(heaviest[stratum], weight)
        }
        let areEven = totals.indices.map { lightest[$0] >= heaviest[$0] }
        slacks = zip(totals, areEven).map { $1 ? 0 : $0 * relativeSlack }
        isEven = areEven.allSatisfy { $0 }
    }

    /// The weight of each stratum's units on the train side.
    func trainWeights(of sides: [Side?]) -> [Double] {
        var sums = [Double](repeating: 0, count: trainTargets.count)
        for (unit, side) in sides.enumerated() where side == .train {
            if let stratum = strata[unit] { sums[stratum] += Double(weights[unit]) }
        }
        return sums
    }

    /// How far the train side of a partition is beyond the slack, over all strata; 0 if the rules hold.
    func excess(of sides: [Side?]) -> Double {
        let sums = trainWeights(of: sides)
        return sums.indices.reduce(0) { $0 + max(0, abs(sums[$1] - trainTargets[$1]) - slacks[$1] - Self.rounding) }
    }

    /// Whether units may change sides, where the train side of their stratum weighs `weight`: they leave it within the
    /// slack, or no farther from the target than it was.
    ///
    /// - Parameter change: the weight that the train side gains.
    func allows(_ change: Int, at weight: Double, inStratum stratum: Int) -> Bool {
        guard change != 0 else { return true }
        let (before, after) = (
            abs(weight - trainTargets[stratum]), abs(weight + Double(change) - trainTargets[stratum])
        )
        return after <= max(slacks[stratum], before) + Self.rounding
    }

    /// Whether two units may be exchanged.
    ///
    /// - Parameter sums: ``trainWeights(of:)``.
    func allowsExchange(train: Int, test: Int, at sums: [Double]) -> Bool {
        guard let stratum = strata[train], stratum == strata[test] else { return false }
        return allows(weights[test] - weights[train], at: sums[stratum], inStratum: stratum)
    }

    /// Pairs of units from two ranked lists that may be exchanged one after the other, beginning with the first of each
    /// stratum.
    func pairs(_ train: [Int], _ test: [Int], in sides: [Side?]) -> [(train: Int, test: Int)] {
        var partners = [[Int]](repeating: [], count: trainTargets.count)
        for unit in test { if let stratum = strata[unit] { partners[stratum].append(unit) } }
        var next = [Int](repeating: 0, count: partners.count)
        var sums = isEven ? [] : trainWeights(of: sides)
        var found: [(train: Int, test: Int)] = []
        for unit in train {
            guard let stratum = strata[unit], next[stratum] < partners[stratum].count else { continue }
            let partner = partners[stratum][next[stratum]]
            if !isEven {
                let change = weights[partner] - weights[unit]
                guard allows(change, at: sums[stratum], inStratum: stratum) else { continue }
                sums[stratum] += Double(change)
            }
            next[stratum] += 1
            found.append((unit, partner))
        }
        return found
    }

    /// Divides units in a given order: of each stratum, the first take the train side until it has its weight; units
    /// that are not in the order stay where they are.
    ///
    /// A unit that would be too heavy is passed over, and lighter ones after it fill the rest.
    func filled(_ order: [Int], from sides: [Side?]) -> [Side?] {
        var sides = sides
        for unit in order { sides[unit] = .test }
        var room = zip(trainTargets, trainWeights(of: sides)).map { $0 - $1 }
        for unit in order {
            guard let stratum = strata[unit] else { continue }
            let weight = Double(weights[unit])
            guard weight <= room[stratum] + slacks[stratum] + Self.rounding else { continue }
            room[stratum] -= weight
            sides[unit] = .train
        }
        return isEven ? sides : nearest(sides, order, room)
    }

    /// How many of some units of each stratum ``filled(_:from:)`` gives to the train side, whatever their order; nil where units of
    /// a stratum weigh differently.
    func trainCounts(of units: [Int], from sides: [Side?]) -> [Int]? {
        guard isEven else { return nil }
        let after = trainWeights(of: filled(units, from: sides))
        var sides = sides
        for unit in units { sides[unit] = .test }
        let own = trainWeights(of: sides)
        var weightOfUnit = [Int](repeating: 1, count: own.count)
        for unit in units { if let stratum = strata[unit] { weightOfUnit[stratum] = max(weights[unit], 1) } }
        return own.indices.map { Int(after[$0] - own[$0]) / weightOfUnit[$0] }
    }

    /// Adds one more unit of a stratum to the train side where that comes nearer to the target than without it, and others
    /// are left.
    private func nearest(_ sides: [Side?], _ order: [Int], _ room: [Double]) -> [Side?] {
        var sides = sides
        for stratum in room.indices {
            let left = order.filter { strata[$0] == stratum && sides[$0] == .test }
            guard left.count > 1, let lightest = left.min(by: { weights[$0] < weights[$1] }) else { continue }
            if abs(room[stratum] - Double(weights[lightest])) < abs(room[stratum]) - Self.rounding {
                sides[lightest] = .train
            }
        }
        return sides
    }

    /// Divides units in a given order so that any first few of each stratum are shared out in proportion.
    func shared(_ order: [Int], from sides: [Side?]) -> [Side?] {
        var sides = sides
        for unit in order { sides[unit] = .test }
        var totals = [Double](repeating: 0, count: trainTargets.count)
        for unit in order { if let stratum = strata[unit] { totals[stratum] += Double(weights[unit]) } }
        let own = trainWeights(of: sides)
        let shares = totals.indices.map { totals[$0] > 0 ? (trainTargets[$0] - own[$0]) / totals[$0] : 0 }
        var (seen, taken) = ([Double](repeating: 0, count: totals.count), [Double](repeating: 0, count: totals.count))
        for unit in order {
            guard let stratum = strata[unit] else { continue }
            let weight = Double(weights[unit])
            seen[stratum] += weight
            let wanted = shares[stratum] * seen[stratum]
            guard taken[stratum] + weight / 2 < wanted + Self.rounding else { continue }
            // Of the last, as many as there is room for.
            guard taken[stratum] + weight <= shares[stratum] * totals[stratum] + slacks[stratum] + Self.rounding
            else { continue }
            taken[stratum] += weight
            sides[unit] = .train
        }
        return isEven ? completed(sides, order) : sides
    }

    /// Adds the last units of an order to the train side where it lacks some.
    private func completed(_ sides: [Side?], _ order: [Int]) -> [Side?] {
        var sides = sides
        var room = zip(trainTargets, trainWeights(of: sides)).map { $0 - $1 }
        for unit in order.reversed() where sides[unit] == .test {
            guard let stratum = strata[unit], Double(weights[unit]) <= room[stratum] + Self.rounding else { continue }
            room[stratum] -= Double(weights[unit])
            sides[unit] = .train
        }
        return sides
    }

    /// All partitions of a few units that satisfy the rules, in a fixed order; nil if there are more than `limit`.
    func allPartitions(of movable: [Int], from sides: [Side?], limit: Int) -> [[Side?]]? {
        guard movable.count <= 24 else { return nil }
        var base = sides
        for unit in movable { base[unit] = .test }
        let own = trainWeights(of: base)
        // Weights of each stratum's units from a place on, to see early what cannot become enough.
        var rest = [[Double]](repeating: [Double](repeating: 0, count: own.count), count: movable.count + 1)
        for place in movable.indices.reversed() {
            rest[place] = rest[place + 1]
            if let stratum = strata[movable[place]] { rest[place][stratum] += Double(weights[movable[place]]) }
        }
        var grown: [(sides: [Side?], sums: [Double])] = [(base, own)]
        for (place, unit) in movable.enumerated() {
            guard let stratum = strata[unit] else { continue }
            grown = grown.flatMap { choice -> [(sides: [Side?], sums: [Double])] in
                var with = choice
                with.sides[unit] = .train
                with.sums[stratum] += Double(weights[unit])
                return [with, choice].filter { next in
                    let slack = slacks[stratum] + Self.rounding
                    return next.sums[stratum] <= trainTargets[stratum] + slack
                        && next.sums[stratum] + rest[place + 1][stratum] >= trainTargets[stratum] - slack
                }
            }
            guard grown.count <= limit else { return nil }
        }
        return grown.isEmpty ? nil : grown.map(\.sides)
    }

    /// Weights are whole numbers, and targets rounded sums of them.
    private static let rounding = 1e-6
}
