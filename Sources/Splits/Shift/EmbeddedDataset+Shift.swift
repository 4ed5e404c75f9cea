internal import DenseLinearAlgebra
public import Frechet

extension EmbeddedDataset {
    /// The Fréchet distance between the two sides of a partition of the classes.
    ///
    /// - Complexity: O(n·d·min(n, d)) for n kept samples (or classes, under ``ShiftStatistic/classMeans``).
    /// - Throws: ``SplitError/tooFewVectors(side:count:statistic:)``; `LinearAlgebraError`.
    public func distance(of partition: ClassPartition) throws -> FrechetDistance {
        let classes = vectorsOfClasses
        try requireVectors(in: partition, of: classes)
        var meter = ShiftMeter(classes)
        return try meter.distance(of: partition)
    }

    /// The sums from which the kernel discrepancy of any partition follows, over the same vectors as the distance.
    func kernelDiscrepancy(seed: UInt64) -> KernelDiscrepancy {
        switch statistic {
        case .samples: KernelDiscrepancy(of: dataset, embeddings: embeddings, seed: seed)
        case .classMeans:
            KernelDiscrepancy(ofClassMeans: embeddings.means(ofRowGroups: orderedSamples), seed: seed)
        }
    }
}
