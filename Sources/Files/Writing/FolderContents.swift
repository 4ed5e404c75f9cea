internal import Foundation

/// What is in a folder that a command will write into, and whose it is.
struct FolderContents {
    /// The folder.
    let path: String
    /// What oodml has written there.
    let receipt: Receipt
    /// Everything below the folder but oodml's own work folder, by its path; folders end in no slash.
    private(set) var statuses: [Name: FileStatus] = [:]
    /// Everything was looked at; false if too much of it is somebody else's.
    private(set) var isComplete = true

    /// The most files of others that get a second name in a new folder; a folder with more is changed in place.
    static let carriedLimit = 10_000

    /// Looks at a folder that exists, and completes what killed runs have begun within it, which knows things by numbers
    /// that they would not have in a new folder.
    static func settled(_ path: String) throws -> FolderContents {
        let contents = try FolderContents(of: path)
        let works = contents.statuses.keys.map(\.text).filter { name in
            let last = (name as NSString).lastPathComponent
            return last.begins(with: ".") && last.ends(with: ".oodml") && last.utf8.count > 7
        }
        guard !works.isEmpty else { return contents }
        for work in works {
            let place = path + "/" + work as NSString
            let name = String(place.lastPathComponent.dropFirst().dropLast(".oodml".count))
            try settle(URL(filePath: place.deletingLastPathComponent + "/" + name))
        }
        return try FolderContents(of: path)
    }

    /// Looks at a folder that exists.
    init(of path: String) throws {
        self.path = path
        let device = try FileStatus(of: path)?.device
        if hasAttributes(path) { isComplete = false }
        let file = path + "/" + Receipt.name
        let status = try FileStatus(of: file)
        if let status, status.kind != .file {
            throw FileError.malformed(path: file, found: status.kind.words, expected: "oodml's receipt, or nothing")
        }
        receipt = try status == nil ? Receipt() : Receipt(readingFrom: URL(filePath: file))
        var pending = [""]
        var foreignCount = 0
        while isComplete, let prefix = pending.popLast() {
            let found: [String]
            do {
                let all = try allNames(in: prefix.isEmpty ? path : path + "/" + prefix)
                found = all.names
                // What has no name that is text can only stay where it is.
                if !all.areText { isComplete = false }
            } catch {
                // Somebody's folder that may not be read cannot be carried over either.
                if prefix.isEmpty { throw error }
                isComplete = false
                break
            }
            for name in found {
                let own = prefix.isEmpty ? name : prefix + "/" + name
                if prefix.isEmpty, name == ".oodml" || name == Receipt.name { continue }
                guard let status = try FileStatus(of: path + "/" + own) else { continue }
                statuses[Name(own)] = status
                // Nor can a mount, or what has an access control list, be made anew.
                if status.device != device { isComplete = false }
                if status.kind == .folder, hasAttributes(path + "/" + own) { isComplete = false }
                if status.kind == .folder { pending.append(own) }
                if receipt[path: own] == nil { foreignCount += 1 }
                if foreignCount > Self.carriedLimit { isComplete = false }
            }
        }
    }

    /// The status of a path below the folder.
    func status(of path: String) throws -> FileStatus? {
        if isComplete { return statuses[Name(path)] }
        // Through a link it would be something else.
        let place = self.path + "/" + path
        return try isWithoutLinks(place, below: self.path) ? FileStatus(of: place) : nil
    }

    /// Whether a folder has something, and all below it is listed as part of a result, so that the folder goes with it.
    func isAll(below folder: String, of result: String) throws -> Bool {
        let (names, areText) = try allNames(in: path + "/" + folder)
        guard areText else { return false }
        for name in names {
            let own = folder + "/" + name
            guard let status = try FileStatus(of: path + "/" + own) else { continue }
            let isOurs =
                try status.kind == .folder ? isAll(below: own, of: result) : receipt[path: own]?.result == result
            guard isOurs else { return false }
        }
        return !names.isEmpty
    }

    /// Whether a file or link is still what the receipt says; one that may not be read is not.
    func isUnchanged(_ path: String, _ entry: Receipt.Entry) throws -> Bool {
        let place = self.path + "/" + path
        guard let status = try FileStatus(of: place) else { return false }
        switch entry.content {
        case .link(let target):
            return try status.kind == .link && Name(linkTarget(of: place)) == Name(target)
        case .file(let size, let sha256):
            guard status.kind == .file, status.size == size, access(place, R_OK) == 0 else { return false }
            return try SHA256.hexadecimal(ofFilesAt: [URL(filePath: place)]) == sha256
        }
    }

    /// Everything that oodml does not write or replace: the identities of the files by their paths.
    func carried(except owned: Set<Name>) -> [Name: FileIdentity] {
        statuses.filter { $0.value.kind != .folder && !owned.contains($0.key) }.mapValues(\.identity)
    }

    /// Gives everything that is not `owned` a second name in a new folder, with the same folders around it.
    ///
    /// - Returns: false if that cannot be done, since a file system or its rules forbid it, or a folder belongs to
    ///   somebody else.
    func carry(to new: String, except owned: Set<Name>) throws(FileError) -> Bool {
        guard isComplete else { return false }
        // A folder is needed if it has something of others below it, or is empty and no part of a result.
        var needed: Set<Name> = []
        let files = carried(except: owned)
        let parents = Set(owned.flatMap { foldersAbove($0.text) })
        for path in files.keys { needed.formUnion(foldersAbove(path.text)) }
        for (path, status) in statuses where status.kind == .folder && !parents.contains(path) {
            needed.insert(path)
            needed.formUnion(foldersAbove(path.text))
        }
        let folders = needed.sorted()
        for folder in folders {
            guard let status = statuses[folder], status.kind == .folder, status.owner == geteuid() else { return false }
            let place = new + "/" + folder.text
            if retried({ mkdir(place, 0o777) }) != 0, errno != EEXIST {
                throw FileError.unwritable(path: place, reason: systemReason())
            }
        }
        for path in files.keys {
            guard retried({ link(self.path + "/" + path.text, new + "/" + path.text) }) == 0 else {
                switch errno {
                // Too many names, another file system, no such rights or no such call; or a name that is no text.
                case EMLINK, EXDEV, EPERM, EACCES, EOPNOTSUPP, ENOSYS, ENOENT: return false
                default: throw FileError.unwritable(path: new + "/" + path.text, reason: systemReason())
                }
            }
        }
        for folder in folders.reversed() {
            guard let status = statuses[folder] else { continue }
            try keep(status, of: self.path + "/" + folder.text, on: new + "/" + folder.text)
        }
        return true
    }
}

/// Gives a new folder the permissions, the group and the time of an old one.
func keep(_ status: FileStatus, of old: String, on new: String) throws(FileError) {
    // Only its owner's groups can be given; where that fails, the folder has the group that the system chose.
    _ = chown(new, uid_t.max, status.group)
    try require(new) { chmod(new, status.mode) }
    var times = stat()
    guard lstat(old, &times) == 0 else { return }
    _ = [times.st_atim, times.st_mtim].withUnsafeBufferPointer { utimensat(AT_FDCWD, new, $0.baseAddress, 0) }
}

/// The folders above a relative path.
func foldersAbove(_ path: String) -> [Name] {
    let bytes = Array(path.utf8)
    return bytes.indices.filter { bytes[$0] == UInt8(ascii: "/") }.map {
        Name(String(decoding: bytes[..<$0], as: UTF8.self))
    }
}
