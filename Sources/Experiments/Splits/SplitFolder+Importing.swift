public import Datasets
internal import Files
public import Foundation
public import Parallel
public import Splits

extension SplitFolder {
    /// Writes published splits into a folder.
    ///
    /// - Parameters:
    ///   - file: the published file, a pickle or JSON, which is read as data.
    ///   - dataset: the dataset of the splits.
    ///   - url: the folder.
    ///   - replacing: whether splits of another run may be replaced.
    ///   - generator: what the manifest says made it.
    ///   - report: called with progress.
    /// - Returns: the splits as matched with the dataset, and the paths of the files, the manifest last.
    /// - Throws: ``/Files/FileError`` for a file that cannot be read, has classes that are not of this dataset, or may
    ///   not be replaced.
    public static func importing(
        _ file: URL, of dataset: @autoclosure () throws -> Dataset, to url: (Dataset) -> URL, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> (splits: ImportedSplits, dataset: Dataset, paths: [String]) {
        report(.began("reading \(file.lastPathComponent)"))
        let published = try PublishedSplits(contentsOf: file)
        let source = SplitManifest.SourceRecord(
            file: file.lastPathComponent, sha256: try SHA256.hexadecimal(ofFilesAt: [file]))
        return try importing(
            published, from: source, path: file.path, of: dataset(), to: url, replacing: replacing,
            generator: generator, report: report)
    }

    /// Writes published splits that are in memory into a folder.
    ///
    /// - Parameters:
    ///   - published: the splits.
    ///   - source: the record of the file that they are from.
    ///   - path: where it is, for errors; the other parameters, what is returned and the errors are those of
    ///     ``importing(_:of:to:replacing:generator:report:)``.
    public static func importing(
        _ published: PublishedSplits, from source: SplitManifest.SourceRecord, path: String,
        of dataset: @autoclosure () throws -> Dataset, to url: (Dataset) -> URL, replacing: Bool = false,
        generator: String = libraryGenerator, report: @escaping WorkReport = { _ in }
    ) throws -> (splits: ImportedSplits, dataset: Dataset, paths: [String]) {
        let dataset = try dataset()
        let folder = try OutputFolder(url(dataset), result: resultName, force: replacing) { report(.warning($0)) }
        report(.began("finding classes and files"))
        let splits = try ImportedSplits(
            of: published, in: dataset, path: path, source: source, generator: generator)
        for warning in splits.warnings { report(.warning(warning)) }
        try requireReadable(splits.manifest, at: folder.url)
        let matched = splits.matched.table(for: dataset, levels: splits.manifest.levels.map(\.id))
        let episodes = try splits.episodes.map { episodes in
            OutputItem(SplitFileName.episodes(shots: episodes.shots), try episodes.json)
        }
        let paths = try folder.write(
            episodes + [
                OutputItem(SplitFileName.samples, text: dataset.sampleTable.text),
                OutputItem(SplitFileName.matched, text: matched.text),
                OutputItem(SplitFileName.manifest, try splits.manifest.json),
            ])
        return (splits, dataset, paths)
    }
}

extension ImportedSplits {
    /// Warnings about what published splits lack or state twice.
    fileprivate var warnings: [String] {
        var warnings: [String] = []
        let bare = manifest.levels.filter(\.folds.isEmpty).map(\.id)
        if !bare.isEmpty {
            let isAll = bare.count == manifest.levels.count
            warnings.append(
                isAll
                    ? "no level has split_train and split_val, the validation folds"
                    : "\(bare.joined(separator: ", ")) without split_train and split_val, the validation folds")
        }
        if repeatedSupportCount > 0 {
            warnings.append(
                "\(repeatedSupportCount) \(repeatedSupportCount == 1 ? "support names" : "supports name") a sample twice; "
                    + "it is in the support once")
        }
        if unmatchedSupportCount > 0, let unmatchedFile {
            let named =
                "such as \"\(excerpt(unmatchedFile))\", that are no sample of their class here, or one of several"
            warnings.append(
                episodes.isEmpty
                    ? "the classes are imported without the published episodes, whose \(supportCount) supports name files, "
                        + named
                    : "\(unmatchedSupportCount) of \(supportCount) supports of the published episodes are left out: they "
                        + "name files, \(named)")
        }
        if numberedSupportCount > 0 {
            warnings.append(
                "\(numberedSupportCount) of \(supportCount) supports name a file of which its class has several here, and "
                    + "which the splits number as NAME and NAME_2; these are taken in the order of samples.csv")
        }
        return warnings
    }
}
