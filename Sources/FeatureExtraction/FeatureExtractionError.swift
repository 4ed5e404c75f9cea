/// What can go wrong between an image file and its embedding; each description is one sentence that says where, what was
/// found, and what was expected.
public enum FeatureExtractionError: Error, Equatable {
    /// A file is not an image in a supported format.
    case notAnImage(path: String, found: String)
    /// An image file ends before its pixels do.
    case truncatedImage(path: String, format: ImageFormat, reason: String)
    /// An image file contradicts its own format.
    case damagedImage(path: String, format: ImageFormat, reason: String)
    /// An image is of an unsupported kind, such as an animation.
    case unsupportedImage(path: String, found: String)
    /// An image has more pixels than are accepted.
    case imageTooLarge(path: String, found: String, limit: Int)
    /// There is not enough memory for an image.
    case outOfMemory(path: String)
    /// No file beside the model says how to prepare images for it, and the options `missing` were not given either.
    case noPreprocessing(model: String, lookedFor: [String], missing: String)
    /// A file that describes the preprocessing lacks something or says something unsupported.
    case badPreprocessing(path: String, found: String, expected: String)
    /// A record of the preprocessing does not describe a valid one.
    case badRecord(found: String, expected: String)
    /// The requested changes to the preprocessing contradict each other.
    case unusableChanges(found: String, expected: String)
    /// A file is not a readable network.
    case unreadableModel(path: String, reason: String)
    /// A network does not turn a batch of images into a batch of vectors.
    case unsuitableModel(path: String, found: String, expected: String)
    /// OpenVINO or its CPU plug-in is not there, or does not start.
    case inferenceUnavailable(reason: String)
    /// OpenVINO failed while running a network.
    case inferenceFailed(model: String, reason: String)
    /// The network gave NaN or an infinity for an image.
    case nonFiniteEmbedding(path: String, model: String, found: String, component: Int)
}

extension FeatureExtractionError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .notAnImage(let path, let found):
            "\(path): found \(found); expected a \(ImageFormat.names) image"
        case .truncatedImage(let path, let format, let reason):
            "\(path): found a truncated \(format.name) image (\(reason)); expected a complete one"
        case .damagedImage(let path, let format, let reason):
            "\(path): found a damaged \(format.name) image (\(reason)); expected a valid one"
        case .unsupportedImage(let path, let found):
            "\(path): found \(found); expected a still image in grey, colour or CMYK"
        case .imageTooLarge(let path, let found, let limit):
            "\(path): found \(found); expected at most \(limit) pixels"
        case .outOfMemory(let path):
            "\(path): there is not enough memory for this image"
        case .noPreprocessing(let model, let lookedFor, let missing):
            "\(model): found no file beside the model or one folder up that says how to prepare images; expected one of "
                + lookedFor.joined(separator: ", ")
                + ", or in its place the options \(missing); such a file is, for example, {\"input_size\": [3, 224, 224], \"interpolation\": \"bilinear\", \"crop_pct\": 0.875, "
                + "\"mean\": [0.485, 0.456, 0.406], \"std\": [0.229, 0.224, 0.225]}"
        case .badPreprocessing(let path, let found, let expected):
            "\(path): found \(found); expected \(expected)"
        case .badRecord(let found, let expected):
            "the record of the preprocessing: found \(found); expected \(expected)"
        case .unusableChanges(let found, let expected):
            "preprocessing: found \(found); expected \(expected)"
        case .unreadableModel(let path, let reason):
            "\(path): found no network that can be read (\(reason)); expected an ONNX file, a .tflite, or an OpenVINO "
                + ".xml with its .bin"
        case .unsuitableModel(let path, let found, let expected):
            "\(path): found \(found); expected \(expected)"
        case .inferenceUnavailable(let reason):
            "OpenVINO, which runs networks, does not start (\(reason)); expected its libraries where the program looks for them: those of "
                + "Scripts/setup in a clone, those of pip install openvino==2026.4.1 beside oodml installed by pip"
        case .inferenceFailed(let model, let reason):
            "\(model): the network failed while it ran: \(reason)"
        case .nonFiniteEmbedding(let path, let model, let found, let component):
            "\(path): found \(found) in component \(component) of the embedding by \(model); expected finite values"
        }
    }
}
