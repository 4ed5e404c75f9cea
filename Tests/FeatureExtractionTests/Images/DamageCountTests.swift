import FeatureExtraction
import Foundation
import TestSupport
import Testing

/// Thousands of damaged images, and what became of each: an error, the pixels that were written, or others.
@Suite("Images that were damaged by chance")
struct DamageCountTests {
    /// What decoding did.
    struct Outcomes {
        var refused = 0
        var same = 0
        var changed = 0
        var total: Int { refused + same + changed }

        /// Decodes damaged bytes, which must give an error of one line that begins with the path, or an image.
        mutating func add(_ bytes: [UInt8], to path: String, whole: Image8) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            do {
                if try Image8(contentsOfFile: path, orientedByEXIF: true) == whole { same += 1 } else { changed += 1 }
            } catch let error as FeatureExtractionError {
                #expect(error.description.hasPrefix("\(path): ") && !error.description.contains("\n"))
                refused += 1
            }
        }
    }

    static let pngs = [
        "rgb.png", "rgb-interlaced.png", "rgba.png", "rgb16.png", "grey1.png", "grey4-interlaced.png", "grey8.png",
        "grey-alpha16.png", "palette1-interlaced.png", "palette8.png", "palette-transparent.png",
    ]
    static let jpegs = [
        "420.jpg", "444.jpg", "progressive.jpg", "grey.jpg", "grey-progressive.jpg", "restart.jpg", "cmyk.jpg",
        "ycck.jpg", "exif-6.jpg",
    ]
    static let webps = ["lossy.webp", "lossless.webp", "lossy-alpha.webp", "lossless-alpha.webp"]

    private func seed(_ name: String) -> UInt64 { name.utf8.reduce(11) { $0 &* 31 &+ UInt64($1) } }

    private func flip(_ file: String, times: Int) throws -> Outcomes {
        let original = try Fixture.bytes(ofImage: file)
        let whole = try Image8(contentsOfFile: Fixture.image(file), orientedByEXIF: true)
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("flipped").path
        var rng = SplitMix64(seed: seed(file))
        var outcomes = Outcomes()
        for _ in 0..<times {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) {
                bytes[Int.random(in: 0..<bytes.count, using: &rng)] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
            }
            try outcomes.add(bytes, to: path, whole: whole)
        }
        #expect(outcomes.total == times)
        return outcomes
    }

    /// Checksums are over everything, so no flipped bit gives other pixels.
    @Test(arguments: pngs)
    func flippedBitsOfAPNGNeverGiveOtherPixels(file: String) throws {
        let outcomes = try flip(file, times: 400)
        #expect(outcomes.changed == 0, "\(outcomes)")
        // What follows the pixels need not be whole.
        #expect(outcomes.refused > 300, "\(outcomes)")
    }

    /// Without checksums a changed image may be a valid one; the decoder notices a good part nevertheless.
    @Test func flippedBitsOfOthersAreErrorsOrImages() throws {
        var outcomes = Outcomes()
        for file in Self.jpegs + Self.webps {
            let each = try flip(file, times: 400)
            outcomes.refused += each.refused
            outcomes.same += each.same
            outcomes.changed += each.changed
        }
        #expect(outcomes.total == 400 * 13)
        #expect(outcomes.refused > 1200, "\(outcomes)")
    }

    /// Cut anywhere, a file gives all pixels or an error; only what follows the pixels may be missing.
    @Test(arguments: pngs + jpegs + webps)
    func cutFilesGiveAllPixelsOrAnError(file: String) throws {
        let original = try Fixture.bytes(ofImage: file)
        let whole = try Image8(contentsOfFile: Fixture.image(file), orientedByEXIF: true)
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("cut").path
        var rng = SplitMix64(seed: seed(file))
        var outcomes = Outcomes()
        for _ in 0..<200 {
            let count = Int.random(in: 0..<original.count, using: &rng)
            try outcomes.add(Array(original.prefix(count)), to: path, whole: whole)
        }
        #expect(outcomes.changed == 0 && outcomes.total == 200, "\(outcomes)")
    }

    /// An end marker hides a cut from a decoder that fills up; of a baseline file none passes.
    @Test(arguments: ["420.jpg", "444.jpg", "grey.jpg", "restart.jpg", "cmyk.jpg"])
    func cutJPEGsWithAnEndMarkerGiveAllPixelsOrAnError(file: String) throws {
        let original = try Fixture.bytes(ofImage: file)
        let whole = try Image8(contentsOfFile: Fixture.image(file), orientedByEXIF: true)
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("closed").path
        var outcomes = Outcomes()
        for count in 0..<original.count - 2 {
            try outcomes.add(Array(original.prefix(count)) + [0xFF, 0xD9], to: path, whole: whole)
        }
        #expect(outcomes.changed == 0, "\(outcomes)")
        #expect(outcomes.total == original.count - 2 && outcomes.refused > original.count - 20, "\(outcomes)")
    }

    /// A progressive file that was cut between two scans is a valid file of a coarser image; such cuts are few.
    @Test func cutsBetweenScansAreTheOnlyOnesThatPass() throws {
        let original = try Fixture.bytes(ofImage: "progressive.jpg")
        let whole = try Image8(contentsOfFile: Fixture.image("progressive.jpg"))
        let scans = original.indices.dropLast().filter { original[$0] == 0xFF && original[$0 + 1] == 0xDA }.count
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("closed").path
        var outcomes = Outcomes()
        for count in 0..<original.count - 2 {
            try outcomes.add(Array(original.prefix(count)) + [0xFF, 0xD9], to: path, whole: whole)
        }
        // Between two scans lies the table of the next one, and a cut may leave a whole segment or a part of the padding.
        #expect(scans == 10 && (1...4 * scans).contains(outcomes.changed), "\(outcomes)")
    }

    // MARK: Files that would take too much

    @Test func aPNGOf30000PixelsASideIsRefusedByItsHeader() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(pngHeader(width: 30_000, height: 30_000), as: "huge.png")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found a PNG image of 30000 × 30000 pixels; expected at most 178956970 pixels")
    }

    /// Room for the pixels of an image just within the limit is asked for but, since they are not there, never used.
    @Test func claimedPixelsTakeNoMemory() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(pngHeader(width: 13_000, height: 13_000), as: "claims.png")
        let before = try peakMemory()
        #expect(failure { _ = try Image8(contentsOfFile: path) }.contains("found a truncated PNG image"))
        #expect(try peakMemory() - before < 300 << 20)
    }

    @Test func endlessFilesAreNotRead() throws {
        let folder = try TemporaryFolder()
        for (start, sentence) in [
            ([], "found a file that begins with 00 00 00 00; expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image"),
            ([0xFF, 0xD8, 0xFF, 0xE0], "found a file of 1099511627776 bytes; expected at most 178956970 pixels"),
        ] as [([UInt8], String)] {
            let path = try folder.write(start, as: "sparse.jpg")
            #expect(truncate(path, 1 << 40) == 0)
            #expect(failure { _ = try Image8(contentsOfFile: path) } == "\(path): \(sentence)")
        }
    }

    /// A pipe that nobody writes to would be waited for.
    @Test func pipesAreRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("pipe.png").path
        #expect(mkfifo(path, 0o600) == 0)
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): cannot be read: it is a pipe or a device; expected a file")
    }

    /// The system would read the file whose name ends before the NUL.
    @Test func aNameWithANULIsNoName() throws {
        let path = Fixture.image("rgb.png")
        #expect(
            failure { _ = try Image8(contentsOfFile: path + "\0.png") }
                == "\(path)\0.png: cannot be read: a NUL is in its name")
    }

    /// Scans cost a pass over the image each and hardly any bytes.
    @Test(arguments: [(500, true), (501, false)])
    func scansAreCounted(count: Int, isRead: Bool) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(progressive(scanCount: count), as: "scans.jpg")
        if isRead {
            #expect(try Image8(contentsOfFile: path).pixels == Array(repeating: 128, count: 64))
        } else {
            #expect(
                failure { _ = try Image8(contentsOfFile: path) }
                    == "\(path): found a damaged JPEG image (more than 500 scans); expected a valid one")
        }
    }

    /// A grey progressive JPEG of one block, each of whose coefficients comes bit by bit in scans of one byte.
    private func progressive(scanCount: Int) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        bytes += [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
        bytes += [0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
        // In each table the code 0 for the value 0: no difference, and the end of a block.
        for table: UInt8 in [0x00, 0x10] {
            bytes += [0xFF, 0xC4, 0, 20, table, 1] + [UInt8](repeating: 0, count: 15) + [0]
        }
        var scans: [(coefficient: UInt8, high: UInt8, low: UInt8)] = []
        for coefficient: UInt8 in 0..<64 {
            for low: UInt8 in (0...13).reversed() { scans.append((coefficient, low == 13 ? 0 : low + 1, low)) }
        }
        for (coefficient, high, low) in scans.prefix(scanCount) {
            bytes += [0xFF, 0xDA, 0, 8, 1, 1, 0, coefficient, coefficient, high << 4 | low, 0x7F]
        }
        return bytes + [0xFF, 0xD9]
    }

    /// The beginning of a PNG in colour, as far as it says how large it is.
    private func pngHeader(width: UInt32, height: UInt32) -> [UInt8] {
        func bytes(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let header = Array("IHDR".utf8) + bytes(width) + bytes(height) + [8, 2, 0, 0, 0]
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in header {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + bytes(13) + header + bytes(~crc)
            + bytes(1) + Array("IDAT".utf8) + [0x78]
    }

    private func peakMemory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(line.split(separator: " ").compactMap { Int($0) }.first) << 10
    }
}
