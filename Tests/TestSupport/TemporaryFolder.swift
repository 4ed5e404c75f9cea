public import Foundation

/// A folder for one test, removed with everything in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes a new, empty folder.
    public init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "oodml-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// Makes a folder with copies of everything in another.
    public convenience init(copyOf folder: URL) throws {
        try self.init()
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.copyItem(at: folder.appending(path: name), to: url.appending(path: name))
        }
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file, and the folders above it, and says where it is.
    @discardableResult
    public func write(_ text: String, to path: String) throws -> URL {
        try write(Data(text.utf8), to: path)
    }

    /// Writes a file, and the folders above it, and says where it is.
    @discardableResult
    public func write(_ data: Data, to path: String) throws -> URL {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
        return file
    }

    /// Copies a file or folder, and makes the folders above the copy.
    public func copy(_ source: URL, to path: String) throws {
        let target = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: source, to: target)
    }

    /// Copies the first class folders of another folder, by name, with the first images of each.
    public func copy(_ classCount: Int, classesOf folder: URL, imageCount: Int, to path: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().prefix(classCount) {
            let source = folder.appending(path: name)
            for image in try FileManager.default.contentsOfDirectory(atPath: source.path).sorted().prefix(imageCount) {
                try copy(source.appending(path: image), to: "\(path)/\(name)/\(image)")
            }
        }
    }

    /// Replaces a text in a file, which must be there.
    public func edit(_ path: String, replacing old: String, with new: String) throws {
        let file = url.appending(path: path)
        let text = try String(contentsOf: file, encoding: .utf8)
        precondition(text.contains(old), "\(path) has no \(old)")
        try write(text.replacingOccurrences(of: old, with: new), to: path)
    }

    /// Removes a file or folder.
    public func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: url.appending(path: path))
    }
}
