import Files
import Foundation

extension KnownDataset {
    /// Stanford Online Products (Song et al., CVPR 2016).
    ///
    /// It is read from `Ebay_train.txt` and `Ebay_test.txt`, each one side of the official split, in the folder or one up
    /// to two levels below it, such as `Info_Files/`. The images lie beside them, or in `images/` beside them or beside
    /// their folder. Sample ids are paths below the folder, those of the train classes first; class labels are the numbers
    /// of `class_id`, superclasses are the names of the twelve categories that `super_class_id` numbers.
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
            ("CATEGORY_final/IMAGE.JPG", "the images; or all lists in Info_Files/ and all images in images/"),
        ],
        officialSplit:
            "Ebay_train.txt lists the train classes, Ebay_test.txt the test classes; super_class_id names the superclass.",
        requiredFiles: "Ebay_train.txt and Ebay_test.txt",
        read: products)
}

private func products(_ root: URL, _ name: String) throws -> Dataset {
    let folder = FieldFolder(root)
    let lists = try folder.place(of: "Ebay_train.txt") ?? folder.place(of: "Ebay_test.txt") ?? ""
    // Beside the lists, or beside their folder.
    let above = lists.parts(between: "/", keepingEmpty: false).dropLast().map { "\($0)/" }.joined()
    var bases: [String] = []
    for base in [lists, "\(lists)images/", "\(above)images/", above] where !bases.contains(base) {
        bases.append(base)
    }
    let (samples, sides, base) = try productSamples(in: folder, lists: lists, bases: bases)
    var dataset = try Dataset(name: name, samples: samples, officialSides: sides, source: root.path)
    dataset.reading.understood.append(
        "read from \(lists)Ebay_train.txt and \(lists)Ebay_test.txt with the images "
            + (base.isEmpty ? "beside them" : "below \(base)"))
    return dataset
}

/// The samples that the lists name, the sides of their classes, and the place below which the images lie.
private func productSamples(
    in folder: FieldFolder, lists: String, bases: [String]
) throws -> (samples: [Sample], sides: [String: Side], base: String) {
    let root = folder.root
    let columns = ["image_id", "class_id", "super_class_id", "path"]
    var samples: [Sample] = []
    var sides: [String: Side] = [:]
    for (file, side) in [("Ebay_train.txt", Side.train), ("Ebay_test.txt", .test)] {
        let index = try IndexFile(lists + file, below: root, of: .sop)
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
    let base = folder.base(of: samples.lazy.map(\.id), among: bases) ?? bases[0]
    samples = samples.map { Sample(id: base + $0.id, classLabel: $0.classLabel, superclass: $0.superclass) }
    return (samples, sides, base)
}

/// The categories in the order of `super_class_id`, named like the image folders without `_final`.
private let productCategories = [
    "bicycle", "cabinet", "chair", "coffee_maker", "fan", "kettle", "lamp", "mug", "sofa", "stapler", "table",
    "toaster",
]
