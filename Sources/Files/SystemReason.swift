internal import Foundation

/// Why the system refused to open or read something, in a few words.
///
/// - Parameters:
///   - code: the system's error number.
///   - thing: what was looked for, as in "file" or "folder".
package func reasonForReading(_ code: Int32, _ thing: String = "file") -> String {
    switch code {
    case ENOENT: "there is no such \(thing)"
    case ENOTDIR: "there is no such \(thing), since a part of its path is no folder"
    case EACCES: "permission is denied"
    case EISDIR: "it is a folder; expected a file"
    case ELOOP: "its symbolic links lead in a circle"
    default: String(cString: strerror(code)).lowercased()
    }
}

/// Why the last system call failed, in the system's words.
package func systemReason(_ code: Int32 = errno) -> String { String(cString: strerror(code)).lowercased() }
