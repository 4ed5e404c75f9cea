internal import Datasets
internal import Frechet
internal import Parallel
internal import Statistics

/// Finds sides of a wanted difficulty under rules: the test side of a hold-out, or its validation part.
struct HoldOutSearch {
    /// Sides, and what they were made of.
    struct Found {
        var partition: ClassPartition
        /// The sides that random deals of the samples look for in their place.
        var sought: SoughtSides.Kind
        /// The random sides that they were sought from.
        var start: ClassPartition
    }

    let vectors: UnitVectors
    let rules: ExchangeRules
    /// Random sides, seeded; units outside the rules are where they stay.
    let start: ClassPartition
    let seed: UInt64
    /// Whether the search is repeated on half of the samples, for the other half to confirm.
    let isToBeConfirmed: Bool
    private let search: ExtremeSearch

    /// - Parameter sides: where units outside the rules are, and any side for the others.
    init(
        _ vectors: UnitVectors, rules: ExchangeRules, from sides: [Side?], seed: UInt64, isToBeConfirmed: Bool = false
    ) throws {
        self.vectors = vectors
        self.rules = rules
        self.seed = seed
        self.isToBeConfirmed = isToBeConfirmed
        start = Self.randomSides(by: rules, from: sides, seed: seed, stream: "hold-out")
        search = try ExtremeSearch(vectors, isToBeConfirmed: isToBeConfirmed, rules: rules)
    }

    /// Random sides that satisfy rules.
    static func randomSides(
        by rules: ExchangeRules, from sides: [Side?], seed: UInt64, stream: String
    ) -> ClassPartition {
        var generator = SeededGenerator(seed: seed, stream: stream)
        let order = generator.shuffled(rules.strata.indices.filter { rules.strata[$0] != nil })
        return ClassPartition(sides: rules.filled(order, from: sides))
    }

    /// The sides that are farthest apart.
    func hardest(report: WorkReport) throws -> ClassPartition {
        @Sendable func progress(_ done: Int, _ total: Int) { searching("farthest", done, total, report) }
        guard !isToBeConfirmed else {
            return try search.extreme(.harder, from: start, seed: seed, report: progress)
        }
        return try HardestSides(of: vectors, by: search, from: start, seed: seed, report: progress).partition
    }

    /// The sides that are most alike.
    func easiest(report: WorkReport) throws -> ClassPartition {
        try search.extreme(.easier, from: start, seed: seed) { searching("nearest", $0, $1, report) }
    }

    private func searching(_ goal: String, _ done: Int, _ total: Int, _ report: WorkReport) {
        report(
            .advanced(
                "searching the \(goal) classes" + (isToBeConfirmed ? " again, held out" : ""), done: done, of: total,
                isSteady: false))
    }

    /// The sides of median distance among an odd number of random ones.
    func median(measure: (ClassPartition) throws -> FrechetDistance) throws -> ClassPartition {
        let count = 21
        let drawn = (0..<count).map { number in
            Self.randomSides(by: rules, from: start.sides, seed: seed, stream: "hold-out/\(number)")
        }
        let distances = try drawn.enumerated().map { ($0, value: try measure($1).squared) }
        let scale = distances.reduce(0) { max($0, $1.value) }
        return drawn[distances.map { ($0.0, value: $0.value, scale: scale) }.rankedByFallingValue()[count / 2]]
    }

    /// Sides at a given squared distance: on the way from random sides to the farthest or the nearest ones.
    ///
    /// With few classes, ways have few steps; then single exchanges that are predicted to come nearer are tried, and further
    /// random sides to start from.
    ///
    /// - Parameter measure: the exact distance of sides.
    /// - Throws: ``SplitError/unattainableTarget(_:range:)``, ``SplitError/missedTarget(_:nearest:tolerance:)``.
    func sides(
        at target: Double, tolerance: Double, measure: (ClassPartition) throws -> FrechetDistance, report: WorkReport
    ) throws -> Found {
        var ends: [Bool: (partition: ClassPartition, squared: Double)] = [:]
        func end(_ isHarder: Bool) throws -> (partition: ClassPartition, squared: Double) {
            if let known = ends[isHarder] { return known }
            let sides = isHarder ? try hardest(report: report) : try easiest(report: report)
            let found = (sides, try measure(sides).squared)
            ends[isHarder] = found
            return found
        }
        var nearest: Attempt?
        for number in 0..<8 {
            let start =
                number == 0
                ? start : Self.randomSides(by: rules, from: start.sides, seed: seed, stream: "hold-out/start \(number)")
            let first = try measure(start).squared
            let isHarder = target >= first
            let last = try end(isHarder)
            guard isHarder ? target <= last.squared * (1 + tolerance) : target >= last.squared * (1 - tolerance) else {
                let other = try end(!isHarder).squared
                throw SplitError.unattainableTarget(target, range: min(last.squared, other)...max(last.squared, other))
            }
            var attempt = Attempt(target: target, isHarder: isHarder, start: start, partition: start, squared: first)
            attempt.consider(last.partition, last.squared, part: 1)
            let way = try way(from: start, to: last.partition, isHarder: isHarder)
            var (low, high) = (0, way.count)
            while high - low > 1, attempt.miss > tolerance * target {
                let middle = (low + high) / 2
                let sides = Self.step(middle, of: way, from: start)
                let squared = try measure(sides).squared
                attempt.consider(sides, squared, part: Double(middle) / Double(way.count))
                if (squared < target) == isHarder { low = middle } else { high = middle }
            }
            try adjust(&attempt, tolerance: tolerance, measure: measure)
            if nearest.map({ attempt.miss < $0.miss }) ?? true { nearest = attempt }
            if attempt.miss <= tolerance * target { break }
        }
        guard let nearest, nearest.miss <= tolerance * target else {
            throw SplitError.missedTarget(target, nearest: nearest?.squared ?? 0, tolerance: tolerance)
        }
        return Found(
            partition: nearest.partition,
            sought: nearest.isHarder ? .exchanged(part: nearest.part) : .fixed(nearest.partition), start: nearest.start)
    }

    /// The sides nearest to a wanted distance that one way has led to.
    private struct Attempt {
        let target: Double
        let isHarder: Bool
        let start: ClassPartition
        var partition: ClassPartition
        var squared: Double
        /// How far along the way they are.
        var part = 0.0
        var miss: Double { abs(squared - target) }

        mutating func consider(_ sides: ClassPartition, _ distance: Double, part: Double) {
            guard abs(distance - target) < miss * (1 - Tie.tolerance) else { return }
            (partition, squared, self.part) = (sides, distance, part)
        }
    }

    /// Sides on the way from some to the farthest, a given part of it along.
    func sides(from start: ClassPartition, part: Double, report: WorkReport) throws -> ClassPartition {
        let end = try hardest(report: report)
        guard part < 1 else { return end }
        let way = try way(from: start, to: end, isHarder: true)
        return Self.step(Int((part * Double(way.count)).rounded()), of: way, from: start)
    }

    /// Sides after the first exchanges of a way.
    private static func step(
        _ count: Int, of way: [(train: Int, test: Int)], from start: ClassPartition
    ) -> ClassPartition {
        var sides = start
        for (train, test) in way.prefix(count) { sides.exchange(trainClass: train, testClass: test) }
        return sides
    }

    /// The exchanges that lead from sides to others, most effective first.
    private func way(from start: ClassPartition, to end: ClassPartition, isHarder: Bool) throws -> [(
        train: Int, test: Int
    )] {
        let scores = try search.scores(at: start)
        let scale = scores.map(abs).max() ?? 0
        func ranked(_ side: Side, _ sign: Double) -> [Int] {
            start.sides.indices.filter { start.sides[$0] == side && end.sides[$0] == side.opposite }
                .map { ($0, value: (isHarder ? sign : -sign) * scores[$0], scale: scale) }.rankedByFallingValue()
        }
        return rules.pairs(ranked(.train, -1), ranked(.test, 1), in: start.sides)
    }

    /// Exchanges single pairs that are predicted to bring sides to the distance.
    private func adjust(
        _ attempt: inout Attempt, tolerance: Double, measure: (ClassPartition) throws -> FrechetDistance
    ) throws {
        for _ in 0..<16 where attempt.miss > tolerance * attempt.target {
            let before = attempt
            for (train, test) in try search.pairs(
                changing: before.partition, by: before.target - before.squared, count: 24)
            {
                var partition = before.partition
                partition.exchange(trainClass: train, testClass: test)
                attempt.consider(partition, try measure(partition).squared, part: before.part)
            }
            guard attempt.partition != before.partition else { return }
        }
    }
}
