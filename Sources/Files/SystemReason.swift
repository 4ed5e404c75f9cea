internal import Foundation

/// Why the system refused to open or read something, in a few words.
///
/// The system's own number may mislead: that permission is denied may be about the file, about a folder above it, or about
/// something that is no file at all.
///
/// - Parameters:
///   - code: the system's error number.
///   - thing: what was looked for, as in "file" or "folder".
///   - path: where it was looked for.
package func reasonForReading(_ code: Int32, _ thing: String = "file", at path: String) -> String {
    switch code {
    case ENOENT: isLink(path) ? "it is a link to a \(thing) that is not there" : "there is no such \(thing)"
    case ENOTDIR:
        otherKind(at: path, than: thing) ?? "there is no such \(thing), since a part of its path is no folder"
    case EACCES: otherKind(at: path, than: thing) ?? obstacle(on: path) ?? "permission is denied"
    case EISDIR: "it is a folder; expected a file"
    case ENXIO, ENODEV: "it is a pipe or a device; expected a \(thing)"
    case ELOOP: "its symbolic links lead in a circle"
    default: systemReason(code)
    }
}

/// Why the last system call failed, in the system's words.
package func systemReason(_ code: Int32 = errno) -> String {
    switch code {
    case EMFILE, ENFILE: "no more files may be open at once (ulimit -n)"
    case EFBIG: "no file may be so large (ulimit -f, or the file system)"
    default: String(cString: strerror(code)).lowercased()
    }
}

/// Why a call of Foundation failed, in the system's words where it passed them on.
package func systemReason(of error: any Error) -> String {
    var error = error
    // Foundation wraps the system's number, sometimes twice.
    for _ in 0..<4 {
        if let error = error as? POSIXError { return systemReason(error.code.rawValue) }
        guard let inner = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error else { break }
        error = inner
    }
    let outer = error as NSError
    if outer.domain == NSPOSIXErrorDomain { return systemReason(Int32(truncatingIfNeeded: outer.code)) }
    guard outer.domain == NSCocoaErrorDomain else { return excerpt(outer.localizedDescription) }
    return switch CocoaError.Code(rawValue: outer.code) {
    case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file"
    case .fileReadNoPermission, .fileWriteNoPermission: "permission is denied"
    case .fileWriteOutOfSpace: systemReason(ENOSPC)
    case .fileWriteVolumeReadOnly: systemReason(EROFS)
    case .fileWriteFileExists: systemReason(EEXIST)
    case .fileReadInvalidFileName, .fileWriteInvalidFileName: "the system does not take its name"
    case .fileReadTooLarge: "it is too large"
    default: "the system gave no reason (\(outer.code))"
    }
}

/// What is at a path if it is neither what was looked for nor hidden; nil otherwise.
private func otherKind(at path: String, than thing: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    let wanted = thing == "folder" ? S_IFDIR : S_IFREG
    switch status.st_mode & S_IFMT {
    case wanted: return nil
    case S_IFDIR: return "it is a folder; expected a \(thing)"
    case S_IFREG: return "it is a file; expected a \(thing)"
    default: return "it is a pipe or a device; expected a \(thing)"
    }
}

private func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
}

/// The first folder on the way to a path that may not be entered, as a clause; nil if there is none.
private func obstacle(on path: String) -> String? {
    var path = path
    // A link may lead to where the folder is.
    for _ in 0..<16 {
        var place = path.utf8.first == UInt8(ascii: "/") ? "/" : "."
        for part in path.parts(between: "/", keepingEmpty: false).dropLast() {
            place += (place == "/" ? "" : "/") + part
            guard access(place, X_OK) != 0, errno == EACCES else { continue }
            if isLink(place), let inner = target(of: place).flatMap(obstacle(on:)) { return inner }
            let shown = place.begins(with: "./") ? place.dropping("./") : place
            return "the folder \(shown) may not be entered (permission is denied)"
        }
        guard let target = target(of: path) else { return nil }
        path = target
    }
    return nil
}

/// Where a link leads; nil for anything else.
private func target(of path: String) -> String? {
    guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path), !target.isEmpty else {
        return nil
    }
    if target.utf8.first == UInt8(ascii: "/") { return target }
    return path.parts(between: "/").dropLast().joined(separator: "/")
        + (path.utf8.contains(UInt8(ascii: "/")) ? "/" : "") + target
}
