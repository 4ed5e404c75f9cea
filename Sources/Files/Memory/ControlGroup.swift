internal import Foundation

/// The memory that the process's control groups leave, as containers and batch systems bound it (version 1 or 2).
enum ControlGroup {
    /// The bytes that may still be used; nil without a limit.
    ///
    /// - Parameter root: the folder below which `proc/self/cgroup` and `sys/fs/cgroup` are.
    static func freeByteCount(below root: String = "/") -> Int? {
        func text(_ path: String) -> String? { try? String(contentsOfFile: root + path, encoding: .utf8) }
        func number(_ path: String) -> Int? {
            text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        var free: Int?
        for line in (text("proc/self/cgroup") ?? "").parts(between: "\n") {
            let fields = line.parts(between: ":")
            guard fields.count >= 3 else { continue }
            let isSecond = fields[1].isEmpty
            guard isSecond || fields[1].parts(between: ",").contains("memory") else { continue }
            let base = "sys/fs/cgroup" + (isSecond ? "" : "/memory")
            let names = isSecond ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
            // Each group above bounds it too. In a container the path may be one of the host's, which is not there.
            var parts = fields[2...].joined(separator: ":").parts(between: "/", keepingEmpty: false)
            while true {
                let folder = ([base] + parts).joined(separator: "/")
                // Without a limit it is a word, or a number near the greatest.
                if let limit = number("\(folder)/\(names.0)"), limit < Int.max / 2 {
                    let used = number("\(folder)/\(names.1)") ?? 0
                    let left = max(limit - max(used - cached(text("\(folder)/memory.stat")), 0), 0)
                    free = min(free ?? left, left)
                }
                guard parts.popLast() != nil else { break }
            }
        }
        return free
    }

    /// What counts as used but is given up when it is needed: the contents of files that were not used of late.
    private static func cached(_ statistics: String?) -> Int {
        for line in (statistics ?? "").parts(between: "\n") {
            let fields = line.parts(between: " ")
            if fields.count == 2, fields[0] == "inactive_file" || fields[0] == "total_inactive_file" {
                return Int(fields[1]) ?? 0
            }
        }
        return 0
    }
}
