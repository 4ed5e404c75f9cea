import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Files that are no images, or not whole ones")
struct DamagedImageTests {
    @Test(arguments: [
        ("text.png", Array("sample,class\n1,wren\n".utf8), "a text file"),
        ("empty.jpg", [], "an empty file"),
        ("binary.png", [0, 1, 2, 255, 9], "a file that begins with 00 01 02 FF"),
        ("riff.webp", Array("RIFF....WAVEfmt ".utf8) + [0], "a file that begins with 52 49 46 46"),
    ])
    func othersAreDescribed(name: String, bytes: [UInt8], found: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, as: name)
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found \(found); expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image")
    }

    @Test(arguments: [
        ([0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10, 0x87, 10], "a JPEG 2000 image"),
        ([0, 0, 0, 28] + Array("ftypavif".utf8), "an AVIF, HEIC or MP4 file"),
        (Array("8BPS\0\u{1}".utf8), "a Photoshop document"),
    ])
    func otherFormatsAreNamed(bytes: [UInt8], found: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(bytes, as: "image.png")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found \(found); expected a PNG, JPEG, WebP, TIFF, GIF, BMP or PNM image")
    }

    @Test func missingFilesAndFoldersAreNamed() throws {
        #expect(
            failure { _ = try Image8(contentsOfFile: "/nowhere/a.png") }
                == "/nowhere/a.png: cannot be read: there is no such file")
        let folder = try TemporaryFolder()
        #expect(
            failure { _ = try Image8(contentsOfFile: folder.url.path) }
                == "\(folder.url.path): cannot be read: it is a folder; expected a file")
    }

    /// A fuzzer found that a chunk was allocated with whatever length it announced.
    @Test func chunksEndWithTheFile() throws {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes(ofImage: "dark.png")
        // After the signature and the header.
        bytes.insert(contentsOf: [0x61, 0x63, 0x54, 0x4C] + Array("eXIf".utf8), at: 33)
        let path = try folder.write(bytes, as: "a.png")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found a truncated PNG image (the file ends early); expected a complete one")
    }

    @Test func animationsAreRefused() {
        let path = Fixture.image("animated.webp")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found an animated WebP; expected a still image in grey, colour or CMYK")
    }

    /// Every prefix of a JPEG lacks at least its end marker; Pillow refuses all of them too.
    @Test(arguments: ["420.jpg", "progressive.jpg", "cmyk.jpg", "grey.jpg", "restart.jpg"])
    func everyPrefixOfAJPEGIsRefused(file: String) throws {
        let bytes = try Fixture.bytes(ofImage: file)
        let folder = try TemporaryFolder()
        for count in 0..<bytes.count {
            let path = try folder.write(Array(bytes.prefix(count)), as: "short.jpg")
            #expect(throws: FeatureExtractionError.self, "\(count) of \(bytes.count) bytes") {
                try Image8(contentsOfFile: path)
            }
        }
        let path = try folder.write(Array(bytes.dropLast(40)), as: "short.jpg")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                .hasPrefix("\(path): found a truncated JPEG image (Premature end of JPEG file); expected"))
    }

    /// What follows the pixels of a PNG may be missing, as in Pillow; nothing else may.
    @Test(arguments: ["rgb.png", "rgb-interlaced.png", "palette4.png", "lossy.webp", "lossless-alpha.webp"])
    func aPrefixGivesAllPixelsOrAnError(file: String) throws {
        let bytes = try Fixture.bytes(ofImage: file)
        let whole = try Image8(contentsOfFile: Fixture.image(file))
        let folder = try TemporaryFolder()
        var refusals = 0
        for count in 0..<bytes.count {
            let path = try folder.write(Array(bytes.prefix(count)), as: "short")
            do {
                #expect(try Image8(contentsOfFile: path) == whole, "\(count) of \(bytes.count) bytes")
            } catch is FeatureExtractionError {
                refusals += 1
            }
        }
        // 12 bytes of the last chunk, 4 of a checksum, and the end of the compressed data.
        #expect(refusals >= bytes.count - 24)
    }

    @Test func aTruncatedPNGIsCalledSo() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(Array(try Fixture.bytes(ofImage: "rgb.png").dropLast(60)), as: "short.png")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found a truncated PNG image (the file ends early); expected a complete one")
    }

    /// libjpeg paints what is missing grey and only warns.
    @Test func aJPEGThatEndsEarlyIsRefusedDespiteAnEndMarker() throws {
        let folder = try TemporaryFolder()
        let bytes = Array(try Fixture.bytes(ofImage: "444.jpg").dropLast(200)) + [0xFF, 0xD9]
        let path = try folder.write(bytes, as: "grey-below.jpg")
        #expect(failure { _ = try Image8(contentsOfFile: path) }.hasPrefix("\(path): found a truncated JPEG image ("))
    }

    @Test func aChangedByteOfAPNGIsNoticed() throws {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes(ofImage: "rgb.png")
        bytes[bytes.count / 2] ^= 0x10
        let path = try folder.write(bytes, as: "changed.png")
        #expect(failure { _ = try Image8(contentsOfFile: path) }.hasPrefix("\(path): found a damaged PNG image ("))
    }

    @Test func absurdSizesAreRefusedBeforeAnythingIsAllocated() throws {
        let folder = try TemporaryFolder()
        var bytes = try Fixture.bytes(ofImage: "420.jpg")
        // The sizes of the frame header, behind FF C0, its length and the precision.
        let header = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(header + 5..<header + 9, with: [0xFF, 0x00, 0xFF, 0x00])
        let path = try folder.write(bytes, as: "huge.jpg")
        #expect(
            failure { _ = try Image8(contentsOfFile: path) }
                == "\(path): found a JPEG image of 65280 × 65280 pixels; expected at most 178956970 pixels")
        #expect(Image8.pixelLimit == 178_956_970)
    }
}
