package import Foundation

/// The folder that a command writes its results to.
///
/// A command's result in a folder is replaced as a whole: see ``replace(_:keepingElsewhere:)``. Files that oodml did not
/// write stay as they are; one that is in the way is refused.
package struct OutputFolder: Sendable {
    /// The folder as the user gave it.
    package let url: URL
    /// The name of the result, of which a folder has one: "splits", "results" and so on.
    package let result: String
    /// Whether an earlier result may be replaced.
    package let force: Bool
    let warn: @Sendable (String) -> Void

    /// Makes sure, before any work is done, that the folder is writable; it is made only when there is something to
    /// write.
    ///
    /// - Parameter warn: called with a sentence about what the file system cannot do, or what stays.
    package init(
        _ url: URL, result: String, force: Bool, warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.url = url
        self.result = result
        self.force = force
        self.warn = warn
        try settle(url)
        try requireWritable(url)
    }

    /// Makes sure, before any work is done, that nothing which oodml may not replace is where files will be.
    ///
    /// - Parameter paths: their paths below the folder.
    /// - Throws: ``FileError`` naming the first that is in the way.
    package func requireRoom(for paths: [String]) throws {
        guard let target = try targetPath(url), let status = try FileStatus(of: target), status.kind == .folder else {
            return
        }
        let file = url.appending(path: Receipt.name)
        let receipt = try FileStatus(of: file.path) == nil ? Receipt() : Receipt(readingFrom: file)
        let entries = receipt.entries.keys.map(\.text)
        for path in paths {
            guard let status = try FileStatus(of: target + "/" + path) else { continue }
            let shown = url.appending(path: path).path
            switch status.kind {
            case .folder where entries.contains { isBelow("/" + $0, "/" + path) }: continue
            case .folder, .other: throw inTheWay(path, status.kind.words)
            default:
                guard let other = receipt[path: path]?.result else {
                    // In a folder without a receipt it may turn out to be the same.
                    if entries.isEmpty && !force { continue }
                    throw inTheWay(path, status.kind.words)
                }
                guard other == result else {
                    throw FileError.occupied(path: shown, found: "a file of oodml's \(other) is there")
                }
            }
        }
    }

    /// The error for something that no receipt lists, where a file will be.
    func inTheWay(_ path: String, _ found: String) -> FileError {
        .occupied(
            path: url.appending(path: path).path,
            found: "\(found) is there that no receipt.csv lists as oodml's, so it is not replaced")
    }

    /// Writes a result, as ``replace(_:keepingElsewhere:)`` does.
    ///
    /// - Parameters:
    ///   - adding: whether, unless it is to be replaced, an earlier result stays beside this one.
    ///   - lock: the lock on this folder, if the command has it already.
    ///   - keepingElsewhere: see there.
    /// - Returns: the paths of the items, in their order.
    @discardableResult
    package func write(
        _ items: [OutputItem], adding: Bool = false, holding lock: WorkFolder? = nil, keepingElsewhere: Bool = false
    ) throws -> [String] {
        try replace(
            [Output(place: .folder(self, items, isAdding: adding), lock: lock)], keepingElsewhere: keepingElsewhere)
        return items.map { url.appending(path: $0.path).relativePath }
    }
}

/// One file that a command writes its result to, at a path that the user gave.
package struct OutputFile: Sendable {
    /// The file as the user gave it.
    package let url: URL
    /// Whether a file that is there may be replaced.
    package let force: Bool
    let warn: @Sendable (String) -> Void

    /// Makes sure, before any work is done, that the file can be written.
    package init(
        _ url: URL, force: Bool, warn: @escaping @Sendable (String) -> Void = { _ in }
    ) throws {
        self.url = url
        self.force = force
        self.warn = warn
        try settle(url)
        try requirePlace()
        try requireWritable(url.deletingLastPathComponent())
    }

    /// Throws if something is there that no command replaces as a file: anything else, or a part of a result in a folder.
    func requirePlace() throws {
        let name = url.lastPathComponent
        guard Name(name) != Name(Receipt.name) else {
            throw FileError.malformed(
                path: url.path, found: "the name of oodml's receipts", expected: "another name for a file")
        }
        guard let status = try FileStatus(of: url.path) else { return }
        guard status.kind == .file else {
            throw FileError.malformed(
                path: url.path, found: "\(status.kind.words) of this name", expected: "a file, or nothing")
        }
        let receipt = url.deletingLastPathComponent().appending(path: Receipt.name)
        guard try FileStatus(of: receipt.path)?.kind == .file, let listed = try? Receipt(readingFrom: receipt),
            let result = listed[path: name]?.result
        else { return }
        throw FileError.occupied(path: url.path, found: "a file of oodml's \(result) is there")
    }

    /// Writes the file, as ``replace(_:keepingElsewhere:)`` does.
    package func write(_ bytes: Data) throws { try replace([.file(self, bytes)]) }
}

/// Throws if a folder, or the one that it will be made in, cannot be written.
private func requireWritable(_ url: URL) throws {
    var path = url.standardizedFileURL
    while try FileStatus(of: path.path, following: true) == nil, path.path != "/" {
        if try FileStatus(of: path.path) != nil {
            throw FileError.unwritable(path: path.path, reason: "it is a symbolic link that leads nowhere")
        }
        path.deleteLastPathComponent()
    }
    let kind = try FileStatus(of: path.path, following: true)?.kind ?? .nothing
    guard kind == .folder else {
        throw FileError.unwritable(path: path.path, reason: "it is \(kind.words); expected a folder")
    }
    guard access(path.path, W_OK | X_OK) == 0 else {
        throw FileError.unwritable(path: path.path, reason: systemReason())
    }
}
