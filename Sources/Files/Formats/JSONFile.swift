package import Foundation

/// Reads a value from a JSON file.
///
/// - Parameters:
///   - kind: what the file should be, as in "a split manifest", for the error.
/// - Throws: ``FileError/unreadable(path:as:reason:)`` for a file that cannot be read, or that is not such a value: it says
///   which key.
package func readJSON<Value: Decodable>(_ type: Value.Type, from url: URL, as kind: String) throws -> Value {
    try decodeJSON(type, from: readFile(url, as: kind), of: url, as: kind)
}

/// Decodes the bytes of a JSON file.
///
/// - Throws: ``FileError/unreadable(path:as:reason:)``, as ``readJSON(_:from:as:)`` does.
package func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from bytes: [UInt8], of url: URL, as kind: String
) throws -> Value {
    do {
        return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
        let reason = (error as? DecodingError)?.inFewWords ?? "\(error)"
        throw FileError.unreadable(path: url.path, as: kind, reason: reason)
    }
}
