import Files
public import Foundation

extension Dataset {
    /// Reads CUB-200-2011 as it is downloaded: `images.txt`, `image_class_labels.txt`, `classes.txt` and `images/`.
    ///
    /// Sample ids are paths relative to `root`, as in `images/001.Black_footed_Albatross/….jpg`, in the order of
    /// `images.txt`; class labels are the names of `classes.txt`. The first half of the classes by number trains, which is
    /// 100 of 200. `train_test_split.txt` divides the images of each class, so it is no split of classes and not read.
    ///
    /// - Throws: ``DatasetError`` naming the file and the line, for a missing file, an image without class, a class that
    ///   `classes.txt` does not have, or a line of too few fields; or the images that are listed but not there.
    public init(cub200At root: URL, name: String = KnownDataset.cub200.rawValue) throws {
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
        try requireFiles(below: root)
    }
}
