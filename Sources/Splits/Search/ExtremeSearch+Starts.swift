internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// Where the search begins.
extension ExtremeSearch {
    /// For the harder goal, halves along directions in which units differ; for the easier one, alternate units along
    /// them; for both, seeded random partitions.
    ///
    /// Units differ in their means and in the spread of their vectors. Halves along a direction keep similar units
    /// together, which pairwise exchanges cannot achieve: of ten clusters of classes, five belong on either side.
    func starts(for goal: Goal, like start: ClassPartition, seed: UInt64) throws -> [ClassPartition] {
        let means = movableMeans
        let isLarge = movable.count > Self.largeCount
        let mixtures = goal == .easier || isLarge ? 0 : 20
        var orders = try self.orders(along: means, mixtures: mixtures, seed: seed, name: "means")
        orders += try self.orders(
            along: imbalance.features.selectingRows(movable), mixtures: mixtures / 2, seed: seed, name: "moments")
        if goal == .harder, !isLarge { orders += try clusterOrders(means, like: start, seed: seed) }
        for number in 0..<(isLarge ? 1 : 4) {
            var generator = SeededGenerator(seed: seed, stream: "start/\(number)")
            orders.append(generator.shuffled(movable))
        }
        // Sides of unequal sizes are not each other's mirror images.
        if rules != nil, goal == .harder { orders += orders.map { $0.reversed() } }
        return orders.map { partition(for: goal, in: $0, like: start) }
    }

    /// The means of the movable units in the coordinates of the search, one row each.
    private var movableMeans: Matrix<Double> {
        let r = moments.rank
        var means = Matrix<Double>(rowCount: movable.count, columnCount: r)
        for (place, unit) in movable.enumerated() {
            for j in 0..<r { means[place, j] = moments.items[unit, 1 + j] / moments.items[unit, 0] }
        }
        return means
    }

    /// Where the reference code's walks end, with one and with two exchanges at a time, so that no extreme falls short
    /// of theirs.
    func referenceStarts(for goal: Goal, from start: ClassPartition) throws -> [ClassPartition] {
        guard case .gram(let gram) = objective, movable.count == vectors.unitCount, rules == nil else { return [] }
        let settings = goal == .harder ? [(1, 5), (2, 5)] : [(1, 5), (2, 5), (1, 30), (2, 30)]
        return try sharedMap(of: "walks of the reference code", count: settings.count) { number in
            let (swaps, history) = settings[number]
            let reached = try Milbich2021.extremePartition(
                means: vectors.means, train: start.classes(on: .train), test: start.classes(on: .test),
                harder: goal == .harder, swapsPerIteration: swaps, iterations: 50 / swaps, history: history,
                distance: gram.squared)
            var sides = start.sides
            for unit in reached.train { sides[unit] = .train }
            for unit in reached.test { sides[unit] = .test }
            return ClassPartition(sides: sides)
        }
    }

    /// The train side takes the first units of an order or, for the easier goal, every other one.
    private func partition(for goal: Goal, in order: [Int], like start: ClassPartition) -> ClassPartition {
        if let rules {
            return ClassPartition(
                sides: goal == .harder
                    ? rules.filled(order, from: start.sides) : rules.shared(order, from: start.sides))
        }
        let trainCount = movable.filter { start.sides[$0] == .train }.count
        var sides = start.sides
        for (place, unit) in order.enumerated() {
            let isTrain =
                switch goal {
                case .harder: place < trainCount
                // Any first k units are shared out in proportion, so that both sides get similar ones.
                case .easier: (place + 1) * trainCount / order.count > place * trainCount / order.count
                }
            sides[unit] = isTrain ? .train : .test
        }
        return ClassPartition(sides: sides)
    }

    /// Orders that keep clusters of units together, with the clusters in an order that exchanging any two would not
    /// improve.
    private func clusterOrders(_ means: Matrix<Double>, like start: ClassPartition, seed: UInt64) throws -> [[Int]] {
        let counts = [6, 10, 16].filter { 2 * $0 <= movable.count }
        let attempts = counts.flatMap { count in (0..<4).map { (count, $0) } }
        return try sharedMap(of: "orders of clusters", count: attempts.count) { place in
            let (count, number) = attempts[place]
            let members = farthestFirstClusters(of: means, count: count)
            func units(_ order: [Int]) -> [Int] { order.flatMap { members[$0].map { movable[$0] } } }
            func distance(_ order: [Int]) throws -> Double {
                try roughDistance(of: partition(for: .harder, in: units(order), like: start)).squared
            }
            var generator = SeededGenerator(seed: seed, stream: "clusters/\(count)/\(number)")
            var order = generator.shuffled(members.indices)
            var best = try distance(order)
            var isBetter = true
            while isBetter {
                isBetter = false
                for i in order.indices {
                    for j in order.indices where j > i {
                        order.swapAt(i, j)
                        let value = try distance(order)
                        if Goal.harder.prefers(value, to: best) {
                            best = value
                            isBetter = true
                        } else {
                            order.swapAt(i, j)
                        }
                    }
                }
            }
            return units(order)
        }
    }

    /// The movable units, ordered along the principal directions of some vectors (one per unit), along random mixtures
    /// of these, and by distance from the centre.
    private func orders(
        along vectors: Matrix<Double>, mixtures: Int, seed: UInt64, name: String
    ) throws -> [[Int]] {
        let centre = Array(vectors.means(ofRowGroups: [Array(movable.indices)]).row(0))
        let directions = principalDirections(of: vectors, about: centre, count: min(8, vectors.columnCount))
        let count = directions.rowCount
        let coordinates = plainCoordinates(of: vectors, rows: movable.indices, about: centre, along: directions)
        func order(by value: (_ coordinates: ArraySlice<Double>, _ place: Int) -> Double) -> [Int] {
            let values = movable.indices.map { value(coordinates[$0 * count..<($0 + 1) * count], $0) }
            let scale = values.map(abs).max() ?? 0
            return movable.indices.map { (movable[$0], value: values[$0], scale: scale) }.rankedByFallingValue()
        }
        let leading = min(movable.count > Self.largeCount ? 3 : 5, count)
        var orders = (0..<leading).map { k in order { coordinates, _ in coordinates[coordinates.startIndex + k] }
        }
        for number in 0..<mixtures {
            var generator = SeededGenerator(seed: seed, stream: "direction/\(name)/\(number)")
            let weights = (0..<count).map { _ in
                (0..<3).reduce(0.0) { sum, _ in sum + Double(generator.next() >> 11) * 0x1p-52 - 1 }
            }
            orders.append(order { coordinates, _ in zip(coordinates, weights).reduce(0) { $0 + $1.0 * $1.1 } })
        }
        orders.append(
            order { _, place in
                zip(vectors.row(place), centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            })
        return orders
    }
}
