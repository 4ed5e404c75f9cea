internal import DenseLinearAlgebra
internal import Files
internal import Foundation

/// The arrays of a `.npz` file: one is the embeddings, and another may name the rows.
struct NumpyArchive {
    private let archive: ZipArchive
    private let arrays: [(name: String, entry: ZipArchive.Entry, header: NumpyHeader)]

    init(_ file: InputFile) throws {
        let start = try file.bytes(in: 0..<min(4, file.byteCount))
        guard start.starts(with: Array("PK".utf8)) else {
            throw file.malformed("a file that does not begin as zip archives do", "a .npz file, as numpy.savez writes")
        }
        archive = try ZipArchive(file)
        if archive.entries.contains(where: { $0.name.hasSuffix("data.pkl") }) {
            throw file.malformed("a PyTorch file", "a .npz file, as numpy.savez writes")
        }
        arrays = try archive.entries.filter { $0.name.hasSuffix(".npy") }.map { [archive] entry in
            (String(entry.name.dropLast(4)), entry, try NumpyHeader(ZipEntrySource(entry, of: archive)))
        }
    }

    /// The embeddings, and the rows' ids if the archive has them.
    func features<Scalar>(holding expected: String) throws -> (matrix: Matrix<Scalar>, ids: [String]?) {
        let choice = try chooseMatrix(
            arrays.map { ($0.name, $0.header.summary, MatrixLayout.isMatrix($0.header)) }, of: archive.file)
        let (name, entry, header) = arrays[choice]
        // Ids are read first: they are small, so errors in them show before the values are read.
        let ids = try ids(besides: name)
        let source = try ZipEntrySource(entry, of: archive)
        let layout = try MatrixLayout(header, of: source)
        if let ids, ids.count != layout.rowCount {
            throw archive.file.malformed(
                "\(ids.count) ids for the \(layout.rowCount) rows of \(name)", "one for each row")
        }
        return (try layout.matrix(in: source, holding: expected), ids)
    }

    private func ids(besides matrix: String) throws -> [String]? {
        for name in ["ids", "samples"] where name != matrix {
            guard let array = arrays.first(where: { $0.name == name }), array.header.sizes?.count == 1 else { continue }
            let source = try ZipEntrySource(array.entry, of: archive)
            return try numpyStrings(array.header, in: source)
        }
        return nil
    }
}

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

/// The strings of a one-dimensional array of NumPy's type U: UTF-32, padded with zeros.
private func numpyStrings(_ header: NumpyHeader, in source: some ByteSource) throws -> [String] {
    guard let type = header.descriptor.wholeMatch(of: #/'([<>=]?)U([0-9]+)'/#), let width = Int(type.2), width > 0,
        width <= 1 << 16, header.sizes?.count == 1, let count = header.sizes?.first, count > 0
    else {
        throw source.malformed("an array of \(header.summary)", "ids as strings, of NumPy's type U, one for each row")
    }
    let (characterCount, overflow) = count.multipliedReportingOverflow(by: 4 * width)
    guard !overflow, source.byteCount - header.valuesOffset == characterCount else {
        throw source.malformed(
            "\(source.byteCount - header.valuesOffset) bytes of values", "\(count) × \(width) × 4, as its header says")
    }
    let isBigEndian = type.1 == ">"
    return try (0..<count).map { row in
        let start = header.valuesOffset + row * 4 * width
        let bytes = try source.bytes(in: start..<start + 4 * width)
        var text = String.UnicodeScalarView()
        for i in 0..<width {
            let four = bytes[4 * i..<4 * i + 4]
            let code = isBigEndian ? four.reduce(0) { $0 << 8 | UInt32($1) } : UInt32(four.littleEndian(4, at: 0))
            if code == 0 { break }
            guard let scalar = Unicode.Scalar(code) else {
                throw source.malformed("the character \(code) in row \(row)", "Unicode text")
            }
            text.append(scalar)
        }
        return String(text)
    }
}
