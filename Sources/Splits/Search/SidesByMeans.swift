internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// Searches for the sides whose means are farthest apart for their sizes, each unit weighted by the square root of its number of
/// vectors: a compromise between units that count alike and units that are known well.
///
/// It maximises a ``MeansObjective``, from more starts than ``MeansSearch``: halves along principal directions of the weighted
/// means, and along mixtures of these. From the best of them, pairs are exchanged as long as one is found that helps.
struct SidesByMeans: Sendable {
    private let vectors: UnitVectors
    private let objective: MeansObjective
    /// The number of vectors of each active unit.
    private let sizes: [Double]
    private let vectorCount: Double

    /// How many of the sides found are improved by exchanges.
    private static let polishCount = 6
    /// In how many directions units are ordered, and of how many mixtures of these.
    private static let (directionCount, mixtureCount) = (4, 12)

    /// - Parameter rules: what must hold when units change sides; nil if any may be exchanged.
    init(of vectors: UnitVectors, from start: ClassPartition, rules: ExchangeRules? = nil) {
        self.vectors = vectors
        var sums = vectors.means
        let weights = vectors.rows.map { Double($0.count).squareRoot() }
        for unit in 0..<vectors.unitCount {
            for j in 0..<vectors.dimension { sums[unit, j] *= weights[unit] }
        }
        objective = MeansObjective(sums: sums, counts: weights, start: start, rules: rules)
        sizes = objective.active.map { Double(vectors.rows[$0].count) }
        vectorCount = sizes.reduce(0, +)
    }

    /// How much each unit favours the train side.
    func scores(at partition: ClassPartition) -> [Double] {
        var result = [Double](repeating: 0, count: partition.sides.count)
        let own = objective.sides(objective.active.map { partition.sides[$0] == .train }).scores
        for (place, unit) in objective.active.enumerated() { result[unit] = own[place] }
        return result
    }

    // MARK: The farthest means

    /// The sides found whose means are farthest apart.
    ///
    /// - Parameter leastBias: the least 1/n₁ + 1/n₂ for sides of n₁ and n₂ vectors, so that sides do not look alike because they
    ///   are large; it may be missed where sizes do not allow it.
    /// - Complexity: O(C·d) for each of some dozen steps for C units; for up to ``ExtremeSearch/largeCount`` units also for each
    ///   exchange, or O(C²) for up to ``UnitProducts/gramLimit``.
    func farthest(leastBias: Double = 0) -> ClassPartition {
        let isLarge = objective.active.count > ExtremeSearch.largeCount
        let starts = starts(isLarge: isLarge)
        let climbed = concurrentMap(count: starts.count) {
            objective.climbed(from: starts[$0], limit: isLarge ? 12 : 40)
        }
        let scale = climbed.reduce(0) { max($0, abs($1.value)) }
        let order = climbed.indices.map { ($0, value: climbed[$0].value, scale: scale) }.rankedByFallingValue()
        var best: [MeansObjective.Sides] = []
        for place in order where !best.contains(where: { $0.isTrain == climbed[place].isTrain }) {
            best.append(climbed[place])
        }
        let candidates = Array(best.prefix(isLarge ? 1 : Self.polishCount))
        guard !isLarge else { return objective.partition(objective.oriented(candidates[0]).isTrain) }
        let polished = concurrentMap(count: candidates.count) { exchanged(candidates[$0], leastBias: leastBias) }
        var chosen = polished[0]
        for other in polished.dropFirst() {
            let (lack, otherLack) = (self.lack(of: chosen, leastBias), self.lack(of: other, leastBias))
            let isBetter =
                abs(lack - otherLack) > Tie.tolerance * leastBias
                ? otherLack < lack : other.value > chosen.value + Tie.tolerance * abs(chosen.value)
            if isBetter { chosen = other }
        }
        return objective.partition(objective.oriented(chosen).isTrain)
    }

    private func starts(isLarge: Bool) -> [[Bool]] {
        let zero = [Double](repeating: 0, count: vectors.dimension)
        let directions = principalDirections(
            of: objective.centred, about: zero, count: min(isLarge ? 2 : 8, vectors.dimension))
        let r = directions.rowCount
        let coordinates = plainCoordinates(
            of: objective.centred, rows: objective.active.indices, about: zero, along: directions)
        func along(_ weights: [Double]) -> [Double] {
            objective.active.indices.map { place in
                weights.indices.reduce(0) { $0 + weights[$1] * coordinates[place * r + $1] }
            }
        }
        var orders = (0..<min(isLarge ? 2 : Self.directionCount, r)).map { k in
            along((0..<r).map { $0 == k ? 1 : 0 })
        }
        for number in 0..<(isLarge || r == 0 ? 0 : Self.mixtureCount) {
            var generator = SeededGenerator(seed: 0, stream: "sides by means/\(number)")
            orders.append(
                along(
                    (0..<r).map { _ in
                        (0..<3).reduce(0.0) { sum, _ in sum + Double(generator.next() >> 11) * 0x1p-52 - 1 }
                    }))
        }
        for number in 0..<(isLarge ? 1 : 10) {
            orders.append(objective.leaning(number, steps: isLarge ? 4 : 1 + number % 5))
        }
        // Sides of unequal sizes are not each other's mirror images.
        if objective.rules != nil { orders += orders.map { $0.map { -$0 } } }
        return [objective.atStart] + orders.map { objective.largest($0) }
    }

    /// Exchanges the pair that helps most, then the next, until none does.
    private func exchanged(_ first: MeansObjective.Sides, leastBias: Double) -> MeansObjective.Sides {
        var sides = first
        // Every exchange raises the value or brings sizes nearer to what is asked for; the bound only limits the time.
        for _ in 0..<4 * objective.active.count {
            guard let pair = bestExchange(of: sides, leastBias: leastBias) else { break }
            var isTrain = sides.isTrain
            isTrain.swapAt(pair.train, pair.test)
            sides = objective.sides(isTrain)
        }
        return sides
    }

    private func bestExchange(
        of sides: MeansObjective.Sides, leastBias: Double
    ) -> (train: Int, test: Int)? {
        let sums = objective.sums(of: sides)
        let n1 = trainSize(of: sides)
        let lack = max(0, leastBias - biasScale(n1))
        var best: (train: Int, test: Int, lack: Double, value: Double)?
        forEachExchange(of: sides) { train, test in
            let after = max(0, leastBias - biasScale(n1 - sizes[train] + sizes[test]))
            guard lack > 0 ? after < lack * (1 - Tie.tolerance) : after == 0 else { return }
            let value = objective.value(
                of: sides, exchanging: train, test, squared: sums.squared, trainCount: sums.trainCount)
            if lack == 0 {
                guard value > (best?.value ?? sides.value) + Tie.tolerance * abs(sides.value) else { return }
            } else if let best {
                guard
                    after < best.lack * (1 - Tie.tolerance)
                        || (after <= best.lack && value > best.value + Tie.tolerance * abs(best.value))
                else { return }
            }
            best = (train, test, after, value)
        }
        return best.map { ($0.train, $0.test) }
    }

    /// Calls a function with the places of pairs that may be exchanged: all, or those that promise most where units are many.
    private func forEachExchange(of sides: MeansObjective.Sides, _ body: (_ train: Int, _ test: Int) -> Void) {
        let rules = objective.rules
        let weights = rules?.trainWeights(of: objective.partition(sides.isTrain).sides) ?? []
        var train = sides.isTrain.indices.filter { sides.isTrain[$0] }
        var test = sides.isTrain.indices.filter { !sides.isTrain[$0] }
        if let rules {
            train = train.filter { rules.strata[objective.active[$0]] != nil }
            test = test.filter { rules.strata[objective.active[$0]] != nil }
        }
        if objective.active.count > UnitProducts.gramLimit {
            train = placesOfLargest(48, of: sides.scores.map { -$0 }, among: train)
            test = placesOfLargest(48, of: sides.scores, among: test)
        }
        for a in train {
            for b in test {
                if let rules,
                    !rules.allowsExchange(train: objective.active[a], test: objective.active[b], at: weights)
                {
                    continue
                }
                body(a, b)
            }
        }
    }

    private func trainSize(of sides: MeansObjective.Sides) -> Double {
        sides.isTrain.indices.reduce(0) { sides.isTrain[$1] ? $0 + sizes[$1] : $0 }
    }

    private func biasScale(_ n1: Double) -> Double { 1 / max(n1, 1) + 1 / max(vectorCount - n1, 1) }

    private func lack(of sides: MeansObjective.Sides, _ leastBias: Double) -> Double {
        max(0, leastBias - biasScale(trainSize(of: sides)))
    }

    // MARK: A greater distance

    /// Sides near the given ones whose distance is at least `goal`, for as little of what separates their means as possible;
    /// nil if none are found.
    ///
    /// Where the distance is mostly bias, sides that are far apart can be at a smaller distance than others that are not. A few
    /// exchanges make up for that.
    ///
    /// - Parameter measured: the squared distance of sides.
    /// - Complexity: two dozen distances a round, in at most five rounds; one round where a distance takes long.
    func raised(
        _ partition: ClassPartition, to goal: Double, measured: @Sendable (ClassPartition) throws -> Double
    ) throws -> ClassPartition? {
        var partition = partition
        var distance = try measured(partition)
        let fewest = min(trainSize(of: sides(of: partition)), Double(vectors.dimension))
        for _ in 0..<(fewest <= 600 ? 5 : 1) where distance < goal {
            let pairs = cheapExchanges(of: partition)
            let before = (partition: partition, distance: distance)
            let gains = try concurrentMap(count: pairs.count) { number in
                var next = before.partition
                next.exchange(trainClass: pairs[number].train, testClass: pairs[number].test)
                return try measured(next) - before.distance
            }
            let ratios = zip(gains, pairs).map { $0 / $1.loss }
            let scale = ratios.reduce(0) { max($0, abs($1)) }
            var expected = distance
            for number in ratios.indices.map({ ($0, value: ratios[$0], scale: scale) }).rankedByFallingValue()
            where gains[number] > Tie.tolerance * before.distance && expected < goal {
                partition.exchange(trainClass: pairs[number].train, testClass: pairs[number].test)
                expected += gains[number]
            }
            guard partition != before.partition else { return nil }
            distance = try measured(partition)
            guard distance > before.distance * (1 + Tie.tolerance) else { return nil }
        }
        return distance >= goal ? partition : nil
    }

    private func sides(of partition: ClassPartition) -> MeansObjective.Sides {
        objective.sides(objective.active.map { partition.sides[$0] == .train })
    }

    /// Two dozen exchanges of different units that cost the value least, and hardly change the sides' sizes.
    private func cheapExchanges(of partition: ClassPartition) -> [(train: Int, test: Int, loss: Double)] {
        let sides = sides(of: partition)
        let sums = objective.sums(of: sides)
        let n1 = trainSize(of: sides)
        let smallest = 1e-3 * abs(sides.value) / Double(max(objective.active.count, 1))
        var pairs: [(train: Int, test: Int, loss: Double)] = []
        forEachExchange(of: sides) { train, test in
            guard abs(biasScale(n1 - sizes[train] + sizes[test]) / biasScale(n1) - 1) <= 0.02 else { return }
            let value = objective.value(
                of: sides, exchanging: train, test, squared: sums.squared, trainCount: sums.trainCount)
            pairs.append((train, test, max(sides.value - value, smallest)))
        }
        let order = pairs.indices.map { ($0, value: -pairs[$0].loss, scale: abs(sides.value)) }.rankedByFallingValue()
        var isUsed = [Bool](repeating: false, count: sizes.count)
        var chosen: [(train: Int, test: Int, loss: Double)] = []
        for number in order where chosen.count < 24 {
            let (train, test, loss) = pairs[number]
            guard !isUsed[train], !isUsed[test] else { continue }
            isUsed[train] = true
            isUsed[test] = true
            chosen.append((objective.active[train], objective.active[test], loss))
        }
        return chosen
    }
}
