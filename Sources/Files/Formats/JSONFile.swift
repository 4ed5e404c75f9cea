package import Foundation

/// Reads a value from a JSON file.
///
/// - Parameters:
///   - kind: what the file should be, as in "a split manifest", for the error.
///   - schemaVersion: the required value of the key `schema_version`, which is checked first; nil for a file without
///     one.
/// - Throws: ``FileError/unreadable(path:as:reason:)`` for a file that cannot be read, has another version, or does not
///   hold such a value; the error names the key.
package func readJSON<Value: Decodable>(
    _ type: Value.Type, from url: URL, as kind: String, schemaVersion: Int? = nil
) throws -> Value {
    let bytes = Data(try readFile(url, as: kind))
    func failure(_ reason: String) -> FileError { .unreadable(path: url.path, as: kind, reason: reason) }
    do {
        if let schemaVersion {
            let found = try JSONDecoder().decode(SchemaVersion.self, from: bytes).number
            guard found == schemaVersion else {
                throw failure("its schema version is \(found); expected \(schemaVersion)")
            }
        }
        return try JSONDecoder().decode(type, from: bytes)
    } catch let error as FileError {
        throw error
    } catch {
        throw failure((error as? DecodingError)?.inFewWords ?? "\(error)")
    }
}

/// The only key that is read before all others.
private struct SchemaVersion: Decodable {
    let number: Int

    enum CodingKeys: String, CodingKey {
        case number = "schema_version"
    }
}
