import Files

/// What stands in for a large file where a repository was copied without Git LFS.
struct LFSPointer: CustomStringConvertible {
    /// The size of the true file in bytes, if the pointer says it.
    let byteCount: Int?

    /// Reads a pointer; nil if a file that begins with `start` is none.
    init?(start: some Collection<UInt8>) {
        guard start.starts(with: "version https://git-lfs.github.com/spec/".utf8) else { return nil }
        let lines = String(decoding: Array(start), as: UTF8.self).textLines
        byteCount = lines.first { $0.begins(with: "size ") }.flatMap { Int($0.dropFirst(5)) }
    }

    var description: String {
        "a pointer of Git LFS" + (byteCount.map { " to a file of \($0) bytes" } ?? "")
            + ", not the file itself, which `git lfs pull` fetches"
    }
}
