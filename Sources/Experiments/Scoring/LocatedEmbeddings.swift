public import Datasets
public import DenseLinearAlgebra
internal import Embeddings
internal import Files
public import Foundation
internal import Retrieval

/// A file of embeddings with a table of their positions.
///
/// ```swift
/// let set = try LocatedEmbeddings(features, positions: PositionTable(contentsOf: positions))
/// let scores = try PlaceScores(of: set, radius: 25)
/// print(scores.recall(at: 1).value, scores.loneQueryCount)
/// ```
public struct LocatedEmbeddings: Sendable {
    /// The file of embeddings.
    public let file: URL
    /// The embeddings, n × d, in single precision.
    public let matrix: Matrix<Float>
    /// Where each row was taken.
    public let table: PositionTable
    let values: RowValues

    /// Reads the embeddings.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or does not have a row for each position.
    public init(_ file: URL, positions table: PositionTable) throws {
        (self.file, self.table) = (file, table)
        let rows = try EmbeddingRows(
            FeatureFile(contentsOf: file), in: file, samples: table.samples, rowCount: table.positions.count,
            of: table.path, column: "position")
        (matrix, values) = (rows.matrix, rows.values)
    }

    /// The rows that are queries, and those that are searched, of all.
    public var division: (queries: [Int], items: [Int]) { division(of: Array(0..<matrix.rowCount)) }

    /// The rows that are queries, and those that are searched, where one table has both; all rows are both without roles.
    ///
    /// - Parameter rows: the rows to take them from, ascending.
    func division(of rows: [Int]) -> (queries: [Int], items: [Int]) {
        (
            rows.filter { table.roles[$0] != .gallery }, rows.filter { table.roles[$0] != .query }
        )
    }
}
