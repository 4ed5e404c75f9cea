import Datasets
import DenseLinearAlgebra
import Embeddings
import Files
import Foundation

/// A file of embeddings with its table of labels.
struct LabelledEmbeddings {
    let file: URL
    let matrix: Matrix<Float>
    let table: LabelTable
    let classNumbers: [Int]

    init(_ file: URL, labels: URL, numbering: inout LabelNumbering) throws {
        self.file = file
        let features = try FeatureFile<Float>(contentsOf: file)
        table = try LabelTable(contentsOf: labels)
        if features.ids != nil {
            guard let samples = table.samples else {
                throw CommandError(
                    "\(labels.path): found no column sample; expected one, since \(file.path) names its rows")
            }
            matrix = try features.matrix(ofSamples: samples)
        } else {
            matrix = features.matrix
        }
        guard table.labels.count == matrix.rowCount else {
            throw CommandError(
                "\(labels.path): found \(table.labels.count) rows; expected \(matrix.rowCount), one for each row of "
                    + "\(file.path)")
        }
        classNumbers = table.labels.map { numbering.number(of: $0) }
    }

    /// For each sample its row among `items`; none where one of both has no ids.
    func rows(in items: LabelledEmbeddings) -> [Int?] {
        guard let own = table.samples, let others = items.table.samples else { return [] }
        let rows = NameIndex(others)
        return own.map { rows[$0] }
    }
}
