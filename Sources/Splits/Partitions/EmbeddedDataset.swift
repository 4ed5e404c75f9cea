public import Datasets
public import DenseLinearAlgebra
import Files

/// A dataset with the embeddings of its samples, on which the shift of any partition of its classes is measured.
///
/// Class means are plain sums in double precision, in the order of sample ids, without BLAS; so they do not depend on
/// the order of the rows, the number of threads or the processor's kernels.
public struct EmbeddedDataset: Sendable {
    /// The labelled samples.
    public let dataset: Dataset
    /// Their embeddings, n × d, in the order of `dataset.samples`.
    public let embeddings: Matrix<Float>
    /// What the Gaussians are fitted to.
    public let statistic: ShiftStatistic
    /// The units that change sides as a whole.
    public let units: [ClassUnit]
    /// The vectors that the Gaussians are fitted to, with one unit for each of `units`.
    let vectors: UnitVectors
    /// The numbers of each class's samples, in the order of their ids.
    let orderedSamples: [[Int]]
    /// The embeddings without the columns that are the same in every row, since these add nothing to any distance.
    private let varyingEmbeddings: Matrix<Float>

    /// Joins a dataset and its embeddings.
    ///
    /// - Parameter units: what changes sides as a whole; nil makes each class a unit.
    /// - Throws: ``SplitError/nonFiniteEmbedding(sample:column:)``, ``SplitError/constantEmbeddings(count:)``.
    /// - Precondition: there is one row for each sample, and every class is in one unit.
    public init(
        dataset: Dataset, embeddings: Matrix<Float>, statistic: ShiftStatistic = .samples, units: [ClassUnit]? = nil
    ) throws {
        precondition(
            embeddings.rowCount == dataset.samples.count,
            "\(embeddings.rowCount) embeddings for \(dataset.samples.count) samples")
        let units =
            units ?? dataset.classLabels.enumerated().map { ClassUnit(label: $0.element, classes: [$0.offset]) }
        precondition(
            units.flatMap(\.classes).sorted() == Array(dataset.classLabels.indices), "each class must be in one unit")
        if let (row, column) = embeddings.firstNonFinite {
            throw SplitError.nonFiniteEmbedding(sample: dataset.samples[row].id, column: column)
        }
        let varying = embeddings.varyingColumns
        guard !varying.isEmpty else { throw SplitError.constantEmbeddings(count: embeddings.rowCount) }
        self.dataset = dataset
        self.embeddings = embeddings
        self.statistic = statistic
        self.units = units
        varyingEmbeddings =
            varying.count == embeddings.columnCount ? embeddings : embeddings.selectingColumns(varying)
        orderedSamples = dataset.classLabels.indices.map(dataset.samplesByID(ofClass:))
        vectors = Self.vectors(
            of: varyingEmbeddings, samplesOfClass: orderedSamples, units: units.map(\.classes), statistic: statistic)
    }

    private static func vectors(
        of embeddings: Matrix<Float>, samplesOfClass: [[Int]], units: [[Int]], statistic: ShiftStatistic
    ) -> UnitVectors {
        switch statistic {
        case .samples:
            UnitVectors(.embeddings(embeddings), rows: units.map { $0.flatMap { samplesOfClass[$0] } })
        case .classMeans:
            UnitVectors(
                .means(embeddings.means(ofRowGroups: samplesOfClass)),
                rows: units.map { $0.filter { !samplesOfClass[$0].isEmpty } })
        }
    }

    /// The vectors of only some samples of each class.
    func vectors(ofSamples samplesOfClass: [[Int]]) -> UnitVectors {
        Self.vectors(
            of: varyingEmbeddings, samplesOfClass: samplesOfClass, units: units.map(\.classes),
            statistic: statistic)
    }

    /// The vectors of all samples, with each class as a unit.
    var vectorsOfClasses: UnitVectors {
        Self.vectors(
            of: varyingEmbeddings, samplesOfClass: orderedSamples, units: orderedSamples.indices.map { [$0] },
            statistic: statistic)
    }

    /// Refuses a partition of `vectors` if no covariance can be fitted to one of its sides.
    func requireVectors(in partition: ClassPartition, of vectors: UnitVectors) throws {
        for side in Side.allCases {
            let count = vectors.count(ofUnits: partition.classes(on: side))
            guard count >= 2 else {
                throw SplitError.tooFewVectors(side: side, count: count, statistic: statistic)
            }
        }
    }

    /// The partition of the classes that corresponds to one of the units.
    func classPartition(ofUnits partition: ClassPartition) -> ClassPartition {
        var sides = [Side?](repeating: nil, count: dataset.classLabels.count)
        for (place, unit) in units.enumerated() {
            for number in unit.classes { sides[number] = partition.sides[place] }
        }
        return ClassPartition(sides: sides)
    }
}
