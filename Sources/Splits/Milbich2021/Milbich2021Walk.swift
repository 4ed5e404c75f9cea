package import DenseLinearAlgebra

/// The two sides as ``Milbich2021`` moves them: lists with a position for each class, and the positions chosen so far.
struct Milbich2021Walk {
    /// Whether classes nearest the other side go first, or those farthest from it.
    enum Direction {
        case harder
        case easier
    }

    /// One side.
    struct List {
        /// The class whose mean is at each position.
        fileprivate(set) var classes: [Int]
        /// The class that each position is recorded as.
        fileprivate(set) var names: [Int]
        /// All positions chosen so far, in order.
        fileprivate var held: [Int] = []
        /// The position chosen last; nil if none is known.
        fileprivate var position: Int?

        fileprivate init(_ classes: [Int]) {
            self.classes = classes
            names = classes
        }

        /// Chooses the first of `candidates` that is not among the last `history` chosen; if there is none, keeps the
        /// last choice.
        fileprivate mutating func choose(from candidates: ArraySlice<Int>, history: Int) {
            let recent = held.suffix(history)
            guard let next = candidates.first(where: { !recent.contains($0) }) else { return }
            held.append(next)
            position = next
        }

        fileprivate mutating func delete(_ positions: [Int]) {
            for position in Set(positions).sorted(by: >) {
                classes.remove(at: position)
                names.remove(at: position)
            }
        }
    }

    let means: Matrix<Double>
    /// How many of the last chosen positions may not be chosen again.
    var history: Int
    private(set) var train: List
    private(set) var test: List

    init(means: Matrix<Double>, train: [Int], test: [Int], history: Int) {
        let classes = Set(train + test)
        precondition(
            classes.count == train.count + test.count,
            "\(train.count + test.count) places for \(classes.count) different classes")
        precondition(
            classes.allSatisfy { $0 >= 0 && $0 < means.rowCount },
            "classes \(classes.min() ?? 0) to \(classes.max() ?? 0) of \(means.rowCount)")
        self.means = means
        self.history = history
        self.train = List(train)
        self.test = List(test)
    }

    /// Records the positions under other classes than those whose means are there.
    mutating func rename(train: [Int], test: [Int]) {
        precondition(
            train.count == self.train.names.count && test.count == self.test.names.count,
            "\(train.count) and \(test.count) names for \(self.train.names.count) and \(self.test.names.count) classes")
        self.train.names = train
        self.test.names = test
    }

    /// Exchanges `count` pairs of positions, all by the ranking made before the first exchange.
    ///
    /// - Returns: the positions of each side, in order; or nil, with the batch half made, if a side has no position to
    ///   choose and none chosen before.
    @discardableResult
    mutating func exchangeBatch(of count: Int, towards direction: Direction) -> (train: [Int], test: [Int])? {
        let (own, other) = (mean(of: train), mean(of: test))
        let reach = min(train.classes.count, test.classes.count)
        let trainRanking = ranking(of: train, own: own, other: other, towards: direction).prefix(reach)
        let testRanking = ranking(of: test, own: other, other: own, towards: direction).prefix(reach)
        var chosen: (train: [Int], test: [Int]) = ([], [])
        for k in 0..<count {
            train.choose(from: trainRanking.dropFirst(k), history: history)
            test.choose(from: testRanking.dropFirst(k), history: history)
            guard let p = train.position, let q = test.position else { return nil }
            swap(&train.classes[p], &test.classes[q])
            swap(&train.names[p], &test.names[q])
            chosen.train.append(p)
            chosen.test.append(q)
        }
        return chosen
    }

    /// Puts the classes back where they were, and deletes those at the given positions.
    ///
    /// The chosen positions are not forgotten, though after a deletion they are those of other classes.
    mutating func undo(to before: Milbich2021Walk, deleting positions: (train: [Int], test: [Int])) {
        (train.classes, train.names) = (before.train.classes, before.train.names)
        (test.classes, test.names) = (before.test.classes, before.test.names)
        train.delete(positions.train)
        test.delete(positions.test)
        (train.position, test.position) = (nil, nil)
    }

    /// The mean of the class means of a side, as a plain sum in the order of the list.
    private func mean(of list: List) -> [Double] {
        let d = means.columnCount
        var sum = [Double](repeating: 0, count: d)
        means.withElements { values in
            sum.withUnsafeMutableBufferPointer { sum in
                for number in list.classes {
                    for j in 0..<d { sum[j] += values[number * d + j] }
                }
            }
        }
        return sum.map { $0 / Double(list.classes.count) }
    }

    /// The positions of a side by how much nearer their classes are to the other side's mean than to their own.
    private func ranking(of list: List, own: [Double], other: [Double], towards direction: Direction) -> [Int] {
        list.classes.enumerated().map { position, number in
            let (toOwn, toOther) = (
                means.distance(ofRow: number, to: own), means.distance(ofRow: number, to: other)
            )
            let gap = toOwn - toOther
            return (position, value: direction == .harder ? gap : -gap, scale: toOwn + toOther)
        }.rankedByFallingValue()
    }
}

extension Milbich2021 {
    /// The partition of greatest or least distance that the harder or the easier walk, respectively, passes through,
    /// including the start.
    ///
    /// With it among the starts of a search, the extremes found never fall short of what the published code reaches.
    ///
    /// - Parameter iterations: the number of batches; the state after each of them counts.
    /// - Parameter distance: the distance that decides, of the train and the test classes.
    /// - Returns: the classes of both sides in the order of their lists. Of equal distances, the first one met counts.
    /// - Complexity: `iterations` + 1 calls of `distance`, and O(C·d) for each batch of C classes.
    package static func extremePartition(
        means: Matrix<Double>, train: [Int], test: [Int], harder: Bool, swapsPerIteration: Int, iterations: Int,
        history: Int, distance: (_ train: [Int], _ test: [Int]) throws -> Double
    ) throws -> (train: [Int], test: [Int]) {
        var walk = Milbich2021Walk(means: means, train: train, test: test, history: history)
        var best = (train: train, test: test)
        var bestDistance = try distance(train, test)
        for _ in 0..<iterations {
            walk.exchangeBatch(of: swapsPerIteration, towards: harder ? .harder : .easier)
            let reached = try distance(walk.train.classes, walk.test.classes)
            let gain = harder ? reached - bestDistance : bestDistance - reached
            if gain > Tie.tolerance * abs(bestDistance) {
                best = (walk.train.classes, walk.test.classes)
                bestDistance = reached
            }
        }
        return best
    }
}
