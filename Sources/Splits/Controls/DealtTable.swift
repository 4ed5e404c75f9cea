internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

/// Vectors that can be dealt to classes in any order, for ``SideDifferenceTest``.
///
/// A row is the sum over a group of samples that stay together, about the mean of all; usually over one sample.
struct DealtTable: Sendable {
    private let rows: Matrix<Float>
    /// The number of samples of each row.
    private let counts: [Double]

    /// The vectors of one half of the samples, summed over each unit.
    struct Half: Sendable {
        /// One row for each unit.
        let sums: Matrix<Double>
        /// The number of samples, or of classes under class means.
        let counts: [Double]
    }

    /// The table of means, and for samples that of spreads.
    ///
    /// - Parameters:
    ///   - atoms: the groups of each class.
    ///   - directionLimit: along how many principal directions of the samples means are taken, to save time; along all
    ///     dimensions if nil.
    static func tables(of embedded: EmbeddedDataset, atoms: [[[Int]]], directionLimit: Int? = nil) -> [DealtTable] {
        let x = embedded.embeddings
        let d = x.columnCount
        let all = atoms.flatMap { $0 }
        let origin = Array(x.means(ofRowGroups: [all.flatMap { $0 }]).row(0))
        // Directions of the samples, whichever their classes, so that every deal has the same.
        var generator = SeededGenerator(seed: 0, stream: "spreads")
        let some = generator.shuffled(all.flatMap { $0 }).prefix(2000).sorted()
        let means: DealtTable
        if let directionLimit, directionLimit < d {
            means = Self.means(
                of: x, all, about: origin,
                along: principalDirections(
                    of: Matrix<Double>(x.selectingRows(some)), about: origin, count: directionLimit))
        } else {
            means = DealtTable(all, columnCount: d) { sample, sum in
                for (j, value) in x.row(sample).enumerated() { sum[j] += Double(value) - origin[j] }
            }
        }
        guard embedded.statistic == .samples else { return [means] }

        let directions = principalDirections(
            of: Matrix<Double>(x.selectingRows(some)), about: origin, count: min(16, d))
        let r = directions.rowCount
        func squares(_ sample: Int) -> [Double] {
            let along = plainCoordinates(of: x, rows: [sample], about: origin, along: directions)
            var total = 0.0
            for (j, value) in x.row(sample).enumerated() {
                total += (Double(value) - origin[j]) * (Double(value) - origin[j])
            }
            return along.map { $0 * $0 } + [total]
        }
        let variances = some.reduce(into: [Double](repeating: 0, count: r + 1)) { sum, sample in
            for (j, value) in squares(sample).enumerated() { sum[j] += value / Double(some.count) }
        }
        let spreads = DealtTable(all, columnCount: r + 1) { sample, sum in
            for (j, value) in squares(sample).enumerated() where variances[j] > 0 {
                sum[j] += (value - variances[j]) / (2 * variances[j].squareRoot())
            }
        }
        return [means, spreads]
    }

    /// The table of means along some directions.
    private static func means(
        of x: Matrix<Float>, _ groups: [[Int]], about origin: [Double], along directions: Matrix<Double>
    ) -> DealtTable {
        let (chunk, r) = (1024, directions.rowCount)
        let coordinates = concurrentMap(count: (x.rowCount + chunk - 1) / chunk) { number in
            plainCoordinates(
                of: x, rows: number * chunk..<min((number + 1) * chunk, x.rowCount), about: origin, along: directions)
        }
        return DealtTable(groups, columnCount: r) { sample, sum in
            let (part, place) = (coordinates[sample / chunk], sample % chunk * r)
            for j in 0..<r { sum[j] += part[place + j] }
        }
    }

    private init(_ groups: [[Int]], columnCount: Int, add: (_ sample: Int, _ sum: inout [Double]) -> Void) {
        var elements: [Float] = []
        elements.reserveCapacity(groups.count * columnCount)
        for group in groups {
            var sum = [Double](repeating: 0, count: columnCount)
            for sample in group { add(sample, &sum) }
            elements += sum.map { Float($0) }
        }
        rows = Matrix(rowCount: groups.count, columnCount: columnCount, elements: elements)
        counts = groups.map { Double($0.count) }
    }

    /// About how many multiplications one halving of one deal takes.
    func cost(unitCount: Int) -> Double {
        let (n, d, c) = (Double(rows.rowCount), Double(rows.columnCount), Double(unitCount))
        return n * d + 2 * (unitCount <= UnitProducts.gramLimit ? c * c * d / 2 + 200 * c * c : 60 * c * d)
    }

    /// Deals the rows to slots, each of one class and one half.
    func dealt(
        _ order: [Int], classOfSlot: [Int], isFirst: [Bool], unitOfClass: [Int], unitCount: Int,
        statistic: ShiftStatistic
    ) -> (first: Half, second: Half) {
        let d = rows.columnCount
        let groupOfClass = statistic == .samples ? unitOfClass : Array(unitOfClass.indices)
        let groupCount = statistic == .samples ? unitCount : unitOfClass.count
        func half(_ isWanted: Bool) -> Half {
            var totals = [Double](repeating: 0, count: groupCount)
            var elements = [Double](repeating: 0, count: groupCount * d)
            elements.withUnsafeMutableBufferPointer { elements in
                rows.withElements { values in
                    guard let source = values.baseAddress, let target = elements.baseAddress else { return }
                    for (slot, row) in order.enumerated() where isFirst[slot] == isWanted {
                        let group = groupOfClass[classOfSlot[slot]]
                        totals[group] += self.counts[row]
                        add(source + row * d, to: target + group * d, count: d)
                    }
                }
            }
            let sums = Matrix(rowCount: groupCount, columnCount: d, elements: elements)
            guard statistic == .classMeans else { return Half(sums: sums, counts: totals) }
            // One vector a class.
            var ofUnits = Matrix<Double>(rowCount: unitCount, columnCount: d)
            var counts = [Double](repeating: 0, count: unitCount)
            for (number, unit) in unitOfClass.enumerated() where totals[number] > 0 {
                for j in 0..<d { ofUnits[unit, j] += sums[number, j] / totals[number] }
                counts[unit] += 1
            }
            return Half(sums: ofUnits, counts: counts)
        }
        return (half(true), half(false))
    }
}

/// Adds numbers to others.
///
/// Pointers, whose places are not checked one by one, let the compiler add several at once.
private func add(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Double>, count: Int) {
    for j in 0..<count { target[j] += Double(source[j]) }
}
