import FeatureExtraction
import Foundation
import Synchronization
import Testing

@Suite struct LargeImagesTests {
    /// How many of eight threads had the image at once at most.
    private func greatestNumberAtOnce(_ images: LargeImages, _ name: String) -> Int {
        let counts = Mutex((now: 0, greatest: 0))
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            try? images.withImage(contentsOfFile: Fixture.image(name), channelCount: 3, orientedByEXIF: false) { _ in
                counts.withLock {
                    $0.now += 1
                    $0.greatest = max($0.greatest, $0.now)
                }
                Thread.sleep(forTimeInterval: 0.05)
                counts.withLock { $0.now -= 1 }
            }
        }
        return counts.withLock { $0.greatest }
    }

    /// Those of every decoder, and those that are known to be large by their files.
    @Test(arguments: ["dark.png", "444.jpg", "lossless.webp"])
    func largeOnesAreInMemoryOneByOne(name: String) throws {
        let size = try Data(contentsOf: URL(filePath: Fixture.image(name))).count
        #expect(greatestNumberAtOnce(LargeImages(share: 0), name) == 1)
        #expect(greatestNumberAtOnce(LargeImages(share: size), name) == 1)
    }

    @Test func whatIsDecodedDoesNotDependOnIt() throws {
        let path = Fixture.image("dark.png")
        let alone = try LargeImages(share: 0).withImage(contentsOfFile: path, channelCount: 1, orientedByEXIF: true) {
            $0
        }
        #expect(try alone == Image8(contentsOfFile: path, channelCount: 1, orientedByEXIF: true))
    }
}
