/// Bytes that are read by offset: a file, or an entry packed into one.
package protocol ByteSource: AnyObject {
    /// The path that messages name.
    var path: String { get }
    /// The number of bytes.
    var byteCount: Int { get }
    /// The number of bytes of the file that hold them, less than ``byteCount`` where they are compressed.
    var storedByteCount: Int { get }
    /// Whether reading backwards restarts from the beginning.
    var isSequential: Bool { get }

    /// Fills `buffer` with the bytes from `offset` on.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws
}

extension ByteSource {
    package var storedByteCount: Int { byteCount }

    /// A copy of some bytes.
    package func bytes(in range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            count = range.count
        }
    }

    /// The error for contents that are not as expected.
    package func malformed(_ found: String, _ expected: String) -> FileError {
        .malformed(path: path, found: found, expected: expected)
    }
}

extension RandomAccessCollection where Element == UInt8, Index == Int {
    /// The little-endian number of `count` bytes at `offset` from the start.
    package func littleEndian(_ count: Int, at offset: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(self[startIndex + offset + $1]) << UInt64(8 * $1) }
    }

    /// The big-endian number of `count` bytes at `offset` from the start.
    package func bigEndian(_ count: Int, at offset: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 << 8 | UInt64(self[startIndex + offset + $1]) }
    }
}
