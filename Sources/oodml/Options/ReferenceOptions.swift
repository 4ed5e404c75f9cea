import Datasets
import ArgumentParser
import Embeddings
import Experiments
import FeatureExtraction
import Files
import Foundation
import Glyphs200
import Splits

/// Options that say which embeddings made the splits, and where their images are.
struct ReferenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder of the images (not needed for \(EmbeddedBenchmark.name)).", valueName: "dir"),
        completion: .directory, transform: path)
    var root: URL?

    @Option(
        help: ArgumentHelp(
            "The backbone that made the splits (not needed for \(EmbeddedBenchmark.name)).", valueName: "model"),
        completion: .file(extensions: networkFileExtensions), transform: path)
    var backbone: URL?

    @Option(
        help: ArgumentHelp(
            "The features that made the splits: one row for each row of the folder's samples.csv.", valueName: "file"),
        completion: .file(extensions: featureFileExtensions), transform: path)
    var features: URL?

    @OptionGroup var keeping: StoreOptions

    func validate() throws {
        if backbone != nil && features != nil {
            throw ValidationError("--backbone and --features exclude each other; expected what made the splits")
        }
    }

    /// The source of the embeddings that made the splits; nil if it was not given, is not part of oodml, and is in no store
    /// that was kept.
    func source(
        of manifest: SplitManifest, over dataset: Dataset, at url: URL, on terminal: Terminal
    ) throws -> EmbeddingSource? {
        if let features { return .features(features) }
        return try keeping.source(of: manifest, over: dataset, at: url, by: backbone, below: root, on: terminal)
    }
}

extension SplitManifest {
    /// The images that come with oodml, if the splits were made from them.
    var embeddedImages: URL? { dataset.name == EmbeddedBenchmark.name ? EmbeddedBenchmark.images : nil }

    /// The folder of the splits' images: what the user names, or those that come with oodml.
    func images(below root: URL?) throws -> URL {
        guard let images = root ?? embeddedImages else {
            throw ValidationError("expected --root DIR, the folder of the images of \(dataset.name)")
        }
        return images
    }

    /// The network that comes with oodml, if it made the splits.
    var embeddedBackbone: URL? {
        get throws {
            guard embeddedImages != nil, let embeddings, embeddings.source == .backbone,
                try SHA256.hexadecimal(ofFilesAt: [EmbeddedBenchmark.backbone]) == embeddings.sha256
            else { return nil }
            return EmbeddedBenchmark.backbone
        }
    }
}
