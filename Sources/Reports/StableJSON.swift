internal import Foundation

/// A value as JSON that is the same, byte for byte, for the same value: keys sorted, indented, `/` not escaped, and a
/// newline at the end.
///
/// - Throws: `EncodingError`, for instance for a number that is not finite.
public func stableJSON(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
