internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel

extension PairSums {
    /// The sums over the pairs within each side of a partition, and over those of both sides.
    private struct SideSums {
        var (train, test, cross) = (0.0, 0.0, 0.0)
    }

    /// How many partitions are summed at once.
    private static let partitionBatch = 128

    /// How far apart the sides of partitions are, for each function and each partition.
    ///
    /// It is the unbiased
    ///
    ///     Σ_{i≠j} f(xᵢ, xⱼ) / (n(n−1)) + Σ_{i≠j} f(yᵢ, yⱼ) / (m(m−1)) − 2 Σ_{i,j} f(xᵢ, yⱼ) / (nm)
    ///
    /// of the n vectors of one side and the m of the other, with the sign turned for distances; nil if a side has fewer than
    /// two vectors. It is 0 on average if all vectors are drawn from one distribution.
    ///
    /// - Complexity: that of ``forEachBlock(of:_:)``, and O(c²·p) for c classes and p partitions.
    func differences(
        between partitions: [ClassPartition], by functions: [PairFunction],
        report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [[Double?]] {
        var sums = functions.map { _ in partitions.map { _ in SideSums() } }
        try forEachBlock(of: functions) { block, done, total in
            try WorkStop.check()
            for start in stride(from: 0, to: partitions.count, by: Self.partitionBatch) {
                let batch = start..<min(start + Self.partitionBatch, partitions.count)
                let columns = Side.allCases.map { indicator(block.columnClasses, of: partitions[batch], side: $0) }
                for (number, table) in block.sums.enumerated() {
                    let (toTrain, toTest) = (product(table, columns[0]), product(table, columns[1]))
                    for (line, place) in block.rowClasses.enumerated() {
                        for (column, p) in batch.enumerated() {
                            switch partitions[p].sides[classes[place]] {
                            case .train:
                                sums[number][p].train += toTrain[line, column]
                                sums[number][p].cross += toTest[line, column]
                            case .test:
                                sums[number][p].test += toTest[line, column]
                                sums[number][p].cross += toTrain[line, column]
                            case nil: break
                            }
                        }
                    }
                }
            }
            report(done, total)
        }
        return zip(functions, sums).map { function, sums in
            zip(partitions, sums).map { partition, sums in
                let (n, m) = (count(on: .train, of: partition), count(on: .test, of: partition))
                guard n >= 2, m >= 2 else { return nil }
                let value = 2 * sums.train / (n * (n - 1)) + 2 * sums.test / (m * (m - 1)) - 2 * sums.cross / (n * m)
                return function == .distance ? -value : value
            }
        }
    }

    private func count(on side: Side, of partition: ClassPartition) -> Double {
        Double(zip(classes, counts).reduce(0) { $0 + (partition.sides[$1.0] == side ? $1.1 : 0) })
    }

    /// 1 where a class is on a side of a partition, which has a column.
    private func indicator(
        _ places: [Int], of partitions: ArraySlice<ClassPartition>, side: Side
    ) -> Matrix<Double> {
        var elements: [Double] = []
        elements.reserveCapacity(places.count * partitions.count)
        for place in places {
            for partition in partitions { elements.append(partition.sides[classes[place]] == side ? 1 : 0) }
        }
        return Matrix(rowCount: places.count, columnCount: partitions.count, elements: elements)
    }
}
