import Datasets
import DenseLinearAlgebra
import Embeddings
import FeatureExtraction
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
            let provenance = EmbeddingProvenance(
                source: .backbone, file: model.lastPathComponent, sha256: digest, dimension: matrix.columnCount,
                output: reading.output, pooling: reading.pooling?.rawValue,
                preprocessing: extractor.preprocessing.record)
            return (matrix, provenance)
        case .features(let file):
            let features = try FeatureFile<Float>(contentsOf: file)
            let matrix = try features.matrix(ofSamples: dataset.samples.map(\.id))
            let provenance = EmbeddingProvenance(
                source: .features, file: file.lastPathComponent,
                sha256: try Self.digest(of: features.files, expecting: expected), dimension: matrix.columnCount)
            return (matrix, provenance)
        }
    }

    private static func digest(of files: [URL], expecting expected: String?) throws -> String {
        let found = try SHA256.hexadecimal(ofFilesAt: files)
        if let expected, found != expected {
            throw CommandError(
                "\(files[0].path): found the digest \(found.prefix(12))…; expected the file that the splits were made "
                    + "from, of digest \(expected.prefix(12))…")
        }
        return found
    }
}

extension FeatureExtractor {
    /// Embeds the images that sample ids name as paths below `root`, one row each.
    func embed(
        _ ids: [String], below root: URL, mirrored: Bool = false, task: String, on terminal: Terminal
    ) throws -> Matrix<Float> {
        terminal.begin()
        return try embed(paths: ids.map { root.appending(path: $0).path }, mirrored: mirrored) { done, total in
            terminal.advance(task, done, of: total)
        }
    }
}
