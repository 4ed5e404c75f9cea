internal import DenseLinearAlgebra
internal import Files
internal import Foundation

/// The arrays of a `.npz` file: one is the embeddings, and others may name and label the rows.
struct NumpyArchive {
    private typealias Array = (name: String, entry: ZipArchive.Entry, header: NumpyHeader)

    private let archive: ZipArchive
    private let arrays: [Array]

    init(_ file: InputFile) throws {
        let start = try file.bytes(in: 0..<min(4, file.byteCount))
        guard start.starts(with: [UInt8]("PK".utf8)) else {
            throw file.malformed("a file that does not begin as zip archives do", "a .npz file, as numpy.savez writes")
        }
        archive = try ZipArchive(file)
        if archive.entries.contains(where: { $0.name.ends(with: "data.pkl") }) {
            throw file.malformed("a PyTorch file", "a .npz file, as numpy.savez writes; \(conversion(of: "pt") ?? "")")
        }
        arrays = try archive.entries.filter { $0.name.ends(with: ".npy") }.map { [archive] entry in
            (String(entry.name.dropLast(4)), entry, try NumpyHeader(ZipEntrySource(entry, of: archive)))
        }
    }

    /// The embeddings, and the rows' ids and labels if the archive has them.
    func features<Scalar>(holding expected: String) throws -> FeatureContents<Scalar> {
        let (name, entry, header) = try matrix()
        let rowCount = header.sizes?.first ?? 0
        // They are read first: they are small, so errors in them show before the values are read.
        let others = arrays.filter { $0.name != name }
        try requireColumns(others, rowCount: rowCount)
        let ids = try ids(among: others, rowCount: rowCount)
        let labels = try others.first { labelNames.contains($0.name.lowercased()) && isColumn($0, of: rowCount) }
            .map(texts)
        let source = try ZipEntrySource(entry, of: archive)
        let layout = try MatrixLayout(header, of: source)
        if let ids, ids.count != layout.rowCount {
            throw archive.file.malformed(
                "\(ids.count) ids for the \(layout.rowCount) rows of \(name)", "one for each row")
        }
        return FeatureContents(matrix: try layout.matrix(in: source, holding: expected), ids: ids, labels: labels)
    }

    /// Where the values of the embeddings lie in their entry, by its header.
    func layout() throws -> MatrixLayout {
        let (_, entry, header) = try matrix()
        return try MatrixLayout(header, of: ZipEntrySource(entry, of: archive))
    }

    /// The array of the embeddings; a covariance beside its mean is none.
    private func matrix() throws -> Array {
        let expected = "embeddings, a row for each sample"
        if let (mean, _) = statisticsArrays {
            throw archive.file.malformed(
                "the statistics mu and sigma of \(mean.header.sizes?.first ?? 0) dimensions, as pytorch-fid stores them",
                expected)
        }
        let array = arrays[
            try chooseMatrix(
                arrays.map { ($0.name, $0.header.summary, MatrixLayout.isMatrix($0.header)) }, of: archive.file)]
        if let d = array.header.sizes?.first, array.header.sizes == [d, d],
            let vector = arrays.first(where: {
                $0.header.sizes == [d] && NumpyColumn($0.header)?.kind == .number
                    && !labelNames.contains($0.name.lowercased())
            })
        {
            throw archive.file.malformed(
                "the square array \(excerpt(array.name)) beside the vector \(excerpt(vector.name)), as a covariance and a mean are",
                "\(expected); statistics are called mu and sigma")
        }
        return array
    }

    /// The mean and the covariance that programs for FID store, by their headers; nil if the archive is anything else.
    private var statisticsArrays: (mean: Array, covariance: Array)? {
        guard let mean = arrays.first(where: { $0.name.lowercased() == "mu" }),
            let covariance = arrays.first(where: { $0.name.lowercased() == "sigma" }),
            let d = mean.header.sizes?.first, mean.header.sizes?.count == 1, covariance.header.sizes == [d, d],
            // Beside embeddings they are only a by-product.
            arrays.count(where: { MatrixLayout.isMatrix($0.header) }) == 1
        else { return nil }
        return (mean, covariance)
    }

    /// The mean and the covariance that programs for FID store; nil if the archive is anything else.
    func statistics() throws -> FeatureStatistics? {
        guard let (mean, covariance) = statisticsArrays, let d = mean.header.sizes?.first else { return nil }
        let values = try [(mean, 1), (covariance, d)].map { array, rowCount in
            let source = try ZipEntrySource(array.entry, of: archive)
            return try MatrixLayout(array.header, rowCount: rowCount, columnCount: d, of: source)
                .matrix(in: source, holding: "finite values") as Matrix<Double>
        }
        let sigma = values[1]
        let scale = (0..<d).reduce(0) { max($0, abs(sigma[$1, $1])) }
        for i in 0..<d {
            for j in 0..<i where abs(sigma[i, j] - sigma[j, i]) > 1e-6 * scale {
                throw archive.file.malformed(
                    "a sigma that is not symmetric in row \(i), column \(j)", "the covariance of the embeddings")
            }
        }
        return FeatureStatistics(mean: values[0].elements, covariance: sigma)
    }

    /// Refuses arrays that are about the rows, by their names or contents, in a form that is not read.
    private func requireColumns(_ others: [Array], rowCount: Int) throws {
        for array in others {
            let name = array.name.lowercased()
            let isText = array.header.descriptor.contains { "USO".contains($0) }
            let isUnread =
                !isColumn(array, of: rowCount)
                && (rowNames.contains(name) || labelNames.contains(name)
                    || (isText && array.header.sizes?.first == rowCount))
            guard try isUnread || isOrder(array, of: rowCount) else { continue }
            throw archive.file.malformed(
                "the array \(excerpt(array.name)) of \(array.header.summary) beside \(rowCount) embeddings",
                "strings (names of the rows) or labels in one dimension, one for each row, or no such array")
        }
    }

    /// Whether an array says that the rows are in another order, which nothing here follows.
    private func isOrder(_ array: Array, of rowCount: Int) throws -> Bool {
        guard ["index", "indices", "idx", "order", "permutation"].contains(array.name.lowercased()),
            isColumn(array, of: rowCount), NumpyColumn(array.header)?.kind == .integer
        else { return false }
        return try texts(of: array) != (0..<rowCount).map(String.init)
    }

    /// The rows' names: any array of strings as long as the embeddings, unless its name says that it holds labels.
    private func ids(among others: [Array], rowCount: Int) throws -> [String]? {
        for name in ["ids", "samples"] {
            if let array = others.first(where: { $0.name == name && $0.header.sizes?.count == 1 }) {
                return try texts(of: array, as: "ids")
            }
        }
        let candidates = others.filter {
            guard !labelNames.contains($0.name.lowercased()), isColumn($0, of: rowCount) else { return false }
            return [.text, .object].contains(NumpyColumn($0.header)?.kind)
        }
        guard let first = candidates.first else { return nil }
        guard candidates.count == 1 else {
            throw archive.file.malformed(
                "\(candidates.count) arrays that may name the rows ("
                    + candidates.map { excerpt($0.name) }.joined(separator: ", ") + ")",
                "one of them, or one called ids")
        }
        let names = try texts(of: first, as: "ids")
        guard Set(names.map(Name.init)).count == names.count else {
            throw archive.file.malformed(
                "strings in \(excerpt(first.name)) that occur twice",
                "the names of the rows, all different, or labels in an array called labels")
        }
        return names
    }

    private func isColumn(_ array: Array, of rowCount: Int) -> Bool {
        NumpyColumn(array.header).map { $0.count == rowCount } ?? false
    }

    private func texts(of array: Array) throws -> [String] { try texts(of: array, as: "labels") }

    private func texts(of array: Array, as purpose: String) throws -> [String] {
        let source = try ZipEntrySource(array.entry, of: archive)
        guard let column = NumpyColumn(array.header), column.count > 0,
            purpose == "labels" || column.kind == .text || column.kind == .object
        else {
            throw source.malformed("an array of \(array.header.summary)", "\(purpose) as strings, one for each row")
        }
        return try column.texts(in: source)
    }
}

/// The names, in lower case, under which people store the labels of embeddings beside them.
private let labelNames: Set = [
    "label", "labels", "target", "targets", "class", "classes", "class_id", "class_ids", "classid", "y", "pid", "pids",
    "gt", "ground_truth", "category", "categories", "y_true", "train_labels", "test_labels", "identities", "person_ids",
    // What numpy.savez calls the second of two arrays.
    "arr_1",
]

/// The names, in lower case, of arrays that are about the rows whatever is in them.
private let rowNames: Set = [
    "ids", "samples", "filenames", "filename", "paths", "image_paths",
]

/// The index of the array that holds the embeddings: the only matrix, or the one with a customary name.
///
/// - Throws: ``/Files/FileError`` with the names of all arrays, if none or several could be meant.
func chooseMatrix(
    _ arrays: [(name: String, summary: String, isMatrix: Bool)], of source: some ByteSource
) throws -> Int {
    let matrices = arrays.indices.filter { arrays[$0].isMatrix }
    if matrices.count == 1 { return matrices[0] }
    // A sole array is always chosen: an error about its contents says more than "no matrix".
    if arrays.count == 1 { return 0 }
    let names = ["embeddings", "features", "arr_0"]
    if let named = names.lazy.compactMap({ name in matrices.first { arrays[$0].name == name } }).first { return named }
    let listed = arrays.prefix(20).map { "\(excerpt($0.name)) \($0.summary)" }.joined(separator: ", ")
    let found = arrays.isEmpty ? "no array" : listed + (arrays.count > 20 ? " and \(arrays.count - 20) more" : "")
    throw source.malformed(
        found, "one floating-point array of two dimensions, or one of them named \(names.joined(separator: ", "))")
}
