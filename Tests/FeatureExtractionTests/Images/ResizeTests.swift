import FeatureExtraction
import Foundation
import Testing

@Suite("Resized pixels are Pillow's")
struct ResizeTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let channels: Int
        let interpolation: Interpolation
        let width: Int
        let height: Int
        let pixels: Data
        var testDescription: String { "\(file) \(interpolation) \(width) × \(height)" }
    }

    @Test(arguments: try Fixture.table("resizing.json", of: [Case].self))
    func pixelsEqualPillows(_ expected: Case) throws {
        let image = try Image8(contentsOfFile: Fixture.image(expected.file), channelCount: expected.channels)
        let resized = image.resized(
            width: expected.width, height: expected.height, interpolation: expected.interpolation)
        #expect(
            resized
                == Image8(
                    width: expected.width, height: expected.height, channelCount: expected.channels,
                    pixels: [UInt8](expected.pixels)))
    }

    @Test func theTableHasEveryFilterForBothKinds() throws {
        let cases = try Fixture.table("resizing.json", of: [Case].self)
        for interpolation in Interpolation.allCases {
            #expect(Set(cases.filter { $0.interpolation == interpolation }.map(\.channels)) == [1, 3])
        }
    }

    @Test(arguments: Interpolation.allCases)
    func oneColourStaysOneColour(_ interpolation: Interpolation) {
        let image = Image8(width: 9, height: 5, channelCount: 1, pixels: Array(repeating: 201, count: 45))
        for (width, height) in [(1, 1), (4, 3), (9, 11), (30, 2)] {
            let resized = image.resized(width: width, height: height, interpolation: interpolation)
            #expect(resized.pixels == Array(repeating: 201, count: width * height))
        }
    }

    @Test func halvingAveragesWithTheTriangle() {
        // About pixel 0 of the halved row the triangle weighs 3, 3 and 1 of 7 pixels; about pixel 1, 1, 3, 3 of 7.
        let image = Image8(width: 4, height: 1, channelCount: 1, pixels: [70, 0, 140, 210])
        let resized = image.resized(width: 2, height: 1, interpolation: .bilinear)
        #expect(resized.pixels == [50, 150])
    }
}
