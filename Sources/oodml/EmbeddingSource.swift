import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
import Files
import Foundation

/// Where a command gets embeddings from: images and a network, or a file of features.
enum EmbeddingSource {
    case network(URL, images: URL, reading: NetworkReading)
    case features(URL)

    /// The embeddings of all samples of `dataset`, in its order.
    ///
    /// - Parameter expected: the digest of the file that must be used, if only that one will do.
    func embeddings(
        of dataset: Dataset, expecting expected: String? = nil, task: String, on terminal: Terminal
    ) throws -> (matrix: Matrix<Float>, provenance: EmbeddingProvenance) {
        switch self {
        case .network(let model, let images, let reading):
            let extractor = try reading.extractor(for: model, announcedOn: terminal)
            let digest = try Self.digest(of: extractor.modelFiles, expecting: expected)
            let matrix = try extractor.embed(dataset.samples.map(\.id), below: images, task: task, on: terminal)
            return (matrix, reading.provenance(of: extractor, sha256: digest))
        case .features(let file):
            let features = try FeatureFile<Float>(contentsOf: file)
            let matrix = try features.matrix(ofSamples: dataset.samples.map(\.id))
            // A store is its network's embeddings, written down: it serves as the network does, and the other way round.
            if let store = EmbeddingStore.samples(of: file)?.deletingLastPathComponent(),
                let record = try StoreRecord(of: store)
            {
                let provenance = record.identity.embeddings
                try Self.require(provenance.sha256, of: file, expected)
                return (matrix, provenance)
            }
            let provenance = EmbeddingProvenance(
                source: .features, file: file.lastPathComponent,
                sha256: try Self.digest(of: features.files, expecting: expected), dimension: matrix.columnCount)
            return (matrix, provenance)
        }
    }

    private static func digest(of files: [URL], expecting expected: String?) throws -> String {
        let found = try SHA256.hexadecimal(ofFilesAt: files)
        try require(found, of: files[0], expected)
        return found
    }

    private static func require(_ found: String, of file: URL, _ expected: String?) throws {
        if let expected, found != expected {
            throw CommandError(
                "\(file.path): found the digest \(found.prefix(12))…; expected the file that the splits were made "
                    + "from, of digest \(expected.prefix(12))…")
        }
    }
}

extension FeatureExtractor {
    /// Embeds the images that sample ids name as paths below `root`, one row each.
    func embed(
        _ ids: [String], below root: URL, mirrored: Bool = false, task: String, on terminal: Terminal
    ) throws -> Matrix<Float> {
        terminal.begin(task)
        return try embed(paths: ids.map { root.appending(path: $0).path }, mirrored: mirrored) { done, total in
            terminal.advance(task, done, of: total)
        }
    }
}
