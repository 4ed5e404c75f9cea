import Files
import Foundation

/// What we read from an ONNX file ourselves: the names of its tensors, and which files hold its weights.
///
/// OpenVINO's C interface cannot add an output to a network or take an input from it. To get an inner tensor, or one
/// branch of a network with several, we rewrite the file's lists in memory (``file(withOnlyOutput:)``).
package struct ONNXGraph {
    struct Node {
        let kind: String
        let name: String
        let inputs: [String]
        let outputs: [String]
        /// The tensors that it needs: its inputs, and what the graphs within an `If` or a `Loop` take from outside.
        let needs: [String]
        /// Whether it is a `BatchNormalization` that normalises by the batch.
        let isTraining: Bool
    }

    /// The names of the inputs, without weights, which old files list among them.
    package let inputs: [String]
    /// The names of the outputs.
    package let outputs: [String]
    /// The files that hold weights.
    let weights: [ONNXWeightFile]

    let model: ProtobufMessage
    let graph: ProtobufMessage
    /// In the order of the file.
    let nodes: [Node]

    /// Reads a file; nil if it is not ONNX.
    package init?(path: String) {
        // Numbers of onnx.proto3: a model's graph is 7; a graph's nodes are 1, its weights 5, its inputs 11, its outputs
        // 12; the name of a tensor is 8.
        guard let data = try? InputFile(path: path).data,
            let model = ProtobufMessage(data, in: 0..<data.count), let graph = model.messages(7).first
        else { return nil }
        self.model = model
        self.graph = graph
        outputs = graph.messages(12).compactMap { $0.strings(1).first }
        nodes = graph.messages(1).map(Node.init)
        let tensors = graph.messages(5)
        let weightNames = Set(tensors.flatMap { $0.strings(8) })
        inputs = graph.messages(11).compactMap { $0.strings(1).first }.filter { !weightNames.contains($0) }
        weights = ONNXWeightFile.files(of: tensors)
    }

    /// Whether a node computes a tensor of this name.
    func computes(_ tensor: String) -> Bool {
        nodes.contains { $0.outputs.contains(tensor) }
    }

    /// The names of the last computed tensors, at most `count`, last first.
    func lastTensors(_ count: Int) -> [String] {
        Array(nodes.reversed().flatMap(\.outputs).filter { !$0.isEmpty }.prefix(count))
    }

    /// Whether values are quantised by the range that they have over the whole batch.
    var isQuantisedDynamically: Bool { nodes.contains { $0.kind == "DynamicQuantizeLinear" } }

    /// The first node that normalises by the batch, as messages name it; nil if there is none.
    var normalisationByBatch: String? { nodes.first(where: \.isTraining)?.title }

    /// The first node that draws numbers, as messages name it; nil if there is none.
    var randomNode: String? {
        let kinds = ["Dropout", "Bernoulli", "Multinomial"]
        return nodes.first { kinds.contains($0.kind) || $0.kind.begins(with: "Random") }?.title
    }

    /// Whether a tensor is a feature map with its channels first, as ONNX's convolutions and poolings always give them,
    /// whatever the network's input is; nil if no such node decides.
    func hasChannelsFirst(_ tensor: String) -> Bool? {
        let deciding: Set = [
            "Conv", "ConvTranspose", "BatchNormalization", "InstanceNormalization", "MaxPool", "AveragePool",
            "GlobalAveragePool", "GlobalMaxPool",
        ]
        let passing: Set = [
            "Relu", "LeakyRelu", "PRelu", "Sigmoid", "Tanh", "Clip", "HardSwish", "HardSigmoid", "Elu", "Gelu",
            "Identity", "Add",
            "Mul", "Sub", "Div", "Cast", "Dropout",
        ]
        var tensor = tensor
        // Bounded, since a damaged file may contain a cycle.
        for _ in 0..<nodes.count {
            guard let node = nodes.first(where: { $0.outputs.contains(tensor) }) else { return nil }
            if deciding.contains(node.kind) { return true }
            guard passing.contains(node.kind), let next = node.inputs.first(where: computes) else { return nil }
            tensor = next
        }
        return nil
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

extension ONNXGraph.Node {
    /// Reads a node: inputs, outputs, name, kind and attributes are 1 to 5.
    fileprivate init(_ node: ProtobufMessage) {
        let kind = node.strings(4).first ?? ""
        let (inputs, outputs) = (node.strings(1), node.strings(2))
        self.kind = kind
        self.inputs = inputs
        self.outputs = outputs
        name = node.strings(3).first ?? ""
        needs = inputs + Self.outerTensors(of: node, depth: 0)
        // Since version 14 of the operators by an attribute, a number in field 3; before, by asking for statistics.
        let mode = node.messages(5).first { $0.strings(1) == ["training_mode"] }?.number(3)
        isTraining =
            kind == "BatchNormalization" && (mode.map { $0 != 0 } ?? (outputs.filter { !$0.isEmpty }.count > 1))
    }

    /// All tensors that graphs within a node name, of which those from outside matter; an attribute has its graphs in
    /// 6 and 11.
    private static func outerTensors(of node: ProtobufMessage, depth: Int) -> [String] {
        // Deeper nesting is found in damaged files only.
        guard depth < 32 else { return [] }
        return node.messages(5).flatMap { $0.messages(6) + $0.messages(11) }.flatMap { graph in
            graph.messages(12).flatMap { $0.strings(1) }
                + graph.messages(1).flatMap { $0.strings(1) + outerTensors(of: $0, depth: depth + 1) }
        }
    }

    fileprivate var title: String { name.isEmpty ? kind : "\(kind) \"\(name)\"" }
}
