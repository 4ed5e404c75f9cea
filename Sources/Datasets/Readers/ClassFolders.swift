internal import Files
public import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

extension Dataset {
    /// The lower-case file name extensions that make a file in a class folder a sample.
    public static let imageExtensions: Set<String> = ["png", "jpg", "jpeg", "webp"]

    /// Reads class folders of one or two levels: `root/class/image` or `root/superclass/class/image`.
    ///
    /// Sample ids are paths relative to `root`; a class's label is its folder's path, so classes of the same name in
    /// two superclasses stay apart. Samples are sorted by the UTF-8 bytes of their ids. Hidden entries, files beside
    /// the class folders and files that are not images are skipped; symbolic links are followed. Names must be UTF-8,
    /// since ids are text, but may hold anything that UTF-8 can encode, even line ends.
    ///
    /// - Throws: ``DatasetError`` for a folder that is missing, unreadable or empty, a class without images, a mix of
    ///   folders that hold images and folders that hold classes, a link to nothing or to itself, or a name that is not
    ///   UTF-8.
    public init(classFoldersAt root: URL, name: String) throws {
        var samples: [Sample] = []
        for first in try Folder(root).subfolders {
            let folder = try Folder(root.appending(path: first))
            if folder.subfolders.isEmpty {
                samples += try folder.samples(classLabel: first, superclass: nil)
                continue
            }
            guard folder.images.isEmpty else { throw DatasetError.mixedLevels(path: folder.url.path) }
            for second in folder.subfolders {
                let classFolder = try Folder(folder.url.appending(path: second))
                guard classFolder.subfolders.isEmpty else {
                    throw DatasetError.tooDeep(path: classFolder.url.path)
                }
                samples += try classFolder.samples(classLabel: "\(first)/\(second)", superclass: first)
            }
        }
        samples.sort { utf8Precedes($0.id, $1.id) }
        try self.init(name: name, samples: samples, source: root.path)
    }
}

/// The visible entries of one folder, sorted by their bytes.
private struct Folder {
    let url: URL
    var subfolders: [String] = []
    var images: [String] = []

    /// Uses system calls rather than Foundation, which alters names that are not UTF-8.
    init(_ url: URL) throws {
        self.url = url
        func failure(_ path: String, _ reason: String) -> FileError { .unreadable(path: path, reason: reason) }
        guard let folder = opendir(url.path) else {
            let code = errno
            throw failure(
                url.path, code == ENOTDIR ? "it is a file; expected a folder" : reasonForReading(code, "folder"))
        }
        defer { closedir(folder) }
        errno = 0
        while let entry = readdir(folder) {
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            if let kind = try Self.kind(of: name, in: folder, at: url) {
                guard let text = String(validatingCString: name) else {
                    throw FileError.malformed(
                        path: url.path, found: "the name \"\(Self.legible(name))\"", expected: "names in UTF-8")
                }
                if kind == .folder { subfolders.append(text) } else { images.append(text) }
            }
            errno = 0
        }
        guard errno == 0 else { throw failure(url.path, systemReason()) }
        subfolders.sort(by: utf8Precedes)
        images.sort(by: utf8Precedes)
    }

    private enum Kind {
        case folder, image
    }

    /// How a dataset treats an entry; nil for entries that are skipped.
    private static func kind(of name: UnsafePointer<CChar>, in folder: OpaquePointer, at url: URL) throws -> Kind? {
        guard name[0] != CChar(bitPattern: UInt8(ascii: ".")) else { return nil }
        var status = stat()
        guard fstatat(dirfd(folder), name, &status, 0) == 0 else {
            let code = errno
            // A listed entry may have been deleted meanwhile; a dangling link still exists.
            if code == ENOENT, fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) != 0 { return nil }
            let reason =
                switch code {
                case ENOENT: "the link leads nowhere"
                case ELOOP: "the link leads to itself"
                default: reasonForReading(code)
                }
            throw FileError.unreadable(path: "\(url.path)/\(legible(name))", reason: reason)
        }
        if status.st_mode & S_IFMT == S_IFDIR { return .folder }
        let parts = String(cString: name).split(separator: ".", omittingEmptySubsequences: false)
        return parts.count > 1 && Dataset.imageExtensions.contains(parts[parts.count - 1].lowercased()) ? .image : nil
    }

    /// A name as messages quote it, with `\xNN` for bytes that are not UTF-8.
    private static func legible(_ name: UnsafePointer<CChar>) -> String {
        if let text = String(validatingCString: name) { return text }
        return UnsafeBufferPointer(start: name, count: strlen(name)).map { character in
            let byte = UInt8(bitPattern: character)
            return byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    func samples(classLabel: String, superclass: String?) throws -> [Sample] {
        guard !images.isEmpty else { throw DatasetError.emptyClass(path: url.path) }
        return images.map { Sample(id: "\(classLabel)/\($0)", classLabel: classLabel, superclass: superclass) }
    }
}
