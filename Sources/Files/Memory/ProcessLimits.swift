internal import Foundation

/// How much the process may still reserve where the system limits it, as batch systems do (`ulimit -v`, h_vmem).
package enum ProcessLimits {
    /// Whether there is a limit on what the process may reserve, used or not.
    package static var areSet: Bool { all.contains { $0.byteCount != nil } }

    /// The bytes that may still be reserved; nil without a limit.
    package static var freeByteCount: Int? {
        let limits = all
        guard limits.contains(where: { $0.byteCount != nil }) else { return nil }
        // Where the system does not say, all of it may be used.
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.parts(between: " ") ?? []
        let free = limits.compactMap { limit -> Int? in
            guard let byteCount = limit.byteCount, limit.field < pages.count else { return nil }
            return byteCount - (Int(pages[limit.field]) ?? 0) * Int(getpagesize())
        }
        return max(free.min() ?? 0, 0)
    }

    /// What `pthread_create` reserves for a stack by default.
    package static var stackByteCount: Int {
        byteCount(of: RLIMIT_STACK) ?? 2 << 20
    }

    /// The limits, and the field of `/proc/self/statm` that counts what is used of each.
    private static var all: [(byteCount: Int?, field: Int)] {
        [(byteCount(of: RLIMIT_AS), 0), (byteCount(of: RLIMIT_DATA), 5)]
    }

    private static func byteCount(of resource: __rlimit_resource) -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
        // Infinity, and what is as good as it.
        return limit.rlim_cur > UInt(Int.max / 2) ? nil : Int(limit.rlim_cur)
    }
}
