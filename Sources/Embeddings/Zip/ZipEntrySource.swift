/// The content of one entry of a zip archive, unpacked as it is read.
///
/// It gives as many bytes as the archive's directory claims, or none: an entry that turns out to be shorter or longer, or
/// to have another checksum, is refused when its end is reached.
final class ZipEntrySource: ByteSource {
    let path: String
    let isSequential = true
    var byteCount: Int { entry.byteCount }

    private let file: ReadableFile
    private let entry: ZipArchive.Entry
    private let packed: Range<Int>
    private var inflater: Inflater
    /// What the inflater gave and nobody has taken yet.
    private var pending = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
    private var position = 0
    private var crc = CRC32()

    init(_ entry: ZipArchive.Entry, of archive: ZipArchive) throws {
        let file = archive.file
        (self.file, self.entry) = (file, entry)
        path = "\(file.path): \(entry.name)"
        let header = try file.bytes(
            in: entry.localHeaderOffset..<min(entry.localHeaderOffset + 30, file.byteCount))
        guard header.count == 30, header.littleEndian(4, at: 0) == 0x0403_4B50 else { throw ZipArchive.damaged(file) }
        let nameStart = entry.localHeaderOffset + 30
        let nameCount = Int(header.littleEndian(2, at: 26))
        let start = nameStart + nameCount + Int(header.littleEndian(2, at: 28))
        guard nameCount == entry.name.utf8.count, start <= file.byteCount,
            entry.packedByteCount <= file.byteCount - start,
            try file.bytes(in: nameStart..<nameStart + nameCount).elementsEqual(entry.name.utf8),
            header.littleEndian(2, at: 8) == (entry.isDeflated ? 8 : 0)
        else { throw ZipArchive.damaged(file) }
        packed = start..<start + entry.packedByteCount
        inflater = Inflater(file, in: packed)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        if offset < position {
            inflater = Inflater(file, in: packed)
            (pending, position, crc) = (UnsafeBufferPointer(start: nil, count: 0), 0, CRC32())
        }
        if offset > position {
            let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
            defer { scratch.deallocate() }
            while offset > position {
                try advance(
                    into: UnsafeMutableRawBufferPointer(rebasing: scratch[..<min(scratch.count, offset - position)]))
            }
        }
        try advance(into: buffer)
    }

    /// Fills `buffer` with the next bytes.
    private func advance(into buffer: UnsafeMutableRawBufferPointer) throws {
        if entry.isDeflated {
            try inflate(into: buffer)
        } else {
            try file.read(into: buffer, at: packed.lowerBound + position)
        }
        crc.append(UnsafeRawBufferPointer(buffer))
        position += buffer.count
        if position == entry.byteCount { try requireEnd() }
    }

    private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < buffer.count {
            if pending.isEmpty { pending = try nextPiece() }
            guard !pending.isEmpty else {
                throw malformed(
                    "an entry that unpacks to \(position + done) bytes", "\(entry.byteCount), as the archive claims")
            }
            let count = min(pending.count, buffer.count - done)
            UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
                .copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: pending[..<count])))
            pending = UnsafeBufferPointer(rebasing: pending[count...])
            done += count
        }
    }

    private func nextPiece() throws -> UnsafeBufferPointer<UInt8> {
        do {
            return try inflater.next()
        } catch let failure as InflateFailure {
            throw malformed("damaged compressed data (\(failure.reason))", "a valid deflate stream")
        }
    }

    private func requireEnd() throws {
        if entry.isDeflated {
            guard try pending.isEmpty && nextPiece().isEmpty else {
                throw malformed(
                    "an entry that unpacks to more than \(entry.byteCount) bytes", "as many as the archive claims")
            }
        }
        guard crc.value == entry.crc else {
            throw malformed(
                "the checksum \(String(crc.value, radix: 16))", "\(String(entry.crc, radix: 16)), as the archive has it"
            )
        }
    }
}
