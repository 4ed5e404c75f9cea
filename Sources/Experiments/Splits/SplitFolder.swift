public import Datasets
internal import Files
public import Foundation
internal import Reports
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
    /// The folder as it was when the manifest was read, so that files read later belong to it.
    private let written: WrittenFolder

    /// The name of the result in the folder's receipt.
    static let resultName = "splits"

    /// Reads the manifest and the samples of a folder, and checks that they belong together.
    ///
    /// - Throws: ``/Files/FileError`` or `DatasetError` if either file is invalid, or if they belong to different
    ///   datasets.
    public init(at url: URL) throws {
        self = try WrittenFolder.reading(url, of: Self.resultName) { written in
            for name in [SplitFileName.manifest, SplitFileName.samples] { try written.require(name) }
            let (manifest, dataset) = try Self.read(url)
            try manifest.requireMatch(with: dataset, path: url.appending(path: SplitFileName.manifest).path)
            return SplitFolder(at: url, manifest: manifest, dataset: dataset, written: written)
        }
    }

    /// A folder whose contents are already known.
    init(at url: URL, manifest: SplitManifest, dataset: Dataset, written: WrittenFolder) {
        (self.url, self.manifest, self.dataset, self.written) = (url, manifest, dataset, written)
    }

    /// The manifest and the samples of a folder, whether or not they belong together.
    static func read(_ url: URL) throws -> (manifest: SplitManifest, dataset: Dataset) {
        let manifest = try SplitManifest(readingFrom: url.appending(path: SplitFileName.manifest))
        let dataset = try Dataset(
            sampleTableAt: url.appending(path: SplitFileName.samples), name: manifest.dataset.name,
            unit: manifest.settings.unit, order: manifest.settings.orderColumn)
        return (manifest, dataset)
    }

    /// The same folder with some of its levels.
    public func keeping(levels ids: Set<String>) -> SplitFolder {
        SplitFolder(at: url, manifest: manifest.keeping(levels: ids), dataset: dataset, written: written)
    }

    /// The table of samples.
    public var samples: URL { url.appending(path: SplitFileName.samples) }

    /// The map of the classes; nil if the folder has none.
    ///
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, or was replaced since the manifest was read.
    public func classMap() throws -> ClassMap? {
        let (folder, file) = try shared(SplitFileName.classMap)
        guard folder.has(SplitFileName.classMap) else { return nil }
        return try reading(SplitFileName.classMap, in: folder) { try ClassMap(readingFrom: file) }
    }

    /// The table of the search steps; nil if there is none.
    public var progression: URL? {
        written.has(SplitFileName.progression) ? url.appending(path: SplitFileName.progression) : nil
    }

    /// The search steps as a chart; nil if the folder has none.
    func progressionChart() throws -> ProgressionChart? {
        try progression.map { file in
            try reading(SplitFileName.progression, in: written) {
                try ProgressionChart(readingFrom: file, manifest: manifest)
            }
        }
    }

    /// The few-shot episodes with a given number of samples per class, checked against the dataset.
    ///
    /// - Parameter levels: the levels that must have episodes, if the episodes are published ones for each level.
    /// - Throws: ``/Files/FileError`` for a file that is missing, cannot be read, or belongs to other samples.
    public func episodes(shots: Int, of levels: [SplitLevel]? = nil) throws -> FewShotEpisodes {
        let name = SplitFileName.episodes(shots: shots)
        let (folder, file) = try shared(name)
        let episodes = try reading(name, in: folder) { try FewShotEpisodes(readingFrom: file) }
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

    /// What identifies the splits, the samples, and the episodes of a number of shots if there is one.
    func identity(withEpisodesOf shots: Int?) throws -> [String] {
        let episodes = try shots.map { shots in
            let name = SplitFileName.episodes(shots: shots)
            let (folder, file) = try shared(name)
            return try reading(name, in: folder) { try SHA256.hexadecimal(ofFilesAt: [file]) }
        }
        return [try stableJSON(manifest), dataset.sampleTable.text, episodes ?? "no episodes"]
    }

    /// A file that depends on the dataset alone: the folder's own, or, if a further series has none, the one in the
    /// folder above.
    private func shared(_ name: String) throws -> (folder: WrittenFolder, file: URL) {
        guard !written.has(name), isReplicate(url) else { return (written, url.appending(path: name)) }
        let above = url.standardizedFileURL.deletingLastPathComponent()
        return (try WrittenFolder(above, of: Self.resultName), above.appending(path: name))
    }

    /// Reads a file that belongs to the manifest.
    private func reading<Result>(
        _ name: String, in folder: WrittenFolder, _ body: () throws -> Result
    ) throws -> Result {
        let result = try folder.reading([name], body)
        try written.requireCurrent()
        return result
    }
}

/// Whether a folder is one of several series that share files in the folder above.
func isReplicate(_ url: URL) -> Bool {
    exists(url.standardizedFileURL.deletingLastPathComponent().appending(path: SplitFileName.replicates))
}
