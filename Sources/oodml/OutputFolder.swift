import Datasets
import Foundation

/// The folder that a command writes its results to.
///
/// Files of an earlier run stay as they are if this run found the same, and are replaced only if the user asked for it.
struct OutputFolder {
    let url: URL
    let force: Bool

    /// Makes sure, before any work is done, that the folder can be written to; it is made only when there is something
    /// to write.
    init(_ url: URL, force: Bool) throws {
        self.url = url
        self.force = force
        var existing = url.standardizedFileURL
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
            existing.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: existing.path, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw OutputError(path: existing.path, reason: "it is a file; expected a folder")
        }
        guard FileManager.default.isWritableFile(atPath: existing.path) else {
            throw OutputError(path: existing.path, reason: "permission is denied")
        }
    }

    /// Writes all files, the last of them last: whoever waits for it finds the others complete.
    ///
    /// - Returns: the paths, in the order of `files`.
    /// - Throws: ``CommandError`` before anything is written, if a file is there that differs and may not be replaced.
    func write(_ files: [(name: String, bytes: Data)]) throws -> [String] {
        var changed: [(url: URL, bytes: Data)] = []
        for (name, bytes) in files {
            let file = url.appending(path: name)
            if let existing = try? Data(contentsOf: file) {
                if existing == bytes { continue }
                guard force else {
                    throw CommandError(
                        "\(file.path): a different file is there already; expected none, or --force to replace it")
                }
            }
            changed.append((file, bytes))
        }
        do {
            for folder in Set([url] + changed.map { $0.url.deletingLastPathComponent() }) {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            }
        } catch {
            throw OutputError(path: url.path, reason: "the folder cannot be made")
        }
        for (file, bytes) in changed { try writeAtomically(bytes, to: file) }
        return files.map { url.appending(path: $0.name).relativePath }
    }
}
