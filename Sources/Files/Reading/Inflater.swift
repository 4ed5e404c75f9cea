internal import CZlib

/// Why a stream is not valid deflate.
package struct InflateFailure: Error {
    package let reason: String
}

/// Decompresses a deflate stream (RFC 1951) from part of a file with zlib, in fixed memory whatever the stream claims.
package final class Inflater {
    /// What surrounds a stream.
    package enum Wrapping {
        /// Nothing, as in zip archives.
        case none
        /// zlib's header and checksum (RFC 1950), as in MATLAB's files.
        case zlib
    }

    private let source: InputFile
    private var rest: Range<Int>
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    /// Allocated separately, since zlib remembers the address.
    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private var hasEnded = false

    /// Begins at the start of a stream.
    ///
    /// - Parameter range: where the stream lies in the file.
    package init(_ source: InputFile, in range: Range<Int>, wrapping: Wrapping = .none) throws {
        self.source = source
        rest = range
        stream.initialize(to: z_stream())
        // Negative: a raw stream without zlib's header. The macro inflateInit2 is not imported.
        let window = wrapping == .zlib ? MAX_WBITS : -MAX_WBITS
        let status = inflateInit2_(stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw InflateFailure(reason: "zlib does not start, status \(status)") }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    /// Fills `buffer` with the next bytes of the content.
    ///
    /// - Returns: the number of bytes read, less than the buffer's size only at the end of the stream.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < buffer.count, !hasEnded {
            if stream.pointee.avail_in == 0 { try refill() }
            let room = min(buffer.count - done, 1 << 30)
            stream.pointee.next_out = buffer.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
            stream.pointee.avail_out = UInt32(room)
            let status = inflate(stream, Z_NO_FLUSH)
            done += room - Int(stream.pointee.avail_out)
            switch status {
            case Z_STREAM_END: hasEnded = true
            case Z_OK: break
            case Z_BUF_ERROR: throw InflateFailure(reason: "it ends early")
            default: throw InflateFailure(reason: stream.pointee.msg.map { String(cString: $0) } ?? "status \(status)")
            }
        }
        return done
    }

    /// Whether no content is left.
    package func isAtEnd() throws -> Bool {
        try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try read(into: $0) == 0 }
    }

    private func refill() throws {
        let count = min(input.count, rest.count)
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<count]), at: rest.lowerBound)
        rest = rest.lowerBound + count..<rest.upperBound
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
    }
}
