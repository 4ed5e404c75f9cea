internal import Foundation

/// What can be wrong with a file or folder on disk; each description is one sentence.
public enum FileError: Error, Equatable {
    /// The file or folder cannot be read, or is not what it should be.
    ///
    /// - Parameter kind: what it should be, as in "a split manifest"; nil if any contents would do.
    case unreadable(path: String, as: String? = nil, reason: String)
    /// The contents are not as expected; `line` is set for files that have lines.
    case malformed(path: String, line: Int? = nil, found: String, expected: String)
    /// The file or folder cannot be written.
    case unwritable(path: String, reason: String)
    /// Something is there that the run would have to replace or remove, but it was not told to.
    ///
    /// - Parameters:
    ///   - found: what is there, as a clause: "a different file is there already".
    ///   - remedy: what permission to replace would achieve, as in "to replace it"; nil if it is never replaced.
    case occupied(path: String, found: String, remedy: String? = nil)
}

extension FileError {
    /// The error about a file that somebody wrote to while it was read.
    package static func changed(path: String) -> FileError {
        .unreadable(path: path, reason: "it was changed while it was used")
    }

    /// The same error, with where the results are that could not be written.
    func keeping(_ folder: URL) -> FileError {
        let words = " (the results are kept in \(folder.path))"
        return switch self {
        case .unwritable(let path, let reason): .unwritable(path: path, reason: reason + words)
        case .occupied(let path, let found, let remedy): .occupied(path: path, found: found + words, remedy: remedy)
        case .malformed(let path, let line, let found, let expected):
            .malformed(path: path, line: line, found: found, expected: expected + words)
        case .unreadable(let path, let kind, let reason): .unreadable(path: path, as: kind, reason: reason + words)
        }
    }
}

extension FileError: CustomStringConvertible {
    /// The error as one sentence.
    public var description: String {
        switch self {
        case .unreadable(let path, let kind, let reason):
            "\(path): cannot be read\(kind.map { " as \($0)" } ?? ""): \(reason)"
        case .malformed(let path, let line, let found, let expected):
            "\(path)\(line.map { ":\($0)" } ?? ""): found \(found); expected \(expected)"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .occupied(let path, let found, _): "\(path): \(found); expected none"
        }
    }

    /// The path of the file or folder that the error is about.
    public var path: String {
        switch self {
        case .unreadable(let path, _, _), .malformed(let path, _, _, _), .unwritable(let path, _),
            .occupied(let path, _, _):
            path
        }
    }
}
