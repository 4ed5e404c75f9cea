import Foundation
import TestSupport
import Testing

/// A disk of a few kilobytes for the length of a shell script, in a mount namespace of its own, so that nothing is left
/// mounted whatever happens.
enum SmallDisk {
    /// Whether the machine lets one mount; containers often do not.
    static let isAvailable: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return (try? run("true", in: folder.url, kilobytes: 64))?.status == 0
    }()

    static let isMissing: Comment = "mounting a small disk is not allowed here (it takes root or user namespaces)"

    /// Runs a script in `folder`, where `disk` is the disk and `$OODML` the command; what is on the disk in the end is copied to
    /// the folder `after`.
    static func run(_ script: String, in folder: URL, kilobytes: Int, inodes: Int = 4000) throws -> CommandRun {
        let prepared = """
            set -e; mkdir -p disk; mount -t tmpfs -o size=\(kilobytes)k,nr_inodes=\(inodes) none disk
            set +e; (\(script)); status=$?
            rm -rf after; cp -a disk after; exit $status
            """
        let own = geteuid() == 0 ? [] : ["--user", "--map-root-user"]
        return try CommandRun(
            own + ["--mount", "/bin/sh", "-c", prepared], in: folder,
            program: URL(filePath: "/usr/bin/unshare"))
    }
}
