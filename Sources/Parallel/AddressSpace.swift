internal import Foundation

/// How much may still be reserved where the address space is limited, as batch systems do (`ulimit -v`, h_vmem).
package enum AddressSpace {
    /// Whether there is a limit on what the process may reserve, used or not.
    package static var isLimited: Bool { limits.contains { $0.byteCount != nil } }

    /// The bytes that may still be reserved; nil without a limit.
    static var freeByteCount: Int? {
        let limits = limits
        guard limits.contains(where: { $0.byteCount != nil }) else { return nil }
        // Where the system does not say, all of it may be used.
        let pages =
            (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.utf8.split(separator: UInt8(ascii: " "))
            .map { Substring($0) } ?? []
        let free = limits.compactMap { limit -> Int? in
            guard let byteCount = limit.byteCount, limit.field < pages.count else { return nil }
            return byteCount - (Int(pages[limit.field]) ?? 0) * Int(getpagesize())
        }
        return max(free.min() ?? 0, 0)
    }

    /// How many threads fit into half of what is free; the other half is for the data.
    ///
    /// - Parameter reserved: how many have left their arenas and buffers from earlier work.
    package static func threadCount(upTo wanted: Int, withReserved reserved: Int, free: Int) -> Int {
        var left = free / 2
        var count = 1
        while count < wanted {
            left -= stackByteCount + (count < reserved ? 0 : stayingByteCount)
            guard left >= 0 else { break }
            count += 1
        }
        return count
    }

    /// glibc's arena of a thread, and OpenBLAS's buffer, whose size depends on how it was built: 64 MB in Debian, 128 MB
    /// elsewhere.
    private static let stayingByteCount = (64 + 128) << 20

    /// What `pthread_create` reserves for a stack by default.
    package static var stackByteCount: Int {
        byteCount(of: RLIMIT_STACK) ?? 2 << 20
    }

    /// The limits, and the field of `/proc/self/statm` that counts what is used of each.
    private static var limits: [(byteCount: Int?, field: Int)] {
        [(byteCount(of: RLIMIT_AS), 0), (byteCount(of: RLIMIT_DATA), 5)]
    }

    private static func byteCount(of resource: __rlimit_resource) -> Int? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 else { return nil }
        // Infinity, and what is as good as it.
        return limit.rlim_cur > UInt(Int.max / 2) ? nil : Int(limit.rlim_cur)
    }
}
