import DenseLinearAlgebra
import Embeddings
import Files
import Foundation
import Testing
import TestSupport

/// Files that were made to do harm, and files that were damaged by chance: each is refused or is a matrix, and none ends
/// the process.
@Suite struct HostileFeatureFileTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func refusal(of bytes: [UInt8], _ name: String) throws -> String {
        let file = try folder.write(Data(bytes), to: name)
        let error = #expect(throws: FileError.self) { try FeatureFile<Float>(contentsOf: file) }
        return try #require(error?.description)
    }

    // MARK: Archives

    /// The bytes of a fixture with the first or last place where `old` is replaced by as many bytes.
    private func changing(
        _ name: String, _ old: [UInt8], to new: [UInt8], at offset: Int = 0, last: Bool = true
    ) throws -> [UInt8] {
        var bytes = [UInt8](try Data(contentsOf: fixture(name)))
        let starts = (0...bytes.count - old.count).filter { bytes[$0...].starts(with: old) }
        let start = try #require(last ? starts.last : starts.first) + offset
        bytes.replaceSubrange(start..<start + new.count, with: new)
        return bytes
    }

    private let centralEntry: [UInt8] = [0x50, 0x4B, 1, 2]

    @Test func entriesThatClaimTooMuch() throws {
        // The size of the last entry before packing, far beyond what its bytes can hold, and just beyond what they do.
        let bomb = try changing("deflated.npz", centralEntry, to: [0xFE, 0xFF, 0xFF, 0xFF], at: 24)
        #expect(try refusal(of: bomb, "a.npz").contains("that claims to unpack to 4294967294; expected what"))
        let stored = try changing("stored.npz", centralEntry, to: [0xB1, 0, 0, 0], at: 24)
        #expect(try refusal(of: stored, "a.npz").contains("that claims to unpack to 177; expected what 176 bytes"))
        let archive = [UInt8](try Data(contentsOf: fixture("long.npz")))
        let start = try #require(archive.indices.last { archive[$0...].starts(with: centralEntry) })
        let size = (0..<4).reduce(0) { $0 | Int(archive[start + 24 + $1]) << (8 * $1) }
        for (change, sentence) in [
            (-80, "bytes of values; expected 4000 × 20 × 4"), (80, "bytes of values; expected 4000 × 20 × 4"),
        ] {
            let bytes = (0..<4).map { UInt8((size + change) >> (8 * $0) & 0xFF) }
            let changed = try changing("long.npz", centralEntry, to: bytes, at: 24)
            #expect(try refusal(of: changed, "a.npz").contains(sentence))
        }
    }

    /// The directory and the array's header agree here, and the compressed data hold another number of rows.
    @Test(arguments: [(3999, "unpacks to more than 320048 bytes"), (4001, "unpacks to 320128 bytes")])
    func streamsOfAnotherLength(rowCount: Int, sentence: String) throws {
        let header = Array("'shape': (4000, 20)".utf8)
        let plain = Matrix<Float>(rowCount: 4000, columnCount: 20, repeating: 1).numpyFile
        var bytes = [UInt8](plain)
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: header) })
        bytes.replaceSubrange(place..<place + header.count, with: Array("'shape': (\(rowCount), 20)".utf8))
        let archive = storedBlocks(bytes, claiming: 128 + rowCount * 80)
        let found = try refusal(of: archive, "a.npz")
        #expect(found.contains(sentence), "\(found)")
    }

    @Test func damageToTheContentIsNoticed() throws {
        var bytes = [UInt8](try Data(contentsOf: fixture("stored.npz")))
        let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [0, 0, 0xC0, 0xBF]) })
        bytes[place] = 1
        #expect(try refusal(of: bytes, "a.npz").contains("found the checksum"))
    }

    @Test func namesThatLeadElsewhere() throws {
        let name = Array("arr_0.npy".utf8)
        for other in ["/rr_0.npy", "../_0.npy", "a/../.npy", "arr\\0.npy", "arr_\u{1B}.npy"] {
            let bytes = try changing("stored.npz", name, to: Array(other.utf8))
            #expect(try refusal(of: bytes, "a.npz").contains("found an entry named"), "\(other)")
        }
        // A name that only the directory has.
        let bytes = try changing("stored.npz", name, to: Array("arr_1.npy".utf8))
        #expect(try refusal(of: bytes, "a.npz").contains("a damaged list of the archive's entries"))
        // The same name twice.
        let twice = try changing("ambiguous.npz", Array("second.npy".utf8), to: Array("labels.npy".utf8))
        #expect(try refusal(of: twice, "a.npz").contains("found two entries named \"labels.npy\""))
    }

    @Test(arguments: [
        (8, [1, 0], "an encrypted entry"), (10, [12, 0], "packed by method 12"),
        (42, [1, 0, 0, 0], "a damaged list"), (42, [0xFF, 0xFF, 0xFF, 0xFE], "an entry that lies outside"),
        (42, [0xFF, 0xFF, 0xFF, 0xFF], "a damaged list"), (28, [0xFF, 0xFF], "a damaged list"),
    ])
    func entriesThatCannotBeRead(offset: Int, bytes: [UInt8], sentence: String) throws {
        let changed = try changing("stored.npz", centralEntry, to: bytes, at: offset)
        let found = try refusal(of: changed, "a.npz")
        #expect(found.contains(sentence), "\(found)")
    }

    /// Half a gigabyte of zeros in three megabytes: the announced size is true, and no embeddings are so.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["OODML_MEMORY"] == nil))
    func contentsOutOfProportion() throws {
        let header = [UInt8](numpyHeader(rowCount: 1 << 17, columnCount: 1 << 10))
        let zeros = 1 << 29
        let archive = archive(of: zerosAfter(header, zeros), claiming: header.count + zeros)
        #expect(archive.count < 1 << 22)
        let found = try refusal(of: archive, "a.npz")
        #expect(
            found.contains("a.npz: x.npy: found 131072 × 1024 values, 536 MB of memory from ")
                && found.hasSuffix("expected at most 150 times the bytes of the file (OODML_MEMORY=513M allows more)"),
            "\(found)")
    }

    /// Bytes and zeros as a deflate stream (RFC 1951): the bytes as they are, then the code for 258 bytes like the last.
    private func zerosAfter(_ start: [UInt8], _ count: Int) -> [UInt8] {
        let length = start.count + 1
        var stream: [UInt8] = [0, UInt8(length & 0xFF), UInt8(length >> 8)]
        stream += [UInt8(~length & 0xFF), UInt8(~length >> 8 & 0xFF)] + start + [0]
        var (bits, bitCount) = (0, 0)
        func add(_ value: Int, _ count: Int) {
            bits |= value << bitCount
            bitCount += count
            while bitCount >= 8 {
                stream.append(UInt8(bits & 0xFF))
                (bits, bitCount) = (bits >> 8, bitCount - 8)
            }
        }
        // The last block, with fixed codes: 285 is 11000101, whose first bit comes first, and the distance 1 is 00000.
        add(0b011, 3)
        for _ in 0..<(count - 1) / 258 { add(0b10100011, 13) }
        // A zero is the code 00110000, and the end 0000000.
        for _ in 0..<(count - 1) % 258 { add(0b00001100, 8) }
        add(0, 7 + 7)
        return stream
    }

    @Test func otherArchives() throws {
        #expect(try refusal(of: [], "a.npz").contains("a file that does not begin as zip archives do"))
        #expect(try refusal(of: Array("PK\u{3}\u{4}".utf8), "a.npz").contains("a zip archive without its end"))
        let bytes = try changing("stored.npz", Array("arr_0.npy".utf8), to: Array("xdata.pkl".utf8))
        #expect(try refusal(of: bytes, "a.npz").contains("found a PyTorch file"))
    }

    /// A zip archive of one entry, in deflate's blocks that store bytes as they are.
    private func storedBlocks(_ content: [UInt8], claiming size: Int) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        var stream: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: 60_000) {
            let piece = content[start..<min(start + 60_000, content.count)]
            stream += [start + 60_000 >= content.count ? 1 : 0] + little(piece.count, 2)
            stream += little(~piece.count & 0xFFFF, 2) + piece
        }
        return archive(of: stream, claiming: size)
    }

    /// A zip archive of one entry from its deflate stream.
    private func archive(of stream: [UInt8], claiming size: Int) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        let name = Array("x.npy".utf8)
        let shared = little(8, 2) + little(0, 4) + little(0, 4) + little(stream.count, 4) + little(size, 4)
        let local =
            [0x50, 0x4B, 3, 4] + little(20, 2) + little(0, 2) + shared + little(5, 2) + little(0, 2) + name + stream
        let central =
            centralEntry + little(20, 2) + little(20, 2) + little(0, 2) + shared + little(5, 2) + little(0, 14)
            + little(0, 2) + name
        let end = [0x50, 0x4B, 5, 6] + little(0, 4) + little(1, 2) + little(1, 2) + little(central.count, 4)
        return local + central + end + little(local.count, 4) + little(0, 2)
    }

    // MARK: safetensors

    private func tensors(_ json: String, _ values: Int = 24, length: UInt64? = nil) -> [UInt8] {
        let length = length ?? UInt64(json.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + Array(json.utf8)
            + [UInt8](repeating: 0, count: values)
    }

    @Test(arguments: [
        (#"{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}"#, "found 24 bytes of values; expected 20"),
        (#"{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[4,24]}}"#, "the data_offsets [4, 24]"),
        (#"{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[0,-24]}}"#, "the data_offsets [0, -24]"),
        (#"{"x":{"dtype":"F32","shape":[2,3],"data_offsets":[24]}}"#, "the data_offsets [24]"),
        (#"{"x":{"dtype":"F32","shape":[-2,-3],"data_offsets":[0,24]}}"#, "\"x\" F32 (-2, -3)"),
        (#"{"x":{"dtype":"F32","shape":[2,4],"data_offsets":[0,24]}}"#, "24 bytes of values; expected 2 × 4 × 4"),
        (
            #"{"x":{"dtype":"F32","shape":[4611686018427387906,4],"data_offsets":[0,24]}}"#,
            "24 bytes of values; expected 4611686018427387906 × 4 × 4"
        ),
        (#"{"x":{"dtype":"F32","shape":[99999999999999999999,4],"data_offsets":[0,24]}}"#, "a header that is not as"),
        (#"{"x":{"dtype":"F32","shape":[2.5,4],"data_offsets":[0,24]}}"#, "a header that is not as"),
        (#"{"x":{"dtype":"I32","shape":[2,3],"data_offsets":[0,24]}}"#, "\"x\" of type I32"),
        (#"{"x":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}}"#, "\"x\" F64 (3)"),
        (#"{"x":[1]}"#, "a header that is not as"), ("{}", "found 24 bytes of values; expected 0"),
        ("[1", "a header that is not as"), ("", "a header that is not as"),
    ])
    func headersOfTensors(json: String, sentence: String) throws {
        let found = try refusal(of: tensors(json), "a.safetensors")
        #expect(found.contains(sentence), "\(found)")
    }

    @Test func lengthsOfHeaders() throws {
        for length: UInt64 in [.max, 1 << 63, 1000] {
            #expect(try refusal(of: tensors("{}", length: length), "a.safetensors").contains("a header that claims"))
        }
        #expect(try refusal(of: [1, 0, 0], "a.safetensors").contains("a file of 3 bytes"))
        // Brackets within brackets, which must not use up the stack.
        let deep = String(repeating: "[", count: 200_000)
        #expect(try refusal(of: tensors("{\"x\":\(deep)"), "a.safetensors").contains("a header that is not as"))
    }

    // MARK: Damage by chance

    /// Bytes are changed, cut out, put in and repeated, a few hundred times for each file.
    @Test(arguments: [
        "stored.npz", "deflated.npz", "zip64.npz", "fortran.npz", "big-endian-ids.npz", "long.npz", "f32.safetensors",
        "f16.safetensors",
        "bf16.safetensors", "named.csv", "plain.csv", "little-f4-C.npy", "big-f8-F.npy", "version-3.npy",
    ])
    func damagedFilesAreRefusedOrMatrices(name: String) throws {
        let original = [UInt8](try Data(contentsOf: fixture(name)))
        let file = folder.url.appending(path: name)
        var rng = SplitMix64(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        var (refused, read) = (0, 0)
        for _ in 0..<400 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) { damage(&bytes, &rng) }
            try Data(bytes).write(to: file)
            do {
                let features = try FeatureFile<Float>(contentsOf: file)
                let matrix = features.matrix
                #expect(matrix.rowCount > 0 && matrix.columnCount > 0 && matrix.firstNonFinite == nil)
                #expect(features.ids.map { $0.count == matrix.rowCount } ?? true)
                read += 1
            } catch let error as FileError {
                #expect(error.description.hasPrefix(file.path) && !error.description.contains("\n"))
                refused += 1
            }
        }
        #expect(refused + read == 400 && refused > 20, "\(refused) of 400 were refused")
    }

    private func damage(_ bytes: inout [UInt8], _ rng: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        // Headers are where it hurts, at the beginning and, in archives, at the end.
        let position =
            switch Int.random(in: 0..<3, using: &rng) {
            case 0: Int.random(in: 0..<min(160, bytes.count), using: &rng)
            case 1: bytes.count - 1 - Int.random(in: 0..<min(160, bytes.count), using: &rng)
            default: Int.random(in: 0..<bytes.count, using: &rng)
            }
        switch Int.random(in: 0..<6, using: &rng) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
        case 1: bytes[position] = [0, 0xFF, 0x7F, 0x80, 0x2D, 0x39].randomElement(using: &rng) ?? 0
        case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...9, using: &rng)))
        case 3: bytes.removeSubrange(position...)
        case 4: bytes.insert(contentsOf: [UInt8](repeating: 0x39, count: 3), at: position)
        default: bytes.insert(contentsOf: bytes[..<min(20, bytes.count)], at: position)
        }
    }
}
