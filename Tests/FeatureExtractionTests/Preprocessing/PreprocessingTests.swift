import FeatureExtraction
import Foundation
import Testing

@Suite("Network inputs are torchvision's")
struct PreprocessingTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let file: String
        let preprocessing: Preprocessing
        let values: Data
        var testDescription: String {
            "\(file) \(preprocessing.resize) \(preprocessing.height) × \(preprocessing.width)"
        }
    }

    @Test(arguments: try Fixture.table("preprocessing.json", of: [Case].self))
    func valuesAreEqualBitForBit(_ expected: Case) throws {
        let image = try Image8(contentsOfFile: Fixture.image(expected.file))
        let bits = expected.values.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
        #expect(expected.preprocessing.input(for: image).map(\.bitPattern) == bits)
    }

    @Test func anImageOfTheRightSizeIsLeftAlone() throws {
        let image = try Image8(contentsOfFile: Fixture.image("420.jpg"))
        let preprocessing = Preprocessing(
            channelCount: 3, height: image.height, width: image.width, resize: .shorterSide(image.height),
            interpolation: .bicubic, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
        #expect(preprocessing.resizedAndCropped(image) == image)
        #expect(preprocessing.input(for: image)[1] == Float(image.pixels[3]) / 255)
    }

    @Test(arguments: [(0.875, 256), (1, 224), (0.95, 235), (0.9, 248), (1.1, 203)])
    func aCropFractionEnlargesTheResize(fraction: Double, side: Int) {
        #expect(Preprocessing.resize(forCropFraction: fraction, height: 224, width: 224) == .shorterSide(side))
    }

    @Test func aCropFractionOfAnOblongKeepsItsShape() {
        #expect(
            Preprocessing.resize(forCropFraction: 0.5, height: 10, width: 20) == .covering(height: 20, width: 40))
    }

    @Test func whatLiesBeyondTheImageIsBlack() {
        let image = Image8(width: 1, height: 2, channelCount: 1, pixels: [255, 254])
        let preprocessing = Preprocessing(
            channelCount: 1, height: 5, width: 4, resize: .unchanged, interpolation: .bilinear, mean: [0],
            standardDeviation: [1])
        // One column to the left and two to the right, one row above and two below.
        #expect(
            preprocessing.resizedAndCropped(image).pixels == [
                0, 0, 0, 0,
                0, 255, 0, 0,
                0, 254, 0, 0,
                0, 0, 0, 0,
                0, 0, 0, 0,
            ])
    }

    @Test(arguments: [
        Preprocessing.Resize.unchanged, .shorterSide(20), .exactly(height: 8, width: 9),
        .covering(height: 30, width: 7), .fitting(height: 12, width: 9),
    ])
    func whatIsWrittenIsReadAgain(_ resize: Preprocessing.Resize) throws {
        let preprocessing = Preprocessing(
            channelCount: 3, height: 8, width: 7, resize: resize, interpolation: .lanczos, mean: [0.485, 0.456, 0.406],
            standardDeviation: [0.1, 0.2, 1 / 3])
        let json = try JSONEncoder().encode(preprocessing)
        #expect(try JSONDecoder().decode(Preprocessing.self, from: json) == preprocessing)
    }

    @Test func theManifestsFormIsStable() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let preprocessing = Preprocessing(
            channelCount: 1, height: 64, width: 48, resize: .shorterSide(70), interpolation: .bilinear, mean: [0.5],
            standardDeviation: [0.25])
        #expect(
            String(decoding: try encoder.encode(preprocessing), as: UTF8.self)
                == #"{"input_size":[1,64,48],"interpolation":"bilinear","mean":[0.5],"resize":{"mode":"shorter_side","#
                + #""size":70},"std":[0.25]}"#)
    }
}
