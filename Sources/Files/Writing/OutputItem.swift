package import Foundation

/// A file or symbolic link to write below a folder.
package struct OutputItem {
    /// Its path below the folder.
    package let path: String
    /// What it is.
    package let content: Content

    /// What is written.
    package enum Content {
        case bytes(Data)
        /// Bytes that are made while they are written, because they are too many to hold.
        case stream((FileSink) throws -> Void)
        /// The bytes of another file, which need not fit in memory.
        case copy(of: URL)
        /// A symbolic link to a target.
        case link(to: String)
    }

    /// Plans a file or link.
    ///
    /// - Precondition: the path stays below the folder, and is not that of the receipt.
    package init(_ path: String, _ content: Content) {
        precondition(isPathBelow(path) && Name(path) != Name(Receipt.name), "the path \"\(path)\" below a folder")
        (self.path, self.content) = (path, content)
    }

    /// Plans a file of given bytes.
    package init(_ path: String, _ bytes: Data) { self.init(path, .bytes(bytes)) }

    /// Plans a file of a text in UTF-8.
    package init(_ path: String, text: String) { self.init(path, .bytes(Data(text.utf8))) }
}

extension OutputItem {
    /// Whether the same is at a path already; what cannot be read is something else.
    func isAt(_ path: String, _ status: FileStatus) -> Bool {
        switch content {
        case .bytes(let bytes):
            guard status.kind == .file, status.size == bytes.count, let file = try? InputFile(path: path) else {
                return false
            }
            return (try? file.bytes).map { Data($0) == bytes } ?? false
        case .stream: return false
        case .copy(let source):
            guard status.kind == .file, let original = try? InputFile(source), status.size == original.byteCount,
                let digest = try? SHA256.hexadecimal(ofFilesAt: [source])
            else { return false }
            return (try? SHA256.hexadecimal(ofFilesAt: [URL(filePath: path)])) == digest
        case .link(let target):
            guard status.kind == .link, let present = try? linkTarget(of: path) else { return false }
            return Name(present) == Name(target)
        }
    }

    /// Writes it to a path that is free.
    ///
    /// - Returns: its entry of a receipt.
    func write(to path: String, shownAs shown: String) throws -> Receipt.Content {
        switch content {
        case .link(let target):
            try require(shown) { symlink(target, path) }
            return .link(to: target)
        case .bytes(let bytes):
            let sink = try FileSink(path, shownAs: shown)
            try sink.append(bytes)
            let (size, sha256) = try sink.finish()
            return .file(size: size, sha256: sha256)
        case .stream(let write):
            let sink = try FileSink(path, shownAs: shown)
            try write(sink)
            let (size, sha256) = try sink.finish()
            return .file(size: size, sha256: sha256)
        case .copy(let source):
            let sink = try FileSink(path, shownAs: shown)
            try InputFile(source).forEachBlock { try sink.append($0) }
            let (size, sha256) = try sink.finish()
            return .file(size: size, sha256: sha256)
        }
    }
}
