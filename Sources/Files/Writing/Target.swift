internal import Foundation

/// A lock that a run takes.
struct LockPlan {
    /// The work folder.
    let path: String
    let isInside: Bool
    /// What it is of, and what messages call that.
    let target: String
    let shown: String
    /// Whether the run goes on without it where the folder may not be written.
    let isOptional: Bool
}

/// An output with the path that the system uses for it.
struct Target {
    let output: Output
    /// Its number among the outputs.
    let index: Int
    let path: String
    /// Its status; nil if it does not exist.
    let status: FileStatus?
    /// Whether what is in the folder changes, rather than the folder.
    let isInPlace: Bool

    init(_ output: Output, index: Int, isInPlace: Bool) throws {
        (self.output, self.index) = (output, index)
        switch output.place {
        case .file:
            let parent = try targetPath(output.url.standardizedFileURL.deletingLastPathComponent()) ?? ""
            path = (parent == "/" ? "" : parent) + "/" + output.url.lastPathComponent
            status = try FileStatus(of: path)
            self.isInPlace = false
        case .folder:
            if let status = try FileStatus(of: output.url.path), status.kind == .link,
                try resolved(output.url.path) == nil
            {
                throw FileError.unwritable(path: output.url.path, reason: "it is a symbolic link that leads nowhere")
            }
            path = try targetPath(output.url) ?? output.url.path
            status = try FileStatus(of: path)
            if let status, status.kind != .folder {
                throw FileError.unwritable(
                    path: output.url.path, reason: "it is \(status.kind.words); expected a folder")
            }
            guard let status else {
                self.isInPlace = false
                return
            }
            self.isInPlace = try isInPlace || Self.isFixed(path, status)
        }
    }

    /// The locks to take: on the target, and on folders of results that it is in, whose runs would move it.
    var locks: [LockPlan] {
        get throws {
            let places = WorkFolder.places(of: path)
            var plans = [
                LockPlan(
                    path: places[0].path, isInside: false, target: path, shown: output.url.path, isOptional: isInPlace)
            ]
            if try isInPlace || status?.kind == .folder && WorkFolder.isOwn(places[1].path) {
                plans.append(
                    LockPlan(
                        path: places[1].path, isInside: true, target: path, shown: output.url.path, isOptional: false))
            }
            var above = (path as NSString).deletingLastPathComponent
            for _ in 0..<4 where above != "/" {
                if try FileStatus(of: above + "/" + Receipt.name) != nil {
                    plans.append(
                        LockPlan(
                            path: WorkFolder.places(of: above)[0].path, isInside: false, target: above, shown: above,
                            isOptional: true))
                }
                above = (above as NSString).deletingLastPathComponent
            }
            return plans
        }
    }

    /// Whether a folder should not be exchanged: it belongs to somebody else, is a mount point, has a parent that may not
    /// be written, or is where a shell and this process are.
    private static func isFixed(_ path: String, _ status: FileStatus) throws -> Bool {
        let parent = (path as NSString).deletingLastPathComponent
        guard let above = try FileStatus(of: parent), path != "/" else { return true }
        if status.owner != geteuid() || above.device != status.device { return true }
        if access(parent, W_OK | X_OK) != 0 { return true }
        let current = (try? resolved(".")).flatMap { $0 }
        return current.map { Name($0) == Name(path) || isBelow($0, path) } ?? false
    }
}
