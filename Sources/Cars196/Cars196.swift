public import Datasets
import Files
import Foundation

extension KnownDataset {
    /// Stanford Cars (Krause et al., 2013).
    ///
    /// It is read from `cars_annos.mat`. Sample ids are paths below the folder, `car_ims/000001.jpg` and so on, in the
    /// order of the annotations; class labels are the names in `class_names`. The first half of the classes by number,
    /// 98 of 196, trains. The field `test` divides the images of each class, so it is not a split of classes and is not
    /// read.
    ///
    /// Without annotations, the folder or `images/` in it holds class folders, and the first half by name trains; for
    /// the 196 classes that is the same half.
    ///
    /// ```swift
    /// let dataset = try Dataset(.cars196, at: root)
    /// print(dataset.classLabels.count)  // 196 where nothing is missing
    /// ```
    ///
    /// It refuses annotations that are not a MATLAB file or lack a variable, field, path or class, a class number
    /// without a name, and anything that `Dataset.init(classFoldersAt:name:)` refuses.
    public static let cars196 = KnownDataset(
        name: "cars196", title: "CARS196",
        counts: DatasetCounts(trainSamples: 8054, trainClasses: 98, testSamples: 8131, testClasses: 98),
        layout: [
            ("cars_annos.mat", "annotations with relative_im_path and class, and class_names"),
            ("car_ims/IMAGE.jpg", "the images; or, instead of both,"),
            ("images/CLASS/IMAGE.jpg", "class folders, below images/ or the folder itself"),
        ],
        officialSplit:
            "Classes 1 to 98 train, which are the first 98 by name as well. The field test divides the images "
            + "of every class, so it is not read.",
        requiredFiles: "cars_annos.mat, or class folders",
        read: Dataset.init(cars196At:name:))
}

extension Dataset {
    fileprivate init(cars196At root: URL, name: String) throws {
        let annotations = root.appending(path: "cars_annos.mat")
        if FileManager.default.fileExists(atPath: annotations.path) {
            try self.init(annotations: annotations, name: name)
            return
        }
        func isFolder(_ url: URL) -> Bool {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
        }
        let images = root.appending(path: "images")
        // Images in car_ims have no classes without the annotations.
        guard isFolder(images) || (isFolder(root) && !isFolder(root.appending(path: "car_ims"))) else {
            throw FileError.unreadable(path: annotations.path, reason: KnownDataset.cars196.missingFile)
        }
        guard isFolder(images) else {
            try self.init(classFoldersAt: root, name: name)
            return
        }
        let folders = try Dataset(classFoldersAt: images, name: name)
        try self.init(
            name: name,
            samples: folders.samples.map {
                Sample(id: "images/\($0.id)", classLabel: $0.classLabel, superclass: $0.superclass)
            }, source: images.path)
    }

    private init(annotations url: URL, name: String) throws {
        let file = try MATLABFile(contentsOf: url)
        let names = try file.strings(inCellArray: "class_names")
        var numbers = NameIndex()
        for (index, label) in names.enumerated() {
            let (isNew, first) = numbers.insert(label)
            guard isNew else {
                throw FileError.malformed(
                    path: url.path, found: "the name \"\(label)\" for the classes \(first + 1) and \(index + 1)",
                    expected: "a name of its own for each")
            }
        }
        let structs = try file.structs("annotations", fields: ["relative_im_path", "class"])
        let samples = try (0..<structs.count).map { index in
            let path = try structs.string("relative_im_path", of: index)
            let number = try structs.number("class", of: index)
            let position = Int(exactly: number)
            guard let position, names.indices.contains(position - 1) else {
                throw FileError.malformed(
                    path: url.path,
                    found: "the class \(position.map(String.init) ?? "\(number)") in annotation \(index + 1)",
                    expected: "one from 1 to \(names.count), as in class_names")
            }
            return Sample(id: path, classLabel: names[position - 1])
        }
        var sides: [String: Side] = [:]
        for (index, label) in names.enumerated() { sides[label] = index < names.count / 2 ? .train : .test }
        try self.init(name: name, samples: samples, officialSides: sides, source: url.path)
    }
}
