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
    /// The embeddings, n × d, in single precision.
    public let matrix: Matrix<Float>
    /// The embeddings as the file has them, by which they are ranked.
    private let values: RowValues
    /// The labels of the rows, and the ids of their samples if the table has them.
    public let table: LabelTable
    /// The path of the table.
    let labelsPath: String
    /// The number of each row's label.
    public let classNumbers: [Int]

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - file: the embeddings.
    ///   - labels: the table, or an array or list of labels.
    ///   - cameras: where the rows' cameras come from; they matter to ``scores(_:among:distractors:by:acrossGroups:)``.
    ///   - numbering: numbers the labels; use the same one for all sets to compare.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or a table that does not match the embeddings.
    public init(_ file: URL, labels: URL, cameras: CameraSource = .automatic, numbering: inout LabelNumbering) throws {
        self.file = file
        labelsPath = labels.path
        let features = try FeatureFile<Float>(contentsOf: file)
        let table = try LabelTable(readingFrom: labels, cameras: cameras)
        self.table = table
        let rows = try EmbeddingRows(
            features, in: file, samples: table.samples, rowCount: table.labels.count, of: labels.path, column: "label")
        try features.requireLabels(
            agreeingWith: table.labels,
            ofRows: table.samples.flatMap { try features.rows(ofSamples: $0) } ?? Array(table.labels.indices),
            from: labels.path)
        (matrix, values) = (rows.matrix, rows.values)
        classNumbers = table.labels.map { numbering.number(of: $0) }
    }

    /// Scores every row as a query against all other rows, or against a gallery without the query itself.
    ///
    /// If both sets have cameras, items of a query's class and camera do not count for it; with `acrossGroups`, neither do those
    /// of its class and group. Distractors are items that no query looks for.
    ///
    /// - Throws: ``/Files/FileError`` for a gallery of another dimension or with a sample that has another label or embedding
    ///   there, or a value that is not finite.
    public func scores(
        _ metrics: [RetrievalMetric] = RetrievalMetric.standard, among gallery: LabelledEmbeddings? = nil,
        distractors: Distractors? = nil, by rules: RankingRules = RankingRules(), acrossGroups: Bool = false
    ) throws -> QueryScores {
        try retrieval(among: gallery, distractors: distractors, acrossGroups: acrossGroups) {
            try $0.scores(metrics, by: rules)
        }
    }

    /// The same scores, and those without each group of labels, for errors over other labels.
    ///
    /// - Parameter groups: the group of each label, by its number.
    /// - Throws: as ``scores(_:among:distractors:by:acrossGroups:)``.
    public func scores(
        _ metrics: [RetrievalMetric] = RetrievalMetric.standard, among gallery: LabelledEmbeddings? = nil,
        distractors: Distractors? = nil, by rules: RankingRules = RankingRules(), acrossGroups: Bool = false,
        withoutEach groups: ClassGroups
    ) throws -> JackknifedScores {
        try retrieval(among: gallery, distractors: distractors, acrossGroups: acrossGroups) {
            try $0.scores(
                metrics, by: rules, withoutEach: groups,
                constantClass: distractors == nil ? nil : Distractors.classNumber)
        }
    }

    /// What `score` makes of these rows and a gallery, with errors that name the file.
    ///
    /// - Parameter distractors: items without labels that are in the gallery too, of the class ``Distractors/classNumber``.
    func retrieval<Scores>(
        among gallery: LabelledEmbeddings?, distractors: Distractors? = nil, acrossGroups: Bool,
        _ score: (RetrievalSet) throws -> Scores
    ) throws -> Scores {
        try namingFile(of: gallery, and: distractors) {
            var own = try gallery.map(ownItems) ?? []
            let items = gallery ?? self
            let left = try leftOut(among: items, acrossGroups: acrossGroups)
            guard gallery != nil || distractors != nil else {
                return try score(RetrievalSet(values, classNumbers: classNumbers, cameras: left))
            }
            guard let distractors else {
                return try score(
                    RetrievalSet(
                        queries: values, classNumbers: classNumbers, gallery: items.values,
                        galleryClassNumbers: items.classNumbers, ownItems: own, cameras: left))
            }
            guard distractors.values.columnCount == matrix.columnCount else {
                throw FileError.malformed(
                    path: distractors.file.path, found: "\(distractors.values.columnCount) columns",
                    expected: "\(matrix.columnCount), as \(file.path) has")
            }
            if gallery == nil { own = Array(classNumbers.indices) }
            let extra = [Int?](repeating: nil, count: distractors.count)
            return try score(
                RetrievalSet(
                    queries: values, classNumbers: classNumbers, gallery: items.values.appending(distractors.values),
                    galleryClassNumbers: items.classNumbers + extra.map { _ in Distractors.classNumber }, ownItems: own,
                    cameras: left.map { cameras in
                        RetrievalCameras(
                            ofQueries: cameras.ofQueries, ofItems: cameras.ofItems + extra,
                            groupsOfQueries: cameras.groupsOfQueries,
                            groupsOfItems: cameras.groupsOfItems.isEmpty ? [] : cameras.groupsOfItems + extra)
                    }))
        }
    }

    /// All pairs of these rows, or of them and a gallery's.
    ///
    /// - Throws: as ``scores(_:among:distractors:by:acrossGroups:)``.
    func verificationSet(among gallery: LabelledEmbeddings?, acrossGroups: Bool) throws -> VerificationSet {
        let own = try gallery.map(ownItems) ?? []
        let left = try leftOut(among: gallery ?? self, acrossGroups: acrossGroups)
        guard let gallery else { return VerificationSet(values, classNumbers: classNumbers, cameras: left) }
        return VerificationSet(
            queries: values, classNumbers: classNumbers, gallery: gallery.values,
            galleryClassNumbers: gallery.classNumbers, ownItems: own, cameras: left)
    }

    /// The values of a row scaled to length 1, in double precision; those of the zero vector are 0.
    ///
    /// - Throws: ``RetrievalError/nonFiniteEmbedding(row:column:)``.
    func unitRow(_ row: Int) throws -> [Double] {
        let values =
            switch values {
            case .single(let rows): rows.row(row).map { Double($0) }
            case .double(let rows): Array(rows.row(row))
            }
        if let column = values.firstIndex(where: { !$0.isFinite }) {
            throw RetrievalError.nonFiniteEmbedding(row: row, column: column)
        }
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { return values }
        let scaled = values.map { $0 / largest }
        let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return scaled.map { $0 / length }
    }

    /// For each row the item of a gallery that is the same sample.
    private func ownItems(in gallery: LabelledEmbeddings) throws -> [Int?] {
        guard gallery.matrix.columnCount == matrix.columnCount else {
            throw FileError.malformed(
                path: gallery.file.path, found: "\(gallery.matrix.columnCount) columns",
                expected: "\(matrix.columnCount), as \(file.path) has")
        }
        let own = rows(in: gallery)
        try requireSameSamples(own, in: gallery)
        return own
    }

    /// Runs `body`, and has its error about a value that is not finite name the file.
    func namingFile<Result>(
        of gallery: LabelledEmbeddings?, and distractors: Distractors? = nil, _ body: () throws -> Result
    ) throws -> Result {
        let items = gallery ?? self
        return try namingFiles(
            [(file.path, matrix.rowCount), (items.file.path, items.matrix.rowCount)]
                + (distractors.map { [($0.file.path, $0.values.rowCount)] } ?? []), body)
    }

    /// The cameras and groups of queries and items that leave items out; nil if there is nothing to leave out.
    private func leftOut(among items: LabelledEmbeddings, acrossGroups: Bool) throws -> RetrievalCameras? {
        let cameras = try numbers("cameras", \.cameras, in: items)
        let groups = acrossGroups ? try numbers("groups", \.groups, in: items) : nil
        if acrossGroups, groups == nil {
            throw FileError.malformed(
                path: labelsPath, found: "no groups of samples", expected: "a column group, to search across groups")
        }
        guard cameras != nil || groups != nil else { return nil }
        return RetrievalCameras(
            ofQueries: cameras?.own ?? [Int?](repeating: nil, count: matrix.rowCount),
            ofItems: cameras?.others ?? [Int?](repeating: nil, count: items.matrix.rowCount),
            groupsOfQueries: groups?.own ?? [],
            groupsOfItems: groups?.others ?? [])
    }

    /// Numbers for a column of both sets; nil if neither has it.
    private func numbers(
        _ name: String, _ column: KeyPath<LabelTable, [String]?>, in items: LabelledEmbeddings
    ) throws -> (own: [Int?], others: [Int?])? {
        guard table[keyPath: column] != nil || items.table[keyPath: column] != nil else { return nil }
        guard let own = table[keyPath: column], let others = items.table[keyPath: column] else {
            let lacksThem = table[keyPath: column] == nil
            throw FileError.malformed(
                path: (lacksThem ? self : items).labelsPath, found: "no \(name)",
                expected: "a column of \(name), as in \((lacksThem ? items : self).labelsPath), or no \(name) in both")
        }
        var numbering = LabelNumbering()
        // pandas writes 1 as 1.0 where a value of the column is missing.
        func numbers(_ values: [String]) -> [Int?] {
            values.map { $0.isEmpty ? nil : numbering.number(of: $0.ends(with: ".0") ? String($0.dropLast(2)) : $0) }
        }
        let found = (own: numbers(own), others: numbers(others))
        let (first, second) = (Set(found.own.compactMap { $0 }), Set(found.others.compactMap { $0 }))
        // A gallery may have no group in common with the queries, but cameras of other names would be a mistake.
        guard name != "cameras" || first.isEmpty || second.isEmpty || !first.isDisjoint(with: second) else {
            throw FileError.malformed(
                path: labelsPath, found: "cameras of which none is in \(items.labelsPath)",
                expected: "the same names of cameras in both")
        }
        return found
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

    /// How many rows are in a gallery too, by their samples' names, and so are left out of it for themselves.
    ///
    /// - Complexity: O(n + m).
    public func countOfSamples(in gallery: LabelledEmbeddings) -> Int {
        rows(in: gallery).count { $0 != nil }
    }

    /// What to say of rows that are in a gallery too and would find themselves there, as nothing names them; nil if there are none.
    ///
    /// - Complexity: O((n + m)·d).
    public func warningOfRows(in gallery: LabelledEmbeddings) -> String? {
        guard table.samples == nil || gallery.table.samples == nil else { return nil }
        func digests(_ rows: Matrix<Float>) -> [UInt64] {
            (0..<rows.rowCount).map { row in
                // FNV-1a over the bits.
                rows.row(row).reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01B3 }
            }
        }
        let items = Set(digests(gallery.matrix))
        let count = digests(matrix).count(where: items.contains)
        guard count > 0 else { return nil }
        return
            "\(count) of \(matrix.rowCount) rows of \(file.path) are rows of \(gallery.file.path) too, and each finds itself there; with a "
            + "column sample in both tables it is left out"
    }

    /// For each sample, its row among `items`; none if either set has no ids.
    private func rows(in items: LabelledEmbeddings) -> [Int?] {
        guard let own = table.samples, let others = items.table.samples else { return [] }
        let rows = NameIndex(others)
        return own.map { rows[$0] }
    }

    /// Refuses a sample that is another one among `items`, though it has the same name: row numbers, say, in both tables.
    ///
    /// Two embeddings of one sample may differ by rounding, so they are taken for the same up to a hundredth of the
    /// gallery's spread (the root of the mean squared distance from its mean) or a millionth of their length.
    private func requireSameSamples(_ rows: [Int?], in items: LabelledEmbeddings) throws {
        let spread = items.matrix.spread
        for (row, other) in rows.enumerated() {
            guard let other, let name = table.samples?[row] else { continue }
            func another(_ property: String) -> FileError {
                .malformed(
                    path: items.labelsPath, found: "the sample \"\(name)\" of \(labelsPath) with another \(property)",
                    expected:
                        "one sample to have one label and one embedding in both tables, or other names for other samples"
                )
            }
            guard classNumbers[row] == items.classNumbers[other] else { throw another("label") }
            let (a, b) = (matrix.row(row), items.matrix.row(other))
            var (difference, length) = (0.0, 0.0)
            for (x, y) in zip(a, b) {
                difference += (Double(x) - Double(y)) * (Double(x) - Double(y))
                length += Double(x) * Double(x) + Double(y) * Double(y)
            }
            // False for NaN, which is refused by its place later.
            if difference.squareRoot() > max(0.01 * spread, 1e-6 * length.squareRoot()) {
                throw another("embedding")
            }
        }
    }
}

extension Matrix<Float> {
    /// The root of the mean squared distance of the rows from their mean; 0 without rows.
    fileprivate var spread: Double {
        guard rowCount > 0 else { return 0 }
        var (sums, squares) = ([Double](repeating: 0, count: columnCount), [Double](repeating: 0, count: columnCount))
        // Seen from the first row, so that a common offset costs no digits.
        let origin = Array(row(0))
        for i in 0..<rowCount {
            for (j, value) in row(i).enumerated() {
                let place = Double(value) - Double(origin[j])
                sums[j] += place
                squares[j] += place * place
            }
        }
        let count = Double(rowCount)
        return zip(sums, squares).reduce(0) { $0 + max(0, $1.1 / count - ($1.0 / count) * ($1.0 / count)) }.squareRoot()
    }
}
