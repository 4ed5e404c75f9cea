internal import DenseLinearAlgebra

/// Training samples: which rows of the features they are, their classes from 0 on, and how features are standardised.
struct TrainingSet {
    let features: Matrix<Float>
    let rows: [Int]
    let classNumbers: [Int]
    let classCount: Int
    let mean: [Float]
    let scale: [Float]
    let constantFeatureCount: Int

    init(features: Matrix<Float>, rows: [Int], labels: [Int]) throws(HeadTrainingError) {
        precondition(labels.count == rows.count, "\(labels.count) labels for \(rows.count) samples")
        precondition(
            rows.allSatisfy { $0 >= 0 && $0 < features.rowCount }, "rows outside of \(features.rowCount)")
        self.features = features
        self.rows = rows
        let known = Set(labels).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: known.enumerated().map { ($1, $0) })
        classNumbers = labels.map { numbers[$0] ?? 0 }
        classCount = known.count
        guard classCount < labels.count else {
            throw .noPairs(sampleCount: labels.count, classCount: classCount)
        }
        let (sums, squares) = try Self.moments(features, rows)
        let n = Double(rows.count)
        var (mean, scale): ([Float], [Float]) = ([], [])
        var constant = 0
        for (sum, square) in zip(sums, squares) {
            mean.append(Float(sum / n))
            let deviation = (square / n).squareRoot()
            // Rounding alone makes features of single precision vary by up to 1e-7 of their size.
            // What varies by less than the inverse of a Float can say is constant too.
            let isConstant = deviation <= 1e-6 * abs(sum / n) || !Float(1 / deviation).isFinite
            if isConstant { constant += 1 }
            scale.append(isConstant ? 0 : Float(1 / deviation))
        }
        guard constant < features.columnCount else { throw .constantFeatures(sampleCount: rows.count) }
        (self.mean, self.scale, constantFeatureCount) = (mean, scale, constant)
    }

    var largestClassSize: Int {
        var sizes = Array(repeating: 0, count: classCount)
        for number in classNumbers { sizes[number] += 1 }
        return sizes.max() ?? 0
    }

    /// The sum of each feature, and the sum of the squares of its deviations from the mean.
    private static func moments(
        _ features: Matrix<Float>, _ rows: [Int]
    ) throws(HeadTrainingError) -> ([Double], [Double]) {
        let d = features.columnCount
        var sums = [Double](repeating: 0, count: d)
        var squares = sums
        var firstBad: (Int, Int)?
        features.withElements { values in
            sums.withUnsafeMutableBufferPointer { sums in
                for row in rows {
                    for j in 0..<d { sums[j] += Double(values[row * d + j]) }
                }
                if sums.contains(where: { !$0.isFinite }) {
                    for row in rows where firstBad == nil {
                        for j in 0..<d where !values[row * d + j].isFinite && firstBad == nil { firstBad = (row, j) }
                    }
                }
                squares.withUnsafeMutableBufferPointer { squares in
                    for row in rows {
                        for j in 0..<d {
                            let deviation = Double(values[row * d + j]) - sums[j] / Double(rows.count)
                            squares[j] += deviation * deviation
                        }
                    }
                }
            }
        }
        if let (row, column) = firstBad { throw .nonFiniteFeature(row: row, column: column) }
        return (sums, squares)
    }
}
