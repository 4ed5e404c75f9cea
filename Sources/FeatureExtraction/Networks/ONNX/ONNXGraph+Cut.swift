package import Foundation

extension ONNXGraph {
    /// The file with `tensor` as the only output, and only the nodes, weights and inputs that lead to it.
    ///
    /// Of a network with a branch for texts this leaves the branch for images, which can be run without a text.
    package func file(withOnlyOutput tensor: String) -> Data {
        let (isNeeded, tensors) = ancestors(of: tensor)
        var content = Data()
        var node = 0
        for field in graph.fields {
            switch field.number {
            case 1 where field.hasLength:
                // Counted as `messages` counts them: what is no message is no node.
                guard ProtobufMessage(graph.data, in: field.content) != nil else { continue }
                if isNeeded[node] { content += graph.data[field.whole] }
                node += 1
            case 5 where field.hasLength: if names(field, 8, in: tensors) { content += graph.data[field.whole] }
            case 11 where field.hasLength: if names(field, 1, in: tensors) { content += graph.data[field.whole] }
            case 12: continue
            default: content += graph.data[field.whole]
            }
        }
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

    /// The inputs that a tensor depends on.
    package func inputs(of tensor: String) -> [String] {
        let (_, tensors) = ancestors(of: tensor)
        return inputs.filter(tensors.contains)
    }

    /// Which nodes lead to a tensor, and all tensors on the way.
    private func ancestors(of tensor: String) -> (isNeeded: [Bool], tensors: Set<String>) {
        var producers: [String: Int] = [:]
        for (index, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { producers[output] = index }
        }
        var isNeeded = [Bool](repeating: false, count: nodes.count)
        var tensors: Set = [tensor]
        var open = [tensor]
        while let next = open.popLast() {
            guard let index = producers[next], !isNeeded[index] else { continue }
            isNeeded[index] = true
            for name in nodes[index].needs where tensors.insert(name).inserted { open.append(name) }
        }
        return (isNeeded, tensors)
    }

    private func names(_ field: ProtobufMessage.Field, _ number: UInt64, in tensors: Set<String>) -> Bool {
        guard let name = ProtobufMessage(graph.data, in: field.content)?.strings(number).first else { return true }
        return tensors.contains(name)
    }
}
