internal import Datasets
public import Embeddings
internal import Files
public import Foundation
internal import Parallel

/// A folder in which commands keep embeddings of images for one another: a store for each network and set of images.
///
/// Who asks for embeddings of images gets those of a store that was made by the same network, with the same preprocessing,
/// from files with the same bytes, wherever these lay. If there is none, the images are embedded into a new store, which a
/// run that was stopped goes on with.
///
/// ```swift
/// let shelf = StoreShelf(at: folder.appending(path: "stores"))
/// let source = EmbeddingSource.images(below: photos, by: network, keptIn: shelf)
/// ```
public struct StoreShelf: Sendable {
    /// The folder.
    public let url: URL
    /// What the records of new stores say made them.
    public let generator: String

    /// The shelf at a folder, whether or not it exists.
    public init(at url: URL, generator: String = libraryGenerator) {
        self.url = url
        self.generator = generator
    }

    /// A finished store of embeddings by a network of images with these digests.
    ///
    /// - Parameters:
    ///   - ids: the samples, all of which it must have.
    ///   - provenance: the network; the name of its file does not matter.
    ///   - images: ``/Splits/SplitManifest/DatasetRecord/imagesSHA256`` of the samples.
    ///   - folders: where to look besides the folders in ``url``: the stores in each of these.
    /// - Returns: the first by name, those in ``url`` before others; nil if there is none.
    public func store(
        ofSamples ids: [String], by provenance: EmbeddingProvenance, images: String, besides folders: [URL] = []
    ) -> EmbeddingStore? {
        for folder in [url] + folders {
            for (store, table) in Self.stores(in: folder, by: provenance)
            where ImageDigests(of: ids, in: table)?.sha256 == images { return store }
        }
        return nil
    }

    /// A finished store of embeddings by a network of the images below a folder.
    func store(
        ofSamples ids: [String], below images: URL, by provenance: EmbeddingProvenance, report: WorkReport
    ) throws -> EmbeddingStore? {
        let candidates = Self.stores(in: url, by: provenance).compactMap { store, table in
            ImageDigests(of: ids, in: table).map { (store: store, images: $0) }
        }
        guard !candidates.isEmpty else { return nil }
        report(.began("comparing the images with the store"))
        let digests = try ImageDigests(of: ids, below: images)
        return candidates.first { $0.images == digests }?.store
    }

    /// The finished, whole stores in a folder that a network made, with their tables of samples; those that cannot be read
    /// are no use, and passed over.
    private static func stores(
        in folder: URL, by provenance: EmbeddingProvenance
    ) -> [(store: EmbeddingStore, table: CSVTable)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { name in
            let store = EmbeddingStore(at: folder.appending(path: name))
            guard exists(store.record), let record = try? StoreRecord(of: store), record.identity.shard == nil,
                record.identity.embeddings.isAlike(provenance), let table = try? CSVTable(contentsOf: store.samples)
            else { return nil }
            return (store, table)
        }
    }

    /// Embeds images into a store of this shelf.
    ///
    /// - Returns: the store; nil if another run is writing it, or if nothing can be written here, which a report says.
    func fill(
        with dataset: Dataset, below images: URL, by network: any ImageNetwork, report: @escaping WorkReport
    ) throws -> EmbeddingStore? {
        let store = EmbeddingStore(
            at: url.appending(path: try name(of: dataset, below: images, by: network.provenance)))
        do {
            guard try lockTarget(store.url, warn: { _ in }) != nil else {
                report(
                    .note("\(store.url.relativePath) is being written by another run, so embeddings are not kept here.")
                )
                return nil
            }
        } catch let error as FileError {
            report(.warning("the embeddings are not kept: \(error)"))
            return nil
        }
        report(.note("Embeddings are kept in \(store.url.relativePath); a run that is stopped goes on there."))
        // What has this name has the same samples and network, but other images, or is not finished.
        try store.fill(
            with: dataset, below: images, by: network, replacing: true, generator: generator, report: report)
        return store
    }

    /// The name of a store's folder: the dataset, the network, and the digest of all that tells it from others but the
    /// contents of the images, which are not known before they are read; where they lie stands in for them, so that two datasets
    /// with the same names do not take turns in one store.
    private func name(
        of dataset: Dataset, below images: URL, by provenance: EmbeddingProvenance
    ) throws -> String {
        let identity =
            try stableJSON(provenance.named("")) + dataset.sampleTable.text + images.standardizedFileURL.path
        let digest = SHA256.hexadecimal(of: Array(identity.utf8)).prefix(8)
        let stem = URL(filePath: provenance.file).deletingPathExtension().lastPathComponent
        return "\(plain(dataset.name))-\(plain(stem))-\(digest)"
    }

    /// A name with letters, digits, hyphens and underscores of ASCII alone, at most 40 of them.
    private func plain(_ name: String) -> String {
        let bytes = name.utf8.prefix(40).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension EmbeddingProvenance {
    /// The same record with another name of the file.
    fileprivate func named(_ file: String) -> EmbeddingProvenance {
        EmbeddingProvenance(
            source: source, file: file, sha256: sha256, dimension: dimension, output: output, pooling: pooling,
            preprocessing: preprocessing)
    }

    /// Whether two records differ in the name of the file at most.
    fileprivate func isAlike(_ other: EmbeddingProvenance) -> Bool { named("") == other.named("") }
}
