internal import DenseLinearAlgebra
public import Foundation

extension HeadFile {
    /// The head as an ONNX model: input `features` (n × inputDimension), output `embeddings` (n × dimension), both in single
    /// precision.
    ///
    /// It has only operators of version 13 that every runtime knows: Sub and Mul, for each layer Gemm and between them
    /// Relu, and ReduceL2, Max and Div for rows of length 1. ``metadata`` is in the model's properties.
    public var onnx: Data {
        var graph = ONNXGraphWriter()
        var x = "features"
        x = graph.node("Sub", [x, graph.constant("mean", [1, head.mean.count], head.mean)], "centred")
        x = graph.node("Mul", [x, graph.constant("scale", [1, head.scale.count], head.scale)], "standardised")
        for (number, layer) in head.layers.enumerated() {
            let weight = graph.constant(
                "layers.\(number).weight", [layer.weights.rowCount, layer.weights.columnCount], layer.weights.elements)
            let bias = graph.constant("layers.\(number).bias", [layer.bias.count], layer.bias)
            x = graph.node("Gemm", [x, weight, bias], "layer \(number)")
            if number < head.layers.count - 1 { x = graph.node("Relu", [x], "rectified \(number)") }
        }
        let lengths = graph.node(
            "ReduceL2", [x], "lengths", attributes: [("axes", .integers([1])), ("keepdims", .integer(1))])
        // A row of zeros stays one.
        let positive = graph.node("Max", [lengths, graph.constant("smallest", [1], [1e-12])], "positive lengths")
        _ = graph.node("Div", [x, positive], "embeddings")
        return graph.model(
            input: ("features", head.inputDimension), output: ("embeddings", head.dimension), metadata: metadata)
    }
}

/// Writes an ONNX model (https://onnx.ai, version 7 of its protobuf messages) node by node.
private struct ONNXGraphWriter {
    enum Attribute {
        case integer(Int)
        case integers([Int])
    }

    private var nodes = ProtobufWriter()
    private var constants = ProtobufWriter()

    /// Adds a node with one output.
    ///
    /// - Returns: the output's name.
    mutating func node(
        _ operation: String, _ inputs: [String], _ output: String, attributes: [(String, Attribute)] = []
    ) -> String {
        var node = ProtobufWriter()
        for input in inputs { node.text(1, input) }
        node.text(2, output)
        node.text(3, output)
        node.text(4, operation)
        for (name, value) in attributes {
            var attribute = ProtobufWriter()
            attribute.text(1, name)
            switch value {
            case .integer(let value):
                attribute.number(3, value)
                attribute.number(20, 2)
            case .integers(let values):
                for value in values { attribute.number(8, value) }
                attribute.number(20, 7)
            }
            node.message(5, attribute)
        }
        nodes.message(1, node)
        return output
    }

    /// Adds a tensor in single precision.
    ///
    /// - Returns: its name.
    mutating func constant(_ name: String, _ shape: [Int], _ values: [Float]) -> String {
        var tensor = ProtobufWriter()
        for size in shape { tensor.number(1, size) }
        tensor.number(2, 1)
        tensor.text(8, name)
        tensor.bytes(9, values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) })
        constants.message(5, tensor)
        return name
    }

    func model(input: (String, Int), output: (String, Int), metadata: [String: String]) -> Data {
        var graph = ProtobufWriter()
        graph.append(nodes)
        graph.text(2, "head")
        graph.append(constants)
        graph.message(11, Self.matrix(input.0, columnCount: input.1))
        graph.message(12, Self.matrix(output.0, columnCount: output.1))
        var operators = ProtobufWriter()
        operators.text(1, "")
        operators.number(2, 13)
        var model = ProtobufWriter()
        model.number(1, 7)
        model.text(2, "oodml")
        model.message(7, graph)
        model.message(8, operators)
        for (key, value) in metadata.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            var entry = ProtobufWriter()
            entry.text(1, key)
            entry.text(2, value)
            model.message(14, entry)
        }
        return model.data
    }

    /// The type of a matrix in single precision with any number of rows.
    private static func matrix(_ name: String, columnCount: Int) -> ProtobufWriter {
        var (rows, columns, shape) = (ProtobufWriter(), ProtobufWriter(), ProtobufWriter())
        rows.text(2, "n")
        columns.number(1, columnCount)
        shape.message(1, rows)
        shape.message(1, columns)
        var (tensor, type, value) = (ProtobufWriter(), ProtobufWriter(), ProtobufWriter())
        tensor.number(1, 1)
        tensor.message(2, shape)
        type.message(1, tensor)
        value.text(1, name)
        value.message(2, type)
        return value
    }
}

/// Encodes a protobuf message field by field.
private struct ProtobufWriter {
    private(set) var data = Data()

    mutating func number(_ field: UInt64, _ value: Int) {
        varint(field << 3)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func text(_ field: UInt64, _ text: String) { bytes(field, Data(text.utf8)) }

    mutating func message(_ field: UInt64, _ message: ProtobufWriter) { bytes(field, message.data) }

    mutating func bytes(_ field: UInt64, _ bytes: Data) {
        varint(field << 3 | 2)
        varint(UInt64(bytes.count))
        data.append(bytes)
    }

    /// Adds all fields of another message.
    mutating func append(_ other: ProtobufWriter) { data.append(other.data) }

    private mutating func varint(_ value: UInt64) {
        var value = value
        while value >= 0x80 {
            data.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        data.append(UInt8(value))
    }
}
