internal import DenseLinearAlgebra
internal import Files
internal import Foundation

/// The tensors of a `.safetensors` file, one of which is the embeddings.
struct SafetensorsFile {
    private struct Header: Decodable {
        struct Tensor: Decodable {
            let dtype: String
            let shape: [Int]
            let data_offsets: [Int]
        }

        struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }

            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        let tensors: [(name: String, tensor: Tensor)]
        /// What the file says about itself; empty where it is not as the format has it, since nothing depends on it.
        let metadata: [String: String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            tensors = try container.allKeys.filter { $0.stringValue != "__metadata__" }.map {
                ($0.stringValue, try container.decode(Tensor.self, forKey: $0))
            }.sorted { utf8Precedes($0.0, $1.0) }
            let name = Name(stringValue: "__metadata__")
            metadata = (try? container.decode([String: String].self, forKey: name)) ?? [:]
        }
    }

    private let file: InputFile
    private let tensors: [(name: String, tensor: Header.Tensor)]
    private let valuesOffset: Int
    let metadata: [String: String]

    /// Far more than a feature file needs.
    private static let headerLimit = 1 << 22
    private static let types: [String: MatrixLayout.ValueType] = [
        "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64,
    ]

    init(_ file: InputFile) throws {
        self.file = file
        let expected = "a .safetensors file"
        guard file.byteCount >= 8 else { throw file.malformed("a file of \(file.byteCount) bytes", expected) }
        let length = try file.bytes(in: 0..<8).littleEndian(8, at: 0)
        guard length <= UInt64(file.byteCount - 8) else {
            throw file.malformed("a header that claims \(length) bytes in a file of \(file.byteCount)", expected)
        }
        guard length <= Self.headerLimit else {
            throw file.malformed("a header of \(length) bytes", "one of at most \(Self.headerLimit)")
        }
        valuesOffset = 8 + Int(length)
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(file.bytes(in: 8..<valuesOffset)))
        } catch let error as FileError {
            throw error
        } catch {
            throw file.malformed(
                "a header that is not as the format has it", "JSON with dtype, shape and data_offsets of each tensor")
        }
        tensors = header.tensors
        metadata = header.metadata
        // In this format every byte belongs to exactly one tensor.
        var end = 0
        for (name, tensor) in tensors.sorted(by: {
            $0.tensor.data_offsets.lexicographicallyPrecedes($1.tensor.data_offsets)
        }) {
            let offsets = tensor.data_offsets
            guard offsets.count == 2, offsets[0] == end, offsets[1] >= end else {
                throw file.malformed(
                    "the data_offsets \(offsets) of \"\(excerpt(name))\"",
                    "two, the first where the tensor before ends (\(end))")
            }
            end = offsets[1]
        }
        guard end == file.byteCount - valuesOffset else {
            throw file.malformed("\(file.byteCount - valuesOffset) bytes of values", "\(end), as its header says")
        }
    }

    func matrix<Scalar>(holding expected: String) throws -> Matrix<Scalar> {
        try layout().matrix(in: file, holding: expected)
    }

    /// Where the values of the embeddings lie.
    func layout() throws -> MatrixLayout {
        let arrays = tensors.map { name, tensor in
            (name, summary(of: tensor), tensor.shape.count == 2 && Self.types[tensor.dtype] != nil)
        }
        let (name, tensor) = tensors[try chooseMatrix(arrays, of: file)]
        guard let type = Self.types[tensor.dtype] else {
            throw file.malformed(
                "\"\(excerpt(name))\" of type \(excerpt(tensor.dtype))", "values of type F16, BF16, F32 or F64")
        }
        guard tensor.shape.count == 2, tensor.shape.allSatisfy({ $0 > 0 }) else {
            throw file.malformed(
                "\"\(excerpt(name))\" \(summary(of: tensor))",
                "two dimensions, a row for each sample, and neither of size 0")
        }
        let bytes = valuesOffset + tensor.data_offsets[0]..<valuesOffset + tensor.data_offsets[1]
        return try MatrixLayout(
            type, rowCount: tensor.shape[0], columnCount: tensor.shape[1], bytes: bytes, of: file)
    }

    /// The names of all tensors, in the order of their bytes.
    var names: [String] { tensors.map(\.name) }

    /// The values of a tensor of one or two dimensions; one of one dimension is a row.
    func tensor(named name: String, holding expected: String) throws -> Matrix<Float> {
        guard let (_, tensor) = tensors.first(where: { Files.Name($0.name) == Files.Name(name) }) else {
            throw file.malformed("no tensor \"\(name)\"", expected)
        }
        guard let type = Self.types[tensor.dtype], (1...2).contains(tensor.shape.count),
            tensor.shape.allSatisfy({ $0 > 0 })
        else { throw file.malformed("\"\(name)\" \(summary(of: tensor))", expected) }
        let bytes = valuesOffset + tensor.data_offsets[0]..<valuesOffset + tensor.data_offsets[1]
        return try MatrixLayout(
            type, rowCount: tensor.shape.count == 2 ? tensor.shape[0] : 1,
            columnCount: tensor.shape[tensor.shape.count - 1], bytes: bytes, of: file
        ).matrix(in: file, holding: "finite values")
    }

    private func summary(of tensor: Header.Tensor) -> String {
        "\(excerpt(tensor.dtype)) (\(excerpt(tensor.shape.map(String.init).joined(separator: ", "))))"
    }
}
