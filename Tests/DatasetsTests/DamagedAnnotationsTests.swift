import Datasets
import Foundation
import TestSupport
import Testing

/// Annotations that were damaged by chance: a dataset or one sentence, and neither hours nor gigabytes.
@Suite struct DamagedAnnotationsTests {
    private let fixtures = testFile("DatasetsTests/Fixtures")

    /// In the file that is not packed, what changes are sizes, types and dimensions; in the others a checksum notices.
    @Test(arguments: ["unpacked", "doubles"])
    func datasetsOrSentences(name: String) throws {
        let folder = try TemporaryFolder(copyOf: fixtures.appending(path: "cars196"))
        let original = [UInt8](try Data(contentsOf: fixtures.appending(path: "annotations/\(name).mat")))
        var rng = SplitMix64(seed: 21)
        var (refused, read) = (0, 0)
        for _ in 0..<500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &rng) {
                let place = Int.random(in: 0..<bytes.count, using: &rng)
                switch Int.random(in: 0..<4, using: &rng) {
                case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &rng)
                case 1: bytes[place] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &rng) ?? 0
                case 2: bytes.removeSubrange(place..<min(place + Int.random(in: 1...9, using: &rng), bytes.count))
                default: bytes.insert(contentsOf: [UInt8](repeating: 0xFF, count: 4), at: place)
                }
            }
            try folder.write(Data(bytes), to: "cars_annos.mat")
            do {
                #expect(try Dataset(.cars196, at: folder.url).samples.count > 0)
                read += 1
            } catch {
                #expect("\(error)".hasPrefix(folder.url.path))
                refused += 1
            }
        }
        #expect(refused + read == 500 && refused > 100, "\(refused) of 500 were refused")
    }
}
