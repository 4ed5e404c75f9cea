internal import Datasets
internal import DenseLinearAlgebra
internal import Parallel
internal import Statistics

extension EmbeddedDataset {
    /// The direction from the mean of the train side to that of the test side, for each partition; nil where the means are equal.
    ///
    /// The means are those of the statistic: of samples, or of class means. All sums are plain, so that the same classes and
    /// samples are found everywhere.
    ///
    /// - Complexity: O(n·d) for the class means of n samples, and O(n·(d + log n)) for each partition.
    func meansDirections(of partitions: [ClassPartition]) -> [ShiftComposition.MeansDirection?] {
        let means = embeddings.means(ofRowGroups: orderedSamples)
        let weights = orderedSamples.map { statistic == .samples ? Double($0.count) : 1 }
        let origin = Array(means.means(ofRowGroups: [Array(orderedSamples.indices)], weights: weights).row(0))
        let axes = partitions.map { MeansAxis($0, means: means, weights: weights, origin: origin) }
        let directions = Matrix(rows: axes.compactMap { $0?.direction })
        guard directions.rowCount > 0 else { return axes.map { _ in nil } }
        let classes = coordinates(of: means, about: origin, along: directions)
        let samples = coordinates(of: embeddings, about: origin, along: directions)
        var place = 0
        let placed = zip(partitions, axes).map { partition, axis -> MeansAxis.Sides? in
            guard let axis else { return nil }
            defer { place += 1 }
            return MeansAxis.Sides(
                partition: partition, classes: classes[place].map { $0 - axis.midpoint },
                samples: samples[place].map { $0 - axis.midpoint })
        }
        let ends = concurrentMap(count: placed.count) { placed[$0].map(ends(of:)) }
        let typical = Set(ends.flatMap { $0?.flatMap(\.classes) ?? [] }).sorted()
        let nearest = concurrentMap(count: typical.count) { nearestSample(to: means, ofClass: typical[$0]) }
        let sampleOfClass = Dictionary(uniqueKeysWithValues: zip(typical, nearest))
        return zip(placed, ends).map { sides, ends in
            guard let sides, let ends else { return nil }
            let described = ends.map { end in
                ShiftComposition.MeansDirection.End(
                    classes: end.classes.map { number in
                        ShiftComposition.TypicalClass(
                            label: dataset.classLabels[number],
                            position: sides.classes[number].rounded(significantDigits: 6),
                            sample: dataset.samples[sampleOfClass[number] ?? orderedSamples[number][0]].id)
                    }, samples: end.samples.map { dataset.samples[$0].id })
            }
            return ShiftComposition.MeansDirection(
                separation: separation(of: sides).rounded(significantDigits: 6), train: described[0],
                test: described[1])
        }
    }

    /// The coordinates of all rows along some directions, one list for each direction.
    private func coordinates<Scalar>(
        of matrix: Matrix<Scalar>, about origin: [Double], along directions: Matrix<Double>
    ) -> [[Double]] {
        let (n, r) = (matrix.rowCount, directions.rowCount)
        let chunks = concurrentMap(count: (n + 255) / 256) { chunk in
            plainCoordinates(
                of: matrix, rows: chunk * 256..<min(chunk * 256 + 256, n), about: origin, along: directions)
        }
        let all = chunks.flatMap { $0 }
        return (0..<r).map { k in (0..<n).map { all[$0 * r + k] } }
    }

    /// The classes and samples farthest towards the end of each side, train first.
    private func ends(of sides: MeansAxis.Sides) -> [(classes: [Int], samples: [Int])] {
        let scale = sides.samples.reduce(0) { max($0, abs($1)) }
        return Side.allCases.map { side in
            let sign: Double = side == .test ? 1 : -1
            let classes = sides.partition.classes(on: side)
            let byMean = classes.map { ($0, value: sign * sides.classes[$0], scale: scale) }.rankedByFallingValue()
            let farthest = classes.map { number in
                let members = orderedSamples[number]
                let most = members.reduce(-Double.infinity) { max($0, sign * sides.samples[$1]) }
                return members.first { sign * sides.samples[$0] >= most - Tie.tolerance * scale } ?? members[0]
            }
            let bySample = zip(classes, farthest).map { ($0, value: sign * sides.samples[$1], scale: scale) }
                .rankedByFallingValue()
            let sampleOfClass = Dictionary(uniqueKeysWithValues: zip(classes, farthest))
            let limit = ShiftComposition.endLimit
            return (Array(byMean.prefix(limit)), bySample.prefix(limit).compactMap { sampleOfClass[$0] })
        }
    }

    /// The sample of a class that is nearest to the class's mean; of equally near ones that of the smaller id.
    private func nearestSample(to means: Matrix<Double>, ofClass number: Int) -> Int {
        let members = orderedSamples[number]
        let (d, mean) = (embeddings.columnCount, Array(means.row(number)))
        let distances = embeddings.withElements { values in
            members.map { row in
                var sum = 0.0
                for j in 0..<d {
                    let difference = Double(values[row * d + j]) - mean[j]
                    sum += difference * difference
                }
                return sum.squareRoot()
            }
        }
        let least = distances.min() ?? 0
        let place = distances.firstIndex { $0 <= least * (1 + Tie.tolerance) } ?? 0
        return members[place]
    }

    /// The probability that a test sample lies farther along than a train sample, ties counting half.
    private func separation(of sides: MeansAxis.Sides) -> Double {
        let values = Side.allCases.map { side in
            dataset.samples(ofClasses: sides.partition.classes(on: side)).map { sides.samples[$0] }.sorted()
        }
        let (train, test) = (values[0], values[1])
        // Of the train samples, how many lie below, and how many no higher.
        var (below, upTo, twice) = (0, 0, 0)
        for value in test {
            while below < train.count, train[below] < value { below += 1 }
            while upTo < train.count, train[upTo] <= value { upTo += 1 }
            twice += below + upTo
        }
        return Double(twice) / (2 * Double(train.count) * Double(test.count))
    }
}

/// The line through the means of a partition's sides.
private struct MeansAxis {
    /// The unit vector from the train mean to the test mean.
    let direction: [Double]
    /// The coordinate of the point half-way between both.
    let midpoint: Double

    /// A partition, and where classes and samples lie along its axis.
    struct Sides {
        let partition: ClassPartition
        let classes: [Double]
        let samples: [Double]
    }

    /// - Returns: nil if the means differ by no more than rounding.
    init?(_ partition: ClassPartition, means: Matrix<Double>, weights: [Double], origin: [Double]) {
        let centres = Side.allCases.map { side in
            var sum = WeightedSum(dimension: means.columnCount)
            for number in partition.classes(on: side) { sum.add(means.row(number), weight: weights[number]) }
            return sum.mean
        }
        let difference = zip(centres[1], centres[0]).map { $0 - $1 }
        let squared = difference.reduce(0) { $0 + $1 * $1 }
        let spread = (0..<means.rowCount).reduce(0) { sum, number in
            let distance = means.distance(ofRow: number, to: origin)
            return sum + weights[number] * distance * distance
        }
        guard squared > 1e-12 * spread / weights.reduce(0, +) else { return nil }
        let length = squared.squareRoot()
        let unit = difference.map { $0 / length }
        direction = unit
        midpoint = origin.indices.reduce(0) { sum, j in
            sum + ((centres[0][j] - origin[j]) + (centres[1][j] - origin[j])) / 2 * unit[j]
        }
    }
}
