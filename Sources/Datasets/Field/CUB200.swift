import Files
import Foundation

extension KnownDataset {
    /// Caltech-UCSD Birds-200-2011 (Wah et al., 2011).
    ///
    /// It is read from `images.txt`, `image_class_labels.txt` and `classes.txt`, in the folder or one up to two levels
    /// below it. Sample ids are paths below the folder, as in `images/001.Black_footed_Albatross/….jpg`, in the order of
    /// `images.txt`; class labels are the names of `classes.txt`. The first half of the classes by number, 100 of 200,
    /// trains. `train_test_split.txt` divides the images of each class, so it is not a split of classes and is not read.
    ///
    /// Without these files, class folders named like `001.Black_footed_Albatross` are read: in the folder itself, below
    /// `images/`, or below `train/` and `test/`. Their labels and sides are the same; where `train/` and `test/` hold
    /// different classes, these are the sides.
    ///
    /// An image without a class, a class missing from `classes.txt`, a repeated number or name, a line with too few
    /// fields, and class folders without numbers are errors that name the file and the line.
    public static let cub200 = KnownDataset(
        name: "cub200", title: "CUB-200-2011",
        counts: DatasetCounts(trainSamples: 5864, trainClasses: 100, testSamples: 5924, testClasses: 100),
        layout: [
            ("images.txt", "image_id path, the path below images/"),
            ("image_class_labels.txt", "image_id class_id"),
            ("classes.txt", "class_id name"),
            ("images/CLASS/IMAGE.jpg", "the images; or only these, with classes named like 001.Black_footed_Albatross"),
        ],
        officialSplit:
            "Classes 1 to 100 train. train_test_split.txt divides the images of every class, so it is not read.",
        requiredFiles: "images.txt, image_class_labels.txt and classes.txt",
        read: birds)
}

private func birds(_ root: URL, _ name: String) throws -> Dataset {
    let files = ["images.txt", "image_class_labels.txt", "classes.txt"]
    let folder = FieldFolder(root)
    guard
        let place = try files.compactMap(folder.place).min(by: { FieldFolder.depth(of: $0) < FieldFolder.depth(of: $1) }
        )
    else {
        if let classes = try FieldClassFolders(below: root) { return try classes.birds(name: name, root: root) }
        throw FileError.unreadable(
            path: root.appending(path: "images.txt").path, reason: KnownDataset.cub200.missingFile)
    }
    var dataset = try Dataset(cub200At: root, place, name: name)
    dataset.reading.understood.append(
        "read from " + files.map { place + $0 }.joined(separator: ", ") + " with the images of \(place)images")
    return dataset
}

extension FieldClassFolders {
    /// The dataset of class folders that are named as the classes of CUB-200-2011.
    fileprivate func birds(name: String, root: URL) throws -> Dataset {
        let dataset = try dataset(name: name, root: root)
        let stranger = dataset.classLabels.first { label in
            let number = label.prefix { $0 != "." }
            return number.count != 3 || Int(number) == nil
        }
        // Without numbers, the order of the names is another one, and so are the sides.
        guard sides != nil || stranger == nil || dataset.officialOrder == .number else {
            throw FileError.malformed(
                path: root.path,
                found: "the class folder \"\(excerpt(stranger ?? ""))\", and no classes.txt that gives its number",
                expected: "class folders named like 001.Black_footed_Albatross, or "
                    + "images.txt, image_class_labels.txt and classes.txt")
        }
        return dataset
    }
}

extension Dataset {
    fileprivate init(cub200At root: URL, _ place: String, name: String) throws {
        let classFile = try IndexFile("\(place)classes.txt", below: root, of: .cub200)
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

        let labelFile = try IndexFile("\(place)image_class_labels.txt", below: root, of: .cub200)
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

        let imageFile = try IndexFile("\(place)images.txt", below: root, of: .cub200)
        var seenImages: Set<Int> = []
        let samples = try imageFile.rows(["image_id", "path"], open: 1).map { row in
            let image = try imageFile.number(row, 0, "image_id")
            guard seenImages.insert(image).inserted else { throw imageFile.repeated("image_id \(image)", on: row) }
            guard let number = classes[image], let label = names[number] else {
                throw FileError.malformed(
                    path: imageFile.path, line: row.line, found: "the image_id \(image) without a class",
                    expected: "a line for it in image_class_labels.txt")
            }
            return Sample(id: "\(place)images/\(row.fields[1])", classLabel: label)
        }

        let trained = Set(names.keys.sorted().prefix(names.count / 2))
        var sides: [String: Side] = [:]
        for (number, label) in names { sides[label] = trained.contains(number) ? .train : .test }
        try self.init(name: name, samples: samples, officialSides: sides, source: root.path)
    }
}
