public import Foundation

/// A standard dataset of the field, read as it is downloaded.
///
/// ```swift
/// let dataset = try Dataset(.cub200, at: root)
/// for warning in KnownDataset.cub200.counts.differences(in: dataset) { print(warning) }
/// ```
///
/// Each dataset is one value in its own source file. You can add another in the same way:
///
/// ```swift
/// let pets = KnownDataset(
///     name: "pets", title: "Pets of 2026",
///     counts: DatasetCounts(trainSamples: 100, trainClasses: 10, testSamples: 100, testClasses: 10),
///     layout: [("list.csv", "sample,class, with a header"), ("CLASS/IMAGE.jpg", "the images")],
///     officialSplit: "The first half of the classes trains.", requiredFiles: "list.csv"
/// ) { root, name in
///     try Dataset(sampleTableAt: root.appending(path: "list.csv"), name: name)
/// }
/// ```
public struct KnownDataset: Sendable {
    /// The short name, as in `cub200`; the dataset's name unless it is read under another.
    public let name: String
    /// The name used in papers.
    public let title: String
    /// What the dataset has when nothing is missing, as published.
    public let counts: DatasetCounts
    /// The files that its folder must have, each with its purpose.
    public let layout: [(path: String, meaning: String)]
    /// Where the official sides come from, and which files do not affect them, in one or two sentences.
    public let officialSplit: String
    /// The reason given when a required file is missing.
    public let missingFile: String
    fileprivate let read: @Sendable (_ root: URL, _ name: String) throws -> Dataset

    /// Describes a dataset.
    ///
    /// - Parameters:
    ///   - name: the short name.
    ///   - title: the name used in papers.
    ///   - counts: what it has when nothing is missing, as published.
    ///   - layout: the files that its folder must have, each with its purpose.
    ///   - officialSplit: where the official sides come from, in one or two sentences.
    ///   - requiredFiles: the files without which it cannot be read, as part of a sentence: `images.txt and classes.txt`.
    ///   - read: reads the dataset from a folder, under a name. Sample ids are the paths of images below the folder;
    ///     ``Dataset/init(_:at:name:)`` checks afterwards that they exist.
    public init(
        name: String, title: String, counts: DatasetCounts, layout: [(path: String, meaning: String)],
        officialSplit: String, requiredFiles: String, read: @escaping @Sendable (URL, String) throws -> Dataset
    ) {
        self.name = name
        self.title = title
        self.counts = counts
        self.layout = layout
        self.officialSplit = officialSplit
        missingFile = "there is no such file; expected the folder of \(title) with \(requiredFiles)"
        self.read = read
    }
}

extension Dataset {
    /// Reads a standard dataset in whichever of its forms a folder holds, with its official sides.
    ///
    /// Each ``KnownDataset`` documents its forms, sample ids, class labels and sides; ``reading`` says which files were
    /// read.
    ///
    /// - Parameters:
    ///   - known: the dataset.
    ///   - root: its folder.
    ///   - name: the name to give it; nil for that of `known`.
    /// - Throws: ``DatasetError`` or ``/Files/FileError`` that names the file and the line, for a missing or damaged
    ///   file, for images that are listed but missing, or for a folder whose classes cannot be known.
    public init(_ known: KnownDataset, at root: URL, name: String? = nil) throws {
        self = try known.read(root, name ?? known.name)
        try requireFiles(below: root)
    }
}
