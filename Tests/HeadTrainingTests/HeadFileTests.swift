import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import HeadTraining
import Testing
import TestSupport

@Suite struct HeadFileTests {
    private func head(_ widths: [Int], seed: UInt64 = 1) -> Head {
        var generator = SplitMix64(seed: seed)
        func values(_ count: Int) -> [Float] { (0..<count).map { _ in generator.nextFloat() } }
        let (mean, scale) = (values(widths[0]), values(widths[0]))
        let layers = zip(widths, widths.dropFirst()).map { inputs, outputs in
            Head.Layer(
                weights: Matrix(rowCount: inputs, columnCount: outputs, elements: values(inputs * outputs)),
                bias: values(outputs))
        }
        return Head(mean: mean, scale: scale, layers: layers)
    }

    /// The formula, computed in double precision.
    private func embeddings(_ head: Head, _ features: Matrix<Float>) -> [[Double]] {
        (0..<features.rowCount).map { i in
            var x = (0..<head.inputDimension).map {
                (Double(features[i, $0]) - Double(head.mean[$0])) * Double(head.scale[$0])
            }
            for (number, layer) in head.layers.enumerated() {
                x = (0..<layer.bias.count).map { j in
                    x.indices.reduce(Double(layer.bias[j])) { $0 + x[$1] * Double(layer.weights[$1, j]) }
                }
                if number < head.layers.count - 1 { x = x.map { max($0, 0) } }
            }
            let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return x.map { length > 0 ? $0 / length : 0 }
        }
    }

    @Test(arguments: [[3, 2], [5, 4, 3], [4, 6, 5, 2], [1, 1]]) func embeddingsFollowTheFormula(_ widths: [Int]) {
        let head = head(widths)
        let features: Matrix<Float> = uniformMatrix(300, widths[0], seed: 2)
        let found = head.embeddings(of: features)
        for (i, row) in embeddings(head, features).enumerated() {
            for (j, value) in row.enumerated() { #expect(abs(Double(found[i, j]) - value) < 2e-6) }
        }
        #expect(head.embeddings(of: Matrix(rowCount: 0, columnCount: widths[0])).rowCount == 0)
    }

    @Test(arguments: [[3, 2], [5, 4, 3], [4, 6, 5, 2]]) func aFileIsReadAsItWasWritten(_ widths: [Int]) throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "1-forward.safetensors")
        let file = HeadFile(head(widths), metadata: ["level": "1", "class": "grün\u{202E}", "empty": ""])
        try file.safetensors.write(to: url)
        #expect(try HeadFile(contentsOf: url) == file)
        #expect(file.safetensors == HeadFile(head(widths), metadata: file.metadata).safetensors)
        #expect(file.metadata["format"] == "oodml-head-1")
        // The values begin at a multiple of eight bytes, as readers that map files into memory like it.
        #expect(file.safetensors[0] % 8 == 0)
    }

    @Test func damagedFilesAreRefused() throws {
        let folder = try TemporaryFolder()
        let url = folder.url.appending(path: "head.safetensors")
        func message(_ data: Data) -> String {
            do {
                try data.write(to: url)
                _ = try HeadFile(contentsOf: url)
                return ""
            } catch let error as FileError {
                return "\(error)".replacingOccurrences(of: url.path, with: "F")
            } catch {
                return "not a FileError: \(error)"
            }
        }
        let expected = "; expected a head with mean, scale, and the weight and bias of layers that fit each other"
        let metadata = ["format": "oodml-head-1"]
        func file(
            _ change: (inout [(name: String, shape: [Int], values: [Float])]) -> Void,
            _ metadata: [String: String] = metadata
        ) -> Data {
            var tensors: [(name: String, shape: [Int], values: [Float])] = [
                ("mean", [2], [0, 0]), ("scale", [2], [1, 1]), ("layers.0.weight", [1, 2], [1, 2]),
                ("layers.0.bias", [1], [3]),
            ]
            change(&tensors)
            return SafetensorsTensors.file(tensors, metadata: metadata)
        }
        #expect(message(file { _ in }) == "")
        #expect(message(file({ _ in }, [:])) == "F: found a file that names no format" + expected)
        #expect(message(file({ _ in }, ["format": "pt"])) == "F: found the format \"pt\"" + expected)
        #expect(message(file { $0.remove(at: 0) }) == "F: found no tensor \"mean\"" + expected)
        #expect(message(file { $0.remove(at: 3) }) == "F: found no tensor \"layers.0.bias\"" + expected)
        #expect(
            message(file { $0[1] = ("scale", [3], [1, 1, 1]) }) == "F: found \"scale\" of 1 × 3 values for 2" + expected
        )
        #expect(
            message(file { $0[2] = ("layers.0.weight", [2, 1], [1, 2]) })
                == "F: found \"layers.0.weight\" of 2 × 1 values for 2 inputs" + expected)
        #expect(
            message(file { $0[3] = ("layers.0.bias", [2], [1, 2]) }).hasPrefix("F: found \"layers.0.bias\" of 1 × 2"))
        #expect(message(file { $0.append(("extra", [1], [0])) }) == "F: found 5 tensors" + expected)
        #expect(message(file { $0[2].values[1] = .nan }).hasPrefix("F: found nan in row 0, column 1; expected finite"))
        #expect(message(file { $0[0] = ("mean", [0], []) }).hasPrefix("F: found \"mean\" F32 (0)"))
        let whole = file { _ in }
        for length in 0..<whole.count { #expect(message(whole.prefix(length)).hasPrefix("F: ")) }
        #expect(throws: FileError.self) { try HeadFile(contentsOf: folder.url.appending(path: "missing.safetensors")) }
    }

    /// The ONNX model, read and computed by the few lines below, gives the head's embeddings.
    ///
    /// `Scripts/check_heads.py` does the same with onnxruntime and OpenVINO.
    @Test(arguments: [[3, 2], [5, 4, 3], [4, 6, 5, 2]]) func theModelComputesTheSame(_ widths: [Int]) throws {
        let head = head(widths)
        let features: Matrix<Float> = uniformMatrix(7, widths[0], seed: 3)
        let model = HeadFile(head, metadata: ["level": "1"]).onnx
        let graph = try #require(fields(model).first { $0.number == 7 }).bytes
        var tensors = ["features": rows(features)]
        for (_, bytes) in fields(graph).filter({ $0.number == 5 }) {
            let values = fields(bytes).first { $0.number == 9 }.map { Array($0.bytes) } ?? []
            let shape = fields(bytes).filter { $0.number == 1 }.map {
                $0.bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
            }
            let floats = stride(from: 0, to: values.count, by: 4).map { start in
                Double(Float(bitPattern: values[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }))
            }
            let width = try #require(shape.last)
            tensors[text(bytes, 8)] = stride(from: 0, to: floats.count, by: width).map {
                Array(floats[$0..<$0 + width])
            }
        }
        for (_, node) in fields(graph).filter({ $0.number == 1 }) {
            let inputs = try fields(node).filter { $0.number == 1 }.map { field in
                try #require(tensors[String(decoding: field.bytes, as: UTF8.self)])
            }
            tensors[text(node, 2)] = computed(text(node, 4), inputs)
        }
        let found = try #require(tensors["embeddings"])
        for (row, expected) in zip(found, embeddings(head, features)) {
            for (value, expected) in zip(row, expected) { #expect(abs(value - expected) < 1e-12) }
        }
        #expect(found.count == 7 && found[0].count == widths.last)
    }

    private func computed(_ operation: String, _ inputs: [[[Double]]]) -> [[Double]] {
        func pairs(_ body: (Double, Double) -> Double) -> [[Double]] {
            inputs[0].enumerated().map { i, row in
                let other = inputs[1][inputs[1].count == 1 ? 0 : i]
                return row.enumerated().map { j, x in body(x, other[other.count == 1 ? 0 : j]) }
            }
        }
        switch operation {
        case "Sub": return pairs { $0 - $1 }
        case "Mul": return pairs { $0 * $1 }
        case "Div": return pairs { $0 / $1 }
        case "Max": return pairs { max($0, $1) }
        case "Relu": return inputs[0].map { $0.map { max($0, 0) } }
        case "ReduceL2": return inputs[0].map { [$0.reduce(0) { $0 + $1 * $1 }.squareRoot()] }
        case "Gemm":
            return inputs[0].map { row in
                inputs[2][0].indices.map { j in
                    row.indices.reduce(inputs[2][0][j]) { $0 + row[$1] * inputs[1][$1][j] }
                }
            }
        default:
            Issue.record("the operation \(operation)")
            return []
        }
    }

    private func rows(_ matrix: Matrix<Float>) -> [[Double]] {
        (0..<matrix.rowCount).map { matrix.row($0).map { Double($0) } }
    }

    private func text(_ message: Data, _ number: UInt64) -> String {
        fields(message).first { $0.number == number }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }

    /// The fields of a protobuf message; the bytes of a number are little-endian.
    private func fields(_ message: Data) -> [(number: UInt64, bytes: Data)] {
        var (result, position): ([(UInt64, Data)], Int) = ([], message.startIndex)
        func varint() -> UInt64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while position < message.endIndex {
                let byte = message[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
            }
            return value
        }
        while position < message.endIndex {
            let tag = varint()
            let value = varint()
            if tag & 7 == 2 {
                result.append((tag >> 3, message[position..<position + Int(value)]))
                position += Int(value)
            } else {
                result.append((tag >> 3, withUnsafeBytes(of: value.littleEndian) { Data($0) }))
            }
        }
        return result
    }

    @Test func settingsAreTexts() throws {
        var settings = HeadTrainingSettings(objective: try KnownObjectives.objective(named: "margin"))
        settings.learningRate = 0.003
        let metadata = settings.metadata
        #expect(metadata["objective"] == "margin" && metadata["learning_rate"] == "0.003" && metadata["seed"] == "0")
        #expect(metadata["parameters"]?.hasPrefix("margin=0.2,beta=1.2,") == true)
    }
}
