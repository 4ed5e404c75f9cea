public import Datasets
public import DenseLinearAlgebra
internal import Embeddings
internal import Files
public import Foundation
public import Retrieval

/// A file of embeddings with its table of labels.
///
/// ```swift
/// var numbering = LabelNumbering()
/// let set = try LabelledEmbeddings(features, labels: labels, numbering: &numbering)
/// print(try set.scores().mean()[.recall(1)] ?? 0)
/// ```
public struct LabelledEmbeddings: Sendable {
    /// The file of embeddings.
    public let file: URL
    /// The embeddings, n × d.
    public let matrix: Matrix<Float>
    /// The labels of the rows, and the ids of their samples if the table has them.
    public let table: LabelTable
    private let labelsPath: String
    /// The number of each row's label.
    public let classNumbers: [Int]

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - file: the embeddings.
    ///   - labels: the table, or an array or list of labels.
    ///   - cameras: where the rows' cameras come from; they matter to ``scores(_:among:by:)``.
    ///   - numbering: numbers the labels; use the same one for all sets to compare.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or a table that does not match the embeddings.
    public init(_ file: URL, labels: URL, cameras: CameraSource = .automatic, numbering: inout LabelNumbering) throws {
        self.file = file
        labelsPath = labels.path
        let features = try FeatureFile<Float>(contentsOf: file)
        table = try LabelTable(readingFrom: labels, cameras: cameras)
        if features.ids != nil {
            guard let samples = table.samples else {
                throw FileError.malformed(
                    path: labels.path, found: "labels without the names of samples",
                    expected: "a table with the columns sample and label, since \(file.path) names its rows")
            }
            matrix = try features.matrix(ofSamples: samples)
        } else {
            matrix = features.matrix
        }
        guard table.labels.count == matrix.rowCount else {
            throw FileError.malformed(
                path: labels.path, found: "\(table.labels.count) rows",
                expected: "\(matrix.rowCount), one for each row of \(file.path)")
        }
        try features.requireLabels(
            agreeingWith: table.labels,
            ofRows: table.samples.flatMap { try features.rows(ofSamples: $0) } ?? Array(table.labels.indices),
            from: labels.path)
        classNumbers = table.labels.map { numbering.number(of: $0) }
    }

    /// Scores every row as a query against all other rows, or against a gallery without the query itself.
    ///
    /// If both sets have cameras, items of a query's class and camera do not count for it.
    ///
    /// - Throws: ``/Files/FileError`` for a gallery of another dimension, or a value that is not finite.
    public func scores(
        _ metrics: [RetrievalMetric] = RetrievalMetric.standard, among gallery: LabelledEmbeddings? = nil,
        by rules: RankingRules = RankingRules()
    ) throws -> QueryScores {
        do {
            guard let gallery else {
                return try RetrievalSet(matrix, classNumbers: classNumbers, cameras: try cameras(of: self))
                    .scores(metrics, by: rules)
            }
            guard gallery.matrix.columnCount == matrix.columnCount else {
                throw FileError.malformed(
                    path: gallery.file.path, found: "\(gallery.matrix.columnCount) columns",
                    expected: "\(matrix.columnCount), as \(file.path) has")
            }
            return try RetrievalSet(
                queries: matrix, classNumbers: classNumbers, gallery: gallery.matrix,
                galleryClassNumbers: gallery.classNumbers, ownItems: rows(in: gallery),
                cameras: try cameras(of: gallery)
            ).scores(metrics, by: rules)
        } catch RetrievalError.nonFiniteEmbedding(let row, let column) {
            let isQuery = row < matrix.rowCount
            throw FileError.malformed(
                path: (isQuery ? self : gallery ?? self).file.path,
                found: "a number in row \(isQuery ? row : row - matrix.rowCount), column \(column) that is not finite",
                expected: "numbers without NaN and infinity")
        }
    }

    /// The cameras of queries and items; nil if neither set has any.
    private func cameras(of items: LabelledEmbeddings) throws -> RetrievalCameras? {
        guard table.cameras != nil || items.table.cameras != nil else { return nil }
        guard let own = table.cameras, let others = items.table.cameras else {
            throw FileError.malformed(
                path: (table.cameras == nil ? self : items).labelsPath, found: "no cameras",
                expected:
                    "a column of cameras, as in \((table.cameras == nil ? items : self).labelsPath), or no cameras in both"
            )
        }
        var numbering = LabelNumbering()
        // pandas writes 1 as 1.0 where a value of the column is missing.
        func numbers(_ cameras: [String]) -> [Int?] {
            cameras.map { $0.isEmpty ? nil : numbering.number(of: $0.ends(with: ".0") ? String($0.dropLast(2)) : $0) }
        }
        let cameras = RetrievalCameras(ofQueries: numbers(own), ofItems: numbers(others))
        let (first, second) = (Set(cameras.ofQueries.compactMap { $0 }), Set(cameras.ofItems.compactMap { $0 }))
        guard first.isEmpty || second.isEmpty || !first.isDisjoint(with: second) else {
            throw FileError.malformed(
                path: labelsPath, found: "cameras of which none is in \(items.labelsPath)",
                expected: "the same names of cameras in both")
        }
        return cameras
    }

    /// K-means clusters, as many as there are labels; rows are scaled to length 1 if they are compared by cosine.
    public func clusters(by similarity: Similarity, seed: UInt64 = 0, startCount: Int = 1) throws -> [Int] {
        let rows = similarity == .cosine ? normalizedRows(of: matrix) : matrix
        return try kMeansClustering(
            of: rows, clusterCount: Set(classNumbers).count, seed: seed, startCount: startCount
        ).clusterNumbers
    }

    /// Clusters from a table with a column `cluster` and one row per embedding.
    ///
    /// - Throws: ``/Files/FileError`` for a table that cannot be read or does not match.
    public func clusters(readingFrom url: URL) throws -> [Int] {
        let table = try CSVTable(contentsOf: url)
        let column = try table.positions(ofColumns: ["cluster"], path: url.path)[0]
        guard table.rows.count == matrix.rowCount else {
            throw FileError.malformed(
                path: url.path, found: "\(table.rows.count) rows",
                expected: "\(matrix.rowCount), one for each embedding")
        }
        var numbering = LabelNumbering()
        return table.rows.map { numbering.number(of: $0[column]) }
    }

    /// For each sample, its row among `items`; none if either set has no ids.
    private func rows(in items: LabelledEmbeddings) -> [Int?] {
        guard let own = table.samples, let others = items.table.samples else { return [] }
        let rows = NameIndex(others)
        return own.map { rows[$0] }
    }
}
