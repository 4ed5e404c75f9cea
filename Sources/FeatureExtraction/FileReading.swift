import Foundation

/// All bytes of a file; says what the system says where that fails.
func readFile(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else {
        throw FeatureExtractionError.unreadable(path: path, reason: systemMessage())
    }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0 else {
        throw FeatureExtractionError.unreadable(path: path, reason: systemMessage())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        let kind = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not an ordinary file"
        throw FeatureExtractionError.unreadable(path: path, reason: kind)
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = fread(&bytes, 1, bytes.count, file)
    guard count == bytes.count else {
        let reason = ferror(file) != 0 ? systemMessage() : "it became shorter while it was read"
        throw FeatureExtractionError.unreadable(path: path, reason: reason)
    }
    return bytes
}

private func systemMessage() -> String {
    String(cString: strerror(errno)).lowercased()
}
