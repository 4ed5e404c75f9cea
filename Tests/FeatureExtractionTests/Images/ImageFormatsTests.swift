import FeatureExtraction
import Foundation
import TestSupport
import Testing

/// Scripts/fixtures/image_formats.py makes the files and stores what Pillow reads from them.
@Suite("BMP, PNM, GIF and TIFF files, and JPEG files under other names")
struct ImageFormatsTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let width: Int
        let height: Int
        let rgb: Data
        let grey: Data
        var testDescription: String { file }
    }

    static func path(_ file: String) -> String { Fixture.folder.appendingPathComponent("Formats/\(file)").path }

    static var cases: [Case] { get throws { try Fixture.table("formats.json", of: [Case].self) } }

    @Test(arguments: try cases)
    func pixelsEqualPillows(_ expected: Case) throws {
        for (channelCount, pixels) in [(3, expected.rgb), (1, expected.grey)] {
            let image = try Image8(contentsOfFile: Self.path(expected.file), channelCount: channelCount)
            #expect(image.width == expected.width && image.height == expected.height)
            #expect(image.pixels == [UInt8](pixels), "\(channelCount) channels")
        }
        // None of these formats has EXIF data that turns it once more.
        let asked = try Image8(contentsOfFile: Self.path(expected.file), channelCount: 3, orientedByEXIF: true)
        #expect(asked.pixels == [UInt8](expected.rgb))
    }

    @Test func theTableIsComplete() throws {
        let kinds = Dictionary(grouping: try Self.cases.map(\.file)) { String($0.suffix(4)) }.mapValues(\.count)
        #expect(
            kinds == [
                ".bmp": 21, ".dib": 2, ".pbm": 3, ".pgm": 5, ".ppm": 5, ".pnm": 1, ".gif": 11, ".tif": 47, "jfif": 1,
                ".jpe": 1,
            ])
    }

    /// 16 bits of grey are rounded as Pillow rounds those of colour; Pillow saturates them at 255.
    @Test func greyOf16BitsIsScaled() throws {
        let folder = try TemporaryFolder()
        for (text, pixels) in [
            ("P2 4 1 65535 0 128 129 65535", [0, 0, 1, 255]), ("P2 3 1 1000 500 1000 2", [128, 255, 1]),
        ] as [(String, [UInt8])] {
            let path = try folder.write(text, as: "deep.pgm")
            #expect(try Image8(contentsOfFile: path).pixels == pixels)
        }
        let path = try folder.write(Array("P5 2 1 65535\n".utf8) + [0x7F, 0xFF, 0xFF, 0xFF], as: "deep.pgm")
        #expect(try Image8(contentsOfFile: path).pixels == [127, 255])
    }

    /// Where a strip has no place or no bytes, libtiff would read the file's own header in its stead.
    @Test(arguments: [(273, "offset"), (279, "byte count")])
    func stripsThatAreMissingAreErrors(tag: UInt16, name: String) throws {
        let folder = try TemporaryFolder()
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: Self.path("grey8.tif"))))
        try #require(bytes.starts(with: Array("II*".utf8)))
        func number(_ size: Int, at place: Int) -> Int {
            (0..<size).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        let directory = number(4, at: 4)
        let entry = try #require(
            (0..<number(2, at: directory)).map { directory + 2 + 12 * $0 }.first { number(2, at: $0) == Int(tag) },
            "\(name)")
        #expect(try Image8(contentsOfFile: folder.write(bytes, as: "whole.tif")).width > 0)
        // The value of the last strip, of two or four bytes, in the entry itself if all fit there.
        let (size, count) = (number(2, at: entry + 2) == 3 ? 2 : 4, number(4, at: entry + 4))
        let values = size * count <= 4 ? entry + 8 : number(4, at: entry + 8)
        for i in 0..<size { bytes[values + size * (count - 1) + i] = 0 }
        let path = try folder.write(bytes, as: "missing.tif")
        #expect(throws: FeatureExtractionError.self) { try Image8(contentsOfFile: path) }
    }

    @Test(arguments: [("grey8.tif", 1), ("rgb.tif", 3), ("raw.pgm", 1), ("raw.pbm", 1), ("no-palette.gif", 1)])
    func withoutARequestTheChannelsAreTheFiles(file: String, channelCount: Int) throws {
        #expect(try Image8(contentsOfFile: Self.path(file)).channelCount == channelCount)
    }

    @Test func theContentsDecideNotTheName() throws {
        let folder = try TemporaryFolder()
        for file in ["24.bmp", "24.dib", "raw.ppm", "local.gif", "pillow-lzw.tif", "pillow-big.tif", "other.jfif"] {
            let path = try folder.write(try Self.bytes(file), as: "picture.png")
            #expect(try Image8(contentsOfFile: path) == Image8(contentsOfFile: Self.path(file)), "\(file)")
        }
    }

    @Test(arguments: [
        ("two-frames.gif", "an animated GIF"),
        ("two-frames.png", "an animated PNG"),
        ("two-pages.tif", "a TIFF of several pages"),
        ("reduced-first.tif", "a TIFF that begins with a reduced copy or a mask"),
        ("grey16.tif", "a TIFF of 16 bits per grey sample"),
        ("float.tif", "a TIFF of floating-point samples"),
        ("lab.tif", "a TIFF with photometric interpretation 8"),
        ("ycbcr.tif", "a TIFF in YCbCr without JPEG compression"),
        ("webp.tif", "a TIFF with compression 50001"),
        ("rle8.bmp", "a BMP with run-length compression"),
        ("masks.bmp", "a BMP of 32 bits per pixel with unusual masks of its colours"),
        ("two.ppm", "a PNM of several images"),
    ])
    func othersAreRefusedByName(file: String, found: String) {
        let path = Self.path(file)
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found \(found); expected a still image in grey, colour or CMYK")
    }

    @Test(arguments: [
        ("P6 60000 60000 255 ", "found a PNM image of 60000 × 60000 pixels; expected at most 178956970 pixels"),
        ("P5 0 4 255 ", "found a damaged PNM image (the image has no pixels); expected a valid one"),
        ("P5 1 1 0 a", "found a damaged PNM image (its greatest value is 0); expected a valid one"),
        ("P2 1 1 7 8 ", "found a damaged PNM image (it has the value 8 beyond its maximum 7); expected a valid one"),
        ("P2 1 1 7 -1 ", "found a damaged PNM image (a value is not a number); expected a valid one"),
        ("P1 2 1 12", "found a damaged PNM image (a bit is neither 0 nor 1); expected a valid one"),
        ("P2 99999999999 1 7 8", "found a damaged PNM image (the width has too many digits); expected a valid one"),
        ("P4 9 2 abc", "found a truncated PNM image (the file ends early); expected a complete one"),
    ])
    func hostilePNMsAreRefused(text: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, as: "hostile.pnm")
        #expect(failure { _ = try Image8(contentsOfFile: path) } == "\(path): \(sentence)")
    }

    @Test func announcedSizesAreNotBelieved() throws {
        let folder = try TemporaryFolder()
        for (file, sizes, format) in [
            ("24.bmp", [18, 19, 20, 22, 23, 24], "BMP"), ("global.gif", [6, 7, 8, 9], "GIF"),
        ] {
            var bytes = try Self.bytes(file)
            for byte in sizes { bytes[byte] = 0xFF }
            let path = try folder.write(bytes, as: "huge")
            let sentence = failure { _ = try Image8(contentsOfFile: path) }
            #expect(sentence.hasPrefix("\(path): found a \(format) image of "), "\(sentence)")
        }
    }

    // MARK: Damage

    /// Cut anywhere, a file gives all pixels or an error.
    @Test(arguments: try cases.map(\.file))
    func aPrefixGivesAllPixelsOrAnError(file: String) throws {
        let bytes = try Self.bytes(file)
        let whole = try Image8(contentsOfFile: Self.path(file))
        let folder = try TemporaryFolder()
        var rng = SplitMix64(seed: 7)
        for _ in 0..<40 {
            let count = Int.random(in: 0..<bytes.count, using: &rng)
            let path = try folder.write(Array(bytes.prefix(count)), as: "short")
            do {
                #expect(try Image8(contentsOfFile: path) == whole, "\(count) of \(bytes.count) bytes")
            } catch is FeatureExtractionError {}
        }
    }

    /// Some seven thousand files with flipped bits, changed and doubled bytes: each an image, or an error of one line.
    @Test(arguments: try cases.map(\.file))
    func mutantsAreImagesOrErrors(file: String) throws {
        let original = try Self.bytes(file)
        let folder = try TemporaryFolder()
        var rng = SplitMix64(seed: file.utf8.reduce(5) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<75 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) {
                // Most of what matters is in a header, at the end too for TIFF.
                let place = Int.random(in: 0..<bytes.count, using: &rng)
                let near =
                    Bool.random(using: &rng) ? place : min(place, Int.random(in: 0..<bytes.count, using: &rng) % 64)
                switch Int.random(in: 0..<4, using: &rng) {
                case 0: bytes[near] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
                case 1: bytes[near] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &rng) ?? 0
                case 2: bytes[near] = UInt8.random(in: 0...255, using: &rng)
                default: bytes.insert(bytes[near], at: place)
                }
            }
            let path = try folder.write(bytes, as: "mutant")
            do {
                _ = try Image8(contentsOfFile: path, orientedByEXIF: true)
            } catch let error as FeatureExtractionError {
                #expect(error.description.hasPrefix("\(path): ") && !error.description.contains("\n"))
            }
        }
    }

    private static func bytes(_ file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(file))))
    }
}
