import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Foundation
import Reports
import Synchronization

/// The work of `embed` in pieces that are done or not: a run that is stopped at any moment loses one piece at most.
///
/// A piece is a file of embeddings and a table; the table is written last, each under its name only when it is whole.
struct EmbedChunks {
    let folder: URL
    let size: Int
    let sampleCount: Int

    var count: Int { (sampleCount + size - 1) / size }

    func samples(of chunk: Int) -> Range<Int> { chunk * size..<min((chunk + 1) * size, sampleCount) }

    func embeddings(of chunk: Int) -> URL { file(chunk, "npy") }

    /// The table of a finished chunk, one row a sample: its digest, and why it was left out; nil for one that is to do.
    func table(of chunk: Int) throws -> CSVTable? {
        let file = file(chunk, "csv")
        return FileManager.default.fileExists(atPath: file.path) ? try CSVTable(contentsOf: file) : nil
    }

    /// - Parameter reasons: for each sample why it has no row, empty where it has one.
    func write(_ chunk: Int, _ matrix: Matrix<Float>, ids: [String], digests: [String], reasons: [String]) throws {
        try writeAtomically(matrix.numpyFile, to: embeddings(of: chunk))
        let rows = zip(ids, zip(digests, reasons)).map { [$0, $1.0, $1.1] }
        try writeAtomically(
            CSVTable(columns: ["sample", StoreContents.digestColumn, "reason"], rows: rows).text,
            to: file(chunk, "csv"))
    }

    private func file(_ chunk: Int, _ kind: String) -> URL {
        let number = String(chunk)
        let zeros = String(repeating: "0", count: max(0, 6 - number.count))
        return folder.appending(path: "chunk-\(zeros)\(number).\(kind)")
    }
}

/// Finishes one piece while the next one is embedded: what is written must be on the disk before it counts, and while a
/// thread waits for that others can work.
final class ChunkWriter: Sendable {
    private let queue = DispatchQueue(label: "chunk-writer")
    private let group = DispatchGroup()
    private let failure = Mutex<(any Error)?>(nil)

    /// Waits for the piece before, then begins `work` and returns.
    ///
    /// - Throws: what the piece before has thrown.
    func begin(_ work: @escaping @Sendable () throws -> Void) throws {
        try finish()
        queue.async(group: group) { [self] in
            do { try work() } catch { failure.withLock { $0 = error } }
        }
    }

    /// Waits for the last piece.
    ///
    /// - Throws: what it has thrown.
    func finish() throws {
        group.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}

extension FeatureExtractor {
    /// The embeddings of those files that can be embedded, and for each file why it cannot, empty where it can.
    func embedWhatCanBe(
        _ paths: [String], progress: @escaping @Sendable (Int) -> Void
    ) throws -> (matrix: Matrix<Float>, reasons: [String]) {
        var reasons = [String](repeating: "", count: paths.count)
        while true {
            let rest = paths.indices.filter { reasons[$0].isEmpty }
            do {
                return (try embed(paths: rest.map { paths[$0] }) { done, _ in progress(done) }, reasons)
            } catch let error as FeatureExtractionError {
                guard let bad = rest.first(where: { paths[$0] == error.imagePath }) else { throw error }
                reasons[bad] = error.reason(for: paths[bad])
                // The other bad files of the chunk at once, and not a pass of the network for each.
                for i in rest where i != bad {
                    do {
                        _ = try Image8(contentsOfFile: paths[i], channelCount: preprocessing.channelCount)
                    } catch let error as FeatureExtractionError {
                        reasons[i] = error.reason(for: paths[i])
                    }
                }
            }
        }
    }
}

extension FeatureExtractionError {
    /// The image whose fault the error is; nil where it is another's.
    fileprivate var imagePath: String? {
        switch self {
        case .unreadable(let path, _), .notAnImage(let path, _), .truncatedImage(let path, _, _),
            .damagedImage(let path, _, _), .unsupportedImage(let path, _), .imageTooLarge(let path, _, _),
            .nonFiniteEmbedding(let path, _, _, _):
            path
        default: nil
        }
    }

    /// The description without the path, which the table of samples left out has anyway.
    fileprivate func reason(for path: String) -> String {
        description.hasPrefix(path + ": ") ? String(description.dropFirst(path.utf8.count + 2)) : description
    }
}
