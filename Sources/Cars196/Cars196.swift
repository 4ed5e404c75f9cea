public import Datasets
import Files
public import Foundation

extension Dataset {
    /// Reads CARS196 as it is downloaded, `cars_annos.mat` and `car_ims/`, or as class folders.
    ///
    /// Sample ids are paths relative to `root`. With annotations they are `car_ims/000001.jpg` and so on in the order of
    /// the annotations, class labels are the names in `class_names`, and the first half of the classes by number trains,
    /// which is 98 of 196. The field `test` divides the images of each class, so it is no split of classes and not read.
    ///
    /// Without annotations, `root` or `images/` in it holds class folders, and the first half by name trains; of the 196
    /// classes that is the same half.
    ///
    /// - Throws: `DatasetError` if the annotations are missing, are no MATLAB file or lack a variable, field, path or class,
    ///   for a class number that has no name, or for images that are listed but not there; whatever
    ///   `Dataset.init(classFoldersAt:name:)` refuses.
    public init(cars196At root: URL, name: String = KnownDataset.cars196.rawValue) throws {
        let annotations = root.appending(path: "cars_annos.mat")
        if FileManager.default.fileExists(atPath: annotations.path) {
            try self.init(annotations: annotations, below: root, name: name)
            try requireFiles(below: root)
            return
        }
        func isFolder(_ url: URL) -> Bool {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
        }
        let images = root.appending(path: "images")
        // Images in car_ims mean nothing without the annotations.
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

    private init(annotations url: URL, below root: URL, name: String) throws {
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
