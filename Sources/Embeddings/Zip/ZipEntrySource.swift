internal import CZlib
internal import Files

/// The content of one entry of a zip archive, unpacked as it is read.
///
/// It gives exactly as many bytes as the archive's directory claims: an entry that turns out shorter or longer, or has
/// another checksum, throws when its end is reached.
final class ZipEntrySource: ByteSource {
    let path: String
    let isSequential = true
    var byteCount: Int { entry.byteCount }
    var storedByteCount: Int { entry.packedByteCount }

    private let file: InputFile
    private let entry: ZipArchive.Entry
    private let packed: Range<Int>
    private var inflater: Inflater
    private var position = 0
    private var crc = crc32_z(0, nil, 0)

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
        inflater = try Inflater(file, in: packed)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws {
        if offset < position {
            inflater = try Inflater(file, in: packed)
            (position, crc) = (0, crc32_z(0, nil, 0))
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
        crc = crc32_z(crc, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
        position += buffer.count
        if position == entry.byteCount { try requireEnd() }
    }

    private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws {
        let count = try namingDamage { try inflater.read(into: buffer) }
        guard count == buffer.count else {
            throw malformed(
                "an entry that unpacks to \(position + count) bytes", "\(entry.byteCount), as the archive claims")
        }
    }

    private func namingDamage<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as InflateFailure {
            throw malformed("damaged compressed data (\(failure.reason))", "a valid deflate stream")
        }
    }

    private func requireEnd() throws {
        if entry.isDeflated {
            guard try namingDamage({ try inflater.isAtEnd() }) else {
                throw malformed(
                    "an entry that unpacks to more than \(entry.byteCount) bytes", "as many as the archive claims")
            }
        }
        guard crc == UInt(entry.crc) else {
            throw malformed(
                "the checksum \(String(crc, radix: 16))", "\(String(entry.crc, radix: 16)), as the archive has it"
            )
        }
    }
}
