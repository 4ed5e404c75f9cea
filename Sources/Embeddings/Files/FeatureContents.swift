internal import DenseLinearAlgebra

/// What a file of embeddings holds: the embeddings, and what it says of their rows.
struct FeatureContents<Scalar: BinaryFloatingPoint & Sendable> {
    let matrix: Matrix<Scalar>
    /// The id of each row; nil if the file has none.
    var ids: [String]?
    /// The label of each row; nil if the file has none.
    var labels: [String]?
}
