package import Foundation

/// Reads a value from a JSON file.
///
/// - Parameters:
///   - kind: what the file should be, as in "a split manifest", for the error.
///   - schemaVersion: the required value of the key `schema_version`, which is checked first; nil for a file without
///     one.
/// - Throws: ``FileError/unreadable(path:as:reason:)`` for a file that cannot be read, has another version, or does not
///   hold such a value; the error names the key. ``FileError/malformed(path:line:found:expected:)`` for one that is
///   larger than any that is written.
package func readJSON<Value: Decodable>(
    _ type: Value.Type, from url: URL, as kind: String, schemaVersion: Int? = nil
) throws -> Value {
    try decodeJSON(
        type, from: readJSONBytes(url, as: kind), path: url.path, as: kind, schemaVersion: schemaVersion)
}

/// Reads a value from JSON that is in memory.
///
/// - Parameter path: where it comes from, for the error; the other parameters and errors are those of
///   ``readJSON(_:from:as:schemaVersion:)``.
package func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from bytes: Data, path: String, as kind: String, schemaVersion: Int? = nil
) throws -> Value {
    func failure(_ reason: String) -> FileError { .unreadable(path: path, as: kind, reason: reason) }
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

/// The bytes of a JSON file, if decoding them takes no more memory than may be taken.
///
/// - Parameter limit: the maximum size in bytes, far more than any such file has, unless ``MemoryBudget/variable`` says how
///   much may be taken.
package func readJSONBytes(_ url: URL, as kind: String? = nil, limit: Int = 1 << 30) throws -> Data {
    let file = try openFile(url, as: kind)
    let budget = try MemoryBudget.current()
    guard file.byteCount <= limit || budget.isStated else {
        throw file.malformed(
            "a file of \(file.byteCount) bytes",
            "at most \(limit) for \(kind ?? "such a file") (\(MemoryBudget.variable) allows more)")
    }
    // Foundation keeps three numbers for each value of the text, which may be one digit and a comma.
    try budget.require(
        file.byteCount.multipliedReportingOverflow(by: 24).partialValue, for: "JSON of \(file.byteCount) bytes",
        in: file.path)
    return try file.data
}

/// The only key that is read before all others.
private struct SchemaVersion: Decodable {
    let number: Int

    enum CodingKeys: String, CodingKey {
        case number = "schema_version"
    }
}
