internal import Datasets
internal import Parallel
internal import Statistics

/// Searches for the halves of all classes between which the nearest classes are nearest, and for those between which they are
/// farthest.
///
/// Up to ``exhaustiveCount`` classes, all halves are compared. Of more, pairs are exchanged from several starts as long as one is
/// found that helps. Far halves start from the neighbourhoods of classes, from those nearer to one class than to another, and
/// from random ones; near halves from pairs of neighbours that are dealt to both sides. With few classes all pairs are tried,
/// with many a seeded choice of them.
struct NearestSearch: Sendable {
    /// Which halves are sought.
    enum Goal: String, Sendable, CaseIterable {
        case near, far
    }

    /// Up to this many classes, all halves are compared.
    static let exhaustiveCount = 14

    private let classes: NearestClasses
    private let seed: UInt64
    /// How many partners are tried for each class in a pass.
    private let partnerCount: Int
    private let startCount: Int
    private let passLimit: Int

    init(_ classes: NearestClasses, seed: UInt64) {
        self.classes = classes
        self.seed = seed
        let n = classes.count
        // About 3·10⁷ additions in a pass.
        partnerCount = min(n, max(4, 30_000_000 / max(n * n, 1)))
        startCount = n <= 512 ? 16 : 4
        passLimit = n <= 512 ? 30 : 10
    }

    /// The nearest and the farthest halves found; the training half is the smaller one.
    func extremes(
        report: @Sendable (_ goal: Goal, _ done: Int, _ total: Int) -> Void
    ) -> (near: ClassPartition, far: ClassPartition) {
        if classes.count <= Self.exhaustiveCount { return exhaustive }
        let found = Goal.allCases.map { goal -> ClassPartition in
            let pieces = PieceCount()
            let all = concurrentMap(count: startCount) { number -> (state: OtherSides, value: Double) in
                let state = climbed(from: start(goal, number), to: goal, number)
                pieces.add { report(goal, $0, startCount) }
                return (state, state.total)
            }
            var best = all[0]
            for other in all.dropFirst()
            where goal == .far
                ? other.value > best.value * (1 + Tie.tolerance) : other.value < best.value * (1 - Tie.tolerance)
            {
                best = other
            }
            return best.state.partition
        }
        return (found[0], found[1])
    }

    /// The extremes among all halves.
    private var exhaustive: (near: ClassPartition, far: ClassPartition) {
        let n = classes.count
        var best: (near: (value: Double, sides: [Side?])?, far: (value: Double, sides: [Side?])?)
        for bits in 0..<(1 << n) where bits.nonzeroBitCount == n / 2 {
            // The first class trains, since halves of equal size are each other's mirror images.
            if n % 2 == 0, bits & 1 == 0 { continue }
            let sides: [Side?] = (0..<n).map { bits >> $0 & 1 == 1 ? .train : .test }
            let value = classes.novelty(of: ClassPartition(sides: sides))
            if best.near.map({ value < $0.value * (1 - Tie.tolerance) }) ?? true { best.near = (value, sides) }
            if best.far.map({ value > $0.value * (1 + Tie.tolerance) }) ?? true { best.far = (value, sides) }
        }
        return (ClassPartition(sides: best.near?.sides ?? []), ClassPartition(sides: best.far?.sides ?? []))
    }

    /// The halves that a search starts from.
    private func start(_ goal: Goal, _ number: Int) -> [Bool] {
        let n = classes.count
        var generator = SeededGenerator(seed: seed, stream: "nearest/\(goal.rawValue)/\(number)")
        func row(_ i: Int) -> ArraySlice<Float> { classes.distances[i * n..<(i + 1) * n] }
        var isTrain = [Bool](repeating: false, count: n)
        switch goal {
        case .far:
            func distances(from pivot: Int) -> [Float] {
                row(pivot).enumerated().map { other, distance in
                    other == pivot ? 0 : distance.isFinite ? distance : .greatestFiniteMagnitude
                }
            }
            let pivot = generator.below(n)
            let own = distances(from: pivot)
            let farthest = (0..<n).max { (own[$0], -$0) < (own[$1], -$1) } ?? pivot
            let keys: [Float] =
                switch number % 4 {
                // The half around a random class, and around the one that is farthest from it.
                case 0: own
                case 1: distances(from: farthest)
                // Those nearer to the one than to the other.
                case 2: zip(own, distances(from: farthest)).map { $0 - $1 }
                default: (0..<n).map { _ in Float(generator.below(1 << 20)) }
                }
            for unit in (0..<n).sorted(by: { (keys[$0], $0) < (keys[$1], $1) }).prefix(n / 2) { isTrain[unit] = true }
        case .near:
            var open = [Bool](repeating: true, count: n)
            var trainCount = 0
            for unit in generator.shuffled(0..<n) where open[unit] {
                open[unit] = false
                var partner: Int?
                for (other, distance) in row(unit).enumerated() where open[other] {
                    if partner.map({ distance < row(unit)[unit * n + $0] }) ?? true { partner = other }
                }
                guard let partner else { continue }
                open[partner] = false
                isTrain[generator.below(2) == 0 ? unit : partner] = true
                trainCount += 1
            }
            assert(trainCount == n / 2, "\(trainCount) pairs of \(n) classes")
        }
        return isTrain
    }

    /// Exchanges pairs as long as that helps.
    private func climbed(from start: [Bool], to goal: Goal, _ number: Int) -> OtherSides {
        var state = OtherSides(of: start, in: classes)
        var generator = SeededGenerator(seed: seed, stream: "nearest/\(goal.rawValue)/pairs/\(number)")
        for _ in 0..<passLimit {
            var hasChanged = false
            for train in generator.shuffled(0..<classes.count) where state.isTrain[train] {
                var best: (test: Int, change: Double)?
                for test in partners(in: state, by: &generator) {
                    let change = state.change(exchanging: train, test)
                    let gain = goal == .far ? change : -change
                    if gain > Tie.tolerance * state.total, gain > (best?.change ?? 0) * (1 + Tie.tolerance) {
                        best = (test, gain)
                    }
                }
                if let best {
                    state.exchange(train, best.test)
                    hasChanged = true
                }
            }
            guard hasChanged else { break }
        }
        return state
    }

    /// Some test classes in random order: all of them, or as many as are tried where there are many.
    private func partners(in state: OtherSides, by generator: inout SeededGenerator) -> [Int] {
        let testCount = classes.count - classes.count / 2
        guard 2 * partnerCount < testCount else {
            return generator.shuffled((0..<classes.count).filter { !state.isTrain[$0] }).dropLast(
                max(0, testCount - partnerCount))
        }
        var chosen: [Int] = []
        while chosen.count < partnerCount {
            let number = generator.below(classes.count)
            if !state.isTrain[number], !chosen.contains(number) { chosen.append(number) }
        }
        return chosen
    }

    /// Exchanges the classes that differ between two partitions, each time those of some pairs that go farthest.
    func walk(from near: ClassPartition, to far: ClassPartition, pairCount: Int) -> [ProgressionPlan.Step] {
        var far = far
        let differing = near.sides.indices.count { near.sides[$0] != far.sides[$0] }
        // Halves of equal size are each other's mirror images.
        if near.sides.count % 2 == 0, 2 * differing > near.sides.count {
            far = ClassPartition(sides: far.sides.map { $0?.opposite })
        }
        var state = OtherSides(of: near.sides.map { $0 == .train }, in: classes)
        var generator = SeededGenerator(seed: seed, stream: "nearest/walk")
        var steps: [ProgressionPlan.Step] = []
        var step = (toTest: [Int](), toTrain: [Int]())
        while true {
            let toTest = state.isTrain.indices.filter { state.isTrain[$0] && far.sides[$0] == .test }
            let toTrain = state.isTrain.indices.filter { !state.isTrain[$0] && far.sides[$0] == .train }
            guard !toTest.isEmpty, !toTrain.isEmpty else { break }
            let limit = min(max(partnerCount, 16), 256)
            var best: (train: Int, test: Int, change: Double)?
            for _ in 0..<limit {
                let (train, test) = (toTest[generator.below(toTest.count)], toTrain[generator.below(toTrain.count)])
                let change = state.change(exchanging: train, test)
                if best.map({ change > $0.change }) ?? true { best = (train, test, change) }
            }
            guard let best else { break }
            state.exchange(best.train, best.test)
            step.toTest.append(best.train)
            step.toTrain.append(best.test)
            if step.toTest.count == pairCount || toTest.count == 1 {
                steps.append(
                    ProgressionPlan.Step(
                        partition: state.partition, movedToTest: step.toTest, movedToTrain: step.toTrain))
                step = ([], [])
            }
        }
        return steps
    }
}

/// Halves of classes, with what is needed to say at once what an exchange does to the nearest classes.
private struct OtherSides: Sendable {
    private let classes: NearestClasses
    private(set) var isTrain: [Bool]
    /// The nearest and the second nearest class of the other side, and the nearest of the own.
    private var nearest: [Int]
    private var first: [Float]
    private var second: [Float]
    private var own: [Float]
    /// The sum of all distances to the nearest class of the other side.
    private(set) var total = 0.0

    init(of isTrain: [Bool], in classes: NearestClasses) {
        self.classes = classes
        self.isTrain = isTrain
        nearest = Array(repeating: 0, count: classes.count)
        first = Array(repeating: .infinity, count: classes.count)
        (second, own) = (first, first)
        for unit in 0..<classes.count { scan(unit) }
        sum()
    }

    var partition: ClassPartition { ClassPartition(sides: isTrain.map { $0 ? Side.train : .test }) }

    private mutating func scan(_ unit: Int) {
        var (place, one, two, same) = (unit, Float.infinity, Float.infinity, Float.infinity)
        let n = classes.count
        classes.distances.withUnsafeBufferPointer { distances in
            for other in 0..<n {
                let distance = distances[unit * n + other]
                if isTrain[other] == isTrain[unit] {
                    same = min(same, distance)
                } else if distance < one {
                    (place, one, two) = (other, distance, one)
                } else {
                    two = min(two, distance)
                }
            }
        }
        (nearest[unit], first[unit], second[unit], own[unit]) = (place, one, two, same)
    }

    private mutating func sum() {
        total = first.reduce(0) { $0 + ($1.isFinite ? Double($1) : 0) }
    }

    /// What the sum of distances changes by if a training and a test class change places.
    ///
    /// - Complexity: O(c) for c classes.
    func change(exchanging train: Int, _ test: Int) -> Double {
        let n = classes.count
        // Distances are symmetric, so those to a class are read as its row.
        return classes.distances.withUnsafeBufferPointer { distances in
            let (toTrain, toTest) = (
                UnsafeBufferPointer(rebasing: distances[train * n..<(train + 1) * n]),
                UnsafeBufferPointer(rebasing: distances[test * n..<(test + 1) * n])
            )
            var change = 0.0
            for unit in 0..<n where unit != train && unit != test {
                // The other side loses one of the two, and gets the other.
                let (lost, come) = isTrain[unit] ? (test, toTrain[unit]) : (train, toTest[unit])
                let left = nearest[unit] == lost ? second[unit] : first[unit]
                let now = min(left, come)
                if now != first[unit], now.isFinite { change += Double(now) - Double(first[unit]) }
            }
            let between = toTrain[test]
            for unit in [train, test] {
                let now = min(own[unit], between)
                if now.isFinite, first[unit].isFinite { change += Double(now) - Double(first[unit]) }
            }
            return change
        }
    }

    mutating func exchange(_ train: Int, _ test: Int) {
        (isTrain[train], isTrain[test]) = (false, true)
        let n = classes.count
        for unit in 0..<n {
            let (toTrain, toTest) = (classes.distances[train * n + unit], classes.distances[test * n + unit])
            // Only where one of the two is among the nearest can anything have changed.
            let reach = max(second[unit], own[unit])
            if unit == train || unit == test || toTrain <= reach || toTest <= reach { scan(unit) }
        }
        sum()
    }
}
