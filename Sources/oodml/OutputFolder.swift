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
    /// - Parameter isOurs: whether a file of that name, below the folder, is one that a run may make. One that this run
    ///   does not write would pass for its result, so it is removed if files may be replaced.
    /// - Returns: the paths, in the order of `files`.
    /// - Throws: ``CommandError`` before anything is written, if a file is there that differs and may not be replaced.
    func write(
        _ files: [(name: String, bytes: Data)], replacing isOurs: (String) -> Bool = { _ in false }
    ) throws -> [String] {
        let names = Set(files.map(\.name))
        let found = (try? FileManager.default.subpathsOfDirectory(atPath: url.path)) ?? []
        let stale = found.filter { isOurs($0) && !names.contains($0) }.sorted()
        if let first = stale.first, !force {
            throw CommandError(
                "\(url.appending(path: first).path): a file of an earlier run with other options is there; expected none, "
                    + "or --force to remove it")
        }
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
        for folder in Set([url] + changed.map { $0.url.deletingLastPathComponent() }) {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch {
                throw OutputError(path: folder.path, reason: "the folder cannot be made")
            }
        }
        for (file, bytes) in changed { try writeAtomically(bytes, to: file) }
        for name in stale {
            let file = url.appending(path: name)
            let folder = file.deletingLastPathComponent()
            guard unlink(file.path) == 0 else {
                throw OutputError(path: file.path, reason: "the file of an earlier run cannot be removed")
            }
            // Only if nothing else is in it.
            if folder.standardizedFileURL != url.standardizedFileURL { rmdir(folder.path) }
        }
        return files.map { url.appending(path: $0.name).relativePath }
    }
}
