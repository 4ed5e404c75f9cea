internal import Foundation

/// What may be removed from a folder that is made for a target, or that was exchanged with it.
///
/// It is written before the folder is filled, so that after a kill at any moment nobody's files are taken for oodml's:
/// everything else in the folder came there meanwhile, and goes back to the target.
struct TreePlan {
    /// The paths, below the folder, of files and links that oodml writes or replaces.
    var owned: Set<Name> = []
    /// The paths of files that belong to others, of which the new folder has a second name.
    var carried: [Name: FileIdentity] = [:]

    init() {}

    /// The plan as bytes: records that end in NUL, which no path holds.
    var bytes: Data {
        var bytes: [UInt8] = []
        for path in owned.sorted() { bytes += Array("o\(path.text)\0".utf8) }
        for (path, identity) in carried.sorted(by: { $0.key < $1.key }) {
            bytes += Array("c\(identity.inode) \(path.text)\0".utf8)
        }
        return Data(bytes)
    }

    /// Reads a plan; what is no record of one is left out.
    init(_ bytes: [UInt8]) {
        for record in bytes.split(separator: 0) {
            switch record.first {
            case UInt8(ascii: "o"): owned.insert(Name(String(decoding: record.dropFirst(), as: UTF8.self)))
            case UInt8(ascii: "c"):
                let parts = record.dropFirst().split(separator: UInt8(ascii: " "), maxSplits: 1)
                    .map { String(decoding: $0, as: UTF8.self) }
                guard parts.count == 2, let inode = UInt64(parts[0]) else { continue }
                carried[Name(parts[1])] = FileIdentity(inode: inode)
            default: continue
            }
        }
    }

    /// Removes a file or folder that was made for a place, or that has left it.
    ///
    /// Files that somebody put into it meanwhile move to the place.
    ///
    /// - Parameter replacing: whether they take the place of what they had replaced in the folder.
    func remove(_ path: String, madeFor place: String, replacing: Bool) throws(FileError) {
        guard let status = try FileStatus(of: path) else { return }
        guard status.kind == .folder else { return try require(path) { unlink(path) } }
        try removeContents(of: path, below: "", place: place, replacing: replacing)
        // Not empty if something could not be moved.
        rmdir(path)
    }

    private func removeContents(
        of folder: String, below prefix: String, place: String, replacing: Bool
    ) throws(FileError) {
        // What was in somebody's folder that may not be changed has its names in the new one by now.
        if access(folder, W_OK | X_OK) != 0 { chmod(folder, 0o700) }
        for name in try names(in: folder) {
            let (path, own) = (folder + "/" + name, prefix + name)
            guard let status = try FileStatus(of: path) else { continue }
            if status.kind == .folder {
                // A folder that is somebody else's alone moves as a whole, if the place has none of its name.
                try removeContents(of: path, below: own + "/", place: place, replacing: replacing)
                if rmdir(path) != 0, errno != ENOTEMPTY, errno != EEXIST {
                    throw FileError.unwritable(path: path, reason: systemReason())
                }
            } else if owned.contains(Name(own)) || carried[Name(own)] == status.identity {
                try require(path) { unlink(path) }
            } else {
                try giveBack(path, own, to: place, replacing: replacing ? carried[Name(own)] : nil)
            }
        }
    }

    /// Moves somebody's file to where it belongs, unless something newer or a link is there.
    private func giveBack(
        _ path: String, _ own: String, to folder: String, replacing carried: FileIdentity?
    ) throws(FileError) {
        let place = folder + "/" + own
        guard try FileStatus(of: folder)?.kind == .folder, try isWithoutLinks(place, below: folder) else { return }
        try makeFolder(at: URL(filePath: place).deletingLastPathComponent())
        guard let present = try FileStatus(of: place) else {
            let code = renameNew(path, to: place)
            guard code == 0 || code == EEXIST else {
                throw FileError.unwritable(path: place, reason: systemReason(code))
            }
            return
        }
        if present.identity == carried { try require(place) { rename(path, place) } }
    }
}
