import FeatureExtraction
import Foundation
import Testing
import TestSupport

@Suite struct ThumbnailTests {
    /// Smooth colours survive the encoder nearly as they are, at the size that fits the square.
    @Test(arguments: [(200, 100, 50, 25), (30, 90, 17, 50), (40, 40, 40, 40), (1000, 1, 50, 1)])
    func fitsIntoASquare(width: Int, height: Int, expectedWidth: Int, expectedHeight: Int) throws {
        for channelCount in [1, 3] {
            var pixels: [UInt8] = []
            for i in 0..<width * height {
                for c in 0..<channelCount { pixels.append(UInt8(60 + 100 * (i % width) / width + 20 * c)) }
            }
            let image = Image8(width: width, height: height, channelCount: channelCount, pixels: pixels)
            let folder = try TemporaryFolder()
            let file = try folder.write(try image.thumbnail(side: 50, quality: 95), as: "t.webp")
            let read = try Image8(contentsOfFile: file)
            #expect(read.width == expectedWidth && read.height == expectedHeight && read.channelCount == 3)
            let exact = image.resized(width: expectedWidth, height: expectedHeight, interpolation: .bilinear)
                .converted(toChannelCount: 3)
            var difference = 0
            for (a, b) in zip(read.pixels, exact.pixels) { difference += abs(Int(a) - Int(b)) }
            #expect(Double(difference) / Double(exact.pixels.count) < 6)
        }
    }
}
