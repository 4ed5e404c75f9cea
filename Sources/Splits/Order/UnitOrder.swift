public import Datasets
internal import Files

/// The order of units by the values that their samples have in a column.
public struct UnitOrder: Sendable, Equatable {
    /// What the values are taken for.
    public let kind: ColumnOrder.Kind
    /// The value that stands for each unit.
    public let values: [String]
    /// The number of units whose samples have several values.
    public let mixedUnitCount: Int
    /// The numbers of the units in the order; those of one value in the order of their labels.
    let order: [Int]
    /// The place of each unit in the order, from 0; units of one value share the mean of their places.
    let ranks: [Double]

    /// Orders units.
    ///
    /// - Complexity: O(n log n) for n samples.
    /// - Throws: `DatasetError` if there is no such column, its dates are ambiguous, a unit has no value in it, or all have the
    ///   same.
    public init(of units: [ClassUnit], in dataset: Dataset, by name: String, of moment: ClassMoment) throws {
        guard let column = dataset.column(named: name) else {
            throw DatasetError.noOrderColumn(source: dataset.name, column: name)
        }
        let columnOrder = try ColumnOrder(of: column, in: dataset.name)
        var mixedCount = 0
        let chosen = try units.map { unit -> Int in
            let found = unit.classes.flatMap { dataset.samplesOfClass[$0] }.compactMap { column.numbers[$0] }
                .sorted { (columnOrder.places[$0], $0) < (columnOrder.places[$1], $1) }
            guard let first = found.first, let last = found.last else {
                throw DatasetError.noOrderValue(
                    source: dataset.name, column: name, classLabel: dataset.classLabels[unit.classes[0]])
            }
            if columnOrder.places[first] != columnOrder.places[last] { mixedCount += 1 }
            return switch moment {
            case .first: first
            case .median: found[(found.count - 1) / 2]
            case .last: last
            }
        }
        let places = chosen.map { columnOrder.places[$0] }
        guard Set(places).count > 1 else {
            throw DatasetError.oneOrderValue(
                source: dataset.name, column: name, value: chosen.first.map { column.values[$0] } ?? "")
        }
        kind = columnOrder.kind
        values = chosen.map { column.values[$0] }
        mixedUnitCount = mixedCount
        order = units.indices.sorted { (places[$0], $0) < (places[$1], $1) }
        var ranks = [Double](repeating: 0, count: units.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, places[order[end]] == places[order[start]] { end += 1 }
            for position in start..<end { ranks[order[position]] = Double(start + end - 1) / 2 }
            start = end
        }
        self.ranks = ranks
    }

    /// How far the sides of a partition of the units are apart: the mean place of the test units less that of the training
    /// units, over half of the number of all units.
    ///
    /// It is about 0 for mixed sides, 1 for the first half against the second, and greater without the units between.
    func separation(of partition: ClassPartition) -> Double {
        let means = Side.allCases.map { side in
            let units = partition.classes(on: side)
            return units.reduce(0) { $0 + ranks[$1] } / Double(max(units.count, 1))
        }
        return (means[1] - means[0]) / (Double(ranks.count) / 2)
    }

    /// The units in turn on both sides, so that both have about the same mean place.
    var mixed: ClassPartition {
        // Of an odd number the training side has the smaller half, as it has everywhere.
        let training: Set<Int> = order.count % 2 == 1 ? [1, 3] : [0, 3]
        var sides = [Side](repeating: .test, count: order.count)
        for (position, unit) in order.enumerated() where training.contains(position % 4) { sides[unit] = .train }
        return ClassPartition(sides: sides)
    }

    /// The first half against the second.
    var divided: ClassPartition {
        var sides = [Side](repeating: .test, count: order.count)
        for unit in order.prefix(order.count / 2) { sides[unit] = .train }
        return ClassPartition(sides: sides)
    }

    /// The first, the middle and the last value of the units on a side.
    func span(of side: Side, in partition: ClassPartition) -> (first: String, median: String, last: String)? {
        let units = order.filter { partition.sides[$0] == side }
        guard let first = units.first, let last = units.last else { return nil }
        return (values[first], values[units[(units.count - 1) / 2]], values[last])
    }

    /// How many units have the value at the cut between the first and the second half, before and after it; nil if no value is on
    /// both sides of the cut.
    public var dividedValue: (value: String, train: Int, test: Int)? {
        let half = order.count / 2
        guard ranks[order[half - 1]] == ranks[order[half]] else { return nil }
        let rank = ranks[order[half]]
        return (
            values[order[half]], order.prefix(half).count { ranks[$0] == rank },
            order.dropFirst(half).count { ranks[$0] == rank }
        )
    }
}

extension UnitOrder {
    /// What the order was taken for, for a person to check: one sentence.
    package func words(of name: String, by moment: ClassMoment) -> String {
        let taken =
            switch kind {
            case .numbers: "numbers"
            case .dates: "dates"
            case .text: "text"
            }
        let (first, last) = (values[order[0]], values[order[order.count - 1]])
        var clauses = ["the column \(name) is read as \(taken), in an order from \(excerpt(first)) to \(excerpt(last))"]
        if mixedUnitCount > 0 {
            let what =
                switch moment {
                case .first: "its first"
                case .median: "the middle one"
                case .last: "its last"
                }
            clauses.append(
                "\(mixedUnitCount) of \(values.count) classes or units have several values and count as \(what)")
        }
        if let divided = dividedValue {
            clauses.append(
                "the cut is within \(excerpt(divided.value)), of which \(divided.train) train and \(divided.test) test, in the order of "
                    + "their names")
        }
        return clauses.joined(separator: "; ")
    }
}
