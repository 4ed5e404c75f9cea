import DenseLinearAlgebra
import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Images turned by EXIF are Pillow's")
struct OrientationTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let width: Int
        let height: Int
        let rgb: Data
        var testDescription: String { file }
    }

    @Test(arguments: try Fixture.table("orientations.json", of: [Case].self))
    func pixelsEqualPillows(_ expected: Case) throws {
        let turned = try Image8(
            contentsOfFile: Fixture.image(expected.file), channelCount: 3, orientedByEXIF: true)
        #expect(
            turned
                == Image8(
                    width: expected.width, height: expected.height, channelCount: 3, pixels: [UInt8](expected.rgb)))
        // Unless asked for, nothing is turned.
        let stored = try Image8(contentsOfFile: Fixture.image(expected.file), channelCount: 3)
        #expect(stored.width == 9 && stored.height == 6)
        #expect((stored == turned) == (expected.file == "exif-1.jpg"))
    }

    @Test func theTableIsComplete() throws {
        let files = try Fixture.table("orientations.json", of: [Case].self).map(\.file)
        #expect(
            Set(files) == Set((1...8).map { "exif-\($0).jpg" } + ["exif-6.png", "exif-8.webp", "exif-big-endian.jpg"]))
    }

    @Test func withoutEXIFNothingIsTurned() throws {
        for file in ["420.jpg", "rgb.png", "lossy.webp"] {
            #expect(
                try Image8(contentsOfFile: Fixture.image(file), orientedByEXIF: true)
                    == Image8(contentsOfFile: Fixture.image(file)))
        }
    }

    /// Whatever the EXIF data has become, the pixels are those of the file, turned or not.
    @Test(arguments: ["exif-6.jpg", "exif-6.png", "exif-8.webp", "exif-big-endian.jpg"])
    func damagedEXIFNeverCrashes(file: String) throws {
        let folder = try TemporaryFolder()
        let bytes = try Fixture.bytes(ofImage: file)
        let start = try #require(
            bytes.indices.first {
                bytes[$0...].starts(with: [0x49, 0x49, 0x2A, 0]) || bytes[$0...].starts(with: [0x4D, 0x4D, 0, 0x2A])
            })
        for offset in max(start - 14, 0)..<min(start + 40, bytes.count) {
            for value: UInt8 in [0, 0x7F, 0xFF] {
                var changed = bytes
                changed[offset] = value
                let path = try folder.write(changed, as: "changed")
                let stored = try? Image8(contentsOfFile: path)
                let turned = try? Image8(contentsOfFile: path, orientedByEXIF: true)
                #expect((stored == nil) == (turned == nil))
                #expect(stored?.pixels.sorted() == turned?.pixels.sorted())
            }
        }
    }

    @Test func anExtractorTurnsImagesWhenToldTo() throws {
        var changes = PreprocessingChanges()
        changes.orientedByEXIF = true
        let plain = try FeatureExtractor(model: Fixture.network("tiny"))
        let turning = try FeatureExtractor(model: Fixture.network("tiny"), reading: NetworkReading(changes: changes))
        #expect(turning.preprocessing.orientedByEXIF)
        func values(_ extractor: FeatureExtractor, _ file: String) throws -> [Float] {
            try extractor.embed(paths: [Fixture.image(file)]).elements
        }
        #expect(try values(turning, "exif-1.jpg") == values(plain, "exif-1.jpg"))
        #expect(try values(turning, "exif-6.jpg") != values(plain, "exif-6.jpg"))
        // The same JPEG, so the same pixels once both lie alike.
        #expect(try values(plain, "exif-6.jpg") == values(plain, "exif-1.jpg"))
        #expect(try values(turning, "exif-big-endian.jpg") == values(turning, "exif-6.jpg"))
    }
}
