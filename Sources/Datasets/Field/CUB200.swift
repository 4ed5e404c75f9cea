import Files
import Foundation

extension KnownDataset {
    /// Caltech-UCSD Birds-200-2011 (Wah et al., 2011).
    ///
    /// It is read from `images.txt`, `image_class_labels.txt` and `classes.txt`. Sample ids are paths below the folder,
    /// as in `images/001.Black_footed_Albatross/….jpg`, in the order of `images.txt`; class labels are the names of
    /// `classes.txt`. The first half of the classes by number, 100 of 200, trains. `train_test_split.txt` divides the
    /// images of each class, so it is not a split of classes and is not read.
    ///
    /// An image without a class, a class missing from `classes.txt`, a repeated number or name, and a line with too few
    /// fields are errors that name the file and the line.
    public static let cub200 = KnownDataset(
        name: "cub200", title: "CUB-200-2011",
        counts: DatasetCounts(trainSamples: 5864, trainClasses: 100, testSamples: 5924, testClasses: 100),
        layout: [
            ("images.txt", "image_id path, the path below images/"),
            ("image_class_labels.txt", "image_id class_id"),
            ("classes.txt", "class_id name"),
            ("images/CLASS/IMAGE.jpg", "the images"),
        ],
        officialSplit:
            "Classes 1 to 100 train. train_test_split.txt divides the images of every class, so it is not read.",
        requiredFiles: "images.txt, image_class_labels.txt and classes.txt",
        read: Dataset.init(cub200At:name:))
}

extension Dataset {
    fileprivate init(cub200At root: URL, name: String) throws {
        let classFile = try IndexFile("classes.txt", below: root, of: .cub200)
        var names: [Int: String] = [:]
        var seenNames: Set<Name> = []
        for row in try classFile.rows(["class_id", "name"], open: 1) {
            let number = try classFile.number(row, 0, "class_id")
            guard names.updateValue(row.fields[1], forKey: number) == nil else {
                throw classFile.repeated("class_id \(number)", on: row)
            }
            guard seenNames.insert(Name(row.fields[1])).inserted else {
                throw classFile.repeated("name \"\(row.fields[1])\"", on: row)
            }
        }

        let labelFile = try IndexFile("image_class_labels.txt", below: root, of: .cub200)
        var classes: [Int: Int] = [:]
        for row in try labelFile.rows(["image_id", "class_id"]) {
            let (image, number) = (try labelFile.number(row, 0, "image_id"), try labelFile.number(row, 1, "class_id"))
            guard names[number] != nil else {
                throw FileError.malformed(
                    path: labelFile.path, line: row.line, found: "the class_id \(number)",
                    expected: "one of the \(names.count) in classes.txt")
            }
            guard classes.updateValue(number, forKey: image) == nil else {
                throw labelFile.repeated("image_id \(image)", on: row)
            }
        }

        let imageFile = try IndexFile("images.txt", below: root, of: .cub200)
        var seenImages: Set<Int> = []
        let samples = try imageFile.rows(["image_id", "path"], open: 1).map { row in
            let image = try imageFile.number(row, 0, "image_id")
            guard seenImages.insert(image).inserted else { throw imageFile.repeated("image_id \(image)", on: row) }
            guard let number = classes[image], let label = names[number] else {
                throw FileError.malformed(
                    path: imageFile.path, line: row.line, found: "the image_id \(image) without a class",
                    expected: "a line for it in image_class_labels.txt")
            }
            return Sample(id: "images/\(row.fields[1])", classLabel: label)
        }

        let trained = Set(names.keys.sorted().prefix(names.count / 2))
        var sides: [String: Side] = [:]
        for (number, label) in names { sides[label] = trained.contains(number) ? .train : .test }
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
    }
}
