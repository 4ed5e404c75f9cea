public import DenseLinearAlgebra
internal import Files
public import Foundation

/// Embeddings made elsewhere, and the ids of their samples if the file has them.
///
/// The kinds of files, recognised by their extensions or else by their first bytes:
///
/// - `.npy`: an array of float16, float32 or float64 (`Matrix.init(numpyFileAt:)`); no ids.
/// - `.npz`: such an array among others, stored or deflated. The embeddings are the only two-dimensional floating-point
///   array, or the one named `embeddings`, `features` or `arr_0`. An array `ids` or `samples`, or else the only array of
///   strings as long as the embeddings, names the rows; one called `labels`, `targets`, `y` or the like labels them.
///   Arrays that may be about the rows in another form are refused, and so are statistics (``FeatureStatistics``).
/// - `.safetensors`: an F16, BF16, F32 or F64 tensor, chosen by the same rules; no ids.
/// - `.csv`: a header, an optional column `sample` with the ids, and numbers in all other columns. Columns that are no
///   dimensions, by their names or because they count rows or classes, are refused.
/// - A folder with `embeddings.npy`, and `samples.csv` whose column `sample` names the rows, as `oodml embed` writes; or
///   the `embeddings.npy` of one that also has a `store.json`.
///
/// Files are read in blocks straight into the matrix, even compressed ones. What a header or an archive claims is
/// checked against the file's length before memory is allocated, nothing is written to disk, and no pickle is opened.
public struct FeatureFile<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    /// Where the embeddings were read from.
    public let path: String
    /// The files that determine the matrix and the ids.
    public let files: [URL]
    /// The embeddings, n × d, in the order of the file.
    public let matrix: Matrix<Scalar>
    /// The id of each row's sample, all different; nil if the file has no ids.
    public let ids: [String]?
    /// The label that the file has for each row; nil if it has none.
    public let labels: [String]?
}

extension FeatureFile where Scalar == Float {
    /// Reads embeddings in single precision.
    ///
    /// - Complexity: O(n·d).
    /// - Throws: ``/Files/FileError`` for a file that is missing, of another kind, inconsistent with its headers, or
    ///   that holds a value which is not finite in single precision, and for ids that are empty, occur twice, or differ
    ///   in number from the rows.
    public init(contentsOf url: URL) throws {
        try self.init(url, holding: "finite float32 values") { text in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtof(text, &end)
            return (value, byteCount: end.map { UnsafePointer($0) - text } ?? 0)
        }
    }
}

extension FeatureFile where Scalar == Double {
    /// Reads embeddings with every digit of double precision.
    ///
    /// - Complexity: O(n·d).
    /// - Throws: ``/Files/FileError`` for the same reasons as in single precision, except that float64 values of any
    ///   size are accepted.
    public init(contentsOf url: URL) throws {
        try self.init(url, holding: "finite values") { text in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(text, &end)
            return (value, byteCount: end.map { UnsafePointer($0) - text } ?? 0)
        }
    }
}

extension FeatureFile {
    private init(
        _ url: URL, holding expected: String, parse: (UnsafePointer<CChar>) -> (Scalar, byteCount: Int)
    ) throws {
        path = url.path
        try EmbeddingStore.requireFinished(at: url)
        files = Self.files(of: url)
        if let store = Self.store(at: url) {
            (matrix, ids) = try Self.contents(of: store, holding: expected)
            labels = nil
            return
        }
        let file = try InputFile(url)
        let contents: FeatureContents<Scalar> =
            switch try FeatureFileKind(of: file, pathExtension: url.pathExtension) {
            case .numpy:
                FeatureContents(
                    matrix: try MatrixLayout(NumpyHeader(file), of: file).matrix(in: file, holding: expected))
            case .numpyArchive: try NumpyArchive(file).features(holding: expected)
            case .safetensors: FeatureContents(matrix: try SafetensorsFile(file).matrix(holding: expected))
            case .table: try FeatureTable.features(file, holding: expected, parse: parse)
            }
        (matrix, ids, labels) = (contents.matrix, contents.ids, contents.labels)
        if let ids { try Self.require(ids, rowCount: matrix.rowCount, path: path) }
    }

    /// The store or the folder like one that a path names; nil for any other file.
    private static func store(at url: URL) -> EmbeddingStore? {
        EmbeddingStore(of: url) ?? (isFolder(url) ? EmbeddingStore(at: url) : nil)
    }

    /// The files that determine the matrix and the ids, whether or not they are there.
    package static func files(of url: URL) -> [URL] {
        store(at: url).map { [$0.embeddings, $0.samples] } ?? [url]
    }

    /// The embeddings of a store and their ids, from one run.
    private static func contents(
        of store: EmbeddingStore, holding expected: String
    ) throws -> (matrix: Matrix<Scalar>, ids: [String]?) {
        try WrittenFolder.reading(store.url, of: EmbeddingStore.resultName) { folder in
            guard exists(store.embeddings) else {
                throw FileError.unreadable(
                    path: store.url.path,
                    reason: "it is a folder without \(EmbeddingStore.Name.embeddings); expected a file of features")
            }
            for name in [EmbeddingStore.Name.embeddings, EmbeddingStore.Name.samples] { try folder.require(name) }
            let file = try InputFile(store.embeddings)
            let layout = try MatrixLayout(NumpyHeader(file), of: file)
            let ids = try store.ids
            try require(ids, rowCount: layout.rowCount, path: store.samples.path)
            return (try layout.matrix(in: file, holding: expected), ids)
        }
    }

    /// Makes sure that a file has embeddings, as far as its headers say, without reading them.
    ///
    /// Call it for all of many files before computing anything.
    ///
    /// - Throws: ``/Files/FileError`` for a file that is missing, of another kind, or inconsistent with its headers.
    public static func requireHeaders(of url: URL) throws {
        _ = try layout(of: url)
    }

    /// The numbers of rows and columns, from the headers alone; nil for a table, which has none.
    ///
    /// - Throws: as ``requireHeaders(of:)``.
    package static func shape(of url: URL) throws -> (rowCount: Int, columnCount: Int)? {
        try layout(of: url).map { ($0.rowCount, $0.columnCount) }
    }

    /// Whether a file has numbers in double precision, or in decimals, which may have more digits than a Float holds.
    ///
    /// - Throws: as ``requireHeaders(of:)``.
    package static func holdsDoublePrecision(_ url: URL) throws -> Bool {
        try layout(of: url).map { $0.valueType == .float64 } ?? true
    }

    /// Where the values lie; nil for a table.
    private static func layout(of url: URL) throws -> MatrixLayout? {
        try EmbeddingStore.requireFinished(at: url)
        if let store = store(at: url) {
            let file = try InputFile(store.embeddings)
            return try MatrixLayout(NumpyHeader(file), of: file)
        }
        let file = try InputFile(url)
        switch try FeatureFileKind(of: file, pathExtension: url.pathExtension) {
        case .numpy: return try MatrixLayout(NumpyHeader(file), of: file)
        case .numpyArchive: return try NumpyArchive(file).layout()
        case .safetensors: return try SafetensorsFile(file).layout()
        case .table:
            try FeatureTable.requireHeader(of: file)
            return nil
        }
    }

    private static func require(_ ids: [String], rowCount: Int, path: String) throws {
        guard ids.count == rowCount else {
            throw FileError.malformed(
                path: path, found: "\(ids.count) ids for \(rowCount) rows of embeddings", expected: "one for each row")
        }
        var rows = NameIndex()
        for (row, id) in ids.enumerated() {
            guard !id.isEmpty else {
                throw FileError.malformed(
                    path: path, found: "an empty id for row \(row)", expected: "the id of a sample")
            }
            let (isNew, first) = rows.insert(id)
            guard isNew else {
                throw FileError.malformed(
                    path: path, found: "the id \"\(excerpt(id))\" for the rows \(first) and \(row)",
                    expected: "every sample once")
            }
        }
    }

    /// The row of each of the given samples.
    ///
    /// - Parameters:
    ///   - samples: The ids to look for.
    ///   - known: All ids that the file may have; nil if it may have only those in `samples`.
    /// - Returns: One row per sample, or nil if the file has no ids.
    /// - Complexity: O(n) for n rows.
    /// - Throws: ``/Files/FileError`` naming the first sample that is missing, or the first id that is not known.
    public func rows(ofSamples samples: [String], among known: [String]? = nil) throws -> [Int]? {
        guard let ids else { return nil }
        let rows = NameIndex(ids)
        let wanted = Set(samples.map(Name.init))
        let allowed = known.map { Set($0.map(Name.init)) } ?? wanted
        if let unknown = ids.first(where: { !allowed.contains(Name($0)) }) {
            throw FileError.malformed(
                path: path, found: "the id \"\(excerpt(unknown))\", which no sample has",
                expected: "ids of the \(allowed.count) samples only"
                    + (samples.first.map { ", such as \"\(excerpt($0))\"" } ?? ""))
        }
        return try samples.map { sample in
            guard let row = rows[sample] else {
                let count = wanted.count { rows[$0.text] == nil }
                throw FileError.malformed(
                    path: path,
                    found: "no row for the sample \"\(excerpt(sample))\""
                        + (count > 1 ? " and \(count - 1) others" : ""),
                    expected: "one for each of the \(wanted.count) samples")
            }
            return row
        }
    }

    /// Makes sure that the labels in the file, if it has any, divide the rows as the given classes do.
    ///
    /// Only the division counts: a file may number classes that a table names.
    ///
    /// - Parameters:
    ///   - classes: the class of each of some samples.
    ///   - rows: the row of each of these samples.
    ///   - source: where the classes are from, for the error.
    /// - Complexity: O(n).
    /// - Throws: ``/Files/FileError`` naming two rows that the one divides and the other does not.
    public func requireLabels(agreeingWith classes: [String], ofRows rows: [Int], from source: String) throws {
        precondition(classes.count == rows.count, "\(classes.count) classes of \(rows.count) rows")
        guard let labels else { return }
        var firstOfClass: [Name: Int] = [:]
        var firstOfLabel: [Name: Int] = [:]
        for (place, row) in rows.enumerated() {
            let (label, name) = (labels[row], classes[place])
            for (first, sameClass) in [(firstOfClass[Name(name)], true), (firstOfLabel[Name(label)], false)] {
                guard let first else { continue }
                let other = rows[first]
                let agrees = sameClass ? Name(labels[other]) == Name(label) : Name(classes[first]) == Name(name)
                guard agrees else {
                    throw FileError.malformed(
                        path: path,
                        found:
                            "the labels \"\(excerpt(labels[other]))\" and \"\(excerpt(label))\" for the rows \(other) and "
                            + "\(row), whose classes are \"\(excerpt(classes[first]))\" and \"\(excerpt(name))\"",
                        expected: "the same classes as in \(source)")
                }
            }
            if firstOfClass[Name(name)] == nil { firstOfClass[Name(name)] = place }
            if firstOfLabel[Name(label)] == nil { firstOfLabel[Name(label)] = place }
        }
    }

    /// The embeddings of the given samples in that order, found by id; without ids in the file, all rows as they are.
    ///
    /// - Throws: ``/Files/FileError`` as ``rows(ofSamples:among:)`` does, or if the file has neither ids nor as many rows
    ///   as there are samples.
    public func matrix(ofSamples samples: [String], among known: [String]? = nil) throws -> Matrix<Scalar> {
        guard let rows = try rows(ofSamples: samples, among: known) else {
            guard matrix.rowCount == samples.count else {
                throw FileError.malformed(
                    path: path, found: "\(matrix.rowCount) rows",
                    expected: "\(samples.count), one for each sample in the order of the samples")
            }
            return matrix
        }
        return rows.elementsEqual(0..<matrix.rowCount) ? matrix : matrix.selectingRows(rows)
    }
}

/// The kind of a file of embeddings.
private enum FeatureFileKind {
    case numpy, numpyArchive, safetensors, table

    init(of file: InputFile, pathExtension: String) throws {
        switch pathExtension.lowercased() {
        case "npy": self = .numpy
        case "npz": self = .numpyArchive
        case "safetensors": self = .safetensors
        case "csv": self = .table
        default:
            let start = try file.bytes(in: 0..<min(9, file.byteCount))
            if start.starts(with: [0x93] + Array("NUMPY".utf8)) {
                self = .numpy
            } else if start.starts(with: Array("PK".utf8)) {
                self = .numpyArchive
            } else if start.count == 9, start[8] == UInt8(ascii: "{"), start.littleEndian(8, at: 0) < file.byteCount {
                self = .safetensors
            } else {
                let conversion = conversion(of: pathExtension)
                throw file.malformed(
                    conversion == nil ? "a file of an unknown kind" : "a .\(pathExtension.lowercased()) file",
                    "features in a .npy, .npz, .safetensors or .csv file" + (conversion.map { "; \($0)" } ?? ""))
            }
        }
    }
}
