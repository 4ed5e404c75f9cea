internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
internal import Foundation

/// Fills a store in chunks that are each either finished or not: a run that is stopped loses one chunk at most.
///
/// A chunk is a file of embeddings and a table. The table is written last, and each file gets its name only when it is
/// whole.
struct StoreChunks {
    let folder: URL
    let size: Int
    let sampleCount: Int

    /// How many bytes an embedding takes.
    let rowByteCount: Int

    /// One sample of a finished chunk.
    struct Row {
        let id: String
        /// The SHA-256 of its file; empty if it has no row.
        let digest: String
        /// Why it was left out; empty if it has a row.
        let reason: String
        /// The `stamp(ofFile:)` of the file when it was read.
        let stamp: String
    }

    var count: Int { (sampleCount - 1) / size + 1 }

    func samples(of chunk: Int) -> Range<Int> { chunk * size..<min(chunk * size + size, sampleCount) }

    func embeddings(of chunk: Int) -> URL { file(chunk, "npy") }

    /// The rows of a finished chunk; nil if it is not finished, or if a part of it is missing.
    ///
    /// - Parameter ids: the ids of its samples.
    func rows(of chunk: Int, ids: some Collection<String>) -> [Row]? {
        guard let table = try? CSVTable(contentsOf: file(chunk, "csv")), table.columns == Self.columns else {
            return nil
        }
        let rows = table.rows.map { Row(id: $0[0], digest: $0[1], reason: $0[2], stamp: $0[3]) }
        let bytes =
            numpyHeader(rowCount: rows.count { $0.reason.isEmpty }, columnCount: rowByteCount / 4).count
            + rows.count { $0.reason.isEmpty } * rowByteCount
        let size = try? FileManager.default.attributesOfItem(atPath: embeddings(of: chunk).path)[.size] as? Int
        guard rows.count == ids.count, zip(rows, ids).allSatisfy({ Name($0.id) == Name($1) }), size == bytes
        else { return nil }
        return rows
    }

    /// Writes a chunk; the table comes last and marks it as finished.
    func write(_ chunk: Int, _ matrix: Matrix<Float>, _ rows: [Row]) throws {
        try writeWorkingFile(matrix.numpyFile, to: embeddings(of: chunk))
        let fields = rows.map { [$0.id, $0.digest, $0.reason, $0.stamp] }
        try writeWorkingFile(Data(CSVTable(columns: Self.columns, rows: fields).text.utf8), to: file(chunk, "csv"))
    }

    private static let columns = ["sample", StoreContents.digestColumn, "reason", "stamp"]

    /// Whether a name is that of a file of a chunk.
    static func isChunk(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.starts(with: "chunk-".utf8),
            [".npy", ".csv"].contains(String(decoding: bytes.suffix(4), as: UTF8.self))
        else { return false }
        let digits = bytes.dropFirst(6).dropLast(4)
        return digits.count >= 6 && digits.allSatisfy { (48...57).contains($0) }
    }

    private func file(_ chunk: Int, _ kind: String) -> URL {
        let number = String(chunk)
        let zeros = String(repeating: "0", count: max(0, 6 - number.count))
        return folder.appending(path: "chunk-\(zeros)\(number).\(kind)")
    }
}
