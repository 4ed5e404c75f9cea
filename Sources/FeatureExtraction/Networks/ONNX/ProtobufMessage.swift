import Foundation

/// A protobuf message, split into its fields.
///
/// ONNX files are read this way rather than with generated code because only names are needed; the weights, nearly all
/// of a file, are skipped.
struct ProtobufMessage {
    struct Field {
        let number: UInt64
        /// The range of the field, including its tag.
        let whole: Range<Int>
        /// The range of its contents; for a number, of its bytes.
        let content: Range<Int>
        let hasLength: Bool
    }

    let data: Data
    let fields: [Field]

    /// Far more than a graph has nodes and weights: empty fields take thirty times as much memory as in the file.
    private static let fieldLimit = 1 << 22

    /// Splits the bytes of `data` in `range` into fields; nil if they are not a message.
    init?(_ data: Data, in range: Range<Int>) {
        var fields: [Field] = []
        var position = range.lowerBound

        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), through: 63, by: 7) {
                guard position < range.upperBound else { return nil }
                let byte = data[position]
                position += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }

        while position < range.upperBound {
            let start = position
            guard let tag = varint(), tag >> 3 > 0 else { return nil }
            var content = position
            switch tag & 7 {
            case 0: guard varint() != nil else { return nil }
            case 1: position += 8
            case 2:
                guard let length = varint(), length <= UInt64(range.upperBound - position) else { return nil }
                content = position
                position += Int(length)
            case 5: position += 4
            default: return nil
            }
            guard position <= range.upperBound, fields.count < Self.fieldLimit else { return nil }
            fields.append(
                Field(
                    number: tag >> 3, whole: start..<position, content: content..<position, hasLength: tag & 7 == 2))
        }
        self.data = data
        self.fields = fields
    }

    /// The messages in the fields with this number.
    func messages(_ number: UInt64) -> [ProtobufMessage] {
        fields.filter { $0.number == number && $0.hasLength }.compactMap { ProtobufMessage(data, in: $0.content) }
    }

    /// The texts in the fields with this number.
    func strings(_ number: UInt64) -> [String] {
        fields.filter { $0.number == number && $0.hasLength }.map { String(decoding: data[$0.content], as: UTF8.self) }
    }

    /// The value of the first field with this number; nil if there is none, or it is no number.
    func number(_ number: UInt64) -> UInt64? {
        guard let field = fields.first(where: { $0.number == number && !$0.hasLength }) else { return nil }
        return data[field.content].reversed().reduce(0) { $0 << 7 | UInt64($1 & 0x7F) }
    }

    /// Encodes a length-delimited field.
    static func field(_ number: UInt64, _ content: Data) -> Data {
        varint(number << 3 | 2) + varint(UInt64(content.count)) + content
    }

    private static func varint(_ value: UInt64) -> Data {
        var (value, bytes) = (value, Data())
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
        return bytes
    }
}
