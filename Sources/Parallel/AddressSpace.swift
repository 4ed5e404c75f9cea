internal import Files

/// How many threads the limits on the process leave room for.
package enum AddressSpace {
    /// How many threads fit into half of what is free; the other half is for the data.
    ///
    /// - Parameter reserved: how many have left their arenas and buffers from earlier work.
    package static func threadCount(upTo wanted: Int, withReserved reserved: Int, free: Int) -> Int {
        var left = free / 2
        var count = 1
        while count < wanted {
            left -= ProcessLimits.stackByteCount + (count < reserved ? 0 : stayingByteCount)
            guard left >= 0 else { break }
            count += 1
        }
        return count
    }

    /// glibc's arena of a thread, and OpenBLAS's buffer, whose size depends on how it was built: 64 MB in Debian, 128 MB
    /// elsewhere.
    private static let stayingByteCount = (64 + 128) << 20
}
