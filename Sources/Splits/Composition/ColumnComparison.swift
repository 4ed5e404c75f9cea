internal import Datasets
internal import Parallel
internal import Statistics

/// Compares what the sides of partitions consist of, by each column that describes samples, with random sides.
struct ColumnComparison: Sendable {
    /// How many random sides are drawn: so many that one of several columns can be told from chance, p adjusted for all.
    private var drawCount: Int { max(199, 40 * columns.count - 1) }

    private let units: [ClassUnit]
    private let sizes: [Int]
    private let columns: [Counts]

    /// The samples of each value in each unit.
    private struct Counts: Sendable {
        let name: String
        /// The values; nil is to have none, and comes last.
        let values: [String?]
        /// For each unit, its values and how many samples have them.
        let ofUnit: [[(value: Int, count: Int)]]

        init(_ column: SampleColumn, of dataset: Dataset, units: [ClassUnit]) {
            name = column.name
            let none = column.values.count
            values = column.values + (column.numbers.contains(nil) ? [nil] : [])
            ofUnit = units.map { unit in
                var counts: [Int: Int] = [:]
                for number in unit.classes {
                    for sample in dataset.samplesOfClass[number] {
                        counts[column.numbers[sample] ?? none, default: 0] += 1
                    }
                }
                return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            }
        }

        /// The number of samples of each value in some units.
        func sum(over units: some Sequence<Int>) -> [Int] {
            var sums = [Int](repeating: 0, count: values.count)
            for unit in units { for (value, count) in ofUnit[unit] { sums[value] += count } }
            return sums
        }
    }

    init(of dataset: Dataset, units: [ClassUnit]) {
        self.units = units
        sizes = units.map { $0.classes.reduce(0) { $0 + dataset.samplesOfClass[$1].count } }
        columns = dataset.describingColumns.map { Counts($0, of: dataset, units: units) }
    }

    /// The shares of each partition's sides, by column, most telling column first.
    ///
    /// - Precondition: no partition divides a unit.
    func shares(of partitions: [ClassPartition], seed: UInt64) -> [[ShiftComposition.ColumnShares]] {
        guard !columns.isEmpty else { return partitions.map { _ in [] } }
        return concurrentMap(count: partitions.count) { number in
            let partition = partitions[number]
            let sides = ClassPartition(sides: units.map { partition.sides[$0.classes[0]] })
            return shares(of: sides, seed: seed)
        }
    }

    private func shares(of sides: ClassPartition, seed: UInt64) -> [ShiftComposition.ColumnShares] {
        let (train, test) = (sides.classes(on: .train), sides.classes(on: .test))
        precondition(!train.isEmpty && !test.isEmpty, "\(train.count) train and \(test.count) test units")
        let kept = columns.map { $0.sum(over: train + test) }
        let exchange = NullExchange(of: sides, sizes: sizes, seed: seed)
        let others = exchange.allOthers(upTo: NullExchange.enumerationLimit).map { $0.map { $0.classes(on: .train) } }
        let drawCount = others?.count ?? self.drawCount
        // The differences of random sides, by column.
        var random = [[Double]](repeating: [], count: columns.count)
        for draw in 0..<drawCount {
            let trainUnits = others?[draw] ?? exchange.trainUnits(ofDraw: draw)
            for (place, column) in columns.enumerated() {
                let onTrain = column.sum(over: trainUnits)
                random[place].append(Self.difference(onTrain, zip(kept[place], onTrain).map { $0 - $1 }))
            }
        }
        let compared = columns.enumerated().map { place, column in
            compare(column, train: column.sum(over: train), test: column.sum(over: test), random: random[place])
        }
        return compared.enumerated()
            .map { ($0.offset, value: $0.element.difference - $0.element.randomMean, scale: 1) }
            .rankedByFallingValue().map { compared[$0] }
    }

    /// ½ Σ |a / Σa − b / Σb|.
    static func difference(_ a: [Int], _ b: [Int]) -> Double {
        let (n, m) = (Double(max(a.reduce(0, +), 1)), Double(max(b.reduce(0, +), 1)))
        return zip(a, b).reduce(0) { $0 + abs(Double($1.0) / n - Double($1.1) / m) } / 2
    }

    private func compare(
        _ column: Counts, train: [Int], test: [Int], random: [Double]
    ) -> ShiftComposition.ColumnShares {
        let difference = Self.difference(train, test)
        let reaching = random.count { $0 >= difference - Tie.tolerance }
        let (n, m) = (Double(train.reduce(0, +)), Double(test.reduce(0, +)))
        let shares = column.values.indices.map { (train: Double(train[$0]) / n, test: Double(test[$0]) / m) }
        let ranked = shares.indices.map { ($0, value: abs(shares[$0].train - shares[$0].test), scale: 1) }
            .rankedByFallingValue().filter { abs(shares[$0].train - shares[$0].test) > Tie.tolerance }
        return ShiftComposition.ColumnShares(
            column: column.name, difference: difference.rounded(significantDigits: 6),
            randomMean: (random.reduce(0, +) / Double(random.count)).rounded(significantDigits: 6),
            p: (Double(1 + reaching) / Double(random.count + 1)).rounded(significantDigits: 6),
            valueCount: zip(train, test).count { $0 + $1 > 0 },
            values: ranked.prefix(ShiftComposition.valueLimit).map { place in
                ShiftComposition.ValueShares(
                    value: column.values[place], train: shares[place].train.rounded(significantDigits: 6),
                    test: shares[place].test.rounded(significantDigits: 6))
            })
    }
}
