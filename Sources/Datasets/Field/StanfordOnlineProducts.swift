import Files
import Foundation

extension KnownDataset {
    /// Stanford Online Products (Song et al., CVPR 2016).
    ///
    /// It is read from `Ebay_train.txt` and `Ebay_test.txt`, each one side of the official split. Sample ids are paths
    /// below the folder, those of the train classes first; class labels are the numbers of `class_id`, superclasses are
    /// the names of the twelve categories that `super_class_id` numbers.
    ///
    /// A different header, a superclass outside 1 to 12, a line with too few fields, and a class in both files are
    /// errors that name the file, and the line where there is one.
    public static let sop = KnownDataset(
        name: "sop", title: "Stanford Online Products",
        counts: DatasetCounts(
            trainSamples: 59551, trainClasses: 11318, testSamples: 60502, testClasses: 11316, superclasses: 12),
        layout: [
            ("Ebay_train.txt", "image_id class_id super_class_id path, with a header"),
            ("Ebay_test.txt", "the same for the test classes"),
            ("CATEGORY_final/IMAGE.JPG", "the images"),
        ],
        officialSplit:
            "Ebay_train.txt lists the train classes, Ebay_test.txt the test classes; super_class_id names the superclass.",
        requiredFiles: "Ebay_train.txt and Ebay_test.txt",
        read: Dataset.init(stanfordOnlineProductsAt:name:))
}

extension Dataset {
    fileprivate init(stanfordOnlineProductsAt root: URL, name: String) throws {
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
    }
}

/// The categories in the order of `super_class_id`, named like the image folders without `_final`.
private let productCategories = [
    "bicycle", "cabinet", "chair", "coffee_maker", "fan", "kettle", "lamp", "mug", "sofa", "stapler", "table",
    "toaster",
]
