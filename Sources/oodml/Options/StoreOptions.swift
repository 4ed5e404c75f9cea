import Files
import Glyphs200
import Embeddings
import ArgumentParser
import Datasets
import Experiments
import FeatureExtraction
import Foundation
import Splits

/// Options that say where embeddings of images are kept.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder in which embeddings of images are kept, and found by other commands (default: stores).",
            valueName: "dir"),
        completion: .directory, transform: path)
    var stores: URL?

    @Flag(help: "Keep no embeddings of images, and use none that were kept.")
    var noStores = false

    func validate() throws {
        if stores != nil && noStores { throw ValidationError("--stores and --no-stores exclude each other") }
    }

    /// The folder; nil if embeddings are not kept.
    var shelf: StoreShelf? {
        noStores ? nil : StoreShelf(at: stores ?? URL(filePath: "stores"), generator: generator)
    }

    /// The source of the embeddings that made some splits, other than a file that the user names.
    ///
    /// - Parameters:
    ///   - manifest: the splits.
    ///   - dataset: their samples.
    ///   - url: their folder.
    ///   - backbone: the network, if the user names one.
    ///   - root: the folder of the images, if the user names one.
    func source(
        of manifest: SplitManifest, over dataset: Dataset, at url: URL, by backbone: URL? = nil, below root: URL? = nil,
        on terminal: Terminal
    ) throws -> EmbeddingSource? {
        if let network = try backbone ?? (root == nil ? manifest.embeddedBackbone : nil) {
            return .images(
                below: try manifest.images(below: root),
                by: try NetworkReading(manifest.embeddings).network(network, announcedOn: terminal), keptIn: shelf)
        }
        guard let shelf, let embeddings = manifest.embeddings, embeddings.source == .backbone,
            let images = manifest.dataset.imagesSHA256,
            let store = shelf.store(
                ofSamples: dataset.samples.map(\.id), by: embeddings, images: images,
                besides: [url.standardizedFileURL.deletingLastPathComponent()])
        else { return nil }
        terminal.note("The embeddings that made the splits are those of \(onOneLine(store.url.relativePath)).")
        return .features(store.url)
    }
}
