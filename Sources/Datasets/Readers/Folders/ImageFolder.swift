internal import Files
internal import Foundation

#if canImport(Glibc)
internal import Glibc
#endif

/// The visible entries of one folder, sorted by their bytes.
struct ImageFolder {
    let url: URL
    /// The path below the dataset's folder; empty for that folder.
    let path: String
    private(set) var subfolders: [String] = []
    private(set) var images: [String] = []
    /// Files and links that are no images, and folders that are not the user's.
    private(set) var passedOver: [DatasetReading.PassedOver] = []

    /// Reads a folder.
    ///
    /// It uses system calls rather than Foundation, which alters names that are not UTF-8.
    ///
    /// - Parameter policy: what to do with a link that leads nowhere.
    init(_ url: URL, path: String = "", links policy: DeadLinks) throws {
        self.url = url
        self.path = path
        func failure(_ path: String, _ reason: String) -> FileError { .unreadable(path: path, reason: reason) }
        guard let folder = opendir(url.path) else {
            let code = errno
            throw failure(url.path, reasonForReading(code, "folder", at: url.path))
        }
        defer { closedir(folder) }
        errno = 0
        while let entry = readdir(folder) {
            guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
            try add(name, in: folder, policy)
            errno = 0
        }
        guard errno == 0 else { throw failure(url.path, systemReason()) }
        subfolders.sort(by: utf8Precedes)
        images.sort(by: utf8Precedes)
        passedOver.sort { utf8Precedes($0.path, $1.path) }
    }

    /// Its name, the last part of the path.
    var name: String {
        String(decoding: path.utf8.reversed().prefix { $0 != UInt8(ascii: "/") }.reversed(), as: UTF8.self)
    }

    /// The folder of this name in this one.
    func folder(_ name: String, links policy: DeadLinks) throws -> ImageFolder {
        try ImageFolder(url.appending(path: name), path: pathOf(name), links: policy)
    }

    /// The path of an entry below the dataset's folder.
    func pathOf(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

    /// Whether the folder holds folders and nothing else that counts.
    var holdsFoldersOnly: Bool { images.isEmpty && !subfolders.isEmpty }

    private mutating func add(_ name: UnsafePointer<CChar>, in folder: OpaquePointer, _ policy: DeadLinks) throws {
        guard name[0] != CChar(bitPattern: UInt8(ascii: ".")) else { return }
        let text = String(validatingCString: name)
        var status = stat()
        guard fstatat(dirfd(folder), name, &status, 0) == 0 else {
            let code = errno
            // A listed entry may have been deleted meanwhile; a dead link still exists.
            if code == ENOENT, fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) != 0 { return }
            let reason =
                switch code {
                case ENOENT: "the link leads nowhere"
                case ELOOP: "the link leads to itself"
                default: reasonForReading(code, at: "\(url.path)/\(String(cString: name))")
                }
            guard policy == .passOver, code == ENOENT || code == ELOOP, let text else {
                throw FileError.unreadable(path: "\(url.path)/\(legible(name))", reason: reason)
            }
            passedOver.append(.init(path: pathOf(text), kind: "dead link", reason: reason))
            return
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            let text = try valid(text, name)
            if foldersOfPrograms.contains(text) {
                passedOver.append(
                    .init(path: pathOf(text), kind: "folder of a program", reason: "a program made this folder"))
            } else {
                subfolders.append(text)
            }
            return
        }
        let fileExtension = pathExtension(String(cString: name))
        if let fileExtension, Dataset.imageExtensions.contains(fileExtension.lowercased()) {
            images.append(try valid(text, name))
        } else if let text {
            let kind = fileExtension.map { ".\(String($0.prefix(12)).lowercased())" } ?? "without an extension"
            passedOver.append(
                .init(path: pathOf(text), kind: kind, reason: "it is not an image, by its extension"))
        }
    }

    private func valid(_ text: String?, _ name: UnsafePointer<CChar>) throws -> String {
        guard let text else {
            throw FileError.malformed(
                path: url.path, found: "the name \"\(legible(name))\"", expected: "names in UTF-8")
        }
        return text
    }
}

/// What to do with a link that leads nowhere or to itself.
public enum DeadLinks: Sendable {
    /// It is an error: an image may be missing.
    case refuse
    /// It is passed over and listed, as is a class folder without images.
    case passOver
}

/// Folders that systems and programs leave behind, with copies or previews of the user's files in them.
///
/// Those that begin with a dot, such as `.ipynb_checkpoints`, are hidden like all other such names.
let foldersOfPrograms: Set = [
    "__MACOSX", "lost+found", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "__pycache__",
]

/// What follows the last point of a name, if there is one.
private func pathExtension(_ name: String) -> String? {
    let parts = name.parts(between: ".")
    return parts.count > 1 ? parts[parts.count - 1] : nil
}

/// A name as messages quote it, with `\xNN` for bytes that are not UTF-8.
private func legible(_ name: UnsafePointer<CChar>) -> String {
    if let text = String(validatingCString: name) { return text }
    return UnsafeBufferPointer(start: name, count: strlen(name)).map { character in
        let byte = UInt8(bitPattern: character)
        return byte < 0x80 ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
    }.joined()
}
