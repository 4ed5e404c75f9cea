public import DenseLinearAlgebra
import Dispatch
public import Foundation

/// Turns image files into embeddings with a network from an ONNX file, a TFLite file or an OpenVINO `.xml`.
///
/// The same image and the same model give the same bits, whatever other images are embedded with it, in whatever order
/// and on however many threads, on machines with the same instruction set.
///
/// ```swift
/// let extractor = try FeatureExtractor(model: URL(fileURLWithPath: "resnet50.onnx"))
/// let embeddings = try extractor.embed(paths: paths)
/// ```
public struct FeatureExtractor: Sendable {
    /// How an image is prepared for the network.
    public let preprocessing: Preprocessing
    /// The files that determine the network: the model, for OpenVINO's `.xml` the `.bin` beside it, for ONNX the files
    /// that hold its weights where it does not hold them itself.
    public let modelFiles: [URL]
    /// The number of components of an embedding, d.
    public var dimension: Int { network.dimension }
    /// Why the network's output looks like the scores of a classifier; nil where it does not.
    public var classifierSign: ClassifierSign? { network.classifierSign }

    private let network: EmbeddingNetwork

    /// Reads and compiles a network.
    ///
    /// - Parameters:
    ///   - model: A file with one input, a batch of images (batch × channels × height × width, or with the channels
    ///     last), and one output, a batch of vectors or of feature maps.
    ///   - preprocessing: How to prepare images, or nil to read it from the file beside the model
    ///     (``Preprocessing/besideModel(atPath:changing:)``).
    ///   - changes: What is to be otherwise than that file says; of no effect beside a `preprocessing`.
    ///   - output: The name of the output that is the embedding, or of a tensor within an ONNX network; nil for the only
    ///     output.
    ///   - pooling: How a feature map (batch × d × height × width, with the channels where the input has them) becomes a
    ///     vector; nil for an output of vectors, or of maps of one position.
    /// - Throws: ``FeatureExtractionError``.
    public init(
        model: URL, preprocessing: Preprocessing? = nil, changes: PreprocessingChanges = PreprocessingChanges(),
        output: String? = nil, pooling: Pooling? = nil
    ) throws {
        // A model that is missing or none is the nearer cause, so it is reported before a missing description.
        let source = try NetworkSource(path: model.path, outputName: output)
        self.preprocessing = try preprocessing ?? Preprocessing.besideModel(atPath: model.path, changing: changes)
        network = try EmbeddingNetwork(source: source, preprocessing: self.preprocessing, pooling: pooling)
        modelFiles = source.files
    }

    /// The embeddings of image files, n × d, one row a file, exactly as the network gives them (not normalised).
    ///
    /// Every processor core decodes and computes; besides the result only a few batches are in memory. No paths give a
    /// 0 × d matrix.
    ///
    /// - Parameters:
    ///   - paths: The files, in the order of the rows.
    ///   - mirrored: Whether the network gets each image, as it is prepared, with left and right exchanged.
    ///   - progress: Called from any thread, but never twice at once, with the number of files done, which only grows.
    /// - Throws: ``FeatureExtractionError`` for the first file, in the order of `paths`, that cannot be embedded.
    public func embed(
        paths: [String], mirrored: Bool = false, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> Matrix<Float> {
        let run = EmbeddingRun(
            paths: paths, network: network, preprocessing: preprocessing, mirrored: mirrored, progress: progress)
        DispatchQueue.concurrentPerform(iterations: min(network.requestCount, run.batchCount)) { _ in run.work() }
        return Matrix(rowCount: paths.count, columnCount: dimension, elements: try run.result())
    }
}
