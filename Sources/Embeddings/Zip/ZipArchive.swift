internal import Files
internal import Foundation

/// The entries of a zip archive, as its central directory lists them; nothing is ever unpacked to disk.
struct ZipArchive {
    struct Entry {
        let name: String
        let isDeflated: Bool
        let crc: UInt32
        let packedByteCount: Int
        let byteCount: Int
        let localHeaderOffset: Int
    }

    let file: InputFile
    let entries: [Entry]

    /// Far more than archives of arrays have, and few enough to keep in memory.
    private static let entryLimit = 1 << 16
    private static let directoryLimit = 1 << 25
    /// The largest expansion of a deflate stream: a match of 258 bytes takes at least two bits.
    private static let greatestGrowth = 1032

    init(_ file: InputFile) throws {
        self.file = file
        let directory = try ZipDirectory(file)
        guard directory.entryCount <= Self.entryLimit, directory.bytes.count <= Self.directoryLimit else {
            throw file.malformed(
                "an archive of \(directory.entryCount) entries", "one of at most \(Self.entryLimit) arrays")
        }
        let bytes = try file.bytes(in: directory.bytes)
        var entries: [Entry] = []
        var names: Set<Name> = []
        var position = 0
        for _ in 0..<directory.entryCount {
            let entry = try Self.entry(in: bytes, at: &position, of: file)
            guard names.insert(Name(entry.name)).inserted else {
                throw file.malformed("two entries named \"\(excerpt(entry.name))\"", "different names")
            }
            guard entry.localHeaderOffset < directory.bytes.lowerBound,
                entry.packedByteCount <= directory.bytes.lowerBound - entry.localHeaderOffset
            else { throw file.malformed("an entry that lies outside of the archive", "a complete archive") }
            entries.append(entry)
        }
        guard position == bytes.count else { throw Self.damaged(file) }
        // Overlapping entries would let a small archive claim unlimited contents.
        let sorted = entries.sorted { $0.localHeaderOffset < $1.localHeaderOffset }
        for (entry, next) in zip(sorted, sorted.dropFirst())
        where next.localHeaderOffset - entry.localHeaderOffset < entry.packedByteCount {
            throw file.malformed("entries that share bytes of the archive", "one after the other")
        }
        self.entries = entries
    }

    static func damaged(_ file: InputFile) -> FileError {
        file.malformed("a damaged list of the archive's entries", "a complete zip archive, as numpy.savez writes")
    }

    private static func entry(in bytes: [UInt8], at position: inout Int, of file: InputFile) throws -> Entry {
        guard bytes.count - position >= 46, bytes.littleEndian(4, at: position) == 0x0201_4B50 else {
            throw damaged(file)
        }
        func number(_ count: Int, _ offset: Int) -> UInt64 { bytes.littleEndian(count, at: position + offset) }
        let (flags, method, crc) = (number(2, 8), number(2, 10), UInt32(number(4, 16)))
        let lengths = [28, 30, 32].map { Int(number(2, $0)) }
        let sizes = (packed: number(4, 20), full: number(4, 24), offset: number(4, 42))
        let start = position + 46
        position = start + lengths.reduce(0, +)
        guard position <= bytes.count else { throw damaged(file) }
        let nameBytes = bytes[start..<start + lengths[0]]
        guard let name = String(validating: nameBytes, as: UTF8.self), isHarmless(name) else {
            throw file.malformed(
                "an entry named \"\(excerpt(String(decoding: nameBytes, as: UTF8.self)))\"", "the name of an array")
        }
        guard flags & 0x2041 == 0 else { throw file.malformed("an encrypted entry \"\(name)\"", "a plain one") }
        guard method == 0 || method == 8 else {
            throw file.malformed("the entry \"\(name)\" packed by method \(method)", "stored or deflated")
        }
        let extra = bytes[start + lengths[0]..<start + lengths[0] + lengths[1]]
        var large = Zip64Sizes(extra)
        guard let full = large.value(sizes.full), let packed = large.value(sizes.packed),
            let offset = large.value(sizes.offset)
        else { throw damaged(file) }
        let (limit, overflow) = packed.multipliedReportingOverflow(by: greatestGrowth)
        guard method == 8 ? overflow || full <= limit : full == packed else {
            throw file.malformed(
                "the entry \"\(name)\" of \(packed) bytes that claims to unpack to \(full)",
                "what \(packed) bytes can hold")
        }
        return Entry(
            name: name, isDeflated: method == 8, crc: crc, packedByteCount: packed, byteCount: full,
            localHeaderOffset: offset)
    }

    /// Whether a name stays within the folder that other tools would unpack the archive to.
    private static func isHarmless(_ name: String) -> Bool {
        !name.isEmpty && !name.begins(with: "/") && !name.utf8.contains(UInt8(ascii: "\\"))
            && faultOfPath(name) == nil && !name.unicodeScalars.contains { $0.value < 0x20 }
    }
}

/// Where an archive's central directory lies.
private struct ZipDirectory {
    let entryCount: Int
    let bytes: Range<Int>

    init(_ file: InputFile) throws {
        // The record that ends an archive, and a comment of at most 65535 bytes.
        let tailStart = max(0, file.byteCount - 22 - 0xFFFF)
        let tail = try file.bytes(in: tailStart..<file.byteCount)
        let place = stride(from: tail.count - 22, through: 0, by: -1).first { offset in
            tail.littleEndian(4, at: offset) == 0x0605_4B50
                && Int(tail.littleEndian(2, at: offset + 20)) == tail.count - offset - 22
        }
        guard let place else {
            throw file.malformed("a zip archive without its end", "a complete one, as numpy.savez writes")
        }
        func number(_ count: Int, _ offset: Int) -> UInt64 { tail.littleEndian(count, at: place + offset) }
        var (count, size, offset) = (number(2, 10), number(4, 12), number(4, 16))
        var disks = [number(2, 4), number(2, 6)]
        if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            // A locator before the record gives the position of the record with 64-bit sizes.
            guard place >= 20, tail.littleEndian(4, at: place - 20) == 0x0706_4B50,
                let start = Int(exactly: tail.littleEndian(8, at: place - 12)), start <= file.byteCount - 56
            else { throw ZipArchive.damaged(file) }
            let record = try file.bytes(in: start..<start + 56)
            guard record.littleEndian(4, at: 0) == 0x0606_4B50 else { throw ZipArchive.damaged(file) }
            (count, size, offset) = (
                record.littleEndian(8, at: 32), record.littleEndian(8, at: 40), record.littleEndian(8, at: 48)
            )
            disks = [record.littleEndian(4, at: 16), record.littleEndian(4, at: 20)]
        }
        let end = tailStart + place
        guard disks.allSatisfy({ $0 == 0 }), let start = Int(exactly: offset), let byteCount = Int(exactly: size),
            let entryCount = Int(exactly: count), start <= end, byteCount <= end - start, entryCount <= byteCount / 46
        else { throw ZipArchive.damaged(file) }
        self.entryCount = entryCount
        bytes = start..<start + byteCount
    }
}

/// The 64-bit sizes of an entry: one for each 32-bit field that is all ones, in the order of these fields.
private struct Zip64Sizes {
    private var values: [UInt64] = []

    init(_ extra: ArraySlice<UInt8>) {
        var rest = extra
        while rest.count >= 4 {
            let (id, count) = (rest.littleEndian(2, at: 0), Int(rest.littleEndian(2, at: 2)))
            let field = rest.dropFirst(4).prefix(count)
            if id == 1 { values = (0..<field.count / 8).map { field.littleEndian(8, at: 8 * $0) } }
            rest = rest.dropFirst(4 + count)
        }
    }

    mutating func value(_ field: UInt64) -> Int? {
        guard field == 0xFFFF_FFFF else { return Int(field) }
        return values.isEmpty ? nil : Int(exactly: values.removeFirst())
    }
}
