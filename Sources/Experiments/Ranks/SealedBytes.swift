internal import Files
internal import Foundation
internal import Ranks

/// A value as a file has it for another run of the same version: its digest comes first, so that nothing else is ever read.
enum SealedBytes {
    private static let digestLength = 64

    static func of(_ value: some Portable) -> Data {
        let bytes = value.portableBytes
        return Data(Array(SHA256.hexadecimal(of: bytes).utf8) + bytes)
    }

    /// The value; nil if the bytes are not what was written, or of another form.
    static func value<Value: Portable>(in sealed: [UInt8], as type: Value.Type = Value.self) -> Value? {
        let bytes = Array(sealed.dropFirst(digestLength))
        guard sealed.prefix(digestLength).elementsEqual(SHA256.hexadecimal(of: bytes).utf8) else { return nil }
        return try? Value(portableBytes: bytes)
    }
}
