internal import DenseLinearAlgebra
internal import Embeddings
public import Foundation
internal import Retrieval

/// Embeddings of items without labels, which are in a gallery to make it larger and are never right.
public struct Distractors: Sendable {
    /// The number of their class, which no label has.
    static let classNumber = -1

    /// The file of embeddings.
    public let file: URL
    /// The embeddings, m × d, as the file has them.
    let values: RowValues

    /// How many there are.
    public var count: Int { values.rowCount }

    /// Reads a file of embeddings; ids and labels that it has are not used.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read.
    public init(_ file: URL) throws {
        self.file = file
        values =
            try FeatureFile<Double>.holdsDoublePrecision(file)
            ? .double(FeatureFile<Double>(contentsOf: file).matrix)
            : .single(FeatureFile<Float>(contentsOf: file).matrix)
    }
}
