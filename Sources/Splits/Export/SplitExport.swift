public import Datasets
import Files
public import Foundation

/// Splits in a form that other tools read: the bytes of files and the places of links to images, all below one folder.
///
/// Names of classes, samples and levels become parts of paths through ``/Datasets/fileNames(for:)`` alone, so that none can
/// lead out of the folder. The same splits give the same files and links, in the same order.
///
/// Each class of a level is in one part. Forward, these are its train, test and removed classes; in reverse, train and test
/// change places, as for a model that is trained on the test side. With a fold, its classes are the part `validation` in
/// place of `train`. Classes are numbered from 0 over the whole dataset, in the order of their labels' UTF-8 bytes, so
/// that a number means the same class at every level.
public struct SplitExport: Sendable, Equatable {
    /// What tools read.
    public enum Format: String, Sendable, CaseIterable {
        /// One table a level with all samples in the order of the dataset, so that rows fit embeddings:
        /// `sample,class,class_number[,superclass],part[,fold][,role][,path]`. Removed classes are there, as the part `removed`.
        case csv
        /// The tables of Open Metric Learning: `label,path,split,is_query,is_gallery[,category]`.
        ///
        /// `label` is the class's number and `category` its superclass. There are two values of `split`: `validation` is the
        /// test part, or with a fold that fold, and the test part is then left out. All of its samples are queries and in
        /// the gallery, unless their role in the dataset is one of both.
        case oml
        /// Image folders of Hugging Face: `level/part/class/image` with `level/part/metadata.csv`, and a `README.md` in
        /// whose header each level is a configuration. Where a class, superclass or sample has a name that could be read as
        /// a number or as nothing, it is `metadata.jsonl`, in which names stay text.
        case huggingface
        /// A folder a level with `metadata.csv` as WILDS has it: `split,y,filename,class[,superclass][,fold][,role]`, where `split`
        /// is `train`, `val` or `test`, and `categories.csv` with `y,name`.
        case wilds
        /// `level/part/class/image`, and `classes.csv` that says which folder is which class.
        case imagefolder

        /// Whether the form is made of images, so that links to them are.
        public var hasImages: Bool { self == .huggingface || self == .imagefolder }
    }

    /// A file to write.
    public struct File: Sendable, Equatable {
        /// Its path below the folder.
        public let path: String
        /// What is in it.
        public let bytes: Data
    }

    /// A symbolic link to make.
    public struct Link: Sendable, Equatable {
        /// Its path below the folder.
        public let path: String
        /// The id of the sample that it leads to: a path below the folder of the images.
        public let sample: String
    }

    /// The files.
    public let files: [File]
    /// The links, for formats that have images.
    public let links: [Link]

    /// Exports levels.
    ///
    /// - Parameters:
    ///   - manifest: the splits.
    ///   - dataset: the dataset that they are of.
    ///   - format: the form.
    ///   - levels: the ids of the levels; nil for all.
    ///   - isReversed: whether train and test classes change places.
    ///   - fold: the number of the fold of the train classes that is the part `validation`; nil for none.
    ///   - root: what stands before sample ids in columns of paths; nil for nothing.
    /// - Precondition: there is no fold in reverse, since folds are of the train classes.
    /// - Complexity: O(L·n) for L levels and n samples.
    /// - Throws: ``SplitError`` for a level or fold that is not there, a class that the dataset does not have, or, where
    ///   there are images, a sample id that would lead out of their folder.
    public init(
        of manifest: SplitManifest, in dataset: Dataset, as format: Format, levels: [String]? = nil,
        isReversed: Bool = false, fold: Int? = nil, root: String? = nil
    ) throws {
        precondition(fold == nil || !isReversed, "fold \(fold ?? 0) of the train classes, in reverse")
        if let unknown = levels?.first(where: { id in !manifest.levels.contains { $0.id == id } }) {
            throw SplitError.unknownLevel(id: unknown, known: manifest.levels.map(\.id))
        }
        let names = fileNames(for: manifest.levels.map(\.id))
        let chosen = try zip(names, manifest.levels).filter { levels?.contains($1.id) ?? true }.map { name, level in
            try ExportedLevel(name: name, of: level, in: dataset, isReversed: isReversed, fold: fold)
        }
        let tables = ExportTables(dataset: dataset, root: root)
        switch format {
        case .csv:
            files = chosen.map { File(path: "\($0.name).csv", bytes: tables.plain($0)) }
            links = []
        case .oml:
            files = chosen.map { File(path: "\($0.name).csv", bytes: tables.oml($0)) }
            links = []
        case .wilds:
            files = chosen.flatMap { level in
                [
                    File(path: "\(level.name)/categories.csv", bytes: tables.categories),
                    File(path: "\(level.name)/metadata.csv", bytes: tables.wilds(level)),
                ]
            }
            links = []
        case .imagefolder:
            let tree = try ExportTree(of: dataset)
            files = [File(path: "classes.csv", bytes: tree.classTable)]
            links = chosen.flatMap(tree.links)
        case .huggingface:
            let tree = try ExportTree(of: dataset)
            files =
                chosen.flatMap { level in
                    level.parts.map { tables.huggingFace(level, $0, tree: tree) }
                } + [File(path: "README.md", bytes: huggingFaceCard(of: manifest.dataset.name, chosen))]
            links = chosen.flatMap(tree.links)
        }
    }
}

/// A part of a level.
enum ExportPart: String, CaseIterable {
    case train
    case validation
    case test
    case removed
}

/// Where a level has each class.
struct ExportedLevel {
    /// What names it in paths.
    let name: String
    /// The part of each class.
    let partOfClass: [ExportPart]
    /// The fold of each train class; nil where the level has none, or is reversed.
    let foldOfClass: [Int?]?
    /// The parts that have classes, without the removed ones.
    var parts: [ExportPart] { ExportPart.allCases.filter { $0 != .removed && partOfClass.contains($0) } }

    init(name: String, of level: SplitLevel, in dataset: Dataset, isReversed: Bool, fold: Int?) throws {
        self.name = name
        func classes(_ labels: [String]) throws -> [Int] {
            try labels.map { label in
                guard let number = dataset.number(ofClass: label) else {
                    throw SplitError.unknownClass(level: level.id, label: label)
                }
                return number
            }
        }
        var parts = [ExportPart](repeating: .removed, count: dataset.classLabels.count)
        for number in try classes(isReversed ? level.test : level.train) { parts[number] = .train }
        for number in try classes(isReversed ? level.train : level.test) { parts[number] = .test }
        var folds = [Int?](repeating: nil, count: parts.count)
        for (index, labels) in level.folds.enumerated() {
            for number in try classes(labels) { folds[number] = index }
        }
        if let fold {
            guard level.folds.indices.contains(fold) else {
                throw SplitError.missingFold(level: level.id, fold: fold, count: level.folds.count)
            }
            for number in parts.indices where folds[number] == fold { parts[number] = .validation }
        }
        partOfClass = parts
        foldOfClass = isReversed || level.folds.isEmpty ? nil : folds
    }
}
