public import DenseLinearAlgebra

/// A network that turns image files into embeddings.
///
/// It comes in through this protocol wherever images are embedded into a store, for splits or for scores, so that these parts
/// need no inference library. `FeatureExtractor` is one.
public protocol ImageNetwork: Sendable {
    /// The number of components of an embedding, d.
    var dimension: Int { get }

    /// What records say of its embeddings: which network, and how images are prepared for it.
    ///
    /// - Complexity: reads the network's files, for their digest.
    var provenance: EmbeddingProvenance { get throws }

    /// The embeddings of image files, n × d, one row a file.
    ///
    /// - Parameters:
    ///   - paths: the files, in the order of the rows.
    ///   - mirrored: whether left and right of each image are exchanged.
    ///   - progress: called from any thread, but never twice at once, with the number of files done.
    /// - Throws: the error of the first file, in the order of `paths`, that cannot be embedded.
    func embed(
        paths: [String], mirrored: Bool, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)?
    ) throws -> Matrix<Float>

    /// Refuses an image file that cannot be read, without computing anything.
    func requireReadable(imageAt path: String) throws

    /// The image file whose fault an error of ``embed(paths:mirrored:progress:)`` is; nil where it is another's.
    func imagePath(of error: any Error) -> String?
}
