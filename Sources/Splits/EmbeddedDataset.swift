public import Datasets
public import DenseLinearAlgebra
public import Frechet

/// What the two Gaussians are fitted to.
public enum ShiftStatistic: String, Sendable, Codable, CaseIterable {
    /// All samples of all classes of a side.
    case samples
    /// One mean for each class, each of the same weight, as the ooDML reference code has it.
    case classMeans = "class-means"
}

/// A dataset with the embeddings of its samples: what the shift of any partition of its classes is measured on.
///
/// Choices between classes rest on plain sums in double precision, in the order of sample ids, and not on BLAS; so they
/// do not depend on the order of the rows, on the number of threads or on the processor's kernels.
public struct EmbeddedDataset: Sendable {
    /// The labelled samples.
    public let dataset: Dataset
    /// Their embeddings, n × d, in the order of `dataset.samples`.
    public let embeddings: Matrix<Float>
    /// What the Gaussians are fitted to.
    public let statistic: ShiftStatistic
    /// The mean of each class (one row a class, d columns).
    let classMeans: Matrix<Double>
    /// What each class weighs in the mean of its side: its number of samples, or 1.
    let classWeights: [Double]
    /// The numbers of each class's samples in the order of their ids.
    private let orderedSamples: [[Int]]

    /// Joins a dataset and its embeddings.
    ///
    /// - Throws: ``SplitError/nonFiniteEmbedding(sample:column:)``.
    /// - Precondition: there is one row for each sample.
    public init(dataset: Dataset, embeddings: Matrix<Float>, statistic: ShiftStatistic = .samples) throws {
        precondition(
            embeddings.rowCount == dataset.samples.count,
            "\(embeddings.rowCount) embeddings for \(dataset.samples.count) samples")
        if let (row, column) = embeddings.firstNonFinite {
            throw SplitError.nonFiniteEmbedding(sample: dataset.samples[row].id, column: column)
        }
        let ordered = dataset.samplesOfClass.map { members in
            members.sorted { utf8Precedes(dataset.samples[$0].id, dataset.samples[$1].id) }
        }
        let d = embeddings.columnCount
        var means = Matrix<Double>(rowCount: ordered.count, columnCount: d)
        for (number, members) in ordered.enumerated() {
            var sum = [Double](repeating: 0, count: d)
            for sample in members {
                for (j, value) in embeddings.row(sample).enumerated() { sum[j] += Double(value) }
            }
            for j in 0..<d { means[number, j] = sum[j] / Double(members.count) }
        }
        self.dataset = dataset
        self.embeddings = embeddings
        self.statistic = statistic
        classMeans = means
        classWeights = ordered.map { statistic == .samples ? Double($0.count) : 1 }
        orderedSamples = ordered
    }

    /// The Fréchet distance between the two sides of a partition.
    ///
    /// - Complexity: O(n·d·min(n, d)) for n kept samples (or classes, under ``ShiftStatistic/classMeans``).
    /// - Throws: ``SplitError/tooFewVectors(side:count:statistic:)``; `LinearAlgebraError`.
    public func distance(of partition: ClassPartition) throws -> FrechetDistance {
        try frechetDistance(
            statistics(of: .train, in: partition), statistics(of: .test, in: partition))
    }

    private func statistics(of side: Side, in partition: ClassPartition) throws -> GaussianStatistics {
        let classes = partition.classes(on: side)
        do {
            switch statistic {
            case .samples:
                return try GaussianStatistics(embeddings.selectingRows(classes.flatMap { orderedSamples[$0] }))
            case .classMeans:
                return try GaussianStatistics(classMeans.selectingRows(classes))
            }
        } catch FrechetError.tooFewRows(let count) {
            throw SplitError.tooFewVectors(side: side, count: count, statistic: statistic)
        }
    }

    /// The weighted sum of the means of some classes, and the sum of their weights.
    func weightedSum(ofClasses classes: some Sequence<Int>) -> WeightedSum {
        var sum = WeightedSum(dimension: classMeans.columnCount)
        for number in classes { sum.add(classMeans.row(number), weight: classWeights[number]) }
        return sum
    }
}

/// A sum of weighted vectors, from which a mean with one vector more or less follows at once.
struct WeightedSum {
    private(set) var vector: [Double]
    private(set) var weight = 0.0

    init(dimension: Int) {
        vector = Array(repeating: 0, count: dimension)
    }

    mutating func add(_ other: ArraySlice<Double>, weight otherWeight: Double) {
        for (j, value) in other.enumerated() { vector[j] += value * otherWeight }
        weight += otherWeight
    }

    var mean: [Double] { vector.map { $0 / weight } }
}
