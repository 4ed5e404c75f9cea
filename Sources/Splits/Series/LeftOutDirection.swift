internal import Datasets
internal import DenseLinearAlgebra
public import Parallel

/// How several series differ from one another.
public enum ReplicateRule: String, Sendable, Codable, CaseIterable {
    /// Each but the first starts from random sides, and searches for the hardest ones anew.
    case start
    /// Each searches without the main directions of those before it: along other differences between classes.
    case direction
}

extension EmbeddedDataset {
    /// The same dataset without what lies along the line from the mean of one side to that of the other: what a series searches
    /// that is to differ from the one with these sides.
    ///
    /// A reflection (Householder, 1958) turns the line into the first axis, and the others stay as they are: a dimension less,
    /// with all distances in the rest as they were. Everything is a plain sum in a fixed order, so that it does not depend on the
    /// processor.
    ///
    /// - Returns: nil if the means are equal.
    /// - Complexity: O(n·d).
    /// - Throws: ``SplitError/noDirectionLeft`` if there is but one dimension; ``SplitError`` as for any dataset.
    func withoutDirection(between partition: ClassPartition) throws -> EmbeddedDataset? {
        let d = embeddings.columnCount
        guard d > 1 else { throw SplitError.noDirectionLeft }
        let means = Side.allCases.map { side -> [Double] in
            var sum = [Double](repeating: 0, count: d)
            var weight = 0.0
            for number in partition.classes(on: side) {
                let members = orderedSamples[number]
                // Where the distance is over class means, each class counts alike.
                let share = statistic == .classMeans ? 1 / Double(max(members.count, 1)) : 1
                for sample in members {
                    for (j, value) in embeddings.row(sample).enumerated() { sum[j] += share * Double(value) }
                    weight += share
                }
            }
            return sum.map { $0 / max(weight, 1) }
        }
        var normal = zip(means[0], means[1]).map { $0 - $1 }
        let length = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else { return nil }
        for j in normal.indices { normal[j] /= length }
        normal[0] += normal[0] < 0 ? -1 : 1
        let scale = 2 / normal.reduce(0) { $0 + $1 * $1 }
        let axis = normal
        let rows = concurrentMap(count: embeddings.rowCount) { row -> [Float] in
            let values = embeddings.row(row)
            let part = scale * zip(values, axis).reduce(0) { $0 + Double($1.0) * $1.1 }
            return zip(values, axis).dropFirst().map { Float(Double($0) - part * $1) }
        }
        let rest = Matrix(rowCount: rows.count, columnCount: d - 1, elements: rows.flatMap(\.self))
        guard !rest.varyingColumns.isEmpty else { throw SplitError.noDirectionLeft }
        return try EmbeddedDataset(dataset: dataset, embeddings: rest, statistic: statistic, units: units)
    }
}

extension SplitSeries {
    /// The hardest level that keeps all classes, or else the last: that by which series are told apart.
    var hardestWholeLevel: ProgressionStep? {
        levels.last { $0.partition.removedClasses.isEmpty } ?? levels.last
    }

    /// Makes several series of one dataset.
    ///
    /// - Parameters:
    ///   - embedded: the dataset.
    ///   - settings: those of the first series.
    ///   - count: how many series.
    ///   - rule: how they differ.
    ///   - report: called with the number of a series and the work in progress.
    /// - Throws: ``SplitError``; `LinearAlgebraError`.
    public static func replicates(
        of embedded: EmbeddedDataset, by settings: SplitSettings, count: Int, differingBy rule: ReplicateRule = .start,
        report: @escaping @Sendable (_ number: Int, _ event: WorkEvent) -> Void = { _, _ in }
    ) throws -> [SplitSeries] {
        var all: [SplitSeries] = []
        var searched = embedded
        for number in 1...count {
            if rule == .direction, let sides = all.last?.hardestWholeLevel?.partition {
                searched = try searched.withoutDirection(between: sides) ?? searched
            }
            all.append(
                try SplitSeries(of: embedded, searching: searched, by: settings.replicate(number, by: rule)) {
                    report(number, $0)
                })
        }
        return all
    }
}
