internal import Datasets
public import Foundation
internal import Splits

extension SplitFolder {
    /// What to say of images below a folder that are not those that the splits were made from; nil if they are, or if that is not
    /// known.
    ///
    /// - Complexity: the files of all samples are read.
    public func warning(ofImagesBelow images: URL) -> String? {
        guard manifest.dataset.imagesSHA256 != nil else { return nil }
        // What cannot be read is said by what needs it.
        return warning(ofImages: try? ImageDigests(of: dataset.samples.map(\.id), below: images).sha256)
    }

    /// The same for the images that embeddings are of.
    public func warning(ofImages found: EmbeddingSource.Embeddings) -> String? { warning(ofImages: found.imagesSHA256) }

    /// The same for images of which the digest is known.
    func warning(ofImages found: String?) -> String? {
        guard let expected = manifest.dataset.imagesSHA256, let found, found != expected else { return nil }
        return
            "the images are not those that the splits were made from: found files of the digest \(found.prefix(12))…, not "
            + "\(expected.prefix(12))…; the distances are of the images as they were then"
    }
}
