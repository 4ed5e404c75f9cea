import Files
import Foundation

/// What we read from an ONNX file ourselves: the names of its tensors, and which files hold its weights.
///
/// OpenVINO's C interface cannot add an output to a network. To get an inner tensor, we rewrite the list of outputs, a
/// small part of the file, in memory.
struct ONNXGraph {
    private struct Node {
        let kind: String
        let inputs: [String]
        let outputs: [String]
    }

    /// The names of the outputs.
    let outputs: [String]
    /// The names of the files that hold weights, relative to the model's folder.
    let weightFiles: [String]

    private let model: ProtobufMessage
    private let graph: ProtobufMessage
    private let nodes: [Node]

    /// Reads a file; nil if it is not ONNX.
    init?(path: String) {
        // Numbers of onnx.proto3: a model's graph is 7; a graph's nodes are 1, its weights 5, its outputs 12; a node's
        // inputs, outputs and kind are 1, 2 and 4; the name of a tensor is 8 and the description of its file 13.
        guard let data = (try? InputFile(path: path).bytes).map({ Data($0) }),
            let model = ProtobufMessage(data, in: 0..<data.count), let graph = model.messages(7).first
        else { return nil }
        self.model = model
        self.graph = graph
        outputs = graph.messages(12).compactMap { $0.strings(1).first }
        nodes = graph.messages(1).map { node in
            Node(kind: node.strings(4).first ?? "", inputs: node.strings(1), outputs: node.strings(2))
        }
        var files: Set<String> = []
        for weights in graph.messages(5) {
            for entry in weights.messages(13) where entry.strings(1) == ["location"] {
                files.formUnion(entry.strings(2))
            }
        }
        weightFiles = files.sorted()
    }

    /// Whether a node computes a tensor of this name.
    func computes(_ tensor: String) -> Bool {
        nodes.contains { $0.outputs.contains(tensor) }
    }

    /// The names of the last computed tensors, at most `count`, last first.
    func lastTensors(_ count: Int) -> [String] {
        Array(nodes.reversed().flatMap(\.outputs).filter { !$0.isEmpty }.prefix(count))
    }

    /// The file with `tensor` as the only output, so that nothing is computed that does not lead to it.
    func file(withOnlyOutput tensor: String) -> Data {
        var content = Data()
        for field in graph.fields where field.number != 12 { content += graph.data[field.whole] }
        let output = graph.messages(12).first { $0.strings(1).first == tensor }
        // Without a type, which OpenVINO infers.
        let description = output.map { message in
            message.fields.reduce(into: Data()) { $0 += graph.data[$1.whole] }
        }
        content += ProtobufMessage.field(12, description ?? ProtobufMessage.field(1, Data(tensor.utf8)))
        var file = Data()
        for field in model.fields where field.number != 7 { file += model.data[field.whole] }
        return file + ProtobufMessage.field(7, content)
    }

    /// Whether an output is a distribution over classes, and the tensor that its last layer of weights reads.
    func head(of output: String) -> (isDistribution: Bool, input: String?) {
        let passing: Set = [
            "Softmax", "LogSoftmax", "Sigmoid", "Identity", "Add", "Reshape", "Squeeze", "Flatten", "Cast",
        ]
        var (tensor, isDistribution) = (output, false)
        // Bounded, since a damaged file may contain a cycle.
        for _ in 0..<nodes.count {
            guard let node = nodes.first(where: { $0.outputs.contains(tensor) }) else { break }
            if ["Gemm", "MatMul", "Conv"].contains(node.kind) {
                let input = node.inputs.first
                return (isDistribution, input.flatMap { computes($0) ? $0 : nil })
            }
            guard passing.contains(node.kind),
                let next = node.inputs.first(where: computes)
            else { break }
            isDistribution = isDistribution || node.kind == "Softmax" || node.kind == "LogSoftmax"
            tensor = next
        }
        return (isDistribution, nil)
    }
}
