internal import Files
public import Foundation

extension Dataset {
    /// The lower-case file name extensions that make a file in a class folder a sample.
    public static let imageExtensions: Set<String> = [
        "png", "jpg", "jpeg", "jpe", "jfif", "webp", "bmp", "dib", "gif", "tif", "tiff", "pbm", "pgm", "ppm", "pnm",
    ]

    /// Reads class folders: `root/class/image`, or `root/outer/class/image`.
    ///
    /// Sample ids are paths relative to `root`, in the order of their UTF-8 bytes. What the outer folders are goes by
    /// their names, unless `outer` says it; ``reading`` has it in words:
    ///
    /// | folders | are | a class's label | official split |
    /// |---|---|---|---|
    /// | all named for parts of a split: `train`, `val`, `test`, `query`, `gallery` and the like, also as in `images_train` | parts | the class folder's name, or `superclass/class` if there is one more level | these parts |
    /// | `train`, `val`, … within each class, as in `class/train/image` | parts | the class folder's name | these parts |
    /// | a class name lies below several | domains | the class folder's name | the first half of the classes |
    /// | else | superclasses | `outer/class` | the first half of the classes |
    ///
    /// So a class of one name in several parts or domains is one class. If a class is in a train part and in a test part,
    /// the folders divide images rather than classes: then they are no official split, and ``DatasetReading/warnings``
    /// says so. Validation classes count to the train
    /// side, unless there is nothing else to test on; samples in `query` and `gallery` have these roles. A folder that
    /// alone holds all others is looked through.
    ///
    /// Hidden entries are skipped, and files beside the class folders unless they are images or dead links. Folders
    /// that systems leave behind (`__MACOSX`, `lost+found`, …) and files that are no images are passed over and listed
    /// in ``DatasetReading/passedOver``. Symbolic links are followed. Names must be UTF-8, since ids are text, but may
    /// hold anything that UTF-8 can encode, even line ends.
    ///
    /// - Parameters:
    ///   - root: the folder.
    ///   - name: the name to give the dataset.
    ///   - outer: what the outer folders are; nil to go by their names.
    ///   - deadLinks: what to do with links that lead nowhere.
    /// - Throws: ``DatasetError`` or ``/Files/FileError`` for a folder that is missing, unreadable or empty, a class without
    ///   images, a mix of folders that hold images and folders that hold classes, parts of a split beside other folders,
    ///   a link to nothing or to itself, or a name that is not UTF-8.
    public init(
        classFoldersAt root: URL, name: String, outer: OuterFolders? = nil, deadLinks: DeadLinks = .refuse
    ) throws {
        var tree = try ClassTree(root, outer: outer, links: deadLinks)
        let samples = try tree.samples()
        let sides = tree.officialSides()
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
        reading = tree.reading
    }
}
