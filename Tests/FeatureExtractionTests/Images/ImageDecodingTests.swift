import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite("Decoded pixels are Pillow's")
struct ImageDecodingTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let width: Int
        let height: Int
        let rgb: Data
        let grey: Data
        var testDescription: String { file }
    }

    @Test(arguments: try Fixture.table("decoding.json", of: [Case].self))
    func pixelsEqualPillows(_ expected: Case) throws {
        let colour = try Image8(contentsOfFile: Fixture.image(expected.file), channelCount: 3)
        #expect(colour.width == expected.width)
        #expect(colour.height == expected.height)
        #expect(largestDifference(colour.pixels, [UInt8](expected.rgb)) == 0)

        let grey = try Image8(contentsOfFile: Fixture.image(expected.file), channelCount: 1)
        #expect(grey.width == expected.width)
        #expect(grey.height == expected.height)
        #expect(largestDifference(grey.pixels, [UInt8](expected.grey)) == 0)
    }

    @Test func theTableIsComplete() throws {
        let files = try Fixture.table("decoding.json", of: [Case].self).map(\.file)
        #expect(files.filter { $0.hasSuffix(".png") }.count == 31)
        #expect(files.filter { $0.hasSuffix(".jpg") }.count == 11)
        #expect(files.filter { $0.hasSuffix(".webp") }.count == 4)
    }

    @Test(arguments: [("grey.jpg", 1), ("420.jpg", 3), ("grey1.png", 1), ("palette1.png", 3), ("lossy.webp", 3)])
    func withoutARequestTheChannelsAreTheFiles(file: String, channelCount: Int) throws {
        #expect(try Image8(contentsOfFile: Fixture.image(file)).channelCount == channelCount)
    }

    @Test func conversionFollowsTheFormula() {
        let colour = Image8(
            width: 3, height: 2, channelCount: 3,
            pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 10, 20, 30])
        // 0.299, 0.587 and 0.114 of 255, then white, black and 2.99 + 11.74 + 3.42.
        let grey = colour.converted(toChannelCount: 1)
        #expect(grey == Image8(width: 3, height: 2, channelCount: 1, pixels: [76, 150, 29, 255, 0, 18]))
        #expect(grey.converted(toChannelCount: 3).pixels.prefix(6) == [76, 76, 76, 150, 150, 150])
    }

    @Test func theContentsDecideNotTheName() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(try Fixture.bytes(ofImage: "lossy.webp"), as: "picture.png")
        #expect(
            try Image8(contentsOfFile: path) == Image8(contentsOfFile: Fixture.image("lossy.webp")))
    }

    private func largestDifference(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard a.count == b.count else { return .max }
        return zip(a, b).map { abs(Int($0) - Int($1)) }.max() ?? 0
    }
}
