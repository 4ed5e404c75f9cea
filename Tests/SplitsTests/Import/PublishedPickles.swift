import Datasets
import Files
import Foundation
import Splits
import Testing
import TestSupport

/// The pickles that `Scripts/fixtures/published_pickles.py` wrote, by their names.
struct PublishedPickles: Decodable {
    /// The same splits in many forms.
    let splits: [String: Data]
    /// What must be refused.
    let hostile: [String: Data]

    static let all: PublishedPickles = {
        let url = Bundle.module.url(forResource: "pickles", withExtension: "json", subdirectory: "Fixtures")
        let pickles = url.flatMap { try? Data(contentsOf: $0) }
            .flatMap { try? JSONDecoder().decode(PublishedPickles.self, from: $0) }
        return pickles ?? PublishedPickles(splits: [:], hostile: [:])
    }()

    private init(splits: [String: Data], hostile: [String: Data]) {
        (self.splits, self.hostile) = (splits, hostile)
    }

    static let classes = ["001.Kauz", "002.Möwe", "003.Meise", "004.Fink", "005.雀", "006.Star"]

    /// The dataset that the splits are of, with more samples than their episodes name.
    static func dataset(_ label: (String) -> String = { $0 }, _ id: (String) -> String = { $0 }) throws -> Dataset {
        let samples = classes.flatMap { name in
            (0..<5).map { Sample(id: id("\(name)/\(name.dropFirst(4))_\($0).jpg"), classLabel: label(name)) }
        }
        return try Dataset(name: "birds", samples: samples)
    }
}

/// Reads a pickle of these bytes.
func publishedSplits(_ bytes: Data) throws -> PublishedSplits {
    let folder = try TemporaryFolder()
    return try PublishedSplits(pickleAt: folder.write(bytes, to: "splits.pkl"))
}

/// Why a pickle of these bytes is refused, without its path.
func refusal(
    _ bytes: some Sequence<UInt8>, sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
    let error = try #require(
        #expect(throws: FileError.self, sourceLocation: sourceLocation) { try publishedSplits(Data(bytes)) })
    let parts = error.description.components(separatedBy: "cannot be read as a pickle of published splits: ")
    #expect(parts.count == 2 && parts[0].hasSuffix("splits.pkl: "), "\(error)", sourceLocation: sourceLocation)
    return parts.last ?? ""
}
