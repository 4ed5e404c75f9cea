import Foundation

/// All bytes of a file; says what the system says where that fails.
///
/// - Parameter isWanted: gets the length and the first bytes, up to 512, before room is made for the rest, and throws where
///   they are not those of what is wanted.
func readFile(
    _ path: String, isWanted: (_ byteCount: Int, _ start: [UInt8]) throws -> Void = { _, _ in }
) throws -> [UInt8] {
    // The system would take the name up to there, which is another file's.
    guard !path.utf8.contains(0) else {
        throw FeatureExtractionError.unreadable(path: path, reason: "a NUL is in its name")
    }
    // Without O_NONBLOCK a pipe would be waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FeatureExtractionError.unreadable(path: path, reason: systemMessage()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
        throw FeatureExtractionError.unreadable(path: path, reason: systemMessage())
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        let kind = status.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not an ordinary file"
        throw FeatureExtractionError.unreadable(path: path, reason: kind)
    }
    let byteCount = Int(status.st_size)
    try isWanted(byteCount, try bytes(0..<min(byteCount, 512), of: descriptor, path))
    return try bytes(0..<byteCount, of: descriptor, path)
}

private func bytes(_ range: Range<Int>, of descriptor: Int32, _ path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, done in
        while done < range.count {
            let rest = UnsafeMutableRawBufferPointer(
                rebasing: UnsafeMutableRawBufferPointer(buffer)[done..<range.count])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + done))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let reason = count < 0 ? systemMessage() : "it became shorter while it was read"
                throw FeatureExtractionError.unreadable(path: path, reason: reason)
            }
            done += count
        }
    }
}

private func systemMessage() -> String {
    String(cString: strerror(errno)).lowercased()
}
