public import DenseLinearAlgebra

/// A network that turns image files into embeddings.
///
/// Code that embeds images, into a store, for splits or for scores, uses this protocol, so that it needs no inference
/// library. `FeatureExtractor` conforms to it.
public protocol ImageNetwork: Sendable {
    /// The number of components of an embedding, d.
    var dimension: Int { get }

    /// The provenance of its embeddings for records: which network, and how images are prepared for it.
    ///
    /// - Complexity: reads the network's files, for their digest.
    var provenance: EmbeddingProvenance { get throws }

    /// The embeddings of image files, n × d, one row per file.
    ///
    /// - Parameters:
    ///   - paths: the files, in the order of the rows.
    ///   - mirrored: whether each image is mirrored left to right.
    ///   - progress: called from any thread, but never twice at once, with the number of files done.
    /// - Throws: the error of the first file, in the order of `paths`, that cannot be embedded.
    func embed(
        paths: [String], mirrored: Bool, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    ) throws -> Matrix<Float>

    /// Throws if an image file cannot be read, without computing anything.
    func requireReadable(imageAt path: String) throws

    /// The image file that caused an error of ``embed(paths:mirrored:progress:)``; nil if no image file did.
    func imagePath(of error: any Error) -> String?
}
