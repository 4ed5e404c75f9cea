public import Datasets
internal import Files
public import Foundation
public import Splits

/// A folder of splits: the manifest, the samples, and the files beside them.
///
/// ```swift
/// let splits = try SplitFolder(at: folder)
/// for level in splits.manifest.levels {
///     print(level.id, level.train.count, "train classes,", level.test.count, "test classes")
/// }
/// ```
public struct SplitFolder: Sendable {
    /// Where it is.
    public let url: URL
    /// How the splits were made, and which classes each level has on which side.
    public let manifest: SplitManifest
    /// The samples, in the order of the embeddings' rows.
    public let dataset: Dataset

    /// Reads the manifest and the samples of a folder, and checks that they belong together.
    ///
    /// - Throws: ``/Files/FileError`` or `DatasetError` if either file is invalid, or if they belong to different
    ///   datasets.
    public init(at url: URL) throws {
        self.url = url
        (manifest, dataset) = try Self.read(url)
        try manifest.requireMatch(with: dataset, path: url.appending(path: SplitFileName.manifest).path)
    }

    /// A folder whose contents are already known.
    init(at url: URL, manifest: SplitManifest, dataset: Dataset) {
        (self.url, self.manifest, self.dataset) = (url, manifest, dataset)
    }

    /// The manifest and the samples of a folder, whether or not they belong together.
    static func read(_ url: URL) throws -> (manifest: SplitManifest, dataset: Dataset) {
        let manifest = try SplitManifest(readingFrom: url.appending(path: SplitFileName.manifest))
        let dataset = try Dataset(
            sampleTableAt: url.appending(path: SplitFileName.samples), name: manifest.dataset.name,
            unit: manifest.settings.unit)
        return (manifest, dataset)
    }

    /// The table of samples.
    public var samples: URL { url.appending(path: SplitFileName.samples) }

    /// The map of the classes; nil if the folder has none.
    public func classMap() throws -> ClassMap? {
        let file = sharedFile(SplitFileName.classMap)
        return exists(file) ? try ClassMap(readingFrom: file) : nil
    }

    /// The table of the search steps; nil if there is none.
    public var progression: URL? {
        let file = url.appending(path: SplitFileName.progression)
        return exists(file) ? file : nil
    }

    /// The few-shot episodes with a given number of samples per class, checked against the dataset.
    ///
    /// - Parameter levels: the levels that must have episodes, if the episodes are published ones for each level.
    /// - Throws: ``/Files/FileError`` for a file that is missing, cannot be read, or belongs to other samples.
    public func episodes(shots: Int, of levels: [SplitLevel]? = nil) throws -> FewShotEpisodes {
        let file = sharedFile(SplitFileName.episodes(shots: shots))
        let episodes = try FewShotEpisodes(readingFrom: file)
        guard episodes.shots == shots else {
            throw FileError.malformed(
                path: file.path, found: "episodes of \(episodes.shots) shots", expected: "\(shots)")
        }
        let levels = levels ?? manifest.levels
        if episodes.episodesByLevel != nil,
            let level = levels.first(where: { episodes.episodes(ofLevel: $0.id).isEmpty })
        {
            throw FileError.malformed(
                path: file.path, found: "no episodes of \(level.id)", expected: "some of every level")
        }
        let violations =
            episodes.episodesByLevel == nil
            ? episodes.violations(in: dataset)
            : episodes.violations(in: dataset, ofLevels: levels, episodeCount: .max)
        if let violation = violations.first {
            throw FileError.malformed(
                path: "\(file.path): \(violation.place)", found: violation.found, expected: violation.expected)
        }
        return episodes
    }

    /// A file that depends on the dataset alone: the folder's own, or, if a further series has none, the one in the
    /// folder above.
    private func sharedFile(_ name: String) -> URL {
        let own = url.appending(path: name)
        return !exists(own) && isReplicate(url)
            ? url.standardizedFileURL.deletingLastPathComponent().appending(path: name) : own
    }
}

/// Whether a folder is one of several series that share files in the folder above.
func isReplicate(_ url: URL) -> Bool {
    exists(url.standardizedFileURL.deletingLastPathComponent().appending(path: SplitFileName.replicates))
}
