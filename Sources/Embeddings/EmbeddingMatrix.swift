public import DenseLinearAlgebra

/// The embeddings of samples: n × d values, one row a sample, with the id of each row's sample.
public struct EmbeddingMatrix: Sendable, Equatable {
    /// The sample id of each row.
    public let sampleIDs: [String]
    /// The embeddings, n × d in row-major order, exactly as the network gave them (not normalised).
    public let values: Matrix<Float>

    /// Joins rows and their ids.
    ///
    /// - Precondition: there are as many ids as rows.
    public init(sampleIDs: [String], values: Matrix<Float>) {
        precondition(
            sampleIDs.count == values.rowCount, "\(sampleIDs.count) sample ids for \(values.rowCount) rows")
        self.sampleIDs = sampleIDs
        self.values = values
    }
}
