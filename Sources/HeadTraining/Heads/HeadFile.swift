internal import DenseLinearAlgebra
internal import Embeddings
internal import Files
public import Foundation

/// A head as a file, with texts about where it is from: `.safetensors`, which PyTorch and NumPy read, and ONNX.
///
/// The tensors are `mean` and `scale`, one value for each feature, and for layer i from 0 on `layers.i.weight` (outputs ×
/// inputs, as PyTorch's `Linear` has it) and `layers.i.bias`; ``Head`` has the formula.
public struct HeadFile: Sendable, Equatable {
    /// The head.
    public let head: Head
    /// Texts about it: how it was trained and on what.
    public let metadata: [String: String]

    /// What `metadata` of every file has under "format".
    static let format = "oodml-head-1"

    /// A head with texts about it.
    public init(_ head: Head, metadata: [String: String] = [:]) {
        self.head = head
        self.metadata = metadata.merging(["format": Self.format]) { _, format in format }
    }

    /// Reads a `.safetensors` file of a head.
    ///
    /// - Throws: ``/Files/FileError`` for a file that is missing, is damaged or holds something else, and for values that are
    ///   not finite.
    public init(contentsOf url: URL) throws {
        let file = try SafetensorsTensors(contentsOf: url)
        let expected = "a head with mean, scale, and the weight and bias of layers that fit each other"
        func malformed(_ found: String) -> FileError {
            .malformed(path: url.path, found: found, expected: expected)
        }
        guard file.metadata["format"] == Self.format else {
            throw malformed(
                file.metadata["format"].map { "the format \"\(excerpt($0))\"" } ?? "a file that names no format")
        }
        func vector(_ name: String, count: Int?) throws -> [Float] {
            let matrix = try file.matrix(named: name, in: expected)
            guard matrix.rowCount == 1, matrix.columnCount == count ?? matrix.columnCount else {
                throw malformed(
                    "\"\(name)\" of \(matrix.rowCount) × \(matrix.columnCount) values\(count.map { " for \($0)" } ?? "")"
                )
            }
            return matrix.elements
        }
        let mean = try vector("mean", count: nil)
        let scale = try vector("scale", count: mean.count)
        let layerCount = max((file.names.count - 2) / 2, 1)
        var (layers, width): ([Head.Layer], Int) = ([], mean.count)
        for number in 0..<layerCount {
            let weight = try file.matrix(named: "layers.\(number).weight", in: expected)
            guard weight.columnCount == width else {
                throw malformed(
                    "\"layers.\(number).weight\" of \(weight.rowCount) × \(weight.columnCount) values for \(width) inputs"
                )
            }
            width = weight.rowCount
            let bias = try vector("layers.\(number).bias", count: width)
            layers.append(Head.Layer(weights: weight.transposed(), bias: bias))
        }
        guard file.names.count == 2 + 2 * layerCount else { throw malformed("\(file.names.count) tensors") }
        self.init(Head(mean: mean, scale: scale, layers: layers), metadata: file.metadata)
    }

    /// The file in the `.safetensors` format.
    public var safetensors: Data {
        let layers = head.layers.enumerated().flatMap { number, layer in
            [
                (
                    "layers.\(number).weight", [layer.weights.columnCount, layer.weights.rowCount],
                    layer.weights.transposed().elements
                ),
                ("layers.\(number).bias", [layer.bias.count], layer.bias),
            ]
        }
        return SafetensorsTensors.file(
            [("mean", [head.mean.count], head.mean), ("scale", [head.scale.count], head.scale)] + layers,
            metadata: metadata)
    }
}

extension HeadTrainingSettings {
    /// The settings as texts for a file of a head; numbers as Swift writes them, so that they can be read back exactly.
    public var metadata: [String: String] {
        [
            "objective": objective.name, "parameters": parameters.description, "architecture": architecture.description,
            "steps": "\(stepCount)", "classes_per_batch": "\(classesPerBatch)",
            "samples_per_class": "\(samplesPerClass)", "learning_rate": "\(learningRate)",
            "weight_decay": "\(weightDecay)", "seed": "\(seed)",
        ]
    }
}
