internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
internal import Foundation
internal import Retrieval

/// The rows of a file of embeddings, in the order of a table of their samples.
struct EmbeddingRows: Sendable {
    /// The embeddings, n × d, in single precision.
    let matrix: Matrix<Float>
    /// The embeddings as the file has them, by which they are ranked.
    let values: RowValues

    /// Takes the rows of a file that has been read.
    ///
    /// - Parameters:
    ///   - features: what is in it.
    ///   - file: the file.
    ///   - samples: the names of the samples, by which rows are found if the file has ids.
    ///   - table: the path of the table.
    ///   - column: the column that the table has beside `sample`, in words.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or a table that does not match it.
    init(
        _ features: FeatureFile<Float>, in file: URL, samples: [String]?, rowCount: Int, of table: String,
        column: String
    ) throws {
        if features.ids != nil {
            guard let samples else {
                throw FileError.malformed(
                    path: table, found: "\(column)s without the names of samples",
                    expected: "a table with the columns sample and \(column), since \(file.path) names its rows")
            }
            matrix = try features.matrix(ofSamples: samples)
        } else {
            matrix = features.matrix
        }
        if try FeatureFile<Double>.holdsDoublePrecision(file) {
            let features = try FeatureFile<Double>(contentsOf: file)
            values = .double(
                features.ids == nil ? features.matrix : try features.matrix(ofSamples: samples ?? []))
        } else {
            values = .single(matrix)
        }
        guard rowCount == matrix.rowCount else {
            throw FileError.malformed(
                path: table, found: "\(rowCount) rows",
                expected: "\(matrix.rowCount), one for each row of \(file.path)")
        }
    }
}

/// Runs a scoring of several files, and has its error about a value that is not finite name the file.
///
/// - Parameter files: the files whose rows are numbered one after the other, and how many rows each has.
func namingFiles<Result>(
    _ files: [(path: String, rowCount: Int)], _ body: () throws -> Result
) throws -> Result {
    do {
        return try body()
    } catch RetrievalError.nonFiniteEmbedding(let row, let column) {
        var place = row
        let index = files.firstIndex { file in
            guard place >= file.rowCount else { return true }
            place -= file.rowCount
            return false
        }
        throw FileError.malformed(
            path: files[index ?? files.count - 1].path,
            found: "a number in row \(place), column \(column) that is not finite",
            expected: "numbers without NaN and infinity")
    }
}
