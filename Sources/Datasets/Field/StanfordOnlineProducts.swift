import Files
public import Foundation

extension Dataset {
    /// Reads Stanford Online Products as it is downloaded: `Ebay_train.txt`, `Ebay_test.txt` and the folders of images.
    ///
    /// Sample ids are paths relative to `root`, those of the train classes first; class labels are the numbers of
    /// `class_id`, superclasses the names of the twelve categories that `super_class_id` counts. Each file is one side of
    /// the official split.
    ///
    /// - Throws: ``DatasetError`` naming the file and the line, for a missing file or column, a superclass outside 1 to 12,
    ///   or a line of too few fields; for a class in both files; or for images that are listed but not there.
    public init(stanfordOnlineProductsAt root: URL, name: String = KnownDataset.sop.rawValue) throws {
        let columns = ["image_id", "class_id", "super_class_id", "path"]
        var samples: [Sample] = []
        var sides: [String: Side] = [:]
        for (file, side) in [("Ebay_train.txt", Side.train), ("Ebay_test.txt", .test)] {
            let index = try IndexFile(file, below: root, of: .sop)
            try index.requireHeader(columns)
            for row in try index.rows(columns, open: 3, from: 1) {
                let label = String(try index.number(row, 1, "class_id"))
                let category = try index.number(row, 2, "super_class_id")
                guard category <= productCategories.count else {
                    throw FileError.malformed(
                        path: index.path, line: row.line, found: "the super_class_id \(category)",
                        expected: "one from 1 to \(productCategories.count)")
                }
                guard sides.updateValue(side, forKey: label) ?? side == side else {
                    throw DatasetError.twoSides(source: root.path, classLabel: label)
                }
                samples.append(
                    Sample(id: row.fields[3], classLabel: label, superclass: productCategories[category - 1]))
            }
        }
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
        try requireFiles(below: root)
    }
}

/// The categories in the order of `super_class_id`, named as the folders of images are without `_final`.
private let productCategories = [
    "bicycle", "cabinet", "chair", "coffee_maker", "fan", "kettle", "lamp", "mug", "sofa", "stapler", "table",
    "toaster",
]
