internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Ranks

/// Searches for the partitions of greatest and of least distance between sides with given numbers of units.
///
/// A walk from one start gets stuck, so the search begins from several, climbs in a space of few coordinates where a
/// step costs a fraction of a millisecond, and polishes the best by the distance itself where that is affordable.
struct ExtremeSearch: Sendable {
    /// What a search looks for.
    enum Goal {
        case harder
        case easier

        /// Whether one distance is beyond another by more than rounding.
        func prefers(_ distance: Double, to other: Double) -> Bool {
            switch self {
            case .harder: distance > other * (1 + Tie.tolerance)
            case .easier: distance < other * (1 - Tie.tolerance)
            }
        }
    }

    /// The largest number of coordinates to search in; fewer are used for tens of thousands of units.
    static let searchRank = 64
    /// Up to this many dimensions, moments in all of them are affordable.
    static let exactRank = 160
    /// Up to this many units of one vector each, their inner products are affordable.
    static let gramLimit = 600
    /// Beyond this many units, fewer starts and coordinates suffice, and polishing by single exchanges is not worth it:
    /// with tens of thousands of units one start is much like another, and a climb takes seconds.
    static let largeCount = 2000

    /// Up to this many partitions under rules, all are measured.
    static let enumerationLimit = 4096

    let vectors: UnitVectors
    let moments: UnitMoments
    let imbalance: MomentImbalance
    let objective: Objective
    /// The units that have vectors, and may change sides.
    let movable: [Int]
    /// What must hold when units change sides; nil if any may be exchanged, as in a progression.
    let rules: ExchangeRules?

    /// The distance by which exchanges are accepted in the end.
    enum Objective: Sendable {
        case gram(GramDistance)
        case moments(UnitMoments, ridge: Double)
    }

    /// Prepares a search.
    ///
    /// - Parameters:
    ///   - isToBeConfirmed: whether to search for what other samples will confirm, rather than for the extremes of the
    ///     samples at hand (see `UnitMoments/dampingSpread()`).
    ///   - rules: what must hold when units change sides.
    init(_ vectors: UnitVectors, isToBeConfirmed: Bool = false, rules: ExchangeRules? = nil) throws {
        self.vectors = vectors
        self.rules = rules
        movable = vectors.rows.indices.filter { unit in
            !vectors.rows[unit].isEmpty && (rules.map { $0.strata[unit] != nil } ?? true)
        }
        let rank = vectors.unitCount > Self.largeCount ? Self.searchRank / 2 : Self.searchRank
        let own = UnitMoments(vectors, rank: rank)
        moments = isToBeConfirmed ? own.dampingSpread() : own
        imbalance = try MomentImbalance(moments, ridge: Self.ridge(of: moments, part: 1e-3))
        if vectors.rows.allSatisfy({ $0.count <= 1 }), vectors.unitCount <= Self.gramLimit {
            objective = .gram(GramDistance(vectors))
        } else if vectors.dimension > moments.rank, vectors.dimension <= Self.exactRank,
            vectors.unitCount <= Self.largeCount
        {
            let all = UnitMoments(vectors, rank: vectors.dimension)
            let exact = isToBeConfirmed ? all.dampingSpread() : all
            objective = .moments(exact, ridge: Self.ridge(of: exact, part: 1e-9))
        } else {
            objective = .moments(moments, ridge: Self.ridge(of: moments, part: 1e-9))
        }
    }

    private static func ridge(of moments: UnitMoments, part: Double) -> Double {
        max(moments.totalVariance / Double(max(moments.rank, 1)) * part, .leastNormalMagnitude * 1e30)
    }

    /// The most extreme partition found, with as many units on each side as `start` has.
    ///
    /// - Parameter report: called with how many of all starts, and then of the best of them, are done, for progress.
    func extreme(
        _ goal: Goal, from start: ClassPartition, seed: UInt64, report: @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> ClassPartition {
        if let all = rules?.allPartitions(of: movable, from: start.sides, limit: Self.enumerationLimit) {
            return try mostExtreme(of: all, goal, report: report) ?? start
        }
        let starts =
            try [start] + referenceStarts(for: goal, from: start) + self.starts(for: goal, like: start, seed: seed)
        let polishCount = movable.count <= Self.largeCount ? 4 : 0
        let pieces = PieceCount()
        let found = try sharedMap(of: "starts of a search", count: starts.count) { number in
            let reached =
                switch goal {
                case .harder: try climb(from: starts[number])
                case .easier: imbalance.descend(from: starts[number], movable: movable, rules: rules)
                }
            pieces.add { report($0, starts.count + polishCount) }
            // The rough search can go astray where the coordinates miss something.
            let (before, after) = (try distance(of: starts[number]), try distance(of: reached))
            return goal.prefers(after, to: before)
                ? Reached(partition: reached, distance: after)
                : Reached(partition: starts[number], distance: before)
        }.map { ($0.partition, $0.distance) }
        var ranked: [(partition: ClassPartition, distance: Double)] = []
        for candidate in lawful(found) where !ranked.contains(where: { $0.partition == candidate.0 }) {
            let place = ranked.firstIndex { goal.prefers(candidate.1, to: $0.distance) } ?? ranked.count
            ranked.insert(candidate, at: place)
        }
        guard polishCount > 0 else { return ranked[0].partition }
        var best: (partition: ClassPartition, distance: Double)?
        for (number, candidate) in ranked.prefix(polishCount).enumerated() {
            report(starts.count + number, starts.count + polishCount)
            let polished = try polish(candidate.partition, at: candidate.distance, towards: goal)
            if best.map({ goal.prefers(polished.distance, to: $0.distance) }) ?? true { best = polished }
        }
        return best?.partition ?? start
    }

    /// Those partitions that are nearest to what the rules ask for: all of them, unless units weigh too differently.
    private func lawful(_ found: [(ClassPartition, Double)]) -> [(ClassPartition, Double)] {
        guard let rules, !rules.isEven else { return found }
        let excesses = found.map { rules.excess(of: $0.0.sides) }
        let least = excesses.min() ?? 0
        return zip(found, excesses).filter { $1 <= least }.map(\.0)
    }

    /// The most extreme of all partitions that the rules allow.
    private func mostExtreme(
        of all: [[Side?]], _ goal: Goal, report: @Sendable (_ done: Int, _ total: Int) -> Void
    ) throws -> ClassPartition? {
        report(0, 1)
        let partitions = all.map { ClassPartition(sides: $0) }
        let distances = try sharedMap(of: "all partitions", count: partitions.count) {
            try distance(of: partitions[$0])
        }
        var best: (partition: ClassPartition, distance: Double)?
        for (partition, distance) in zip(partitions, distances)
        where best.map({ goal.prefers(distance, to: $0.distance) }) ?? true { best = (partition, distance) }
        return best?.partition
    }

    // MARK: The rough way

    /// Moves units all at once to the side that the gradient favours, as many as help; the distance is nearly convex in
    /// a fractional assignment of units, so a few such steps end where no single exchange helps to first order.
    private func climb(from start: ClassPartition) throws -> ClassPartition {
        let ridge = Self.ridge(of: moments, part: 1e-3)
        var partition = start
        var sides = (train: moments.side(.train, of: partition), test: moments.side(.test, of: partition))
        var current = try roughDistance(of: partition)
        for _ in 0..<200 {
            let pairs = self.pairs(.harder, in: partition, scores: moments.scores(try current.gradient()))
            var count = pairs.count
            var isBetter = false
            while count > 0, !isBetter {
                var next = (partition: partition, sides: sides)
                for (train, test) in pairs.prefix(count) { exchange(train, test, in: &next, of: moments) }
                let distance = try MomentDistance(train: next.sides.train, test: next.sides.test, ridge: ridge)
                isBetter = Goal.harder.prefers(distance.squared, to: current.squared)
                if isBetter { (partition, sides, current) = (next.partition, next.sides, distance) }
                count /= 2
            }
            guard isBetter else { break }
        }
        return partition
    }

    /// The units of both sides in the order in which the gradient favours exchanging them, for as long as it does.
    private func pairs(
        _ goal: Goal, in partition: ClassPartition, scores: [Double]
    ) -> [(train: Int, test: Int)] {
        let sign: Double = goal == .harder ? 1 : -1
        let scale = scores.map(abs).max() ?? 0
        func ranked(_ side: Side, _ sign: Double) -> [Int] {
            movable.filter { partition.sides[$0] == side }
                .map { ($0, value: sign * scores[$0], scale: scale) }.rankedByFallingValue()
        }
        func gain(_ train: Int, _ test: Int) -> Double { sign * (scores[test] - scores[train]) }
        guard let rules else {
            return zip(ranked(.train, -sign), ranked(.test, sign))
                .prefix { gain($0, $1) > Tie.tolerance * scale }.map { ($0, $1) }
        }
        let pairs = rules.pairs(ranked(.train, -sign), ranked(.test, sign), in: partition.sides)
            .filter { gain($0.train, $0.test) > Tie.tolerance * scale }
        let order = pairs.indices.map { ($0, value: gain(pairs[$0].train, pairs[$0].test), scale: scale) }
        return order.rankedByFallingValue().map { pairs[$0] }
    }

    private func exchange(
        _ train: Int, _ test: Int,
        in state: inout (partition: ClassPartition, sides: (train: SideMoments, test: SideMoments)),
        of moments: UnitMoments
    ) {
        state.partition.exchange(trainClass: train, testClass: test)
        state.sides.train.add(moments.items.row(train), times: -1)
        state.sides.train.add(moments.items.row(test), times: 1)
        state.sides.test.add(moments.items.row(test), times: -1)
        state.sides.test.add(moments.items.row(train), times: 1)
    }

    // MARK: The exact way

    /// Tries the most promising exchanges, by the distance itself, until none of them helps.
    private func polish(
        _ start: ClassPartition, at distance: Double, towards goal: Goal
    ) throws -> (partition: ClassPartition, distance: Double) {
        var (partition, current) = (start, distance)
        for _ in 0..<4 * movable.count {
            guard let better = try firstBetter(than: current, near: partition, towards: goal) else { break }
            (partition, current) = better
        }
        return (partition, current)
    }

    private func firstBetter(
        than current: Double, near partition: ClassPartition, towards goal: Goal
    ) throws -> (partition: ClassPartition, distance: Double)? {
        var nearby = try promisingPairs(goal, at: partition).map { train, test in
            var next = partition
            next.exchange(trainClass: train, testClass: test)
            return next
        }
        if let rules, !rules.isEven { nearby += try promisingMoves(goal, at: partition, by: rules) }
        // In batches of a fixed size, so that the choice does not depend on the number of cores.
        for batch in stride(from: 0, to: nearby.count, by: 8) {
            let tried = Array(nearby[batch..<min(batch + 8, nearby.count)])
            let distances = try sharedMap(of: "trial exchanges", count: tried.count) {
                try self.distance(of: tried[$0])
            }
            var best: (partition: ClassPartition, distance: Double)?
            for (next, distance) in zip(tried, distances)
            where goal.prefers(distance, to: best?.distance ?? current) { best = (next, distance) }
            if let best { return best }
        }
        return nil
    }

    /// The most promising pairs to exchange, as many as can be tried in a moment.
    private func promisingPairs(_ goal: Goal, at partition: ClassPartition) throws -> [(train: Int, test: Int)] {
        let limit = promisingPairCount
        if goal == .easier { return imbalance.pairs(from: partition, movable: movable, rules: rules, count: limit) }
        let sums = rules?.trainWeights(of: partition.sides) ?? []
        let scores = try scores(at: partition)
        let scale = scores.map(abs).max() ?? 0
        // Partners are found among more units where each has few.
        let width = Int((4 * Double(limit)).squareRoot()) * min(rules?.trainTargets.count ?? 1, 4)
        func ranked(_ side: Side, _ sign: Double) -> ArraySlice<Int> {
            movable.filter { partition.sides[$0] == side }
                .map { ($0, value: sign * scores[$0], scale: scale) }.rankedByFallingValue().prefix(width)
        }
        let (train, test) = (ranked(.train, -1), ranked(.test, 1))
        let gains = train.flatMap { a in
            test.compactMap { b -> (Int, Int, Double)? in
                guard rules?.allowsExchange(train: a, test: b, at: sums) ?? true else { return nil }
                return (a, b, scores[b] - scores[a])
            }
        }
        let order = gains.indices.map { ($0, value: gains[$0].2, scale: scale) }.rankedByFallingValue()
        return order.prefix(limit).map { (gains[$0].0, gains[$0].1) }
    }

    /// Partitions in which one unit has changed sides alone, as units of different weights may, most promising first.
    private func promisingMoves(
        _ goal: Goal, at partition: ClassPartition, by rules: ExchangeRules
    ) throws -> [ClassPartition] {
        let sums = rules.trainWeights(of: partition.sides)
        let scores = try scores(at: partition)
        let scale = scores.map(abs).max() ?? 0
        let sign: Double = goal == .harder ? 1 : -1
        let allowed = movable.filter { unit in
            guard let stratum = rules.strata[unit] else { return false }
            let weight = rules.weights[unit]
            return rules.allows(
                partition.sides[unit] == .train ? -weight : weight, at: sums[stratum], inStratum: stratum)
        }
        return allowed.map { unit in
            (unit, value: sign * (partition.sides[unit] == .train ? -scores[unit] : scores[unit]), scale: scale)
        }.rankedByFallingValue().prefix(promisingPairCount).compactMap { unit in
            var sides = partition.sides
            sides[unit] = sides[unit]?.opposite
            let next = ClassPartition(sides: sides)
            return vectors.canBeMeasured(next) ? next : nil
        }
    }

    /// How many exchanges to try before a partition counts as polished: all for small sides, at least 64.
    private var promisingPairCount: Int {
        guard case .gram = objective else { return 64 }
        let n = max(movable.count / 2, 1)
        return max(64, 20_000_000 / (n * n * n))
    }

    /// The distance by which exchanges are accepted.
    private func distance(of partition: ClassPartition) throws -> Double {
        try WorkStop.check()
        switch objective {
        case .gram(let gram):
            func units(_ side: Side) -> [Int] { movable.filter { partition.sides[$0] == side } }
            return try gram.squared(units(.train), units(.test))
        case .moments(let moments, let ridge):
            return try MomentDistance(
                train: moments.side(.train, of: partition), test: moments.side(.test, of: partition), ridge: ridge
            ).squared
        }
    }

    /// The distance in the few coordinates of the search, with a ridge that makes its gradient trustworthy.
    func roughDistance(of partition: ClassPartition) throws -> MomentDistance {
        try WorkStop.check()
        return try MomentDistance(
            train: moments.side(.train, of: partition), test: moments.side(.test, of: partition),
            ridge: Self.ridge(of: moments, part: 1e-3))
    }

    /// How much each unit favours the train side, if the distance is to grow.
    func scores(at partition: ClassPartition) throws -> [Double] {
        moments.scores(try roughDistance(of: partition).gradient())
    }
}

/// Where a search from one start ends.
private struct Reached {
    let partition: ClassPartition
    let distance: Double
}

extension Reached: Portable {
    func put(into bytes: inout PortableBytes) { bytes.put(partition, distance) }

    init(from bytes: inout PortableBytes) throws {
        self.init(partition: try bytes.get(), distance: try bytes.get())
    }
}
