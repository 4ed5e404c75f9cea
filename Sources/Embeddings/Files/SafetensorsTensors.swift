package import DenseLinearAlgebra
internal import Files
package import Foundation

/// A `.safetensors` file as named tensors, for files that are not one matrix of embeddings.
package struct SafetensorsTensors {
    private let file: SafetensorsFile

    /// Reads the header of a file.
    ///
    /// - Throws: ``/Files/FileError`` for a file that is missing or not as the format has it.
    package init(contentsOf url: URL) throws { file = try SafetensorsFile(InputFile(url)) }

    /// What the file says about itself.
    package var metadata: [String: String] { file.metadata }

    /// The names of the tensors, in the order of their bytes.
    package var names: [String] { file.names }

    /// A tensor of floating-point numbers with one or two dimensions, of which one of one dimension is a row.
    ///
    /// - Parameter expected: what the file should be, for the error.
    /// - Throws: ``/Files/FileError`` if there is none of this name, type and shape, or a value is not finite.
    package func matrix(named name: String, in expected: String) throws -> Matrix<Float> {
        try file.tensor(named: name, holding: expected)
    }

    /// A file of tensors in single precision and of texts about them; equal input gives the same bytes.
    ///
    /// - Parameter tensors: the tensors in the order of their bytes; a shape of one size is a vector.
    /// - Precondition: each tensor has as many values as its shape says, and names differ.
    package static func file(
        _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String]
    ) -> Data {
        struct Entry: Encodable {
            let dtype = "F32"
            let shape: [Int]
            let data_offsets: [Int]
        }
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        struct Header: Encodable {
            let entries: [(String, Entry)]
            let metadata: [String: String]

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(metadata, forKey: Key(stringValue: "__metadata__"))
                for (name, entry) in entries { try container.encode(entry, forKey: Key(stringValue: name)) }
            }
        }
        var (entries, offset): ([(String, Entry)], Int) = ([], 0)
        for (name, shape, values) in tensors {
            precondition(
                values.count == shape.reduce(1, *), "\(values.count) values of \(name), whose shape is \(shape)")
            precondition(!entries.contains { $0.0 == name }, "two tensors \"\(name)\"")
            entries.append((name, Entry(shape: shape, data_offsets: [offset, offset + 4 * values.count])))
            offset += 4 * values.count
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(Header(entries: entries, metadata: metadata)) else {
            preconditionFailure("texts and whole numbers are JSON")
        }
        var header = Array(String(decoding: json, as: UTF8.self).escaped(for: .json).utf8)
        // The values begin at a multiple of eight bytes.
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var data = Data()
        data.reserveCapacity(8 + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: header)
        for (_, _, values) in tensors {
            values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { data.append(contentsOf: $0) }
        }
        return data
    }
}
