public import Datasets
internal import Files
public import Foundation

/// Splits in a form that other tools read: the contents of files and the places of links to images, all below one
/// folder.
///
/// ```swift
/// let export = try SplitExport(of: manifest, in: dataset, as: .csv)
/// for file in export.files { print(file.path) }  // level-1.csv and so on
/// ```
///
/// Names of classes, samples and levels are escaped before they become parts of paths, so that none can lead out of the
/// folder. The same splits give the same files and links, in the same order.
///
/// Each class of a level is in one part. Forward, the parts are the level's train, test and removed classes; in
/// reverse, train and test change places, for a model trained on the test side. With a fold, the classes of that fold
/// form the part `validation` instead of being in `train`. Classes are numbered from 0 over the whole dataset, in the
/// order of their labels' UTF-8 bytes, so a number means the same class at every level.
public struct SplitExport: Sendable, Equatable {
    /// A file to write.
    public struct File: Sendable, Equatable {
        /// Its path below the folder.
        public let path: String
        /// Its contents.
        public let bytes: Data
    }

    /// A symbolic link to make.
    public struct Link: Sendable, Equatable {
        /// Its path below the folder.
        public let path: String
        /// The id of the sample that it points to: a path below the image folder.
        public let sample: String
    }

    /// The form.
    public let form: Form
    /// The files.
    public let files: [File]
    /// The links, for forms with images.
    public let links: [Link]

    /// Exports levels.
    ///
    /// - Parameters:
    ///   - manifest: the splits.
    ///   - dataset: the dataset that they divide.
    ///   - form: the form.
    ///   - levels: the ids of the levels; nil for all.
    ///   - direction: which side to train on; in reverse, train and test classes change places.
    ///   - fold: the number of the train-class fold that becomes the part `validation`; nil for none.
    ///   - root: the prefix of sample ids in columns of paths; nil for none.
    /// - Precondition: there is no fold in reverse, since folds divide the train classes.
    /// - Complexity: O(L·n) for L levels and n samples.
    /// - Throws: ``SplitError`` for a missing level or fold, a class that the dataset does not have, or, if there are
    ///   images, a sample id that would lead out of their folder.
    public init(
        of manifest: SplitManifest, in dataset: Dataset, as form: Form, levels: [String]? = nil,
        direction: Direction = .forward, fold: Int? = nil, root: String? = nil
    ) throws {
        precondition(fold == nil || direction == .forward, "fold \(fold ?? 0) of the train classes, in reverse")
        if let unknown = levels?.first(where: { id in !manifest.levels.contains { $0.id == id } }) {
            throw SplitError.unknownLevel(id: unknown, known: manifest.levels.map(\.id))
        }
        let names = fileNames(for: manifest.levels.map(\.id))
        let chosen = try zip(names, manifest.levels).filter { levels?.contains($1.id) ?? true }.map { name, level in
            try ExportedLevel(name: name, of: level, in: dataset, direction: direction, fold: fold)
        }
        let splits = ExportedSplits(of: dataset, name: manifest.dataset.name, levels: chosen, root: root)
        self.form = form
        (files, links) = try form.contents(splits)
    }
}
