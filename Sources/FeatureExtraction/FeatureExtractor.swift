public import DenseLinearAlgebra
import Dispatch
public import Embeddings
import Files
public import Foundation

/// Turns image files into embeddings with a network from an ONNX file, a TFLite file or an OpenVINO `.xml`.
///
/// On machines with the same instruction set, the same image and the same model give the same bits, whatever other
/// images are embedded with it, in any order and on any number of threads.
///
/// ```swift
/// let extractor = try FeatureExtractor(model: URL(fileURLWithPath: "resnet50.onnx"))
/// let embeddings = try extractor.embed(paths: paths)
/// ```
public struct FeatureExtractor: Sendable {
    /// How an image is prepared for the network.
    public let preprocessing: Preprocessing
    /// The files that determine the network: the model; for OpenVINO's `.xml` also the `.bin` beside it; for ONNX also
    /// any external files that hold its weights.
    public let modelFiles: [URL]
    /// The number of components of an embedding, d.
    public var dimension: Int { network.dimension }
    /// Why the network's output looks like classifier scores; nil if it does not.
    public var classifierSign: ClassifierSign? { network.classifierSign }

    /// The file that says how images are prepared; nil if the caller or a record says all of it.
    public let preprocessingFile: String?
    /// What a user should know of how the network is read, one sentence each, without the name of the network.
    public let warnings: [String]
    /// The number of tokens that are pooled; nil if the output has none.
    public var tokenCount: Int? { network.output.isOfTokens ? network.output.positionCount : nil }
    /// The number of positions in a feature map that are pooled; nil if the output is no feature map.
    public var positionCount: Int? {
        network.output.pooling != nil && !network.output.isOfTokens ? network.output.positionCount : nil
    }

    private let network: EmbeddingNetwork
    private let largeImages = LargeImages()

    /// How the network was read.
    private let reading: NetworkReading

    /// Reads and compiles a network.
    ///
    /// - Parameters:
    ///   - model: A file with one input, a batch of images (batch × channels × height × width, or with the channels
    ///     last), and one output, a batch of vectors or of feature maps.
    ///   - reading: Which output is the embedding, and how images are prepared, if the model and the file beside it do
    ///     not say.
    /// - Throws: ``FeatureExtractionError``.
    public init(model: URL, reading: NetworkReading = NetworkReading()) throws {
        // Report a missing or unreadable model before a missing description.
        let source = try NetworkSource(path: model.path, outputName: reading.output)
        let described =
            try reading.preprocessing.map { DescribedPreprocessing(preprocessing: $0, path: nil, warning: nil) }
            ?? Preprocessing.described(besideModelAtPath: model.path, changing: reading.changes)
        network = try EmbeddingNetwork.open(
            source, preprocessing: described.preprocessing, pooling: reading.pooling)
        preprocessingFile = described.path
        let bytes = try described.ofBytes(network, reading)
        preprocessing = bytes.preprocessing
        warnings = [described.warning, bytes.warning, network.trainingWarning(source.graph)].compactMap { $0 }
        modelFiles = source.files
        self.reading = reading
    }

    /// Makes sure that a file is a network, by its first bytes and outermost structure, without reading all of it.
    ///
    /// Call it for all of many models before running the first: it takes a moment, running them takes hours.
    ///
    /// - Throws: ``FeatureExtractionError`` or ``/Files/FileError`` that says what the file is instead.
    public static func requireNetwork(at model: URL) throws {
        _ = try ModelFile.format(of: model.path)
    }

    /// The embeddings of image files, n × d, one row per file, exactly as the network outputs them (not normalised).
    ///
    /// All processor cores decode and compute; apart from the result only a few batches are in memory. An empty `paths`
    /// gives a 0 × d matrix.
    ///
    /// - Parameters:
    ///   - paths: The files, in the order of the rows.
    ///   - mirrored: Whether each prepared image is mirrored left to right.
    ///   - progress: Called from any thread, but never concurrently, with the number of files done, which never
    ///     decreases.
    /// - Throws: ``FeatureExtractionError`` for the first file, in the order of `paths`, that cannot be embedded.
    public func embed(
        paths: [String], mirrored: Bool = false, progress: (@Sendable (_ done: Int, _ total: Int) -> Void)? = nil
    ) throws -> Matrix<Float> {
        let run = EmbeddingRun(
            paths: paths, network: network, preprocessing: preprocessing, mirrored: mirrored,
            largeImages: largeImages, progress: progress)
        DispatchQueue.concurrentPerform(iterations: min(network.requestCount, run.batchCount)) { _ in run.work() }
        return Matrix(rowCount: paths.count, columnCount: dimension, elements: try run.result())
    }
}

extension EmbeddingNetwork {
    /// Says that a network in training mode, which was not refused, normalises by the batch: of one image, or where the
    /// made-up images did not reach.
    fileprivate func trainingWarning(_ graph: ONNXGraph?) -> String? {
        guard let node = graph?.normalisationByBatch else { return nil }
        return "found \(node) in training mode, which "
            + (batchSize == 1
                ? "normalises each image by itself; if that is not meant, export the network in evaluation mode"
                : "normalises by the batch, though made-up images did not show it; export the network in evaluation mode")
    }
}

extension DescribedPreprocessing {
    /// What really happens before a network that takes bytes, which are pixels as they are: nothing is subtracted or
    /// divided.
    ///
    /// - Throws: ``FeatureExtractionError`` if the caller asks for a mean or a standard deviation all the same.
    fileprivate func ofBytes(
        _ network: EmbeddingNetwork, _ reading: NetworkReading
    ) throws -> (preprocessing: Preprocessing, warning: String?) {
        guard network.takesBytes else { return (preprocessing, nil) }
        let count = preprocessing.channelCount
        let bytes = Preprocessing(
            channelCount: count, height: preprocessing.height, width: preprocessing.width,
            resize: preprocessing.resize, interpolation: preprocessing.interpolation,
            mean: Array(repeating: 0, count: count), standardDeviation: Array(repeating: 1 / 255, count: count),
            orientedByEXIF: preprocessing.orientedByEXIF, cropRoundsDown: preprocessing.cropRoundsDown,
            channelOrder: preprocessing.channelOrder)
        let plain = Array<Float>(repeating: 1, count: count)
        // Values of 0 to 1, or of 0 to 255, are both ways to say that nothing is normalised.
        let saysNothing =
            preprocessing.mean == bytes.mean
            && (preprocessing.standardDeviation == plain
                || zip(preprocessing.standardDeviation, bytes.standardDeviation).allSatisfy { abs($0 - $1) < 1e-6 })
        if saysNothing { return (bytes, nil) }
        guard reading.preprocessing == nil, reading.changes.mean == nil, reading.changes.standardDeviation == nil else {
            throw FeatureExtractionError.unsuitableModel(
                path: network.path,
                found:
                    "an input of uint8, which takes pixels of 0 to 255 as they are, and a mean or standard deviation",
                expected: "a mean of 0 and a standard deviation of 1, or none; the network normalises itself")
        }
        return (
            bytes,
            "the input is uint8, so it gets pixels of 0 to 255 as they are; mean and std of "
                + "\(path ?? "the file beside it") are not applied, since the network must do that itself"
        )
    }
}

extension FeatureExtractor: ImageNetwork {
    /// The provenance of the embeddings for records.
    ///
    /// - Complexity: reads ``modelFiles``, for their digest.
    public var provenance: EmbeddingProvenance {
        get throws {
            EmbeddingProvenance(
                source: .backbone, file: modelFiles[0].lastPathComponent,
                sha256: try SHA256.hexadecimal(ofFilesAt: modelFiles), dimension: dimension, output: reading.output,
                pooling: reading.pooling?.rawValue, preprocessing: preprocessing.record)
        }
    }

    /// Decodes an image file, and throws if it cannot be read.
    public func requireReadable(imageAt path: String) throws {
        try largeImages.withImage(
            contentsOfFile: path, channelCount: preprocessing.channelCount, orientedByEXIF: false
        ) { _ in }
    }

    /// The image file that caused an error; nil if no image file did.
    public func imagePath(of error: any Error) -> String? {
        switch error {
        case FeatureExtractionError.outOfMemory(let path), FeatureExtractionError.notAnImage(let path, _),
            FeatureExtractionError.truncatedImage(let path, _, _), FeatureExtractionError.damagedImage(let path, _, _),
            FeatureExtractionError.unsupportedImage(let path, _), FeatureExtractionError.imageTooLarge(let path, _, _),
            FeatureExtractionError.nonFiniteEmbedding(let path, _, _, _), FileError.unreadable(let path, _, _),
            // One that would take more memory than may be taken.
            FileError.malformed(let path, _, _, _):
            path
        default: nil
        }
    }
}
